"""The voice: sentences to samples, each rendered once and kept on disk.

A ``Voice`` may be used by several threads.  A disk that is full or cannot be written to only makes sentences
be rendered again.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from voice_skill.audio.sound import Sound, empty
from voice_skill.audio.wav import read_sound, write_wav
from voice_skill.errors import AudioFormatError
from voice_skill.speaking.renderer import COMMAND, PATIENCE, Renderer

SLOWEST, FASTEST = 80, 400
"""Words a minute that eSpeak NG can do."""

_MOST_KEPT = 4000


class Voice:
    """Renders sentences at ``rate`` words a minute; ``voice_id`` None is the engine's own voice.

    ``command`` and ``patience`` are the renderer's; tests give others.
    """

    def __init__(
        self,
        rate: int = 150,
        voice_id: str | None = None,
        cache_folder: Path | None = None,
        command: Sequence[str] = COMMAND,
        patience: float = PATIENCE,
    ) -> None:
        self.rate = rate
        self._voice_id = voice_id
        self._cache = cache_folder
        self._renderer = Renderer(command, patience)
        self._versions = _versions()
        if cache_folder is not None:
            _prune(cache_folder)

    def render(self, sentence: str, rate: int | None = None) -> Sound:
        """Give the sound of one sentence, without silence at its ends; empty when there is no word in it.

        Raises VoiceError when no engine is to be had, or when it hung or wrote rubbish again and again.
        """
        if not any(letter.isalnum() for letter in sentence):
            return empty()
        possible = max(SLOWEST, min(FASTEST, rate or self.rate))
        wish = {"text": sentence, "rate": possible, "voice": self._voice_id}
        kept = self._kept(wish)
        if kept is not None:
            with suppress(AudioFormatError):
                return read_sound(kept).sound
        sound = self._renderer.rendered(wish)
        if kept is not None:
            with suppress(OSError):
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_wav(kept, sound)
        return sound

    def prepare(self, sentences: Iterable[str]) -> None:
        """Render ahead, in the caller's thread, what will be said; raises VoiceError like ``render``."""
        for sentence in sentences:
            self.render(sentence)

    def warm_up(self) -> None:
        """Make ready, so that the first sentence does not wait."""
        self._renderer.warm_up()

    def close(self) -> None:
        """End what waits; twice does no harm."""
        self._renderer.close()

    def _kept(self, wish: dict[str, object]) -> Path | None:
        if self._cache is None:
            return None
        name = hashlib.sha256(json.dumps([wish, self._versions], sort_keys=True).encode()).hexdigest()[:40]
        return self._cache / f"{name}.wav"


def _versions() -> list[str]:
    found = [platform.system(), "1"]  # the number counts up when the shape of the kept files changes
    for package in ("pyttsx3", "espeakng-loader"):
        with suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return found


def _prune(folder: Path) -> None:
    """Keep the folder from growing for ever: the oldest go."""
    with suppress(OSError):
        files = sorted(folder.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST_KEPT]:
            file.unlink(missing_ok=True)
