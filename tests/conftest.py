"""What several test files need: the real content bundle and a speech model."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voice_skill.content import reader
from voice_skill.content.bundle import Bundle
from voice_skill.content.learned import learn_once
from voice_skill.core.classifier import Classifier
from voice_skill.core.interpreter import Interpreter
from voice_skill.hearing import model_store

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bundle_folder() -> Path:
    """Name the content bundle of this checkout."""
    return ROOT / "intents" / "en"


@pytest.fixture(scope="session")
def bundle(bundle_folder: Path) -> Bundle:
    """Read the content bundle."""
    return reader.load(bundle_folder)


@pytest.fixture(scope="session")
def classifier(bundle: Bundle, bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """What ships with the bundle, learned from its phrases."""
    return learn_once(bundle, tmp_path_factory.mktemp("learned"), bundle_folder)


@pytest.fixture(scope="session")
def interpreter(bundle: Bundle, classifier: Classifier) -> Interpreter:
    """Index the bundle once."""
    return Interpreter(bundle, "", classifier)


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """Find a Vosk model: named by VOICE_SKILL_MODEL, embedded, or beside the checkout."""
    named = os.environ.get("VOICE_SKILL_MODEL")
    places = [Path(named)] if named else []
    places += [ROOT / "models", *sorted((ROOT / "models").glob("*")), ROOT.parent / "shared/bootstrap-model"]
    for place in places:
        if not model_store.inspect(place):
            return place
    pytest.fail("No Vosk model was found; put one into models/ or name its folder in VOICE_SKILL_MODEL.")
