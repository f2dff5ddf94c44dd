"""How well models hear: whole phrases right, requests acted on, foreign speech refused, time taken.

Prints two tables for each model: first what it understands word for word when only the sentences of the set
are possible, then what becomes of speech on the whole way that the skill goes, from sound to decision.

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from vosk import KaldiRecognizer, Model, SetLogLevel

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from hearing_chain import Chain, row  # noqa: E402
from hearing_sets import (  # noqa: E402
    Floats,
    Test,
    Whole,
    hesitant_test,
    human_tests,
    kept_people,
    spoken_tests,
    whole_tests,
)

from models.training.fst import save_const  # noqa: E402
from models.training.graph import phrase_graph, read_words  # noqa: E402

BUNDLE = ROOT / "intents" / "en"
QUESTIONS = ROOT / "tests" / "understanding" / "questions.yaml"
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


def chain_rows(folder: Path, tests: Sequence[Whole], hesitant: Whole) -> None:
    """Prints what becomes of each set on the whole way from sound to decision."""
    chain = Chain(folder, BUNDLE)
    try:
        for test in tests:
            print(row(test.name, chain.tally(test.clips, test.intents)), flush=True)
        print(f"  {hesitant.name:36} {chain.tally(hesitant.clips, hesitant.intents).cut():5.1f} % cut in two")
    finally:
        chain.close()


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
    people = kept_people(plan.human_speech)
    tests = spoken_tests(BUNDLE, plan.noise, people, plan.count) + human_tests(people, plan.count)
    whole = whole_tests(BUNDLE, QUESTIONS, plan.noise, people, plan.count)
    hesitant = hesitant_test(BUNDLE, plan.count)
    for name in plan.models:
        print(name)
        if name == "pocketsphinx":
            pocketsphinx_rows(tests)
        else:
            vosk_rows(Path(name).resolve(), tests)
            chain_rows(Path(name).resolve(), whole, hesitant)


if __name__ == "__main__":
    main()
