"""Runs a training stage, with checkpoints, so that it can be stopped at any time and taken up again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .batches import Batch, Store, batches
from .losses import cross_entropy, lattice_free_mmi, phone_bigram
from .network import GARBAGE, LEFT, RIGHT, Network
from .work import Tell

Loss = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

SAVE_EVERY = 90.0
"""Seconds between checkpoints."""


@dataclass(frozen=True)
class Stage:
    """One stage of training."""

    name: str
    loss: str
    """"ce" or "mmi"."""
    passes: float
    """How often every utterance is seen."""
    rate: float
    """Highest learning rate; it rises over the first 3% and then falls to a fiftieth along a cosine."""
    batch: int
    """Frames in a batch."""
    seed: int


@dataclass(frozen=True)
class Run:
    """Where checkpoints go, and on how many threads to work."""

    folder: Path
    threads: int


class Training:
    """A network on its way through a stage, with its optimiser and the number of steps done."""

    def __init__(self, stage: Stage, store: Store, begin: Path | None) -> None:
        torch.manual_seed(stage.seed)
        self._device = store.mel.device
        self.network = Network().train().to(self._device)
        if begin is not None:
            self.network.load_state_dict(torch.load(begin, map_location="cpu", weights_only=True)["network"])
        self._parameters = list(self.network.parameters())
        self._optimiser = torch.optim.AdamW(
            self._parameters, lr=stage.rate, weight_decay=1e-3, betas=(0.9, 0.98)
        )
        self._stage = stage
        self._loss: Loss = cross_entropy
        if stage.loss == "mmi":
            self._loss = partial(lattice_free_mmi, bigram=phone_bigram(store.labels()))
        self._halved = self._device.type == "cuda" or sixteen_bits_are_quicker()
        self.done = 0
        # Batches are seven in a hundred smaller than they might be, for utterances have to fit.
        self.steps = max(1, int(stage.passes * len(store.mel) / (0.93 * stage.batch)))

    def step(self, group: list[Batch], workers: ThreadPoolExecutor) -> npt.NDArray[np.float64]:
        """One step on several batches at once, a thread each; returns the mean loss and score."""
        for settings in self._optimiser.param_groups:
            settings["lr"] = self._stage.rate * _slope(self.done / self.steps)
        results = list(workers.map(self._gradients, group))
        for index, parameter in enumerate(self._parameters):
            parameter.grad = torch.stack([gradients[index] for gradients, _, _ in results]).mean(0)
        torch.nn.utils.clip_grad_norm_(self._parameters, 3.0)
        self._optimiser.step()
        self.done += 1
        return np.asarray(np.mean([[value, score] for _, value, score in results], axis=0), np.float64)

    def _gradients(self, batch: Batch) -> tuple[tuple[Tensor, ...], float, float]:
        mel, labels = batch
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._halved):
            scores = self.network(mel)
        value, score = self._loss(scores.float(), labels)
        return torch.autograd.grad(value, self._parameters), value.item(), score.item()

    def save(self, path: Path) -> None:
        """Writes a checkpoint, by renaming, so that it is never half a one."""
        draft = path.with_suffix(".draft")
        optimiser = self._optimiser.state_dict()
        torch.save({"network": self.network.state_dict(), "optimiser": optimiser, "step": self.done}, draft)
        draft.rename(path)

    def resume(self, path: Path) -> None:
        """Goes on from a checkpoint of the same stage."""
        saved = torch.load(path, map_location=self._device, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self._optimiser.load_state_dict(saved["optimiser"])
        self.done = int(saved["step"])


def train(stage: Stage, store: Store, run: Run, begin: Path | None, tell: Tell) -> Path:
    """Trains and returns the checkpoint file. `begin`: a checkpoint to start from, without its optimiser."""
    finished, running = run.folder / f"{stage.name}.pt", run.folder / f"{stage.name}.running.pt"
    if finished.exists():
        tell(1.0, f"{stage.name} network is there")
        return finished
    store = store.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    training = Training(stage, store, begin)
    if running.exists():
        training.resume(running)
    tell(training.done / training.steps, f"{stage.name} network")
    saved_at, average = time.monotonic(), np.zeros(2)
    with ThreadPoolExecutor(run.threads) as workers:
        for group in _groups(stage, store, run.threads, training):
            average = _average(average, training.step(group, workers), training.done)
            if training.done % 25 == 0:
                share = f"{stage.name} step {training.done} of {training.steps}"
                tell(
                    training.done / training.steps, f"{share}, loss {average[0]:.3f}, score {average[1]:.3f}"
                )
            if time.monotonic() - saved_at > SAVE_EVERY:
                training.save(running)
                saved_at = time.monotonic()
    training.save(finished)
    running.unlink(missing_ok=True)
    return finished


def sixteen_bits_are_quicker() -> bool:
    """Whether this processor multiplies matrices of bfloat16 quicker than of float32.

    Some do so twice as fast, others ten times slower; only a try tells.
    """

    def seconds(kind: torch.dtype) -> float:
        left, right = torch.ones(1500, 1344, dtype=kind), torch.ones(1344, 448, dtype=kind)
        left @ right  # the first product sets things up
        began = time.perf_counter()
        for _ in range(5):
            left @ right
        return time.perf_counter() - began

    return seconds(torch.bfloat16) < seconds(torch.float32)


def _groups(stage: Stage, store: Store, threads: int, training: Training) -> Iterator[list[Batch]]:
    """Batches for each step, one for each thread, until the stage is done."""
    while training.done < training.steps:
        # Seeded by the step, so that a run that was interrupted goes on with fresh batches.
        chance = np.random.default_rng([stage.seed, training.done])
        source = batches(store, stage.batch // threads, (LEFT, RIGHT), chance)
        while group := list(islice(source, threads)):
            yield group
            if training.done >= training.steps:
                return


def _average(
    average: npt.NDArray[np.float64], new: npt.NDArray[np.float64], step: int
) -> npt.NDArray[np.float64]:
    """A moving average that starts as a plain one."""
    weight = 1.0 if not average.any() else max(0.02, 1 / step)
    return (1 - weight) * average + weight * new


def _slope(done: float) -> float:
    """Learning rate as a share of the highest one."""
    return min(1.0, done / 0.03 + 0.01) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def load_network(checkpoint: Path) -> Network:
    """The network of a checkpoint, ready to use."""
    network = Network()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["network"])
    return network.eval()


def log_priors(store: Store) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(P,) log share of each pdf in the labels."""
    counts = 1.0 + np.bincount(store.pdfs.cpu().numpy(), minlength=GARBAGE)[:GARBAGE]
    return np.asarray(np.log(counts / counts.sum()), np.float64)
