"""The network: six layers that look at ever wider surroundings, one answer every 30 ms.

It looks 0.19 s ahead and 0.37 s back: the look-ahead delays every answer of the skill, the look-back costs
nothing, so the layers lean to the left. `OFFSETS` are frames of 10 ms; all but the first layer work on every
third frame.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .features import MELS, SUBSAMPLING
from .phones import NUMBER, PDFS

FIRST = tuple(range(-4, 5))
OFFSETS = ((-3, 0, 3), (-3, 0, 3), (-6, 0, 3), (-9, 0, 6), (-12, -6, 0))
LEFT = -FIRST[0] - sum(offsets[0] for offsets in OFFSETS)
RIGHT = FIRST[-1] + sum(offsets[-1] for offsets in OFFSETS)
WIDTH = 448
"""Answers of each layer; with 8 bits a weight, the model is as large as may be."""
BYPASS = 0.66
"""Share of a layer's input that is added to its output: deep layers train faster so."""
MEAN, SCALE = 11.0, 0.25
"""Log mel energies become (x - MEAN) * SCALE."""
GARBAGE = 2 * NUMBER["GBG"]
"""First of the two pdfs of the garbage phone; they are the last ones."""


class Network(nn.Module):
    """Log mel energies to scores of the pdfs."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.width = width
        sizes = [len(FIRST) * MELS] + [len(offsets) * width for offsets in OFFSETS]
        self.affine = nn.ModuleList(nn.Linear(size, width) for size in sizes)
        self.norm = nn.ModuleList(nn.BatchNorm1d(width) for _ in sizes)
        self.output = nn.Linear(width, PDFS)

    def forward(self, mel: Tensor) -> Tensor:
        """(B, LEFT + T + RIGHT, 40) -> (B, ceil(T / 3), 84) unnormalised scores."""
        spliced = ((mel - MEAN) * SCALE).unfold(1, len(FIRST), SUBSAMPLING).transpose(2, 3).flatten(2)
        hidden = self._layer(0, spliced)
        for index, offsets in enumerate(OFFSETS, start=1):
            steps = [(offset - offsets[0]) // SUBSAMPLING for offset in offsets]
            length = hidden.shape[1] - steps[-1]
            taps = [hidden[:, step : step + length] for step in steps]
            centre = taps[offsets.index(0)]
            hidden = self._layer(index, torch.cat(taps, 2)) + BYPASS * centre
        result: Tensor = self.output(hidden)
        return result

    def _layer(self, index: int, spliced: Tensor) -> Tensor:
        flat = self.norm[index](self.affine[index](spliced.flatten(0, 1)))
        return torch.relu(flat).view(spliced.shape[0], spliced.shape[1], self.width)
