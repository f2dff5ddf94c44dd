"""Puts the parts together: a hands-free session, a typed one, and what both need.

Shell.  Everything that can fail at the start fails here, with a VoiceSkillError whose message says what to
do, so that ``cli`` can fall back from hands-free to typed to the demo.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from voice_skill import resources
from voice_skill.app import App, stored_voice
from voice_skill.audio.hush import python_alone
from voice_skill.audio.sound import Samples
from voice_skill.config import Config
from voice_skill.content import learned, reader
from voice_skill.content.bundle import Bundle, Region
from voice_skill.core import vocabulary
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.session import Recollection, Session
from voice_skill.core.text import sentences
from voice_skill.core.wholeness import Wholeness
from voice_skill.errors import AudioDeviceError, MemoryStoreError, ModelError, VoiceError
from voice_skill.event_log import EventLog
from voice_skill.hearing import model_store, tailored
from voice_skill.hearing.ears import Ears
from voice_skill.hearing.echo_path import EchoPath
from voice_skill.hearing.microphone import DeviceMicrophone
from voice_skill.hearing.recogniser import SpeechModel
from voice_skill.memory import FILE_NAME, NOTHING_STORED, Memory
from voice_skill.messages import AudioLost, Closed, Effect, Event, Heard, Say, SetVoice, SpeechFinished, Tone
from voice_skill.speaking.mouth import Mouth
from voice_skill.speaking.speaker import DeviceSpeaker
from voice_skill.speaking.voice import Voice

A_WORD = 0.25
"""Seconds of lost sound from which on it is told."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bundle and what is made of it once."""

    bundle: Bundle
    region: Region
    interpreter: Interpreter
    wholeness: Wholeness


def make_interpreter(bundle: Bundle, folder: Path, config: Config) -> Interpreter:
    """Index the bundle; what has to be learned from its phrases is learned once."""
    known = learned.learn_once(bundle, config.cache_folder, folder)
    return Interpreter(bundle, config.wake_phrase, known)


def load_content(config: Config, with_tests: bool = False) -> Content:
    """Read the bundle; raises BundleError, or ConfigError for a region that it does not know."""
    folder = config.bundle or resources.intents_folder()
    bundle = reader.load(folder, with_tests)
    config.require_region(bundle.regions)
    interpreter = make_interpreter(bundle, folder, config)
    wholeness = Wholeness(vocabulary.phrases(bundle, config.wake_phrase)["open"])
    return Content(bundle, bundle.regions[config.region], interpreter, wholeness)


def load_model(config: Config, bundle: Bundle) -> SpeechModel:
    """Find and load the speech model, made to expect what the bundle says; raises ModelError."""
    choice = model_store.choose(config.model, os.environ, resources.models_folder(), kept=config.kept_models)
    if choice.warning:
        print(choice.warning, file=sys.stderr, flush=True)
    expected = vocabulary.phrases(bundle, config.wake_phrase)["open"]
    try:
        made = tailored.tailor(
            choice.folder,
            vocabulary.sentences(bundle, config.wake_phrase),
            config.cache_folder / "models",
        )
    except ModelError:
        # Another make of model, or no room in the cache: Vosk then makes a looser graph as it runs.
        return SpeechModel(choice.folder)
    return SpeechModel(made.folder, expected)


def open_memory(config: Config) -> tuple[Memory, list[AudioLost]]:
    """The memory, and its loss if there is one; one that cannot be opened is replaced for the night.

    What was done about a damaged one is shown.
    """
    try:
        memory = Memory(config.data_folder / FILE_NAME)
    except MemoryStoreError as error:
        return Memory(NOTHING_STORED), [AudioLost("memory", str(error))]
    if memory.note:
        print(memory.note, flush=True)
    return memory, []


@contextmanager
def hands_free(config: Config, log: Path | None) -> Iterator[App]:
    """A session that listens and speaks; raises ModelError or AudioDeviceError where it cannot."""
    with ExitStack() as stack:
        stack.enter_context(python_alone())
        memory, losses = open_memory(config)
        stack.callback(memory.close)
        inbox: Queue[Event] = Queue()
        setting = stored_voice(memory, SetVoice(config.rate, config.volume))
        echo = EchoPath()
        mouth = _mouth(config, setting, inbox, stack, echo.played)
        with suppress(VoiceError):  # the mouth will find that out, and say so
            mouth.voice.warm_up()  # first of all: it starts while the rest is read
        with ThreadPoolExecutor(1, "first look") as aside:
            looked = aside.submit(_find_microphone, config.microphone)  # mostly waits for the system
            content = load_content(config)
            looked.result()
        mouth.start()
        stack.callback(mouth.close)
        model = stack.enter_context(load_model(config, content.bundle))
        session = _session(content, setting, memory, config.quiet_after)
        listened_for = vocabulary.phrases(content.bundle, config.wake_phrase)
        ears = Ears(
            open_microphone=lambda: DeviceMicrophone(config.microphone),
            model=model,
            phrases=listened_for,
            inbox=inbox,
            clock=time.monotonic,
            complete=content.wholeness.is_whole,
            understood=content.wholeness.may_be_whole,
            interrupts=vocabulary.interrupts(content.bundle),
            silencing=vocabulary.silencing(content.bundle),
            speaking=lambda: mouth.speaking,
            on_voice=mouth.duck,
            without_echo=echo.without_echo,
        )
        app = App(session, inbox, mouth, ears, memory, _open_log(log, stack))
        tell(losses + deaf_to_wake_phrase(model, config.wake_phrase), inbox)
        ears.start()
        stack.callback(tell_lost_sound, ears)
        stack.callback(ears.close)
        yield app


def deaf_to_wake_phrase(model: SpeechModel, wake_phrase: str) -> list[AudioLost]:
    """A wake phrase that would never wake counts as lost."""
    unknown = " and ".join(f"'{word}'" for word in model.missing([wake_phrase]))
    reason = (
        f"The speech model does not know {unknown}, so '{wake_phrase}' will not wake the skill. "
        "Set another 'wake_phrase' in the settings, or take a larger model with 'voice-skill models'."
    )
    return [AudioLost("wake_phrase", reason)] if unknown else []


def tell(losses: Iterable[AudioLost], inbox: Queue[Event]) -> None:
    """Show what is lacking from the start, with the remedy; the session says it after the greeting."""
    for lost in losses:
        print(lost.reason, flush=True)
        inbox.put(lost)


def tell_lost_sound(ears: Ears) -> None:
    """Say at the end of a session how much the machine was too slow to hear, if a word fits into it."""
    if ears.lost_sound >= A_WORD:
        print(
            f"{ears.lost_sound:.1f} seconds of sound were lost: the machine was too slow. "
            "Close other programs, or choose a smaller model with 'voice-skill models'.",
            file=sys.stderr,
            flush=True,
        )


def _find_microphone(name: str | None) -> None:
    """Raise AudioDeviceError if there is none; later losses are the ears' business."""
    with DeviceMicrophone(name):
        pass


@contextmanager
def typed(config: Config, log: Path | None, silent: bool) -> Iterator[App]:
    """The same session with a keyboard; speaks too, where it can, unless ``silent``."""
    lines = sys.stdin or ()  # none where the standard input is closed
    with ExitStack() as stack:
        content = load_content(config)
        memory, losses = open_memory(config)
        stack.callback(memory.close)
        inbox: Queue[Event] = Queue()
        setting = stored_voice(memory, SetVoice(config.rate, config.volume))
        mouth: Mouth | Page = Page(inbox) if silent else _speaking_mouth(config, setting, inbox, stack)
        session = _session(content, setting, memory, quiet_after=None)
        app = App(session, inbox, mouth, None, memory, _open_log(log, stack), _print_said)
        tell(losses, inbox)
        threading.Thread(target=_read_lines, args=(lines, inbox), name="keyboard", daemon=True).start()
        yield app


def _session(content: Content, voice: SetVoice, memory: Memory, quiet_after: float | None) -> Session:
    recollection = Recollection(memory.recall("place"), memory.recall("met") is not None)
    return Session(content.bundle, content.interpreter, content.region, voice, recollection, quiet_after)


def _mouth(
    config: Config,
    setting: SetVoice,
    inbox: Queue[Event],
    stack: ExitStack,
    tap: Callable[[Samples, int, float], None] | None = None,
) -> Mouth:
    voice = Voice(setting.rate, config.voice, config.cache_folder / "speech")
    stack.callback(voice.close)
    return Mouth(
        voice=voice,
        open_speaker=lambda: DeviceSpeaker(config.speaker, tap),
        inbox=inbox,
        clock=time.monotonic,
        volume=setting.volume,
    )


def _speaking_mouth(config: Config, setting: SetVoice, inbox: Queue[Event], stack: ExitStack) -> Mouth | Page:
    """A mouth, or a page where there is nothing to speak with; says which part is missing."""
    try:
        DeviceSpeaker(config.speaker).close()
        mouth = _mouth(config, setting, inbox, stack)
        mouth.voice.render("Hello.")
    except (AudioDeviceError, VoiceError) as error:
        print(f"{error} Answers are printed only.")
        return Page(inbox)
    mouth.show = _print_nothing  # a typed session prints everything anyway
    mouth.start()
    stack.callback(mouth.close)
    return mouth


class Page:
    """A mouth that only prints (see ``_print_said``): every utterance is over at once."""

    def __init__(self, inbox: Queue[Event]) -> None:
        """Report into ``inbox``."""
        self._inbox = inbox

    def say(self, utterance: int, _text: str) -> None:
        """Nothing to wait for."""
        self._inbox.put(SpeechFinished(utterance))

    def tone(self, name: Tone) -> None:
        """A page has no sound."""

    def stop(self) -> None:
        """What is printed stays."""

    def set_voice(self, rate: int, volume: float) -> None:
        """A page has no voice."""


_LEAVING = frozenset({"quit", "exit"})
"""Typed, these end the program, as everywhere."""


def _print_nothing(_: str) -> None:
    return None


def _print_said(message: Event | Effect) -> None:
    if not isinstance(message, Say):
        return
    said = " ".join(sentences(message.text))
    if sys.stdin is not None and sys.stdin.isatty():
        # What is said comes at any time: it takes the place of the prompt, and the prompt comes again.
        print(f"\r{said}", end="\n> ", flush=True)
    else:
        print(said, flush=True)


def _read_lines(lines: Iterable[str], inbox: Queue[Event]) -> None:
    """The keyboard thread: each line is heard; ``_LEAVING`` and the end of input end the session."""
    try:
        for line in lines:
            if line.strip().lower() in _LEAVING:
                break
            if line.strip():
                inbox.put(Heard(line.strip()))
    except UnicodeDecodeError:
        print("That line is not UTF-8 text, so I can't read it. Please start again.")
    inbox.put(Closed())


def _open_log(path: Path | None, stack: ExitStack) -> EventLog | None:
    if path is None:
        return None
    log = EventLog(path)
    stack.callback(log.close)
    return log
