"""The few functions of sounddevice that we use, for machines without a sound card."""

from __future__ import annotations

from typing import Any


class FakeStream:
    """Stands for PortAudio's stream: started, closed, never calls back by itself."""

    def __init__(self, callback: Any) -> None:
        self.callback = callback
        self.latency = 0.0
        self.closed = False

    def start(self) -> None:
        """Do nothing."""

    def abort(self, ignore_errors: bool = True) -> None:
        """Do nothing."""

    def close(self, ignore_errors: bool = True) -> None:
        """Remember it."""
        self.closed = True


class FakePortAudio:
    """The few functions of sounddevice that we use, for machines without a sound card."""

    class PortAudioError(Exception):
        """As sounddevice's."""

    def __init__(self, refused: tuple[int, ...] = (), own_rate: float = 44100.0) -> None:
        self.refused = refused
        self.tried: list[tuple[int | None, int]] = []
        self.restarts = 0
        self.plugged_in = True
        """Whether there is a device; seen when the list of them is made."""
        self._listed = True
        self.stream: FakeStream | None = None
        self.make_stream: type[FakeStream] = FakeStream
        self._devices = [
            {
                "name": name,
                "max_input_channels": inputs,
                "max_output_channels": 2,
                "default_samplerate": own_rate,
            }
            for name, inputs in (("HDMI", 0), ("USB Headset: Audio", 1))
        ]

    def query_devices(self, kind: str | None = None) -> object:
        """Give the list, or the default device."""
        return self._devices if kind is None else self._devices[1]

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        """Make the list of devices."""
        self._listed = self.plugged_in

    def RawInputStream(  # noqa: N802  # sounddevice's name
        self, samplerate: int, device: int | None, callback: object, **_: object
    ) -> FakeStream:
        """Refuse some rates, as cheap microphones do."""
        self.tried.append((device, samplerate))
        if not self._listed:
            raise self.PortAudioError("Device unavailable [PaErrorCode -9985]")
        if samplerate in self.refused:
            raise self.PortAudioError("Invalid sample rate [PaErrorCode -9997]")
        self.stream = self.make_stream(callback)
        return self.stream

    RawOutputStream = RawInputStream
