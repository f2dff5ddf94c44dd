"""Where the shipped folders are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def intents_folder(language: str = "en") -> Path:
    """Name the content bundle of a language; whether it is there is for its reader to say."""
    return _shipped("intents") / language


def models_folder() -> Path:
    """Name the folder with the embedded Vosk model, or with folders of models."""
    return _shipped("models")


def _shipped(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
