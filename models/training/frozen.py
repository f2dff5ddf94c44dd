"""Takes the arrays out of a trained network (the one file where torch and the exporter meet)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from .export import Layers, for_mel, for_mfcc, melt
from .kaldi import Matrix, affine_layers
from .network import BYPASS, FIRST, MEAN, OFFSETS, SCALE, Network


def layers_of(network: Network) -> Layers:
    """The arrays of a network for `export.model_bytes`."""
    state = {name: _array(tensor) for name, tensor in network.state_dict().items()}
    weights: list[Matrix] = []
    biases: list[Matrix] = []
    for index in range(1 + len(OFFSETS)):
        line, norm = f"affine.{index}", f"norm.{index}"
        arrays = {
            "gamma": state[f"{norm}.weight"],
            "beta": state[f"{norm}.bias"],
            "mean": state[f"{norm}.running_mean"],
            "variance": state[f"{norm}.running_var"],
        }
        weight, bias = melt(state[f"{line}.weight"], state[f"{line}.bias"], arrays)
        weights.append(weight)
        biases.append(bias)
    weights[0], biases[0] = for_mfcc(weights[0], biases[0], MEAN, SCALE)
    weights.append(state["output.weight"])
    biases.append(state["output.bias"])
    return Layers(weights, biases, (FIRST, *OFFSETS), BYPASS)


def network_of(model: bytes, garbage_price: float, mels: Iterable[Tensor]) -> Network:
    """The network of a final.mdl, ready to be trained further.

    Its batch norm has melted into its weights.  Norms that change nothing take its place: each multiplies by
    the spread and adds the mean that they take off, as found in ``mels`` (B, LEFT + T + RIGHT, 40).
    """
    layers = affine_layers(model)
    layers[0] = for_mel(*layers[0], MEAN, SCALE)
    layers[-1][1][-2:] += garbage_price
    network = Network(len(layers[0][1])).eval()
    for line, (weight, bias) in zip([*network.affine, network.output], layers, strict=True):
        line.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})
    seen = [_Seen() for _ in network.norm]
    hooks = [norm.register_forward_pre_hook(one.take) for norm, one in zip(network.norm, seen, strict=True)]
    with torch.no_grad():
        for mel in mels:
            network(mel)
        for hook, norm, one in zip(hooks, network.norm, seen, strict=True):
            hook.remove()
            mean, variance = one.moments()
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.bias.copy_(mean)
            norm.weight.copy_(torch.sqrt(variance + norm.eps))
    return network


class _Seen:
    """Adds up what comes into a norm."""

    def __init__(self) -> None:
        self._rows, self._sum, self._squares = 0, torch.zeros(1), torch.zeros(1)

    def take(self, _: object, values: tuple[Tensor, ...]) -> None:
        rows = values[0].double()
        self._rows += len(rows)
        self._sum = self._sum + rows.sum(0)
        self._squares = self._squares + rows.square().sum(0)

    def moments(self) -> tuple[Tensor, Tensor]:
        mean = self._sum / self._rows
        return mean, self._squares / self._rows - mean.square()


def _array(tensor: Tensor) -> Matrix:
    return np.asarray(tensor.detach().numpy(), np.float32)
