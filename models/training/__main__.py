"""Makes the recogniser's model: speech, labels, network, graphs. Run it again to go on.

    python -m models.training --work DIR [--human-speech DIR] [--noise DIR] [--begin-with MODEL]

Without --human-speech it trains on synthetic voices alone; models/README.md says what that costs.
With --begin-with a model that was made here is trained further, which leaves the first two networks out.
Every step leaves its result in the work folder and is left out when it finds it there.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from .export import model_bytes
from .folder import GARBAGE_PRICE, replace_graphs, write_model
from .lexicon import bundle_sentences
from .plan import PlanError, Settings, acoustic_model, keep_to, look_ahead
from .prepare import prepare
from .progress import Progress
from .synthesis import make_speech

if TYPE_CHECKING:
    from .batches import Store

ROOT = Path(__file__).resolve().parents[2]
MINUTES: dict[str, float] = {
    "speech": 9,
    "features": 2,
    "first": 8,
    "people": 4,
    "people-features": 3,
    "second": 17,
    "third": 50,
    "model": 1,
}
"""Usual minutes of each step on two cores, for the estimate only."""


def people_takes(copies: int) -> tuple[int, ...]:
    """How many words a human utterance must have to be in each copy of all.

    There are few sentences among the recordings, and most of what is said to the skill is a sentence.
    """
    return (1,) * (copies + 1) + (3,) * (copies + 1)


@dataclass(frozen=True)
class Plan:
    """What to do; see `read_plan` for the meaning."""

    work: Path | None
    out: Path
    bundle: Path
    human_speech: Path | None
    noise: Path | None
    begin_with: Path | None
    utterances: int
    copies: int
    effort: float
    batch: int
    seed: int
    threads: int
    graphs_only: bool


def read_plan(arguments: list[str] | None = None) -> Plan:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument(
        "--work", type=Path, help="folder for everything on the way (some 9 GB); --graphs-only needs none"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "en-us-night", help="the model folder")
    parser.add_argument("--bundle", type=Path, default=ROOT / "intents" / "en", help="the words it must know")
    parser.add_argument("--human-speech", type=Path, help="folder with transcripts.tsv and recordings")
    parser.add_argument("--noise", type=Path, help="folder with esc10, steady and rooms")
    parser.add_argument("--begin-with", type=Path, help="model folder whose network is trained further")
    parser.add_argument("--utterances", type=int, default=36000, help="synthetic sentences")
    parser.add_argument("--copies", type=int, default=1, help="of each sentence, in other surroundings")
    parser.add_argument("--effort", type=float, default=1.0, help="factor on the passes over the data")
    parser.add_argument("--batch", type=int, default=9000, help="frames in a step; more for an accelerator")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2, help="batches that are worked on side by side")
    parser.add_argument(
        "--graphs-only", action="store_true", help="only write the graphs of --out for the bundle anew"
    )
    plan = Plan(**vars(parser.parse_args(arguments)))
    if plan.work is None and not plan.graphs_only:
        parser.error("--work is missing: name a folder for everything on the way")
    return plan


def make(plan: Plan) -> None:
    """Every step from nothing to the model. Raises PlanError before any work is done."""
    if plan.graphs_only or plan.work is None:
        replace_graphs(plan.out, plan.bundle)
        return
    look_ahead(plan.human_speech, plan.noise, plan.begin_with)
    keep_to(plan.work, settings(plan))
    progress = Progress(MINUTES)
    spoken, heard = plan.work / "synthetic", plan.work / "synthetic-features"
    make_speech(spoken, plan.utterances, bundle_sentences(plan.bundle), plan.seed, progress.teller("speech"))
    prepare(spoken, heard, plan.noise, plan.seed, progress.teller("features"), (1,) * plan.copies)
    checkpoint = _train(plan, plan.work, progress, heard)
    from .frozen import layers_of
    from .train import load_network

    told = progress.teller("model")
    told(0.0, "graphs")
    acoustic = model_bytes(layers_of(load_network(checkpoint)), GARBAGE_PRICE)
    size = write_model(plan.out, acoustic, plan.bundle)
    told(1.0, f"{plan.out}: {size / 1e6:.1f} MB")


def settings(plan: Plan) -> Settings:
    """What must stay the same while a model is being made; new phrases in the bundle do no harm."""
    return {
        "utterances": plan.utterances,
        "effort": plan.effort,
        "seed": plan.seed,
        "human_speech": plan.human_speech is not None,
        "noise": plan.noise is not None,
        "begin_with": _fingerprint(plan.begin_with) if plan.begin_with else None,
        "copies": plan.copies,
        "batch": plan.batch,
    }


def _fingerprint(model: Path) -> str:
    """Tells one network from another, wherever they lie."""
    return hashlib.sha256(acoustic_model(model).read_bytes()).hexdigest()


def _train(plan: Plan, work: Path, progress: Progress, heard: Path) -> Path:
    """First network on synthetic speech; human speech aligned by it; second on all; third with MMI.

    A model to begin with takes the place of the first and of the second.
    """
    from .batches import read_store
    from .train import Run, Stage, train

    run = Run(work, plan.threads)
    store = read_store([heard])
    if plan.begin_with is None:
        first = Stage("first", "ce", 1.0 * plan.effort, 3e-3, plan.batch, plan.seed)
        checkpoint = train(first, store, run, None, progress.teller("first"))
    else:
        checkpoint = _begin_with(plan.begin_with, work / "begun.pt", store)
        progress.teller("first")(1.0, f"begun with {plan.begin_with}")
    store = _with_people(plan, work, progress, checkpoint, store)
    if plan.begin_with is None:
        second = Stage("second", "ce", 1.0 * plan.effort, 2e-3, plan.batch, plan.seed + 2)
        checkpoint = train(second, store, run, checkpoint, progress.teller("second"))
    else:
        progress.teller("second")(1.0, "no second network")
    rate = (1e-3 if plan.begin_with is None else 6e-4) * (plan.batch / 9000) ** 0.5
    third = Stage("third", "mmi", 3.0 * plan.effort, rate, plan.batch, plan.seed + 3)
    return train(third, store, run, checkpoint, progress.teller("third"))


def _begin_with(model: Path, checkpoint: Path, store: Store) -> Path:
    """The network of a model folder as a checkpoint; its norms are set by a few batches."""
    import numpy as np
    import torch

    from .batches import batches
    from .frozen import network_of
    from .network import LEFT, RIGHT

    if not checkpoint.exists():
        some = islice(batches(store, 9000, (LEFT, RIGHT), np.random.default_rng(0)), 50)
        acoustic = acoustic_model(model).read_bytes()
        network = network_of(acoustic, GARBAGE_PRICE, (mel for mel, _ in some))
        torch.save({"network": network.state_dict()}, checkpoint)
    return checkpoint


def _with_people(plan: Plan, work: Path, progress: Progress, checkpoint: Path, store: Store) -> Store:
    """The store with the human speech besides, if there is any, aligned by the network of the checkpoint."""
    from .batches import read_store
    from .people import prepare_people
    from .train import log_priors

    if plan.human_speech is None:
        for step in ("people", "people-features"):
            progress.teller(step)(1.0, "no human speech")
        print(
            "no --human-speech: the model will know synthetic voices best, and real ones markedly less well"
        )
        return store
    people, folder = work / "people", work / "people-features"
    # What was trained with MMI gives likelihoods already.
    priors = log_priors(store) if plan.begin_with is None else 0.0 * log_priors(store)
    prepare_people(plan.human_speech, people, checkpoint, priors, progress.teller("people"))
    told = progress.teller("people-features")
    prepare(people, folder, plan.noise, plan.seed + 1, told, people_takes(plan.copies))
    return read_store([work / "synthetic-features", folder])


if __name__ == "__main__":
    try:
        make(read_plan())
    except PlanError as wrong:
        sys.exit(str(wrong))
