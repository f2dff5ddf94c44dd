"""Takes the arrays out of a trained network (the one file where torch and the exporter meet)."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from .export import Layers, for_mfcc, melt
from .kaldi import Matrix
from .network import BYPASS, FIRST, MEAN, OFFSETS, SCALE, Network


def layers_of(network: Network) -> Layers:
    """The arrays of a network for `export.model_bytes`."""
    weights: list[Matrix] = []
    biases: list[Matrix] = []
    for line, norm in zip(network.affine, network.norm, strict=True):
        assert isinstance(line, nn.Linear) and isinstance(norm, nn.BatchNorm1d)
        assert norm.running_mean is not None and norm.running_var is not None
        arrays = {
            "gamma": norm.weight,
            "beta": norm.bias,
            "mean": norm.running_mean,
            "variance": norm.running_var,
        }
        weight, bias = melt(_array(line.weight), _array(line.bias), {k: _array(v) for k, v in arrays.items()})
        weights.append(weight)
        biases.append(bias)
    weights[0], biases[0] = for_mfcc(weights[0], biases[0], MEAN, SCALE)
    weights.append(_array(network.output.weight))
    biases.append(_array(network.output.bias))
    return Layers(weights, biases, (FIRST, *OFFSETS), BYPASS)


def _array(tensor: Tensor) -> Matrix:
    return tensor.detach().cpu().numpy().astype(np.float32)
