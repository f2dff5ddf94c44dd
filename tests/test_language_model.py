"""The graph of our sentences: chances, bytes, and the tailored model that real Vosk hears with."""

from __future__ import annotations

import math
import os
import shutil
import struct
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speech import spoken
from toy_model import GRAPH, write

from voice_skill.errors import ModelError
from voice_skill.hearing import const_fst, language_model, tailored
from voice_skill.hearing.const_fst import State
from voice_skill.hearing.ears import hear_file
from voice_skill.hearing.language_model import BEGIN, END, GARBAGE, LanguageModel, Shares, estimate
from voice_skill.hearing.microphone import WavMicrophone
from voice_skill.hearing.recogniser import SpeechModel

SENTENCES = ["stop", "stop the routine", "start the routine", "my calf hurts", "why does my calf hurt"]
OURS = sorted({word for sentence in SENTENCES for word in sentence.split()})
VOCABULARY = [*OURS, GARBAGE]


def total(model: LanguageModel, context: tuple[str, ...], vocabulary: Iterable[str]) -> float:
    """Sum the chances of all that may follow a context."""
    return sum(model.chance(context, word) for word in [*vocabulary, END])


@pytest.mark.parametrize(
    "context",
    [(), (BEGIN,), (BEGIN, "stop"), ("stop", "the"), ("the",), ("my", "calf"), ("calf", GARBAGE)],
)
def test_the_chances_after_any_words_sum_to_one(context: tuple[str, ...]) -> None:
    """Also after words that never stood together, and after garbage."""
    assert total(estimate(SENTENCES), context, VOCABULARY) == pytest.approx(1)


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), min_size=1, max_size=8))
def test_they_do_so_for_any_sentences(sentences: list[list[str]]) -> None:
    """Whatever the sentences are, no chance gets lost or counted twice."""
    model = estimate([" ".join(words) for words in sentences])
    vocabulary = {GARBAGE, *(word for words in sentences for word in words)}
    for context in model.chances:
        assert total(model, context, vocabulary) == pytest.approx(1)


def test_what_was_seen_is_likelier_than_what_was_not() -> None:
    """Seen after two words, seen after the last of them, seen elsewhere: in this order, none impossible."""
    model = estimate(SENTENCES)
    after = [model.chance(("my", "calf"), word) for word in ("hurts", "hurt", "routine")]
    assert after == sorted(after, reverse=True)
    assert after[-1] > 0
    assert model.chance((BEGIN,), GARBAGE) > 0


def test_a_model_without_garbage_gets_none() -> None:
    """Vosk would refuse a graph with a number that its list of words lacks."""
    model = estimate(SENTENCES, Shares(garbage=0))
    assert model.chance((), GARBAGE) == 0
    assert total(model, (), OURS) == pytest.approx(1)


def test_the_graph_follows_the_chances() -> None:
    """A sentence costs what its chances say, by way of the arcs without a word where it must be."""
    model = estimate(SENTENCES)
    numbers = {word: number for number, word in enumerate(VOCABULARY, start=1)}
    states = language_model.graph(model, numbers)
    for sentence in ("stop the routine", "hurt start", "routine stop"):
        context: tuple[str, ...] = (BEGIN,)
        place, cost, expected = 0, 0.0, 0.0
        for word in sentence.split():
            expected -= math.log(model.chance(context[1 - Shares().order :], word))
            context = (*context, word)
            while numbers[word] not in states[place].arcs:
                price, place = states[place].arcs[0]
                cost += price
            price, place = states[place].arcs[numbers[word]]
            cost += price
        assert cost == pytest.approx(expected)


def test_the_file_is_laid_out_as_openfst_does() -> None:
    """The header, one record for each state, arcs sorted by label."""
    states = [State({7: (1.5, 1), 0: (0.5, 1)}), State({}, 0.25)]
    content = const_fst.encode(states)
    begins = struct.pack("<ii5si8s", 2125659606, 5, b"const", 8, b"standard")
    assert content.startswith(begins)
    version, flags, _, start, count, arcs = struct.unpack_from("<iiQqqq", content, len(begins))
    assert (version, flags, start, count, arcs) == (2, 0, 0, 2, 2)
    place = len(begins) + 40
    assert struct.unpack_from("<fIIII", content, place) == (math.inf, 0, 2, 1, 1)
    assert struct.unpack_from("<fIIII", content, place + 20) == (0.25, 2, 0, 0, 0)
    assert struct.unpack_from("<iifi", content, place + 40) == (0, 0, 0.5, 1)
    assert struct.unpack_from("<iifi", content, place + 56) == (7, 7, 1.5, 1)
    assert len(content) == place + 72


def test_a_file_that_was_cut_short_is_noticed() -> None:
    """At whatever byte; so is a foreign one, and one with more to it."""
    content = const_fst.encode([State({1: (0.0, 0)}, 0.0)])
    assert const_fst.is_whole(content)
    assert not any(const_fst.is_whole(content[:end]) for end in range(len(content)))
    assert not const_fst.is_whole(content + b"\0")
    assert not const_fst.is_whole(b"rubbish" * 50)


def heard(folder: Path, recording: Path) -> list[str]:
    """Give what Vosk understands with the model's own graph."""
    with SpeechModel(folder) as model, WavMicrophone(recording) as microphone:
        return [hearing.text for hearing in hear_file(model.recogniser(16000), microphone)]


def test_vosk_hears_our_sentences_with_it(model_folder: Path, tmp_path: Path) -> None:
    """The tailored model knows the wanted sentences, and still takes run-time grammars."""
    made = tailored.tailor(model_folder, SENTENCES, tmp_path / "cache")
    assert made.left_out == ()
    assert heard(made.folder, spoken("stop the routine", tmp_path)) == ["stop the routine"]
    with SpeechModel(made.folder) as model, WavMicrophone(spoken("pause", tmp_path)) as microphone:
        hearings = hear_file(model.recogniser(16000, ["pause", "stop"]), microphone)
    assert [hearing.text for hearing in hearings] == ["pause"]


def test_the_graph_stands_for_the_phrases_that_it_was_made_of(model_folder: Path, tmp_path: Path) -> None:
    """Asked for just these, a recogniser takes the graph; the one here says which of the two it was."""
    made = tailored.tailor(model_folder, SENTENCES, tmp_path / "cache")
    recording = spoken("start the routine", tmp_path)
    texts = []
    with SpeechModel(made.folder, ["pause", "stop"]) as model:
        for phrases in (["stop", "pause"], ["pause"]):
            with WavMicrophone(recording) as microphone:
                hearings = hear_file(model.recogniser(16000, phrases), microphone)
            texts.append(" ".join(hearing.text for hearing in hearings))
    assert texts[0] == "start the routine"
    assert texts[1] in ("", "pause")


def test_the_same_sentences_are_made_only_once(model_folder: Path, tmp_path: Path) -> None:
    """In any order; the second time the folder is found."""
    first = tailored.tailor(model_folder, SENTENCES, tmp_path)
    made_at = (first.folder / "graph/Gr.fst").stat().st_mtime_ns
    assert tailored.tailor(model_folder, SENTENCES[::-1], tmp_path) == first
    assert tailored.tailor(model_folder, [*SENTENCES, SENTENCES[0]], tmp_path) != first  # which weighs double
    assert (first.folder / "graph/Gr.fst").stat().st_mtime_ns == made_at


def test_another_phrase_or_another_model_makes_another_folder(model_folder: Path, tmp_path: Path) -> None:
    """Nothing stale is used: neither after a change of the bundle nor after one of the model's files."""
    copy = tmp_path / "model"
    shutil.copytree(model_folder, copy, copy_function=shutil.copyfile)
    cache = tmp_path / "cache"
    folders = [tailored.tailor(copy, SENTENCES, cache).folder]
    folders.append(tailored.tailor(copy, [*SENTENCES, "pause"], cache).folder)
    os.utime(copy / "am/final.mdl", (1, 1))
    folders.append(tailored.tailor(copy, SENTENCES, cache).folder)
    assert len(set(folders)) == 3


def test_words_that_the_model_lacks_are_reported(model_folder: Path, tmp_path: Path) -> None:
    """Their sentences are left out, the others stay; with none left there is an error."""
    made = tailored.tailor(model_folder, ["stop", "stop the xyzzy", "plugh xyzzy"], tmp_path)
    assert made.left_out == ("plugh", "xyzzy")
    assert made.folder == tailored.tailor(model_folder, ["stop"], tmp_path).folder
    with pytest.raises(ModelError, match="none of the wanted sentences"):
        tailored.tailor(model_folder, ["xyzzy"], tmp_path)


@pytest.mark.parametrize("size", [0, 50, -4])
def test_half_a_file_is_made_anew(model_folder: Path, tmp_path: Path, size: int) -> None:
    """As a power cut may leave one."""
    graph = tailored.tailor(model_folder, SENTENCES, tmp_path).folder / "graph/Gr.fst"
    content = graph.read_bytes()
    graph.write_bytes(content[:size])
    tailored.tailor(model_folder, SENTENCES, tmp_path)
    assert graph.read_bytes() == content


def test_old_folders_go_and_the_latest_stay(model_folder: Path, tmp_path: Path) -> None:
    """The cache does not grow with every change of the bundle."""
    phrases = ("stop", "the", "my", "why")
    made = [tailored.tailor(model_folder, [phrase], tmp_path).folder for phrase in phrases]
    assert sorted(tmp_path.iterdir()) == sorted(made[1:])


def test_a_model_found_again_counts_as_used(model_folder: Path, tmp_path: Path) -> None:
    """The one in use tonight is not the one that goes."""
    phrases = ("stop", "the", "my", "stop", "why")
    made = [tailored.tailor(model_folder, [phrase], tmp_path).folder for phrase in phrases]
    assert sorted(tmp_path.iterdir()) == sorted(made[2:])


def test_what_another_process_removes_meanwhile_is_passed_over(model_folder: Path, tmp_path: Path) -> None:
    """A link that leads nowhere is listed and cannot be looked at, as a folder that has just gone."""
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    folder = tailored.tailor(model_folder, SENTENCES, tmp_path).folder
    assert (folder / "graph/Gr.fst").exists()


def test_only_drafts_of_runs_that_died_are_removed(model_folder: Path, tmp_path: Path) -> None:
    """One begun half an hour ago may still be built; it takes no place of a whole folder."""
    for name, minutes in (("young", 30), ("dead", 61)):
        (tmp_path / f".draft-{name}").mkdir()
        os.utime(tmp_path / f".draft-{name}", (0, time.time() - minutes * 60))
    phrases = ("stop", "the", "my", "why")
    made = [tailored.tailor(model_folder, [phrase], tmp_path).folder for phrase in phrases]
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / ".draft-young", *made[1:]])


def test_all_files_of_the_model_are_shared_but_its_graph(tmp_path: Path) -> None:
    """Vosk can make no recogniser of the official lgraph model without its ivector folder."""
    changes: dict[str, bytes | None] = {
        "ivector/final.ie": b"ie",
        "ivector/online_cmvn.conf": b"",
        "README": b"me",
    }
    model = write(tmp_path / "model", changes)
    (tmp_path / "beside").write_bytes(b"not of the model")
    folder = tailored.tailor(model, ["cramp"], tmp_path / "cache").folder
    names = [{path.relative_to(top) for path in top.rglob("*")} for top in (model, folder)]
    assert names[0] == names[1]
    assert (folder / "ivector/final.ie").read_bytes() == b"ie"
    assert not (folder / "graph/Gr.fst").is_symlink()
    assert (model / "graph/Gr.fst").read_bytes() == GRAPH


def test_where_links_are_refused_the_files_are_copied(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows without the privilege."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    folder = tailored.tailor(model_folder, SENTENCES, tmp_path).folder
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert heard(folder, spoken("start the routine", tmp_path)) == ["start the routine"]


def test_a_cache_that_cannot_be_written_is_an_error_in_words(model_folder: Path, tmp_path: Path) -> None:
    """So that the caller can go on with a run-time grammar."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="cannot be written"):
        tailored.tailor(model_folder, SENTENCES, tmp_path / "cache")


def test_a_model_with_one_big_graph_is_refused(tmp_path: Path) -> None:
    """Its graph cannot be taken out."""
    with pytest.raises(ModelError, match="one big graph"):
        tailored.tailor(tmp_path, SENTENCES, tmp_path / "cache")
