"""The recogniser: real Vosk on speech that is synthesised on the spot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from speech import spoken

from voice_skill.errors import ModelError
from voice_skill.hearing.ears import hear_file
from voice_skill.hearing.microphone import WavMicrophone
from voice_skill.hearing.recogniser import (
    ALTERNATIVES,
    Hearing,
    Recogniser,
    SpeechModel,
    Word,
    _hearing,
    joined,
)
from voice_skill.messages import Alternative

if TYPE_CHECKING:
    from typing_extensions import Self

PHRASES = ["stop", "pause", "next", "repeat", "how long left", "start the routine", "what causes leg cramps"]


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Iterator[SpeechModel]:
    """One loaded model for all tests of this file."""
    with SpeechModel(model_folder) as loaded:
        yield loaded


def heard(recogniser: Recogniser, path: Path) -> list[str]:
    """Give the texts of all utterances in a recording."""
    with WavMicrophone(path) as microphone:
        assert microphone.rate == recogniser.rate
        return [hearing.text for hearing in hear_file(recogniser, microphone)]


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_are_heard(model: SpeechModel, tmp_path: Path, phrase: str) -> None:
    """A voice that the model was not trained on says each phrase; a grammar of them all gets it right."""
    assert heard(model.recogniser(16000, PHRASES), spoken(phrase, tmp_path)) == [phrase]


def test_one_model_serves_several_recognisers_for_many_utterances(model: SpeechModel, tmp_path: Path) -> None:
    """Two grammars side by side, used in turn, keep apart and keep working."""
    commands, questions = model.recogniser(16000, ["stop", "pause"]), model.recogniser(16000, PHRASES)
    for phrase in ("pause", "stop"):
        recording = spoken(phrase, tmp_path)
        assert heard(commands, recording) == heard(questions, recording) == [phrase]


def test_the_rate_of_the_sound_is_minded(model: SpeechModel, tmp_path: Path) -> None:
    """The same words at 48,000 samples a second are heard by a recogniser made for them."""
    assert heard(model.recogniser(48000, PHRASES), spoken("start the routine", tmp_path, 48000)) == [
        "start the routine"
    ]


def test_it_says_what_else_may_have_been_said(model: SpeechModel, tmp_path: Path) -> None:
    """Several hearings, each once, the likeliest first; their shares make a whole, utterance by utterance."""
    recogniser = model.recogniser(16000, PHRASES, alternatives=True)
    for phrase in ("what causes leg cramps", "stop"):
        with WavMicrophone(spoken(phrase, tmp_path)) as microphone:
            (hearing,) = hear_file(recogniser, microphone)
        assert hearing.text == hearing.alternatives[0].text == phrase
        texts, shares = zip(*((each.text, each.share) for each in hearing.alternatives), strict=True)
        assert len(set(texts)) == len(texts) <= ALTERNATIVES
        assert sum(shares) == pytest.approx(1) and list(shares) == sorted(shares, reverse=True)


def test_alternatives_are_only_for_those_who_ask(model: SpeechModel, tmp_path: Path) -> None:
    """They cost as much as hearing itself, so a recogniser gives none unless told to."""
    with WavMicrophone(spoken("stop", tmp_path)) as microphone:
        assert [each.alternatives for each in hear_file(model.recogniser(16000, PHRASES), microphone)] == [()]


def test_alternatives_of_two_halves_are_joined() -> None:
    """All pairs, the likeliest first, no more than of one; a half without any changes nothing."""
    halves = (Alternative("my leg", 0.6), Alternative("my like", 0.4)), (Alternative("hurts", 1.0),)
    assert joined(halves) == (Alternative("my leg hurts", 0.6), Alternative("my like hurts", 0.4))
    assert joined([(), halves[1]]) == joined([halves[1], ()]) == halves[1]
    many = tuple(Alternative(str(number), 0.1) for number in range(10))
    both = joined([many, many])
    assert len(both) == ALTERNATIVES and sum(each.share for each in both) == pytest.approx(1)


def test_two_utterances_in_one_recording_are_two_hearings(model: SpeechModel, tmp_path: Path) -> None:
    """A second of silence parts them."""
    parts = [WavMicrophone(spoken(phrase, tmp_path)) for phrase in ("pause", "how long left")]
    content = []
    for part in parts:
        with part:
            content += [*part.blocks(), bytes(32000)]
    hearings = hear_file(model.recogniser(16000, PHRASES), _Tape(content))
    assert [hearing.text for hearing in hearings] == ["pause", "how long left"]


def test_confidence_and_times_come_with_the_words(model: SpeechModel, tmp_path: Path) -> None:
    """Each word has its place, and a share of one."""
    with WavMicrophone(spoken("start the routine", tmp_path)) as microphone:
        (hearing,) = hear_file(model.recogniser(16000, PHRASES), microphone)
    assert [word.text for word in hearing.words] == ["start", "the", "routine"]
    assert 0 < hearing.confidence <= 1
    assert 0 <= hearing.words[0].start < hearing.words[0].end <= hearing.words[2].start


def test_the_partial_grows_and_is_gone_after_finish(model: SpeechModel, tmp_path: Path) -> None:
    """What was understood so far can be read at any block; the next utterance begins with nothing."""
    recogniser = model.recogniser(16000, PHRASES)
    assert recogniser.partial == ""
    with WavMicrophone(spoken("how long left", tmp_path)) as microphone:
        for block in [*microphone.blocks(), bytes(16000)]:
            recogniser.accept(block)
    assert recogniser.partial == "how long left"
    assert recogniser.finish().text == "how long left"
    assert recogniser.partial == ""
    assert recogniser.finish() == Hearing("", 0.0)


def test_reset_forgets(model: SpeechModel, tmp_path: Path) -> None:
    """Nothing of what was said before a reset comes out after it."""
    recogniser = model.recogniser(16000, PHRASES)
    with WavMicrophone(spoken("pause", tmp_path)) as microphone:
        for block in [*microphone.blocks(), bytes(16000)]:
            recogniser.accept(block)
    recogniser.reset()
    assert (recogniser.partial, recogniser.finish().text) == ("", "")


def test_silence_is_nothing(model: SpeechModel) -> None:
    """Ten seconds of zeros give no words, and no utterance."""
    assert hear_file(model.recogniser(16000, PHRASES), _Tape([bytes(1280)] * 250)) == []


def test_words_that_the_model_lacks_are_named_and_left_out(
    model: SpeechModel, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A phrase with an unknown word goes, the others stay, and nothing is printed."""
    assert model.missing(["stop it", "xyzzy plugh", "stop xyzzy"]) == ["plugh", "xyzzy"]
    recogniser = model.recogniser(16000, ["stop", "pause xyzzy", "[unk]"])
    assert heard(recogniser, spoken("stop", tmp_path)) == ["stop"]
    with pytest.raises(ModelError, match="none of the wanted phrases"):
        model.recogniser(16000, ["xyzzy"])
    assert capfd.readouterr() == ("", "")


def test_without_phrases_all_that_the_model_knows_is_heard(model: SpeechModel, tmp_path: Path) -> None:
    """The model's own graph knows the product's questions."""
    recogniser = model.recogniser(16000)
    assert heard(recogniser, spoken("what causes leg cramps", tmp_path)) == ["what causes leg cramps"]


def test_a_model_with_one_big_graph_is_used_without_phrases(model: SpeechModel, tmp_path: Path) -> None:
    """Such models would ignore a grammar with a warning; they get none."""
    model.takes_phrases = False
    try:
        assert heard(model.recogniser(16000, ["stop"]), spoken("pause", tmp_path)) == ["pause"]
    finally:
        model.takes_phrases = True


def test_garbage_lowers_the_confidence_and_is_not_text() -> None:
    """Sound that fits no phrase is no word, but makes the words around it less sure."""
    words = (Word("[unk]", 0.9, 0, 1), Word("stop", 1.0, 1, 2))
    assert _hearing(words) == Hearing("stop", 0.5, words)
    assert _hearing(words[:1]) == Hearing("", 0.0, words[:1])


@pytest.mark.parametrize(
    "name", ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst"]
)
@pytest.mark.parametrize("mischief", ["gone", "empty", "rubbish", "short"])
def test_a_broken_model_is_refused_in_words(
    model_folder: Path, tmp_path: Path, name: str, mischief: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """No file may be missing, empty, foreign or cut short; Vosk alone would abort on some of these."""
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder, copy_function=shutil.copyfile)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    file = folder / name
    content = file.read_bytes()
    if mischief == "gone":
        file.unlink()
    else:
        short = b"--num-mel" if name.startswith("conf") else content[: len(content) // 3]
        file.write_bytes({"empty": b"", "rubbish": b"--rubbish=1\n" * 50, "short": short}[mischief])
    with pytest.raises(ModelError, match="cannot be used") as caught:
        SpeechModel(folder)
    assert str(folder) in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_missing_folder_is_refused_in_words(tmp_path: Path) -> None:
    """The sentence names the folder."""
    with pytest.raises(ModelError, match="There is no such folder"):
        SpeechModel(tmp_path / "none")


def test_closing_twice_does_no_harm(model_folder: Path) -> None:
    """Recognisers go before the model, whoever closes first."""
    model = SpeechModel(model_folder)
    recogniser = model.recogniser(16000, ["stop"])
    recogniser.close()
    model.close()
    model.close()


class _Tape:
    """A microphone whose blocks are given."""

    rate = 16000
    lost = 0.0
    silent = False
    behind = 0.0

    def __init__(self, content: list[bytes]) -> None:
        self._content = content

    def blocks(self) -> Iterator[bytes]:
        """Cut to 40 ms."""
        sound = b"".join(self._content)
        for at in range(0, len(sound), 1280):
            yield sound[at : at + 1280]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass
