"""A trained network as Kaldi components: batch norm, input scaling and the cosine transform melt in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .features import mfcc_matrix, mfcc_to_mel
from .kaldi import Component, Matrix, acoustic_model, affine, copy, nonlinear

Shape = tuple[tuple[int, ...], ...]


@dataclass
class Layers:
    """Plain arrays of a network, batch norm already melted in; see `melt`."""

    weights: list[Matrix]
    """First layer (W, 9 * 40), then (W, 3 * W) each, then the output (84, W)."""
    biases: list[Matrix]
    offsets: Shape
    """Input frames of each layer but the output."""
    bypass: float


def melt(weight: Matrix, bias: Matrix, norm: dict[str, npt.NDArray[np.float32]]) -> tuple[Matrix, Matrix]:
    """An affine layer and the batch norm after it (gamma, beta, mean, variance) as one affine layer."""
    scale = norm["gamma"] / np.sqrt(norm["variance"] + 1e-5)
    return weight * scale[:, None], (bias - norm["mean"]) * scale + norm["beta"]


def for_mfcc(weight: Matrix, bias: Matrix, mean: float, scale: float) -> tuple[Matrix, Matrix]:
    """A first layer for scaled log mel energies as one for MFCCs."""
    rows = weight.shape[0]
    blocks = weight.reshape(rows, -1, 40).astype(np.float64)
    moved = bias - scale * mean * blocks.sum((1, 2))
    return (scale * blocks @ mfcc_to_mel()).reshape(rows, -1).astype(np.float32), moved.astype(np.float32)


def for_mel(weight: Matrix, bias: Matrix, mean: float, scale: float) -> tuple[Matrix, Matrix]:
    """The way back from `for_mfcc`."""
    rows = weight.shape[0]
    blocks = weight.reshape(rows, -1, 40).astype(np.float64) @ mfcc_matrix() / scale
    moved = bias + scale * mean * blocks.sum((1, 2))
    return blocks.reshape(rows, -1).astype(np.float32), moved.astype(np.float32)


def components(layers: Layers, small: bool = True) -> list[Component]:
    """The network in Kaldi's terms, log-softmax last. The first layer stays in floats."""
    width = layers.weights[0].shape[0]
    made: list[Component] = []
    source = "input"
    for index, offsets in enumerate(layers.offsets):
        name = f"layer{index + 1}"
        append = ", ".join(f"Offset({source}, {o})" if o else source for o in offsets)
        made.append(affine(f"{name}.affine", f"Append({append})", layers.weights[index], layers.biases[index],
                           small and index > 0))  # fmt: skip
        made.append(nonlinear(f"{name}.relu", f"{name}.affine", "RectifiedLinear", width))
        if index:
            made.append(copy(f"{name}.sum", f"Sum(Scale({layers.bypass}, {source}), {name}.relu)", width))
        source = made[-1].name
    made.append(affine("output.affine", source, layers.weights[-1], layers.biases[-1], small))
    made.append(nonlinear("output.log", "output.affine", "LogSoftmax", layers.weights[-1].shape[0]))
    return made


def model_bytes(
    layers: Layers, garbage_price: float, priors: Matrix | None = None, small: bool = True
) -> bytes:
    """final.mdl. `garbage_price` is what each answer (30 ms) as garbage costs, in natural log units.

    It is taken off the bias of the last two pdfs. `priors`: (84,) shares, only for a network without MMI
    training.
    """
    biases = [*layers.biases[:-1], layers.biases[-1].copy()]
    biases[-1][-2:] -= garbage_price
    priced = Layers(layers.weights, biases, layers.offsets, layers.bypass)
    left = -sum(offsets[0] for offsets in layers.offsets)
    right = sum(max(0, offsets[-1]) for offsets in layers.offsets)
    empty = np.zeros(0, np.float32)
    return acoustic_model(components(priced, small), 40, (left, right), empty if priors is None else priors)
