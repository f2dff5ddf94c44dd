"""The doctor: looks at every part, goes on whatever it meets, and always has a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_skill import doctor, resources
from voice_skill.doctor import Finding

PARTS = (
    *("config", "python", "bundle", "model", "recogniser"),
    *("voice", "portaudio", "microphone", "speaker", "memory"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Write a settings file that keeps everything inside the test's folder."""
    file = tmp_path / "settings.toml"
    file.write_text('data_folder = "data"\ncache_folder = "cache"\n', encoding="utf-8")
    return file


def by_part(findings: list[Finding]) -> dict[str, Finding]:
    """Keep the first finding of each part, having seen that the bad ones have a remedy."""
    assert all(finding.remedy for finding in findings if finding.state in ("missing", "wrong"))
    return {finding.part: finding for finding in reversed(findings)}


def test_every_part_is_looked_at(settings: Path, model_folder: Path) -> None:
    """What this machine has is found; microphone and loudspeaker may be missing without harm."""
    findings = doctor.examine(settings, {"VOICE_SKILL_MODEL": str(model_folder)})
    assert list(dict.fromkeys(finding.part for finding in findings)) == list(PARTS)
    found = by_part(findings)
    for part in ("config", "python", "bundle", "model", "recogniser", "voice", "portaudio", "memory"):
        assert found[part].state == "found", found[part]
    assert found["memory"].detail == str(settings.parent / "data")
    assert any(finding.detail.startswith("It is in use because '--model'") for finding in findings)


def test_a_broken_model_does_not_hide_the_rest(settings: Path, tmp_path: Path) -> None:
    """The model and the recogniser are missing, with the way to get them; the others are looked at."""
    found = by_part(doctor.examine(settings, {"VOICE_SKILL_MODEL": str(tmp_path)}))
    assert found["model"].state == found["recogniser"].state == "missing"
    assert "final.mdl is missing" in found["model"].detail
    assert found["memory"].state == "found"


def test_a_broken_settings_file_is_a_finding(
    tmp_path: Path, model_folder: Path, platformdirs_isolated: Path
) -> None:
    """The defaults are used to look at everything else, and the environment still counts."""
    file = tmp_path / "settings.toml"
    file.write_text("volumne = 1\n", encoding="utf-8")
    found = by_part(doctor.examine(file, {"VOICE_SKILL_MODEL": str(model_folder)}))
    assert found["config"].state == "wrong"
    assert "'volumne' is not known" in found["config"].detail
    assert found["model"].detail == str(model_folder)


def test_a_memory_that_cannot_be_written_is_a_finding(tmp_path: Path, model_folder: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").write_bytes(b"")
    file = tmp_path / "settings.toml"
    file.write_text(
        'data_folder = "data"\nspeaker = "no such loudspeaker"\nregion = "mars"\n', encoding="utf-8"
    )
    findings = doctor.examine(file, {"VOICE_SKILL_MODEL": str(model_folder)})
    found = by_part(findings)
    assert found["memory"].state == "missing"
    assert found["speaker"].state == "missing"
    assert any("no region 'mars'" in finding.detail for finding in findings)


def test_the_bundle_in_use_is_looked_at(tmp_path: Path, model_folder: Path) -> None:
    """A bundle of the settings, or one named in their place, is the one that must be right."""
    (tmp_path / "mine").mkdir()
    file = tmp_path / "settings.toml"
    file.write_text('bundle = "mine"\ndata_folder = "data"\n', encoding="utf-8")
    environ = {"VOICE_SKILL_MODEL": str(model_folder)}
    found = by_part(doctor.examine(file, environ))
    assert found["bundle"].state == "wrong"
    assert str(tmp_path / "mine") in found["bundle"].detail
    assert by_part(doctor.examine(file, environ, resources.intents_folder()))["bundle"].state == "found"


def test_a_wake_phrase_that_the_model_cannot_hear_is_a_finding(tmp_path: Path, model_folder: Path) -> None:
    """It would never wake, and nobody would know why."""
    file = tmp_path / "settings.toml"
    file.write_text('wake_phrase = "hello xylomantor"\ndata_folder = "data"\n', encoding="utf-8")
    findings = doctor.examine(file, {"VOICE_SKILL_MODEL": str(model_folder)})
    wrong = [finding.detail for finding in findings if finding.state == "wrong"]
    assert wrong == ["The model cannot hear 'xylomantor' of the wake phrase 'hello xylomantor'."]
