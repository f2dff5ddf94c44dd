"""The parts of the training pipeline that need no torch: features, alignment, exporter and graphs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from vosk import KaldiRecognizer, Model, SetLogLevel

from models.training import fst
from models.training.align import align
from models.training.corpus import Utterance, parts, read_part, write_part
from models.training.export import Layers, for_mel, for_mfcc, melt, model_bytes
from models.training.features import CONF, frame_labels, log_mel, mfcc_matrix, mfcc_to_mel
from models.training.folder import ACOUSTIC_SCALE, SETTINGS
from models.training.graph import phrase_graph, read_words, with_marks, write_lexicon_graph
from models.training.human import Recording
from models.training.kaldi import affine_layers, matrix
from models.training.language import END, language_graph, trigram
from models.training.lexicon import UNKNOWN, Lexicon, bundle_sentences, tidy
from models.training.matching import match
from models.training.paths import Bigram, any_phones, sequence, these_phones
from models.training.phones import NUMBER, PDFS
from models.training.plan import PlanError, keep_to, look_ahead
from models.training.progress import Progress

Floats = npt.NDArray[np.float32]

TONES = {"N": 400.0, "OW": 900.0, "Y": 1600.0, "EH": 2600.0, "S": 4200.0, "GBG": 6500.0}
"""In these tests a phone is a pure tone."""
LEXICON: Lexicon = {
    "no": [("N", "OW")],
    "know": [("N", "OW")],
    "known": [("N", "OW", "N")],
    "own": [("OW", "N")],
    "yes": [("Y", "EH", "S")],
    UNKNOWN: [("GBG", "GBG", "GBG")],
}


def tone(phones: list[str], seconds: float = 0.18) -> Floats:
    """Silence, one tone for each phone, silence; 16 kHz."""
    now = np.arange(int(seconds * 16000)) / 16000
    quiet = np.zeros(6400)
    pieces = [8000 * np.sin(2 * np.pi * TONES[phone] * now) for phone in phones]
    return np.concatenate([quiet, *pieces, quiet]).astype(np.float32)


def tone_layers() -> Layers:
    """A network of two layers whose answer is the phone of the loudest tone, or silence.

    The first layer measures the mel band of each tone, the second only hands it on through its bypass.
    """
    width, names = len(TONES), list(TONES)
    bands = [int(log_mel(tone([name]), np.random.default_rng(0))[50].argmax()) for name in names]
    picks = np.zeros((width, 40), np.float32)
    picks[np.arange(width), bands] = 1.0
    first, first_bias = for_mfcc(picks, np.full(width, -3.0, np.float32), 11.0, 0.5)
    output = np.zeros((PDFS, width), np.float32)
    for index, name in enumerate(names):
        output[2 * NUMBER[name] : 2 * NUMBER[name] + 2, index] = 10.0
    bias = np.full(PDFS, -20.0, np.float32)
    bias[:2] = 1.0
    for name in names:
        bias[2 * NUMBER[name] : 2 * NUMBER[name] + 2] = 0.0
    nothing = np.zeros((width, 3 * width), np.float32)
    weights = [first, nothing, output]
    return Layers(weights, [first_bias, np.zeros(width, np.float32), bias], ((0,), (-3, 0, 3)), 0.66)


@pytest.fixture(scope="module")
def tone_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model that understands tones, written by the exporter and the graph maker."""
    folder = tmp_path_factory.mktemp("tones")
    (folder / "am").mkdir()
    (folder / "conf").mkdir()
    (folder / "am" / "final.mdl").write_bytes(model_bytes(tone_layers(), garbage_price=0.0))
    (folder / "conf" / "mfcc.conf").write_text(CONF)
    (folder / "conf" / "model.conf").write_text(SETTINGS.format(scale=ACOUSTIC_SCALE, chunk=9))
    words = write_lexicon_graph(LEXICON, folder / "graph")
    model = trigram(["no", "yes", "yes known", "own"], ["no", "yes", "own"])
    fst.save_const(language_graph(model, words), folder / "graph" / "Gr.fst")
    SetLogLevel(-1)
    return folder


def understood(folder: Path, sound: Floats, grammar: list[str] | None = None) -> str:
    """What the recogniser makes of a sound."""
    model = Model(str(folder))
    options = [json.dumps(grammar)] if grammar else []
    recogniser = KaldiRecognizer(model, 16000, *options)
    recogniser.AcceptWaveform(sound.astype(np.int16).tobytes())
    return str(json.loads(recogniser.FinalResult())["text"])


@pytest.mark.parametrize(
    ("phones", "text"), [("Y EH S", "yes"), ("OW N", "own"), ("Y EH S N OW N", "yes known")]
)
def test_exported_model_is_loaded_and_hears(tone_model: Path, phones: str, text: str) -> None:
    """The bytes and graphs that we write make a model that Vosk loads and that hears what it was made for."""
    assert understood(tone_model, tone(phones.split())) == text


def test_grammar_at_run_time_takes_the_unknown_word(tone_model: Path) -> None:
    """With a grammar of our own, a sound that is none of its words comes out as [unk]."""
    assert understood(tone_model, tone(["GBG"]), ["yes", "own", "[unk]"]) == "[unk]"
    assert understood(tone_model, tone(["Y", "EH", "S"]), ["yes", "own", "[unk]"]) == "yes"


def test_silence_is_no_word(tone_model: Path) -> None:
    """Digital silence stays silence."""
    assert understood(tone_model, np.zeros(16000, np.float32)) == ""


def test_features_undo_the_cosine_transform() -> None:
    """MFCCs turned back are the log mel energies that they came from."""
    assert np.allclose(mfcc_to_mel() @ mfcc_matrix(), np.eye(40), atol=1e-9)


def test_a_model_is_read_as_it_was_written() -> None:
    """Its weights come back to half a level of 8 bits, its first layer turned back from MFCCs."""
    chance = np.random.default_rng(4)
    first, last = (chance.normal(0, 1, size).astype(np.float32) for size in ((6, 9 * 40), (84, 6)))
    biases = [chance.normal(0, 1, size).astype(np.float32) for size in (6, 84)]
    turned, moved = for_mfcc(first, biases[0], 11.0, 0.25)
    offsets = (tuple(range(-4, 5)),)
    written = model_bytes(Layers([turned, last], [moved, biases[1]], offsets, 0.66), garbage_price=2.0)
    (read_first, read_moved), (read_last, read_bias) = affine_layers(written)
    back, bias = for_mel(read_first, read_moved, 11.0, 0.25)
    assert np.allclose(back, first, atol=1e-4) and np.allclose(bias, biases[0], atol=1e-3)
    assert np.abs(read_last - last).max() <= 0.51 * np.ptp(last) / 255
    assert np.allclose(read_bias[:-2], biases[1][:-2]) and np.allclose(read_bias[-2:], biases[1][-2:] - 2)


def test_log_mel_of_a_tone_peaks_in_its_band() -> None:
    """Frames are counted as Kaldi does (whole windows only), and a higher tone is in a higher band."""
    low, high = (log_mel(tone([name]), np.random.default_rng(0)) for name in ("N", "S"))
    assert low.shape == (1 + (len(tone(["N"])) - 400) // 160, 40)
    assert low[50].argmax() < high[50].argmax()
    assert log_mel(np.zeros(100, np.float32), np.random.default_rng(0)).shape == (0, 40)


def test_every_phone_gets_an_answer() -> None:
    """Phones shorter than a frame are pushed apart; the first answer of each has the even pdf."""
    labels = frame_labels([(0, 0.1), (5, 0.105), (6, 0.11), (7, 0.3), (0, 0.4)], 40)
    assert list(dict.fromkeys(int(pdf) // 2 for pdf in labels)) == [0, 5, 6, 7]
    assert [int(pdf) for pdf in labels if pdf // 2 == 7][:2] == [14, 15]


def test_more_phones_than_answers_cannot_be_labelled() -> None:
    """Then there are no labels at all rather than wrong ones."""
    assert len(frame_labels([(1, 0.01), (2, 0.02), (3, 0.03)], 4)) == 0


def test_match_takes_times_from_the_engine_and_phones_from_us() -> None:
    """An engine that leaves out a sound or says another still gives times for our pronunciation."""
    spoken = [
        ("SIL", 0.0, 0.2),
        ("K", 0.2, 0.3),
        ("AA", 0.3, 0.5),
        ("F", 0.5, 0.6),
        ("T", 0.6, 0.7),
        ("SIL", 0.7, 1.0),
    ]
    segments, cost = match(spoken, [[("K", "AE", "F", "S", "T"), ("HH", "IY")]])
    assert [phone for phone, _, _ in segments] == ["SIL", "K", "AE", "F", "S", "T", "SIL"]
    assert segments[2][1:] == (0.3, 0.5)
    assert 0 < cost < 0.5


def test_match_reports_a_voice_that_says_something_else() -> None:
    """The cost is high when hardly any phone agrees."""
    spoken = [
        (phone, index * 0.1, index * 0.1 + 0.1)
        for index, phone in enumerate(["M", "UW", "N", "L", "AY", "T"])
    ]
    assert match(spoken, [[("K", "AE", "F")], [("AX",)]])[1] > 0.5


def test_align_finds_words_and_pauses() -> None:
    """Viterbi picks the pronunciation that fits and a pause where there is one."""
    row = [0] * 4 + [NUMBER["N"]] * 3 + [NUMBER["OW"]] * 4 + [0] * 3 + [NUMBER["Y"]] * 5 + [0] * 2
    scores = np.full((len(row), PDFS), -8.0, np.float32)
    for step, phone in enumerate(row):
        scores[step, 2 * phone : 2 * phone + 2] = 0.0
    found = align(scores, [[("S",), ("N", "OW")], [("Y",)]])
    assert found is not None
    assert [phone for phone, _ in found.phones] == [0, NUMBER["N"], NUMBER["OW"], 0, NUMBER["Y"], 0]
    assert found.score == 0.0
    assert found.phones[0][1] == pytest.approx((3.5 * 480 + 200) / 16000)
    assert align(scores[:3], [[("N", "OW")], [("Y", "EH", "S")]]) is None


LABELS = np.array([[0, 1, 4, 5, 5, 2, 3, 3], [0, 6, 7, 0, 1, 1, 255, 255]])
"""Two utterances as labels: silence and phones 2 and 1; silence, phone 3 and silence again."""
LENGTHS = np.array([8, 6])


def slope(total: Callable[[Floats], Floats], scores: Floats, at: tuple[int, int, int]) -> float:
    """By how much a sum grows with one score, found by trying."""
    more, less = scores.copy(), scores.copy()
    more[at] += 0.01
    less[at] -= 0.01
    return float((total(more) - total(less)).sum() / 0.02)


def test_paths_of_any_phones_sum_to_one_and_know_their_gradient() -> None:
    """With weights of one, only the transitions are left, and they sum to one; the gradient is the slope."""
    chance = np.random.default_rng(2)
    start, transitions = (chance.uniform(0.1, 1, size).astype(np.float32) for size in (8, (8, 8)))
    bigram = Bigram(start / start.sum(), transitions / transitions.sum(1, keepdims=True))
    assert np.allclose(any_phones(np.zeros((2, 8, 8), np.float32), LENGTHS, bigram)[0], 0.0, atol=1e-5)
    scores = chance.normal(size=(2, 8, 8)).astype(np.float32)
    shares = any_phones(scores, LENGTHS, bigram)[1]
    for at in ((0, 0, 1), (0, 4, 5), (0, 7, 3), (1, 2, 6), (1, 6, 2)):
        by_trying = slope(lambda tried: any_phones(tried, LENGTHS, bigram)[0], scores, at)
        assert shares[at] == pytest.approx(by_trying, abs=2e-3)
    assert not shares[1, 6:].any()


def test_paths_of_known_phones_leave_room_around_the_labels() -> None:
    """All ways to say a sequence are summed, none through a phone far from its labels; the gradient fits."""
    scores = np.random.default_rng(3).normal(size=(2, 8, 8)).astype(np.float32)
    total, shares = these_phones(scores, LABELS, LENGTHS)
    as_labelled = [scores[row, np.arange(n), LABELS[row, :n]].sum() for row, n in enumerate(LENGTHS)]
    assert (total > as_labelled).all()
    for at in ((0, 1, 1), (0, 3, 4), (0, 6, 2), (1, 2, 6), (1, 5, 1)):
        by_trying = slope(lambda tried: these_phones(tried, LABELS, LENGTHS)[0], scores, at)
        assert shares[at] == pytest.approx(by_trying, abs=2e-3)
    assert np.allclose(shares.sum(2)[0], 1.0, atol=1e-5)
    assert not shares[0, 7, 4:].any()  # phone 2 was labelled three answers before
    assert not shares[1, 6:].any()


def test_labels_are_read_as_a_sequence() -> None:
    """An even label begins a phone, also the same one again; what follows the end does not count."""
    pdf, first, last, count = sequence(LABELS, LENGTHS)
    assert count.tolist() == [3, 3]
    assert pdf.tolist() == [[0, 4, 2], [0, 6, 0]]
    assert first.tolist() == [[0, 2, 5], [0, 1, 3]]
    assert last.tolist() == [[1, 4, 7], [0, 2, 5]]


def test_batch_norm_melts_into_the_layer() -> None:
    """One affine layer gives what an affine layer and its batch norm gave."""
    chance = np.random.default_rng(1)
    weight, bias, x = (chance.normal(size=shape).astype(np.float32) for shape in ((4, 6), (4,), (6,)))
    norm = {
        name: chance.uniform(0.5, 2, 4).astype(np.float32) for name in ("gamma", "beta", "mean", "variance")
    }
    plain = (weight @ x + bias - norm["mean"]) / np.sqrt(norm["variance"] + 1e-5) * norm["gamma"] + norm[
        "beta"
    ]
    melted, moved = melt(weight, bias, norm)
    assert np.allclose(melted @ x + moved, plain, atol=1e-5)


def test_eight_bit_matrix_keeps_its_values() -> None:
    """Reading the bytes back gives every value to within half a level."""
    values = np.linspace(-2, 3, 12, dtype=np.float32).reshape(3, 4)
    data = matrix(values)
    assert data.startswith(b"CM3 ")
    low, width = np.frombuffer(data[4:12], "<f4")
    back = low + np.frombuffer(data[20:], np.uint8).reshape(3, 4) * width / 255
    assert np.abs(back - values).max() <= width / 255 / 2 + 1e-6


def test_homophones_and_beginnings_get_marks() -> None:
    """no/know sound the same and begin known: all that share a sound are told apart."""
    marked, highest = with_marks(LEXICON)
    marks = {word: mark for word, _, mark in marked}
    assert {marks["know"], marks["no"]} == {1, 2}
    assert highest == 2
    assert marks["yes"] == marks["known"] == 0


def test_words_are_numbered_for_look_ahead(tone_model: Path) -> None:
    """words.txt holds every word of the lexicon once, and a graph of phrases can use its numbers."""
    words = read_words(tone_model / "graph")
    assert set(words) == set(LEXICON)
    assert len(set(words.values())) == len(words)
    graph = phrase_graph(["yes", "own known"], words)
    assert {arc[2] for arc in graph.arcs} == {0, words["yes"], words["own"], words["known"]}


def test_probabilities_after_a_context_sum_to_one() -> None:
    """Seen words and what is left for the shorter context make one."""
    model = trigram(["why do i cramp", "why do legs cramp", "stop"], ["the", "cramp", "why"])
    assert math.isclose(sum(model[()].values()), 1.0)
    seen = model[("why", "do")]
    assert sum(seen.values()) < 1
    assert set(seen) == {"i", "legs"}
    assert model[("<s>",)]["why"] > model[("<s>",)]["stop"]
    assert model[("i", "cramp")][END] > 0.5


def test_graph_text_survives_parsing() -> None:
    """What OpenFst prints is read back with the start as state 0."""
    graph = fst.parse("2 1 3 4 0.5\n1 0 5 0\n0 0.25\n")
    assert graph.arcs == [(0, 1, 3, 4, 0.5), (1, 2, 5, 0, 0.0)]
    assert graph.finals == {2: 0.25}
    assert graph.states == 3


def test_test_speakers_stay_out() -> None:
    """Validation and test splits are held out, and a speaker is either in or out with all recordings."""

    def held(source: str, speaker: str, note: str, name: str = "a.opus") -> bool:
        return Recording(Path(name), source, "stop", speaker, note).held_out

    assert held("speech_commands", "x", "split=validation")
    assert not held("speech_commands", "x", "split=training")
    assert held("speechocean762", "y", "age=9 sex=m split=test")
    assert held("vctk", "p1", "", "a.opus") == held("vctk", "p1", "", "b.opus")
    assert 5 <= sum(held("vctk", f"p{n}", "") for n in range(100)) <= 20


def test_parts_are_whole_or_not_there(tmp_path: Path) -> None:
    """A part is listed once its index is written, and gives back sounds and labels."""
    sounds = [np.arange(5, dtype=np.int16), np.arange(3, dtype=np.int16)]
    write_part(
        tmp_path / "one", [Utterance("a", "x", 0, 0, [(0, 0.5)]), Utterance("b", "y", 0, 0, [])], sounds
    )
    (tmp_path / "two.npy").write_bytes(b"")
    assert [stem.name for stem in parts(tmp_path)] == ["one"]
    read = list(read_part(tmp_path / "one"))
    assert read[1][0].text == "b"
    assert list(read[1][1]) == [0, 1, 2]
    assert read[0][0].phones == [(0, 0.5)]


def test_sentences_are_tidied(tmp_path: Path) -> None:
    """Phrases and test sentences are read from the bundle, without punctuation and doubles."""
    assert tidy("Don\u2019t stop -- it's 'fine'.") == ["don't", "stop", "it's", "fine'"]
    (tmp_path / "a.yaml").write_text(
        "intents: {x: {phrases: [why me, why me]}}\ntests: [{say: [Me too]}, {say: one}]"
    )
    assert bundle_sentences(tmp_path) == ["why me", "me too", "one"]


def test_progress_estimates_from_its_own_work(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps that were done before count as done, but not as speed."""
    now = [0.0]
    progress = Progress({"a": 30.0, "b": 10.0}, clock=lambda: now[0])
    progress.teller("a")(1.0, "there")
    tell = progress.teller("b")
    tell(0.1, "taken up again")
    now[0] = 300.0
    tell(0.3, "going on")
    assert progress.percent() == pytest.approx(82.5)
    assert "about 18 min left" in capsys.readouterr().out


def test_work_goes_on_with_its_old_settings_only(tmp_path: Path) -> None:
    """The same settings go on, others are refused by name, and so is a folder with something else in it."""
    work = tmp_path / "work"
    keep_to(work, {"seed": 7, "noise": True})
    keep_to(work, {"seed": 7, "noise": True})
    with pytest.raises(PlanError, match=r"seed 7 instead of 8\. Take the old settings"):
        keep_to(work, {"seed": 8, "noise": True})
    (tmp_path / "first.pt").touch()
    with pytest.raises(PlanError, match="something else"):
        keep_to(tmp_path, {"seed": 7, "noise": True})


def test_what_will_be_missing_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong folder or a missing program ends in one sentence that says what to do."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(PlanError, match=r"apt-get install espeak-ng flite festival .* libfst-tools"):
        look_ahead(None, None, None)
    for name in ("espeak-ng", "flite", "festival", "fstconvert"):
        (programs / name).touch(mode=0o755)
    look_ahead(None, None, None)
    with pytest.raises(PlanError, match="no transcripts"):
        look_ahead(tmp_path, None, None)
    with pytest.raises(PlanError, match="no recordings"):
        look_ahead(None, tmp_path, None)
    with pytest.raises(PlanError, match=r"no am/final\.mdl"):
        look_ahead(None, None, tmp_path)
