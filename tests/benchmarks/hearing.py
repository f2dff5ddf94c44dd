"""How well models hear: whole phrases right, foreign speech refused, time taken. Prints a table.

    python tests/benchmarks/hearing.py --human-speech DIR --noise DIR MODEL [MODEL ...]

A MODEL is a folder (with HCLr.fst), or the word `pocketsphinx` for that program with its own model and a
grammar.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process
from vosk import KaldiRecognizer, Model, SetLogLevel

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from hearing_sets import (  # noqa: E402
    Clip,
    Floats,
    Test,
    foreign_test,
    human_tests,
    kept_people,
    spoken_tests,
)

from models.training.fst import save_const  # noqa: E402
from models.training.graph import phrase_graph, read_words  # noqa: E402
from models.training.lexicon import bundle_sentences  # noqa: E402

QUIET = np.zeros(4800, np.float32)


@dataclass(frozen=True)
class Heard:
    """What was understood. `sure`: the mean confidence of the words, 0..1."""

    text: str
    sure: float


def listen(model: Model, sound: Floats) -> Heard:
    """The first words understood in a sound, with 0.3 s of silence around it, in blocks of 100 ms."""
    recogniser = KaldiRecognizer(model, 16000)
    recogniser.SetWords(True)
    blocks = np.concatenate([QUIET, sound, QUIET]).clip(-32768, 32767).astype(np.int16)
    words: list[dict[str, float | str]] = []
    for start in range(0, len(blocks), 1600):
        if recogniser.AcceptWaveform(blocks[start : start + 1600].tobytes()) and not words:
            words = json.loads(recogniser.Result()).get("result", [])
    words = words or json.loads(recogniser.FinalResult()).get("result", [])
    return Heard(
        " ".join(str(w["word"]) for w in words), float(np.mean([w["conf"] for w in words])) if words else 0.0
    )


def closed(folder: Path, phrases: list[str], scratch: Path) -> tuple[Model, int]:
    """The model with a graph of these phrases only; and how many it cannot know, for want of a word."""
    words = read_words(folder / "graph")
    known = [p for p in phrases if all(w in words for w in p.split())]
    (scratch / "graph").mkdir()
    for part in ("am", "conf"):
        (scratch / part).symlink_to(folder / part)
    for name in ("HCLr.fst", "disambig_tid.int", "words.txt", "phones"):
        (scratch / "graph" / name).symlink_to(folder / "graph" / name)
    save_const(phrase_graph(known, words), scratch / "graph" / "Gr.fst")
    return Model(str(scratch)), len(phrases) - len(known)


def share_right(test: Test, hear: Callable[[Floats], Heard]) -> float:
    """Percent of the clips that were understood word for word."""
    return 100 * float(np.mean([hear(clip.sound).text == clip.text for clip in test.clips]))


def vosk_rows(folder: Path, tests: list[Test]) -> None:
    """Prints a line for each test with a closed list."""
    for test in tests:
        with tempfile.TemporaryDirectory() as scratch:
            model, unknown = closed(folder, test.phrases, Path(scratch))
            began = time.process_time()
            right = share_right(test, lambda sound, model=model: listen(model, sound))  # type: ignore[misc]
            spent = (time.process_time() - began) / sum(len(c.sound) / 16000 for c in test.clips)
        note = f", {unknown} phrases have unknown words" if unknown else ""
        print(f"  {test.name:36} {right:5.1f} %   {spent:.3f} of real time{note}", flush=True)


def open_rows(folder: Path, ours: list[Clip], foreign: Test) -> None:
    """Prints how much of ours and of foreign speech the model's own graph takes for ours, by confidence.

    Taken for ours: without [unk], sure enough, and nearly (80 of 100) one of the bundle's sentences.
    """
    model = Model(str(folder))
    sentences = bundle_sentences(ROOT / "intents" / "en")
    mine = [(listen(model, clip.sound), clip.text) for clip in ours]
    theirs = [listen(model, clip.sound) for clip in foreign.clips]
    print(f"  {'own graph, word for word':36} {100 * np.mean([h.text == t for h, t in mine]):5.1f} %")

    def near(heard: Heard) -> bool:
        found = process.extractOne(heard.text, sentences, scorer=fuzz.ratio, score_cutoff=80)
        return "[unk]" not in heard.text and found is not None

    near_mine, near_theirs = [near(h) for h, _ in mine], [near(h) for h in theirs]
    for limit in (0.0, 0.6, 0.7, 0.8, 0.9):
        accepted = [taken and h.sure >= limit for taken, (h, _) in zip(near_mine, mine, strict=True)]
        wrong = [taken and h.sure >= limit for taken, h in zip(near_theirs, theirs, strict=True)]
        print(f"  own graph, sure >= {limit:.1f}: ours accepted {100 * np.mean(accepted):5.1f} %, "
              f"foreign accepted {100 * np.mean(wrong):5.1f} %", flush=True)  # fmt: skip


def pocketsphinx_rows(tests: list[Test]) -> None:
    """The same for pocketsphinx 5 with its own English model and a JSGF grammar."""
    from pocketsphinx import Decoder

    for test in tests:
        decoder = Decoder(samprate=16000, loglevel="FATAL")
        known = [p for p in test.phrases if all(decoder.lookup_word(w) for w in p.split())]
        decoder.add_jsgf_string("set", "#JSGF V1.0; grammar set; public <set> = " + " | ".join(known) + ";")
        decoder.activate_search("set")

        def hear(sound: Floats, decoder: Decoder = decoder) -> Heard:
            decoder.start_utt()
            block = np.concatenate([QUIET, sound, QUIET]).clip(-32768, 32767).astype(np.int16)
            decoder.process_raw(block.tobytes(), full_utt=True)
            decoder.end_utt()
            found = decoder.hyp()
            return Heard(found.hypstr if found else "", 1.0)

        print(f"  {test.name:36} {share_right(test, hear):5.1f} %", flush=True)


def main() -> None:
    """Reads the command line and measures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="+")
    parser.add_argument("--human-speech", type=Path, required=True)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100, help="phrases in each synthetic set")
    plan = parser.parse_args()
    SetLogLevel(-1)
    people, bundle = kept_people(plan.human_speech), ROOT / "intents" / "en"
    tests = spoken_tests(bundle, plan.noise, people, plan.count) + human_tests(people, plan.count)
    ours = [clip for test in tests[:2] for clip in test.clips]
    foreign = foreign_test(people, 3 * plan.count)
    for name in plan.models:
        print(name)
        if name == "pocketsphinx":
            pocketsphinx_rows(tests)
        else:
            vosk_rows(Path(name), tests)
            open_rows(Path(name), ours, foreign)


if __name__ == "__main__":
    main()
