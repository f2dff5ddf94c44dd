"""Looks at every part that the skill needs and says what is there, what is not, and what to do.

Goes on whatever it meets, and needs neither microphone nor loudspeaker.  Owns nothing; what it opens it
closes again.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from voice_skill import config, resources
from voice_skill.audio import devices
from voice_skill.config import Config
from voice_skill.content import reader
from voice_skill.errors import BundleError, ConfigError, VoiceSkillError
from voice_skill.hearing import model_store
from voice_skill.hearing.microphone import DeviceMicrophone
from voice_skill.hearing.recogniser import SpeechModel
from voice_skill.memory import FILE_NAME, Memory
from voice_skill.speaking.voice import Voice

State: TypeAlias = Literal["found", "missing", "wrong", "note"]
Environ: TypeAlias = Mapping[str, str]

OLDEST_PYTHON = (3, 10)
_LISTENING = 0.5
"""Seconds of sound taken from the microphone to see that it is not dead."""
_SPEECH_RATE = 16_000

_REMEDIES: Mapping[str, str] = {
    "python": "Install Python 3.10 or newer.",
    "config": "Correct the settings file, or take it away to use the defaults.",
    "bundle": "Run 'voice-skill check' to see every mistake, or install the skill again.",
    "model": "Fetch one with 'voice-skill models get small', or name a Vosk model's folder with --model.",
    "recogniser": "Install Vosk again with 'pip install vosk', or take another model.",
    "voice": "Install the speech engine: sudo apt install espeak-ng libespeak-ng1",
    "portaudio": "Install PortAudio: sudo apt install libportaudio2. Typed questions work without it.",
    "microphone": "Plug in a microphone and allow its use in the system's settings. Typing needs none.",
    "speaker": "Plug in a loudspeaker, or choose one in the system's settings. Answers are printed too.",
    "memory": "Free some room on the disk and make the folder writable, or set another 'data_folder'.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one part."""

    part: str
    state: State
    """``wrong``: it is there, and has to be mended.  ``note``: it works, but there is something to know."""
    detail: str
    remedy: str = ""
    """What to do; empty where nothing need be done."""


def examine(config_file: Path | None, environ: Environ, bundle: Path | None = None) -> list[Finding]:
    """Look at all parts, in the order in which they build on each other; never raises.

    ``bundle`` is looked at instead of the one in the settings.
    """
    settings, findings = _settings(config_file, environ)
    settings = replace(settings, bundle=bundle or settings.bundle)
    for part, look in _LOOKS.items():
        findings.extend(_look(part, look, settings))
    return findings


_Look: TypeAlias = Callable[[Config], Iterator[Finding]]


def _look(part: str, look: _Look, settings: Config) -> list[Finding]:
    found: list[Finding] = []
    try:
        for finding in look(settings):
            found.append(finding)  # noqa: PERF402  # what was found before a failure is kept
    except BundleError as error:
        found.append(_wrong(part, str(error)))
    except VoiceSkillError as error:
        found.append(_missing(part, str(error)))
    except Exception as error:  # one broken part must not hide the others
        found.append(_missing(part, f"It failed with {type(error).__name__}: {error}"))
    return found


def _missing(part: str, detail: str) -> Finding:
    return Finding(part, "missing", detail, _REMEDIES[part])


def _wrong(part: str, detail: str) -> Finding:
    return Finding(part, "wrong", detail, _REMEDIES[part])


def _settings(file: Path | None, environ: Environ) -> tuple[Config, list[Finding]]:
    try:
        settings = config.load(file, environ)
    except ConfigError as error:
        return config.overridden(Config(), environ), [_wrong("config", str(error))]
    return settings, [Finding("config", "found", f"rate {settings.rate}, region {settings.region}")]


def _python(_: Config) -> Iterator[Finding]:
    version = platform.python_version()
    yield (
        Finding("python", "found", version)
        if sys.version_info >= OLDEST_PYTHON
        else _missing("python", version)
    )


def _bundle(settings: Config) -> Iterator[Finding]:
    bundle = reader.load(settings.bundle or resources.intents_folder(), with_tests=False)
    phrases = sum(len(intent.phrases) for intent in bundle.intents.values())
    yield Finding("bundle", "found", f"{len(bundle.intents)} intents, {phrases} phrases")
    try:
        settings.require_region(bundle.regions)
    except ConfigError as error:
        yield _wrong("config", str(error))


def _model_choice(settings: Config) -> model_store.Choice:
    # The environment has been read into the settings already.
    return model_store.choose(settings.model, {}, resources.models_folder(), kept=settings.kept_models)


def _model(settings: Config) -> Iterator[Finding]:
    choice = _model_choice(settings)
    yield Finding("model", "found", str(choice.folder))
    yield Finding("model", "note", f"It is in use because {choice.reason}.")
    if choice.warning:
        yield Finding("model", "note", choice.warning, "Choose again: voice-skill models use NAME")
    for note in model_store.notes(choice.folder):
        yield Finding("model", "note", note)
    yield from _wake_phrase(settings, model_store.known_words(choice.folder))


def _wake_phrase(settings: Config, known: Collection[str]) -> Iterator[Finding]:
    for word in settings.wake_phrase.split():
        if word not in known:
            detail = f"The model cannot hear '{word}' of the wake phrase '{settings.wake_phrase}'."
            yield Finding("config", "wrong", detail, "Set another 'wake_phrase', or take a larger model.")


def _recogniser(settings: Config) -> Iterator[Finding]:
    folder = _model_choice(settings).folder
    started = time.monotonic()
    with SpeechModel(folder) as model:
        model.recogniser(_SPEECH_RATE)
        yield Finding("recogniser", "found", f"ready in {time.monotonic() - started:.1f} seconds")


def _voice(settings: Config) -> Iterator[Finding]:
    voice = Voice(settings.rate, settings.voice)
    try:
        sound = voice.render("Hello.")
    finally:
        voice.close()
    yield Finding("voice", "found", f"one word took {sound.seconds:.1f} seconds to say")


def _portaudio(_: Config) -> Iterator[Finding]:
    version = str(devices.portaudio().get_portaudio_version()[1])
    yield Finding("portaudio", "found", version.partition(",")[0])


def _microphone(settings: Config) -> Iterator[Finding]:
    names = devices.names("input")
    if not names:
        yield _missing("microphone", "The system has no microphone.")
        return
    yield Finding("microphone", "found", ", ".join(names))
    heard = 0.0
    with DeviceMicrophone(settings.microphone) as microphone:
        for block in microphone.blocks():
            if any(block):
                return
            heard += len(block) / 2 / microphone.rate
            if heard >= _LISTENING:
                break
    # A system that denies the microphone hands out zeros instead of an error.
    yield Finding("microphone", "note", "It gives nothing but silence.", _REMEDIES["microphone"])


def _speaker(settings: Config) -> Iterator[Finding]:
    names = devices.names("output")
    wanted = settings.speaker
    if not names:
        yield _missing("speaker", "The system has no loudspeaker.")
    elif wanted and not any(wanted.casefold() in name.casefold() for name in names):
        yield _missing("speaker", f"No loudspeaker is called {wanted!r}. There is: {', '.join(names)}.")
    else:
        yield Finding("speaker", "found", ", ".join(names))


def _memory(settings: Config) -> Iterator[Finding]:
    memory = Memory(settings.data_folder / FILE_NAME)
    try:
        memory.remember("doctor", "was here")
        memory.remember("doctor", None)
    finally:
        memory.close()
    yield Finding("memory", "found", str(settings.data_folder))
    if memory.note:
        yield Finding("memory", "note", memory.note)


_LOOKS: Mapping[str, _Look] = {
    "python": _python,
    "bundle": _bundle,
    "model": _model,
    "recogniser": _recogniser,
    "voice": _voice,
    "portaudio": _portaudio,
    "microphone": _microphone,
    "speaker": _speaker,
    "memory": _memory,
}
