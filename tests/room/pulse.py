"""A PulseAudio server of our own, without a sound card: two loudspeakers that are only heard by monitors.

What is played into the sink ``room`` is what the source ``mic`` hears; what the skill plays goes to the
sink ``speaker``.  Everything lives in a temporary folder: socket, cookie, ALSA settings, the skill's
memory and cache.  Nothing of the person's own sound is touched.
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
_MIC = ("module-remap-source", "master=room.monitor", "source_name=mic")
_MODULES = (
    "module-native-protocol-unix",
    "module-cli-protocol-unix",  # the one way to break off a stream
    f"module-null-sink sink_name=speaker rate={RATE} channels=1 norewinds=1",
    f"module-null-sink sink_name=room rate={RATE} channels=1 norewinds=1",
    " ".join(_MIC),
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
        self._mic = ""

    def __enter__(self) -> Self:
        (self.home / "run").mkdir(mode=0o700)
        (self.home / ".asoundrc").write_text(_ALSA)
        # Not a daemon: a child of ours, which we can end by its own id and nobody else's.
        loads = [part for module in _MODULES for part in ("-L", module)]
        self._log = (self.home / "pulseaudio.log").open("wb")
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--high-priority=yes", "--exit-idle-time=-1",
             "--use-pid-file=no", *loads],
            env=self.environ, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self._await_answer()
            # Whatever records from the default moves along when another becomes it; so nobody does.
            self.control("set-default-source", "nothing")
            self._mic = self._module_of("module-remap-source")
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

    def unplug_microphone(self) -> None:
        """Take the source away, and break off whatever records from it."""
        # In one breath: PulseAudio would move what still records to some other source, and a device that is
        # gone does not do that.
        orders = [f"kill-source-output {stream}" for stream in self._recording_from("mic")]
        orders.append(f"unload-module {self._mic}")
        with socket.socket(socket.AF_UNIX) as cli:
            cli.settimeout(10)
            cli.connect(str(self.home / "run" / "cli"))
            cli.sendall(("\n".join(orders) + "\n").encode())
            cli.shutdown(socket.SHUT_WR)
            while cli.recv(4096):
                pass

    def _recording_from(self, source: str) -> list[str]:
        sources = (line.split("\t") for line in self.control("list", "short", "sources").splitlines())
        number = next(row[0] for row in sources if row[1] == source)
        streams = (line.split("\t") for line in self.control("list", "short", "source-outputs").splitlines())
        return [row[0] for row in streams if row[1] == number]

    def let_echo(self) -> None:
        """Let what the loudspeaker plays be heard by the microphone, after the delay that a loop has."""
        self.control(
            "load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=60"
        )

    def plug_microphone_in(self) -> None:
        """Bring it back."""
        self._mic = self.control("load-module", *_MIC)

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
        rows = (line.split("\t") for line in self.control("list", "short", "modules").splitlines())
        return next(row[0] for row in rows if row[1] == name)


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
        "PULSE_SINK": "speaker",
        "PULSE_SOURCE": "mic",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
