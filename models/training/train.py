"""Runs a training stage, with checkpoints, so that it can be stopped at any time and taken up again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .batches import Store, batches
from .losses import cross_entropy, lattice_free_mmi, phone_bigram
from .network import LEFT, RIGHT, Network

Loss = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]

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


def train(
    stage: Stage, store: Store, run: Run, begin: Path | None, tell: Callable[[float, str], None]
) -> Path:
    """Trains and returns the checkpoint file. `begin`: a checkpoint to start from, without its optimiser."""
    folder, threads = run.folder, run.threads
    finished, running = folder / f"{stage.name}.pt", folder / f"{stage.name}.running.pt"
    if finished.exists():
        return finished
    torch.manual_seed(stage.seed)
    network = Network()
    if begin is not None:
        network.load_state_dict(torch.load(begin, weights_only=True)["network"])
    optimiser = torch.optim.AdamW(network.parameters(), lr=stage.rate, weight_decay=1e-3, betas=(0.9, 0.98))
    step = 0
    if running.exists():
        saved = torch.load(running, weights_only=True)
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        step = int(saved["step"])
    steps = int(stage.passes * sum(map(len, store.mels)) / (0.93 * stage.batch))
    loss = _loss(stage, store)
    network.train()
    saved_at, average = time.monotonic(), np.zeros(2)
    with ThreadPoolExecutor(threads) as workers:
        while step < steps:
            # Seeded by the step, so that a run that was interrupted goes on with fresh batches.
            source = batches(
                store, stage.batch // threads, (LEFT, RIGHT), np.random.default_rng([stage.seed, step])
            )
            for group in zip(*[source] * threads, strict=False):
                for settings in optimiser.param_groups:
                    settings["lr"] = stage.rate * _slope(step / steps)
                average = _average(average, _step(network, loss, optimiser, workers, list(group)), step)
                step += 1
                if step % 25 == 0:
                    tell(
                        step / steps,
                        f"{stage.name} step {step} of {steps}, loss {average[0]:.3f}, score {average[1]:.3f}",
                    )
                if time.monotonic() - saved_at > SAVE_EVERY:
                    _save(running, network, optimiser, step)
                    saved_at = time.monotonic()
                if step >= steps:
                    break
    _save(finished, network, optimiser, step)
    running.unlink(missing_ok=True)
    return finished


def _step(
    network: Network,
    loss: Loss,
    optimiser: torch.optim.Optimizer,
    workers: ThreadPoolExecutor,
    group: list[Batch],
) -> npt.NDArray[np.float64]:
    """One step on several batches at once, a thread each; returns the mean loss and score."""
    parameters = list(network.parameters())

    def gradients(batch: Batch) -> tuple[tuple[Tensor, ...], float, float]:
        mel, pdfs = batch
        value, score = loss(network(torch.from_numpy(mel)), torch.from_numpy(pdfs.astype(np.int64)))
        return torch.autograd.grad(value, parameters), value.item(), score.item()

    results = list(workers.map(gradients, group))
    for index, parameter in enumerate(parameters):
        parameter.grad = torch.stack([result[0][index] for result in results]).mean(0)
    torch.nn.utils.clip_grad_norm_(parameters, 3.0)
    optimiser.step()
    return np.asarray(np.mean([[value, score] for _, value, score in results], axis=0), np.float64)


def _average(
    average: npt.NDArray[np.float64], new: npt.NDArray[np.float64], step: int
) -> npt.NDArray[np.float64]:
    """A moving average that starts as a plain one."""
    weight = 1.0 if not average.any() else max(0.02, 1 / (step + 1))
    return (1 - weight) * average + weight * new


def _loss(stage: Stage, store: Store) -> Loss:
    if stage.loss == "ce":
        return cross_entropy
    transitions = phone_bigram(store.pdfs)
    return lambda scores, labels: lattice_free_mmi(scores, labels, transitions)


def _slope(done: float) -> float:
    """Learning rate as a share of the highest one."""
    return min(1.0, done / 0.03 + 0.01) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def _save(path: Path, network: Network, optimiser: torch.optim.Optimizer, step: int) -> None:
    draft = path.with_suffix(".draft")
    torch.save({"network": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, draft)
    draft.rename(path)


def load_network(checkpoint: Path) -> Network:
    """The network of a checkpoint, ready to use."""
    network = Network()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    return network.eval()


def log_priors(store: Store) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(82,) log share of each pdf in the labels."""
    counts = sum((np.bincount(pdfs, minlength=82)[:82] for pdfs in store.pdfs), np.ones(82))
    return np.asarray(np.log(counts / counts.sum()), np.float64)
