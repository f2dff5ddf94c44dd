"""The settings: defaults, the file, the environment, and every way to get them wrong."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from voice_skill import config
from voice_skill.config import Config
from voice_skill.content.bundle import Bundle
from voice_skill.errors import ConfigError


def refused(tmp_path: Path, content: str | bytes) -> str:
    """Give the message with which a settings file is refused; it names the file."""
    file = tmp_path / "settings.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as raised:
        config.load(file, {})
    assert str(file) in str(raised.value)
    return str(raised.value)


def test_no_file_means_the_defaults(platformdirs_isolated: Path) -> None:
    """Nobody has to write a settings file."""
    settings = config.load(None, {})
    assert settings == Config()
    assert settings.data_folder == Path(platformdirs.user_data_dir("voice-skill", appauthor=False))


def test_the_default_file_is_read(platformdirs_isolated: Path) -> None:
    """Without a name the user's own settings file counts."""
    config.default_path().parent.mkdir(parents=True)
    config.default_path().write_text("rate = 130\n", encoding="utf-8")
    assert config.load(None, {}).rate == 130


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    """All keys reach the Config; relative folders stand beside the file."""
    file = tmp_path / "settings.toml"
    lines = (
        'region = "uk"', "rate = 120", "volume = 1", 'voice = "gmw/en"', 'model = "models/small"',
        'microphone = "USB"', 'speaker = "HDMI"', 'wake_phrase = "Good  evening Clara"', "quiet_after = 60",
        'data_folder = "/var/night"', 'cache_folder = "~/night"',
    )  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    assert config.load(file, {}) == Config(
        region="uk",
        rate=120,
        volume=1.0,
        voice="gmw/en",
        model=tmp_path / "models/small",
        microphone="USB",
        speaker="HDMI",
        wake_phrase="good evening clara",
        quiet_after=60.0,
        data_folder=Path("/var/night"),
        cache_folder=Path.home() / "night",
    )


def test_the_environment_names_the_file_and_the_model(tmp_path: Path) -> None:
    """VOICE_SKILL_CONFIG counts where no file is given, VOICE_SKILL_MODEL beats the file's model."""
    file = tmp_path / "settings.toml"
    file.write_text('rate = 110\nmodel = "a"\n', encoding="utf-8")
    environ = {"VOICE_SKILL_CONFIG": str(file), "VOICE_SKILL_MODEL": "/models/b"}
    settings = config.load(None, environ)
    assert (settings.rate, settings.model) == (110, Path("/models/b"))
    other = tmp_path / "other.toml"
    other.write_text("rate = 140\n", encoding="utf-8")
    assert config.load(other, environ).rate == 140


def test_empty_variables_count_as_unset(platformdirs_isolated: Path) -> None:
    """``VOICE_SKILL_MODEL= voice-skill`` is a common way to unset one."""
    assert config.load(None, {"VOICE_SKILL_CONFIG": "", "VOICE_SKILL_MODEL": ""}) == Config()


def test_an_unknown_setting_is_refused_with_a_hint(tmp_path: Path) -> None:
    """A misspelt setting must not be ignored."""
    assert "the setting 'volumne' is not known. Did you mean 'volume'?" in refused(tmp_path, "volumne = 0.5")


def test_all_wrong_settings_are_named_at_once(tmp_path: Path) -> None:
    """Correcting one at a time would take several starts."""
    message = refused(tmp_path, "rate = 5\nvolume = 2\nx = 1\n")
    assert all(f"'{key}'" in message for key in ("rate", "volume", "x"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rate = 99", "'rate' must be a whole number from 100 to 220, and is 99."),
        ("rate = 221", "'rate' must be"),
        ("rate = 150.0", "'rate' must be a whole number"),
        ("rate = true", "'rate' must be"),
        ('rate = "150"', "'rate' must be"),
        ("volume = 1.1", "'volume' must be a number from 0 to 1"),
        ("volume = nan", "'volume' must be"),
        ("quiet_after = 0", "'quiet_after' must be a number from 10 to 3600"),
        ("region = 7", "'region' must be text in quotes."),
        ("voice = ''", "'voice' must be text in quotes."),
        ("model = ['a']", "'model' must be text in quotes."),
        (
            "[voice]\nname = 'x'",
            "the section '[voice]' is not known; put the setting at the top of the file.",
        ),
        ("model = '~nobody-of-that-name/x'", "'model' names a home folder that does not exist"),
        ("wake_phrase = 'hey'", "'wake_phrase' must be plain words with three syllables or more"),
        ("wake_phrase = 'hello, night 2'", "'wake_phrase' must be plain words"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, line: str, message: str) -> None:
    """The message names the key, what it may be, and what it is."""
    assert message in refused(tmp_path, line)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"rate = ", "is not valid TOML"),
        (b"region = uk", 'Text needs quotes, such as region = "uk".'),
        (b"rate = 150\nrate = 150\n", "is not valid TOML"),
        (b"region = '\xff'", "is not UTF-8 text"),
        (b"x = " + b"[" * 5000, "is not valid TOML"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Bad syntax and bad encoding give a sentence."""
    assert message in refused(tmp_path, content)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """Only the default file may be missing."""
    missing = tmp_path / "none.toml"
    with pytest.raises(ConfigError, match=r"There is no settings file .*none\.toml"):
        config.load(missing, {})
    with pytest.raises(ConfigError, match="There is no settings file"):
        config.load(None, {"VOICE_SKILL_CONFIG": str(missing)})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        config.load(tmp_path, {})


def test_a_region_must_be_one_of_the_bundle() -> None:
    """A wrong region would speak wrong telephone numbers."""
    Config(region="uk").require_region(["uk", "us"])
    with pytest.raises(ConfigError, match=r"no region 'ukk'; .*Did you mean 'uk'"):
        Config(region="ukk").require_region(["uk", "us"])


def test_the_default_region_is_in_the_bundle(bundle: Bundle) -> None:
    """Without a setting there are telephone numbers to speak."""
    Config().require_region(bundle.regions)
