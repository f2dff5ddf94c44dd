"""What each ``voice-skill models`` command does: list, get, use, remove and verify speech models.

Each takes the settings and the parsed options, prints plain lines, and returns an exit code.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from voice_skill import resources
from voice_skill.config import Config
from voice_skill.content.hints import nearest
from voice_skill.errors import ModelError
from voice_skill.hearing import model_archive, model_shelf, model_store
from voice_skill.hearing.known_models import KNOWN, KnownModel, megabytes
from voice_skill.hearing.model_store import Present

BEST = "best"
"""What stands for no choice at all."""


def list_models(config: Config, _: argparse.Namespace) -> int:
    """Print every model that is here or could be, and which one is in use."""
    models = _present(config)
    for model in models:
        state = f"here but broken: {' '.join(model.problems)}" if model.problems else "here"
        print(f"{model.name}: {state}, {megabytes(_size(model.folder))}, in {model.folder}")
    names = {model.name for model in models}
    for known in KNOWN.values():
        if known.name not in names:
            print(
                f"{known.name}: not here, {megabytes(known.size)} to fetch; it {known.about}. "
                f"To fetch it: voice-skill models get {known.name}"
            )
    print(_in_use(config))
    return 0


def get(config: Config, options: argparse.Namespace) -> int:
    """Fetch a model, or take its archive from a file, and keep it."""
    known, kept = KNOWN[options.name], config.kept_models
    folder = kept / known.folder
    if folder.is_dir() and not model_shelf.damage(folder):
        print(f"{known.name}: it is here already, complete, in {folder}")
    else:
        folder = obtain(known, kept, options.host, options.file, _tell)
        print(f"{known.name}: it is here now, in {folder}")
    print(_in_use(config))
    return 0


def obtain(known: KnownModel, kept: Path, host: str, file: Path | None, tell: Callable[[str], None]) -> Path:
    """Fetch an archive, or take ``file``, and install it; ``tell`` gets the progress.

    Returns the model's folder; raises ModelError, and then everything is as it was before.
    """
    with model_shelf.alone(kept):
        if file is not None:
            tell(f"{known.name}: checking and unpacking {file}")
            model_archive.check(file, known)
            return model_shelf.install(known, file, kept)
        from voice_skill.hearing import model_download  # the network is touched by nothing but this

        part = model_shelf.part_file(kept, known)
        model_download.fetch(known, part, host, tell)
        tell(f"{known.name}: checking and unpacking.")
        try:
            model_archive.check(part, known)
        except ModelError:
            part.unlink(missing_ok=True)  # Going on with it would make no sense.
            raise
        folder = model_shelf.install(known, part, kept)
        part.unlink()
        return folder


def use(config: Config, options: argparse.Namespace) -> int:
    """Store which of the present models is used from now on."""
    kept = config.kept_models
    if options.name == BEST:
        chosen = ""
    else:
        model = _named(config, options.name)
        if model.problems:
            raise ModelError(f"The model {model.name} cannot be used: {' '.join(model.problems)}")
        chosen = model.name
    with model_shelf.alone(kept):
        model_shelf.choose(kept, chosen)
    if chosen:
        print(f"{chosen}: chosen. To go back to the best one here: voice-skill models use {BEST}")
    else:
        print("The best model here is used from now on.")
    print(_in_use(config))
    if config.model is not None:
        print(
            "The choice shows when '--model', VOICE_SKILL_MODEL and 'model' in the settings file name none."
        )
    return 0


def remove(config: Config, options: argparse.Namespace) -> int:
    """Delete a model that is kept in the data folder, or what has come of one."""
    kept = config.kept_models
    known = KNOWN.get(options.name)
    part = model_shelf.part_file(kept, known) if known else None
    with model_shelf.alone(kept):
        if known and part and part.exists():
            part.unlink()
            print(f"{options.name}: what had been fetched of it is deleted.")
            if not (kept / known.folder).exists():
                return 0
        model = _named(config, options.name)
        if model.folder.parent != kept:
            raise ModelError(
                f"The model {model.name} was not fetched by this command, so it is left alone. "
                f"It is in {model.folder}"
            )
        model_shelf.remove(model.folder)
        print(f"{model.name}: deleted from {kept}")
        if model_store.chosen(kept) == model.name:
            model_shelf.choose(kept, "")
            print("It was the chosen one; from now on the best one here is used.")
    print(_in_use(config))
    return 0


def verify(config: Config, options: argparse.Namespace) -> int:
    """Look closely at one model or at all, and let Vosk load them; 0 when all are good."""
    models = [_named(config, options.name)] if options.name else _present(config)
    if not models:
        raise ModelError("There is no model to verify. Fetch one with: voice-skill models get small")
    worst = 0
    for model in models:
        problems = model_shelf.damage(model.folder)
        refusal = "" if problems else model_shelf.refusal(model.folder)
        if problems or refusal:
            again = f"voice-skill models get {model.name}"
            remedy = f"Fetch it again: {again}" if model.name in KNOWN else "Unpack it again, or delete it."
            print(f"{model.name}: broken. {' '.join([*problems, refusal]).strip()} {remedy}", flush=True)
            worst = ModelError.exit_code
        else:
            sums = "checksums right" if model_shelf.has_checksums(model.folder) else "no checksums known"
            print(f"{model.name}: good. Files complete, {sums}, Vosk loads it.", flush=True)
    return worst


# --- what they share ------------------------------------------------------------------------------


def _tell(line: str) -> None:
    print(line, flush=True)


def _present(config: Config) -> list[Present]:
    models = model_store.present(os.environ, resources.models_folder(), kept=config.kept_models)
    named = config.model
    if named is not None and named not in [model.folder for model in models]:
        models.insert(0, Present(str(named), named, tuple(model_store.inspect(named))))
    return models


def _named(config: Config, name: str) -> Present:
    models = {model.name: model for model in _present(config)}
    if name in models:
        return models[name]
    if name in KNOWN:
        raise ModelError(f"The model {name} is not here. Fetch it with: voice-skill models get {name}")
    there = f" There is: {', '.join(models)}." if models else " There is none yet."
    raise ModelError(f"No model is called '{name}'.{there}{nearest(name, models)}")


def _in_use(config: Config) -> str:
    try:
        choice = model_store.choose(
            config.model, os.environ, resources.models_folder(), kept=config.kept_models
        )
    except ModelError as error:
        return f"In use: none. {error}"
    names = {model.folder: model.name for model in _present(config)}
    line = f"In use: {names.get(choice.folder, choice.folder)}, because {choice.reason}."
    return f"{line}\n{choice.warning}" if choice.warning else line


def _size(folder: Path) -> int:
    """Bytes of a model's files, as far as they can be seen."""
    return sum((Path(where) / name).lstat().st_size for where, _, names in os.walk(folder) for name in names)
