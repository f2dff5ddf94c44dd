"""The wheel works on its own, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True, cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_bundle_but_not_the_workshop(wheel: Path) -> None:
    """Content and licence are in it; tests and training are not."""
    names = ZipFile(wheel).namelist()
    assert "voice_skill/intents/en/causes.yaml" in names
    assert "voice_skill/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests/") or "training" in name]


def test_the_installed_wheel_answers(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere and called from elsewhere, it finds its content."""
    site = tmp_path / "site"
    ZipFile(wheel).extractall(site)
    environ = os.environ | {"PYTHONPATH": str(site), "HOME": str(tmp_path)}
    where = [sys.executable, "-c", "import voice_skill; print(voice_skill.__file__)"]
    assert (
        str(site)
        in subprocess.run(where, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    )
    ask = [sys.executable, "-m", "voice_skill", "ask", "is it calcium deficiency"]
    answered = subprocess.run(ask, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "calcium" in answered.stdout
