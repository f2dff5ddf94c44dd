r"""Kaldi's binary file formats, as far as an acoustic model needs them: bytes and numpy only.

A file begins with "\0B". A token is its characters and one space. A scalar is one byte that gives its size,
then the value, little-endian. Vectors and matrices are a token (FV, FM, or CM3 for a matrix in 8 bits),
sizes, raw values.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .phones import positioned_base

Matrix = npt.NDArray[np.float32]
HALF = float(np.log(0.5))


def token(name: str) -> bytes:
    """A word of the format, such as <Nnet3>."""
    return name.encode() + b" "


def integer(value: int) -> bytes:
    """A 32-bit integer."""
    return b"\4" + struct.pack("<i", value)


def real(value: float) -> bytes:
    """A 32-bit float."""
    return b"\4" + struct.pack("<f", value)


def double(value: float) -> bytes:
    """A 64-bit float."""
    return b"\10" + struct.pack("<d", value)


def integers(values: list[int]) -> bytes:
    """A vector of 32-bit integers."""
    return b"\4" + struct.pack(f"<i{len(values)}i", len(values), *values)


def vector(values: npt.ArrayLike) -> bytes:
    """A vector of floats."""
    array = np.asarray(values, np.float32)
    return token("FV") + integer(len(array)) + bytes(array.astype("<f4").tobytes())


def matrix(values: Matrix, small: bool = True) -> bytes:
    """A matrix: in 8 bits (value = lowest + byte * range / 255) if `small`, else as floats."""
    rows, columns = values.shape
    if not small:
        return token("FM") + integer(rows) + integer(columns) + np.asarray(values, np.float32).tobytes()
    low, width = float(values.min()), float(values.max() - values.min()) or 1e-6
    levels: npt.NDArray[np.uint8] = np.rint((values - low) * (255.0 / width)).clip(0, 255).astype(np.uint8)
    return token("CM3") + struct.pack("<ffii", low, width, rows, columns) + levels.tobytes()


def affine_layers(model: bytes) -> list[tuple[Matrix, Matrix]]:
    """The weights and biases of a final.mdl that was made here, in order."""
    found = []
    for piece in model.split(token("<AffineComponent>"))[1:]:
        weights, biases = piece.split(token("<LinearParams>"), 1)[1].split(token("<BiasParams>"), 1)
        found.append((_read_matrix(weights), _read_vector(biases)))
    return found


def _read_matrix(data: bytes) -> Matrix:
    if data.startswith(token("CM3")):
        low, width, rows, columns = struct.unpack_from("<ffii", data, 4)
        levels = np.frombuffer(data, np.uint8, rows * columns, 20)
        return (low + levels.astype(np.float32) * np.float32(width / 255.0)).reshape(rows, columns)
    rows, columns = struct.unpack_from("<xixi", data, 3)
    return np.frombuffer(data, "<f4", rows * columns, 13).reshape(rows, columns).astype(np.float32)


def _read_vector(data: bytes) -> Matrix:
    (length,) = struct.unpack_from("<xi", data, 3)
    return np.frombuffer(data, "<f4", length, 8).astype(np.float32)


def transition_model() -> bytes:
    """One emitting state for each phone; its first answer has another pdf than the following ones."""
    bases = positioned_base()
    numbers = list(range(1, len(bases) + 1))
    emitting = [integer(0), integer(0), integer(1), integer(2), integer(0), real(0.5), integer(1), real(0.5)]
    topology = [integer(-1), integer(1), integer(2), *emitting[1:], integer(-1), integer(-1), integer(0)]
    tuples = [
        integer(number) + integer(0) + integer(2 * base) + integer(2 * base + 1)
        for number, base in zip(numbers, bases, strict=True)
    ]
    return b"".join(
        [token("<TransitionModel>"), token("<Topology>"), integers(numbers),
         integers([-1] + [0] * len(bases)), *topology, token("</Topology>"),
         token("<Tuples>"), integer(len(bases)), *tuples, token("</Tuples>"),
         token("<LogProbs>"), vector([0.0] + [HALF] * (2 * len(bases))), token("</LogProbs>"),
         token("</TransitionModel>")]
    )  # fmt: skip


@dataclass
class Component:
    """A part of a network and where its input comes from."""

    name: str
    source: str
    """Kaldi's input descriptor, such as `Append(Offset(x, -3), x)`."""
    body: bytes


def affine(name: str, source: str, weight: Matrix, bias: Matrix, small: bool = True) -> Component:
    """Y = weight x + bias."""
    body = [token("<AffineComponent>"), token("<LearningRate>"), real(0.001), token("<LinearParams>"),
            matrix(weight, small), token("<BiasParams>"), vector(bias),
            token("</AffineComponent>")]  # fmt: skip
    return Component(name, source, b"".join(body))


def nonlinear(name: str, source: str, kind: str, size: int) -> Component:
    """`kind`: RectifiedLinear or LogSoftmax."""
    body = [token(f"<{kind}Component>"), token("<Dim>"), integer(size), token("<ValueAvg>"), vector([]),
            token("<DerivAvg>"), vector([]), token("<Count>"), double(0.0),
            token(f"</{kind}Component>")]  # fmt: skip
    return Component(name, source, b"".join(body))


def copy(name: str, source: str, size: int) -> Component:
    """Its input unchanged: only such a component may have a sum as its input and be listed as a node."""
    body = [token("<NoOpComponent>"), token("<Dim>"), integer(size), token("<BackpropScale>"), real(1.0),
            token("</NoOpComponent>")]  # fmt: skip
    return Component(name, source, b"".join(body))


def acoustic_model(
    components: list[Component], features: int, context: tuple[int, int], priors: Matrix
) -> bytes:
    """The whole final.mdl. The last component is the output; `priors`, unless empty, are divided out."""
    config = [f"input-node name=input dim={features}"]
    config += [f"component-node name={c.name} component={c.name} input={c.source}" for c in components]
    config += [f"output-node name=output input={components[-1].name} objective=linear", "", ""]
    parts = [b"\0B", transition_model(), token("<Nnet3>"), b"\n", "\n".join(config).encode()]
    parts += [token("<NumComponents>"), integer(len(components))]
    for component in components:
        parts += [token("<ComponentName>"), token(component.name), component.body]
    parts += [token("</Nnet3>"), token("<LeftContext>"), integer(context[0]), token("<RightContext>")]
    parts += [integer(context[1]), token("<Priors>"), vector(priors)]
    return b"".join(parts)
