"""The air between loudspeaker and microphone over PulseAudio: a process that hears the one, feeds the other.

    python tests/room/air.py --gain FACTOR --noise LEVEL [--response FILE.npy]

Records the loudspeaker's monitor, lets it sound in the room (a response and a gain; the buffers make the
delay), adds noise, and plays the sum into the sink ``room``, at 16,000 samples a second.  A process of its
own, because a thread beside recordings and a robot stumbles; it ends with its standard input.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import termios
import threading
from array import array
from typing import IO

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]

RATE = 16_000
HOP = 160
"""Samples that go through at a time."""
_MOST_WAITING = RATE // 5
"""Bytes, a tenth of a second, that may wait for the player: once it has run dry they would wait for ever, and
each time the echo would come later."""


class Convolver:
    """Sound in pieces of ``HOP`` with a response of any length: the overlaps are added."""

    def __init__(self, response: Wave) -> None:
        self._size = 1 << (HOP + len(response)).bit_length()
        self._spectrum = np.fft.rfft(response, self._size)
        self._rest = np.zeros(self._size)

    def feed(self, piece: Wave) -> Wave:
        """Give what sounds in the time of the piece."""
        self._rest += np.fft.irfft(np.fft.rfft(piece, self._size) * self._spectrum, self._size)
        out: Wave = self._rest[:HOP].copy()
        self._rest = np.concatenate([self._rest[HOP:], np.zeros(HOP)])
        return out


def waiting(pipe: IO[bytes]) -> int:
    """Bytes that nobody has read yet."""
    count = array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def main() -> None:
    """Carry the sound until the standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gain", type=float, required=True)
    parser.add_argument("--noise", type=float, required=True, help="root of its mean square, of 32,767")
    parser.add_argument("--response")
    options = parser.parse_args()
    response = np.load(options.response) if options.response else np.ones(1)
    response = options.gain * response / np.sqrt(np.sum(response**2))
    convolver = Convolver(response)
    noise = np.random.default_rng(7).normal(0, options.noise, 10 * RATE)
    form = ["--raw", "--format=s16le", "--channels=1", f"--rate={RATE}"]
    # A null sink gives its monitor in pieces as long as the shortest latency that anybody asks of it.
    with (
        subprocess.Popen(
            ["parec", "--device=speaker.monitor", "--latency-msec=20", *form], stdout=subprocess.PIPE
        ) as ears,
        subprocess.Popen(
            ["pacat", "--device=room", "--latency-msec=150", "--stream-name=air", *form],
            stdin=subprocess.PIPE,
            bufsize=0,  # or closing it would flush to a player that has ended already
        ) as mouth,
    ):
        assert ears.stdout is not None
        assert mouth.stdin is not None

        def end_with_our_caller() -> None:
            while os.read(0, 64):
                pass
            ears.terminate()
            mouth.terminate()

        threading.Thread(target=end_with_our_caller, daemon=True).start()
        at, backlog = 0, [0]
        while len(piece := ears.stdout.read(2 * HOP)) == 2 * HOP:
            heard = convolver.feed(np.frombuffer(piece, np.int16).astype(np.float64))
            heard += noise[at : at + HOP]
            at = (at + HOP) % len(noise)
            backlog = [*backlog[-RATE // HOP :], waiting(mouth.stdin)]  # a second of it: bursts pass by
            if min(backlog) > _MOST_WAITING:
                backlog = [0]
                continue
            try:
                mouth.stdin.write(np.clip(np.rint(heard), -32768, 32767).astype("<i2").tobytes())
            except BrokenPipeError:
                return


if __name__ == "__main__":
    main()
