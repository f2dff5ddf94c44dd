"""One interruption as a picture: what was played, heard and left, and what was decided when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bedroom import RATE, Acoustics, joined
from room_measures import LINES, Skill
from voices import said_by

from voice_skill.hearing.echo_path import EchoPath
from voice_skill.hearing.endpoint import Voices
from voice_skill.messages import Heard, StopSpeaking


class Watched(EchoPath):
    """Keeps what it gives."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[bytes] = []

    def without_echo(self, block: bytes, at: float) -> tuple[bytes, Voices]:
        """As ever."""
        clean, voices = super().without_echo(block, at)
        self.given.append(clean)
        return clean, voices


def draw(skill: Skill, acoustics: Acoustics, out: Path) -> None:
    """Say "stop" over a sentence and draw the seconds around it into a PNG file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    path = Watched()
    with skill.bedroom(acoustics, quiet_after=None, canceller=path) as bed:
        bed.wait(12)
        bed.session.stand("routine", bed.now)
        bed.session.script.say_again(LINES[0])
        bed.app._carry_out(bed.session._take())
        began = bed.now
        bed.wait(2.5)
        said_at, over = bed.now, bed.says(said_by("stop", "ked"))
        bed.wait(over - bed.now + 1.5)
        left = np.frombuffer(b"".join(path.given), "<i2")
        tracks = (
            ("what the skill plays", joined(bed.spoken)),
            ("what the microphone hears", joined(bed.heard)),
            ("what is left without its own voice", left),
        )
        figure, axes = pyplot.subplots(3, 1, sharex=True, figsize=(10, 6), layout="constrained")
        first = round(began * RATE)
        for axis, (name, track) in zip(axes, tracks, strict=True):
            piece = track[first:]
            axis.plot(np.arange(len(piece)) / RATE, piece, linewidth=0.4, color="black")
            axis.set_ylabel(name.replace(" the ", " the\n", 1), fontsize=8)
            axis.axvspan(said_at - began, over - began, alpha=0.2)
            for at, message in bed.messages:
                if at > began and isinstance(message, Heard | StopSpeaking):
                    what = f"heard '{message.text}'" if isinstance(message, Heard) else "falls silent"
                    axis.axvline(at - began, linestyle="--", linewidth=0.8, label=what)
        axes[0].legend(fontsize=8)
        axes[-1].set_xlabel('seconds; shaded: the person says "stop"')
        figure.savefig(out, dpi=120)
        pyplot.close(figure)
