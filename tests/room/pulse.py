"""A PulseAudio server of our own, without a sound card: two loudspeakers that are only heard by monitors.

What is played into the sink ``room`` is what the source ``mic`` hears; what the skill plays goes through the
sink ``desk``, which can be unplugged, to the sink ``speaker``.  Everything lives in a temporary folder:
socket, cookie, ALSA settings, the skill's memory and cache.  Nothing of the person's own sound is touched.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

RATE = 48_000
"""Samples a second of both sinks."""

_TOOLS = {
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "parec": "pulseaudio-utils",
    "pacat": "pulseaudio-utils",
    "flite": "flite",
    "text2wave": "festival festvox-kdlpc16k",
}
_DEVICES: Mapping[str, tuple[str, ...]] = {
    "microphone": ("module-remap-source", "master=room.monitor", "source_name=mic"),
    "loudspeaker": ("module-remap-sink", "master=speaker", "sink_name=desk"),
}
_MODULES = (
    "module-native-protocol-unix",
    "module-cli-protocol-unix",  # the one way to break off a stream
    f"module-null-sink sink_name=speaker rate={RATE} channels=1 norewinds=1",
    f"module-null-sink sink_name=room rate={RATE} channels=1 norewinds=1",
    *(" ".join(module) for module in _DEVICES.values()),
    "module-null-source source_name=nothing",
)
_ALSA = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"


def require_tools() -> None:
    """Fail with one sentence when a program that the room is made of is missing."""
    missing = sorted({package for tool, package in _TOOLS.items() if shutil.which(tool) is None})
    assert not missing, f"The room needs programs that are missing: sudo apt install {' '.join(missing)}"


class PulseServer:
    """The server, from ``with`` to the end of it."""

    def __init__(self) -> None:
        require_tools()
        self.home = Path(tempfile.mkdtemp(prefix="room-"))
        """A home folder for whatever runs in this room; removed with the server."""
        self.environ = _environ(self.home)
        """What a program must be started with to be in this room."""
        self.rates: dict[str, int] = {}
        """At what rate a device runs from when it is plugged in again; by default its sink's own."""
        self._plugged: dict[str, str] = {}

    def __enter__(self) -> Self:
        (self.home / "run").mkdir(mode=0o700)
        (self.home / ".asoundrc").write_text(_ALSA)
        # Not a daemon: a child of ours, which we can end by its own id and nobody else's.
        loads = [part for module in _MODULES for part in ("-L", module)]
        self._log = (self.home / "pulseaudio.log").open("wb")
        # Its usual resampler dulls what hisses: "no thanks" was heard as "no sense".
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--high-priority=yes", "--exit-idle-time=-1",
             "--use-pid-file=no", "--resample-method=speex-float-5", *loads],
            env=self.environ, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self._await_answer()
            # Whatever records from the default moves along when another becomes it; so nobody does.
            self.control("set-default-source", "nothing")
            self._plugged = {name: self._module_of(module[0]) for name, module in _DEVICES.items()}
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def control(self, *arguments: str) -> str:
        """Run pactl; gives what it printed."""
        done = subprocess.run(
            ["pactl", *arguments], env=self.environ, capture_output=True, text=True, timeout=10, check=False
        )
        assert done.returncode == 0, f"pactl {' '.join(arguments)} failed: {done.stderr.strip()}"
        return done.stdout.strip()

    def unplug(self, device: str) -> None:
        """Take the microphone or the loudspeaker away, and break off whatever runs on it."""
        # In one breath: PulseAudio would move what still runs to some other place, and a device that is gone
        # does not do that.
        microphone = device == "microphone"
        name, kinds = ("mic", "sources") if microphone else ("desk", "sinks")
        streams = "source-outputs" if microphone else "sink-inputs"
        number = next(row[0] for row in self._listed(kinds) if row[1] == name)
        orders = [f"kill-{streams[:-1]} {row[0]}" for row in self._listed(streams) if row[1] == number]
        orders.append(f"unload-module {self._plugged.pop(device)}")
        with socket.socket(socket.AF_UNIX) as cli:
            cli.settimeout(10)
            cli.connect(str(self.home / "run" / "cli"))
            cli.sendall(("\n".join(orders) + "\n").encode())
            cli.shutdown(socket.SHUT_WR)
            while cli.recv(4096):
                pass

    def plug_in(self, device: str) -> None:
        """Bring it back."""
        rate = [f"rate={self.rates[device]}"] if device in self.rates else []
        self._plugged[device] = self.control("load-module", *_DEVICES[device], *rate)

    def _listed(self, what: str) -> list[list[str]]:
        return [line.split("\t") for line in self.control("list", "short", what).splitlines()]

    def _await_answer(self) -> None:
        until = time.monotonic() + 10
        while True:
            asked = subprocess.run(["pactl", "info"], env=self.environ, capture_output=True, check=False)
            if asked.returncode == 0:
                return
            ended = self._process.poll()
            told = (self.home / "pulseaudio.log").read_text(errors="replace").strip()
            assert ended is None, f"PulseAudio ended with code {ended}: {told}"
            assert time.monotonic() < until, f"PulseAudio does not answer: {told}"
            time.sleep(0.05)

    def _module_of(self, name: str) -> str:
        return next(row[0] for row in self._listed("modules") if row[1] == name)


def _environ(home: Path, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The outer environment with every road to the person's own sound and folders closed."""
    kept = {name: value for name, value in outer.items() if not name.startswith(("PULSE_", "XDG_", "ALSA_"))}
    run = home / "run"
    return {
        **kept,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(run),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PULSE_RUNTIME_PATH": str(run),
        "PULSE_SERVER": f"unix:{run}/native",
        # By name: without its microphone, PulseAudio would give out what the loudspeaker plays instead.
        "PULSE_SINK": "desk",
        "PULSE_SOURCE": "mic",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
