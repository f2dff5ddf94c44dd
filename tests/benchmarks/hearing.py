"""How well models hear: whole phrases right, requests acted on, foreign speech refused, time taken.

Prints one table with a column for each model: first what it understands word for word when only the sentences
of the set are possible, then what becomes of speech on the whole way that the skill goes, from sound to
decision.

    python tests/benchmarks/hearing.py --human-speech DIR --noise DIR MODEL [MODEL ...]

A MODEL is a folder (with HCLr.fst), or the word `pocketsphinx` for that program with its own model and a
grammar.  What is finished is told on the way, on standard error.
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

from hearing_chain import Chain  # noqa: E402
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

EARLY, LAG = "last word to all words, s", "last word to decision, s"
SPENT, SPENT_CLOSED = "processor time for a second of speech, s", "the same with a closed list, s"
Rows = dict[str, str]
AIMS: Rows = {
    "rms clean": "99",
    "ked clean": "97",
    "rms, pink noise 10 dB": "96",
    "rms, steady noise 10 dB": "96",
    "rms, babble 20 dB": "96",
    "rms, babble 10 dB": "80",
    "human command words, 1 of 25": "93",
    "human sentences, 1 of 300": "97",
    "sentences of the bundle's tests": "95",
    "foreign speech": "at most 3 acted on",
    LAG: "0.45 / 0.70",
    SPENT: "0.03",
    "a pause of 0.6 s within a sentence": "5",
}
"""What is wanted; percent where nothing else is said."""


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


def vosk_rows(folder: Path, tests: list[Test]) -> Rows:
    """Percent right of each test with a closed list, and the share of real time that decoding took."""
    rows: Rows = {}
    spent = lasted = 0.0
    for test in tests:
        with tempfile.TemporaryDirectory() as scratch:
            model, unknown = closed(folder, test.phrases, Path(scratch))
            began = time.process_time()
            right = share_right(test, lambda sound, model=model: listen(model, sound))  # type: ignore[misc]
            spent += time.process_time() - began
            lasted += sum(len(c.sound) / 16000 for c in test.clips)
        rows[test.name] = f"{right:.1f}" + (f" ({unknown} not known)" if unknown else "")
        tell(test.name, rows[test.name])
    return rows | {SPENT_CLOSED: f"{spent / lasted:.3f}"}


def chain_rows(folder: Path, tests: Sequence[Whole], hesitant: Whole) -> Rows:
    """What becomes of each set on the whole way from sound to decision."""
    rows: Rows = {}
    chain = Chain(folder, BUNDLE)
    try:
        for test in tests:
            tally = chain.tally(test.clips, test.intents)
            rows[test.name] = ", ".join(f"{tally.share(fate):.1f}" for fate in ("right", "asked", "wrong"))
            tell(test.name, rows[test.name])
            if test is tests[0]:
                rows[EARLY], rows[LAG], rows[SPENT] = tally.early(), tally.lags(), f"{tally.spent():.3f}"
        rows[hesitant.name] = f"{chain.tally(hesitant.clips, hesitant.intents).cut():.1f}"
    finally:
        chain.close()
    return rows


def pocketsphinx_rows(tests: list[Test]) -> Rows:
    """The same for pocketsphinx 5 with its own English model and a JSGF grammar."""
    from pocketsphinx import Decoder

    rows: Rows = {}
    spent = lasted = 0.0
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

        began = time.process_time()
        rows[test.name] = f"{share_right(test, hear):.1f}"
        spent += time.process_time() - began
        lasted += sum(len(c.sound) / 16000 for c in test.clips)
        tell(test.name, rows[test.name])
    return rows | {SPENT_CLOSED: f"{spent / lasted:.3f}"}


def tell(name: str, found: str) -> None:
    """Says what has been found, while the rest is still being measured."""
    print(f"  {name:40} {found}", file=sys.stderr, flush=True)


def print_table(columns: dict[str, Rows]) -> None:
    """One table, in Markdown, with a line that explains it."""
    names = list(dict.fromkeys(name for rows in columns.values() for name in rows))
    print("| |", " | ".join(["aim", *columns]), "|")
    print("|---|" + "---|" * (len(columns) + 1))
    for name in names:
        print(
            f"| {name} |",
            " | ".join([AIMS.get(name, ""), *(r.get(name, "-") for r in columns.values())]),
            "|",
        )


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
    columns: dict[str, Rows] = {}
    for name in plan.models:
        tell(name, "")
        if name == "pocketsphinx":
            columns[name] = pocketsphinx_rows(tests)
        else:
            folder = Path(name).resolve()
            columns[folder.name] = vosk_rows(folder, tests) | chain_rows(folder, whole, hesitant)
    print_table(columns)
    print(
        "\nPercent understood word for word, from the closed list of each set; of whole requests: acted on"
        " rightly, asked about, acted on wrongly; of a pause: cut in two.  Seconds: median / 95th percentile."
    )


if __name__ == "__main__":
    main()
