"""Takes the arrays out of a trained network (the one file where torch and the exporter meet)."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from .export import Layers, for_mfcc, melt
from .kaldi import Matrix
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


def _array(tensor: Tensor) -> Matrix:
    return np.asarray(tensor.detach().numpy(), np.float32)
