"""The settings: one frozen ``Config`` with every default, read from a TOML file.

A setting that is unknown, of the wrong kind or out of range is an error, because a misspelt one that is
silently ignored costs a night.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import platformdirs

from voice_skill.content.hints import nearest
from voice_skill.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAME = "voice-skill"


def _data_folder() -> Path:
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False))


def _cache_folder() -> Path:
    return Path(platformdirs.user_cache_dir(_NAME, appauthor=False))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set; the defaults suit a bedroom at night."""

    region: str = "international"
    """Whose telephone numbers are spoken: a region of the bundle."""
    rate: int = 150
    """Words a minute, 100 to 220."""
    volume: float = 0.4
    """0 to 1; low, because somebody may be asleep beside."""
    voice: str | None = None
    """The synthesiser's own name of a voice; None takes its default."""
    bundle: Path | None = None
    """Folder of a content bundle of your own; None takes the one that comes along."""
    model: Path | None = None
    """Folder of the Vosk model; None looks in the usual places."""
    microphone: str | None = None
    """Name of the input device or a part of it; None takes the system's default."""
    speaker: str | None = None
    """Name of the output device or a part of it; None takes the system's default."""
    wake_phrase: str = "hello night helper"
    """What ends standby; long enough that ordinary talk does not hold it by chance."""
    quiet_after: float = 120.0
    """Seconds without a word from the person until standby, 10 to 3600."""
    data_folder: Path = field(default_factory=_data_folder)
    """Where the memory and the fetched speech models are kept."""
    cache_folder: Path = field(default_factory=_cache_folder)
    """Where rendered speech is kept; may be deleted at any time."""

    @property
    def kept_models(self) -> Path:
        """Folder of the models that ``voice-skill models get`` has fetched."""
        return self.data_folder / "models"

    def require_region(self, known: Collection[str]) -> None:
        """Refuse a region for which the bundle has no telephone numbers."""
        if self.region not in known:
            hint = nearest(self.region, known)
            raise ConfigError(f"The bundle has no region '{self.region}'; set 'region' to one it has.{hint}")


def default_path() -> Path:
    """Say where the settings are looked for when nobody names a file."""
    return Path(platformdirs.user_config_dir(_NAME, appauthor=False)) / "config.toml"


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the settings; raises ConfigError that names the file and every wrong key.

    The file is ``path``, else VOICE_SKILL_CONFIG, else ``default_path()``, which alone may be missing.
    VOICE_SKILL_MODEL overrides the file's ``model``.
    """
    named = path or (Path(environ["VOICE_SKILL_CONFIG"]) if environ.get("VOICE_SKILL_CONFIG") else None)
    file = named or default_path()
    config = Config()
    if named is not None or file.is_file():
        config = _config(file, _table(file))
    return overridden(config, environ)


def overridden(config: Config, environ: Mapping[str, str]) -> Config:
    """Give the settings with what the environment says instead."""
    model = environ.get("VOICE_SKILL_MODEL")
    return replace(config, model=Path(model).expanduser()) if model else config


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no settings file {file}; create it or name another.") from None
    except OSError as error:
        raise ConfigError(f"The settings file {file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The settings file {file} is not UTF-8 text; save it with that encoding."
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"The settings file {file} is not valid TOML: {error}.{_quotes(error)}") from error


def _quotes(error: Exception) -> str:
    # ``region = uk`` is the commonest slip, and what the parser says of it is no help.
    return ' Text needs quotes, such as region = "uk".' if "Invalid value" in str(error) else ""


def _config(file: Path, table: Mapping[str, Any]) -> Config:
    known = [each.name for each in fields(Config)]
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for key, given in table.items():
        if isinstance(given, dict):
            wrong.append(f"the section '[{key}]' is not known; put the setting at the top of the file.")
            continue
        if key not in known:
            wrong.append(f"the setting '{key}' is not known.{nearest(key, known)}")
            continue
        try:
            value = _READERS[key](given)
            # A relative path means the same wherever the program is started from.
            values[key] = file.parent / value if isinstance(value, Path) else value
        except ValueError as error:
            wrong.append(f"'{key}' {error}.")
    if wrong:
        raise ConfigError(f"In the settings file {file}: {' '.join(wrong)}")
    return Config(**values)


_Reader: TypeAlias = Callable[[Any], Any]
"""From the TOML value to the setting; raises ValueError that goes on from the key's name."""


def _text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError("must be text in quotes")
    return given.strip()


def _number(least: float, most: float, whole: bool = False) -> _Reader:
    def read(given: Any) -> float | int:
        fits = isinstance(given, int) or (isinstance(given, float) and not whole)
        # bool is an int to Python, and nan is neither below nor above anything.
        if isinstance(given, bool) or not fits or not least <= given <= most:
            kind = "a whole number" if whole else "a number"
            raise ValueError(f"must be {kind} from {least:g} to {most:g}, and is {given!r}")
        return int(given) if whole else float(given)

    return read


def _folder(given: Any) -> Path:
    try:
        return Path(_text(given)).expanduser()
    except RuntimeError:
        raise ValueError(f"names a home folder that does not exist: {given}") from None


def _wake_phrase(given: Any) -> str:
    phrase = " ".join(_text(given).lower().split())
    if not re.fullmatch(r"[a-z' -]+", phrase) or len(re.findall(r"[aeiouy]+", phrase)) < 3:
        raise ValueError("must be plain words with three syllables or more, or it will wake by chance")
    return phrase


_READERS: Mapping[str, _Reader] = {
    "region": _text,
    "rate": _number(100, 220, whole=True),
    "volume": _number(0, 1),
    "voice": _text,
    "bundle": _folder,
    "model": _folder,
    "microphone": _text,
    "speaker": _text,
    "wake_phrase": _wake_phrase,
    "quiet_after": _number(10, 3600),
    "data_folder": _folder,
    "cache_folder": _folder,
}
