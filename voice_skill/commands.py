"""What each command does; ``cli`` has parsed the words and loaded the settings.

Each takes the settings and the parsed options, prints, and returns an exit code.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from queue import Queue

from voice_skill import doctor, resources
from voice_skill.app import App
from voice_skill.config import Config
from voice_skill.content import hesitations, reader
from voice_skill.content.check import find_problems, find_warnings
from voice_skill.core import vocabulary
from voice_skill.core.asking import Asker
from voice_skill.errors import (
    AudioDeviceError,
    AudioFormatError,
    ConfigError,
    ModelError,
    VoiceError,
    VoiceSkillError,
)
from voice_skill.front_ends import hands_free, load_content, load_model, make_interpreter, typed
from voice_skill.hearing import model_store
from voice_skill.hearing.ears import hear_file
from voice_skill.hearing.microphone import WavMicrophone
from voice_skill.hearing.recogniser import Recogniser, joined
from voice_skill.messages import AudioLost, Closed, Event, Heard
from voice_skill.speaking.mouth import Mouth
from voice_skill.speaking.speaker import DeviceSpeaker, Speaker, WavSpeaker
from voice_skill.speaking.voice import Voice

STOPPED = 130


# --- conversations --------------------------------------------------------------------------------


def converse(config: Config, options: argparse.Namespace) -> int:
    """Hands-free; typed where there is no model or no sound; the demo where there is no keyboard either."""
    try:
        with hands_free(config, options.log) as app:
            print("Listening. Control C ends it.", flush=True)
            return _run(app)
    except (ModelError, AudioDeviceError) as error:
        print(error, flush=True)
        if isinstance(error, AudioDeviceError):
            print("'voice-skill doctor' tells more.")
    if sys.stdin is not None and sys.stdin.isatty():
        print("Until then you can type.")
        return _converse_typed(config, options.log, silent=False)
    print("There is no keyboard to type on either, so here is a demonstration.")
    return _demonstrate(config, None)


def converse_typed(config: Config, options: argparse.Namespace) -> int:
    """The keyboard session."""
    return _converse_typed(config, options.log, options.silent)


def _converse_typed(config: Config, log: Path | None, silent: bool) -> int:
    with typed(config, log, silent) as app:
        print("Type what you would say, then press Enter. 'quit' or Control D ends it.", flush=True)
        return _run(app)


def _run(app: App) -> int:
    """Serve until the end of input, Control C, or the end of the process; then leave tidily."""
    signal.signal(signal.SIGTERM, lambda *_: app.inbox.put(Closed()))
    try:
        app.run()
    except KeyboardInterrupt:
        print("Good night.")
        return STOPPED
    return 0


# --- single answers -------------------------------------------------------------------------------


def ask(config: Config, options: argparse.Namespace) -> int:
    """Answer typed utterances."""
    if bool(options.text) is options.batch:
        raise ConfigError("Give one utterance, or --batch and utterances on standard input.")
    content = load_content(config)
    asker = Asker(content.bundle, content.region, content.interpreter)
    utterances: Iterable[str] = (
        (line.rstrip("\r\n") for line in sys.stdin or ()) if options.batch else [" ".join(options.text)]
    )
    for utterance in utterances:
        answer = asker.ask(utterance, options.state)
        if options.json:
            print(json.dumps(answer.as_json(), ensure_ascii=False), flush=True)
            continue
        print(answer.reply, flush=True)
        if options.why:
            print(*asker.explain(utterance, options.state), sep="\n")
    return 0


def hear(config: Config, options: argparse.Namespace) -> int:
    """Recognise recordings; goes on after one that cannot be read, and reports it in the exit code."""
    if not any(path.exists() for path in options.files):
        raise AudioFormatError(f"There is no file {options.files[0]}; name a recording that is there.")
    content = load_content(config)
    asker = Asker(content.bundle, content.region, content.interpreter)
    phrases = vocabulary.phrases(content.bundle, config.wake_phrase)["open"]
    worst = 0
    recognisers: dict[int, Recogniser] = {}
    with load_model(config, content.bundle) as model:
        for path in options.files:
            try:
                with WavMicrophone(path) as microphone:
                    rate = microphone.rate
                    recogniser = recognisers.get(rate) or recognisers.setdefault(
                        rate, model.recogniser(rate, phrases, alternatives=True)
                    )
                    started = time.perf_counter()
                    hearings = hear_file(
                        recogniser, microphone, content.wholeness.is_whole, content.wholeness.may_be_whole
                    )
                    decoding = time.perf_counter() - started
                    seconds = {"audio": round(microphone.seconds, 3), "decoding": round(decoding, 3)}
                    if microphone.note:
                        print(f"{path}: {microphone.note}", file=sys.stderr, flush=True)
            except VoiceSkillError as error:
                worst = error.exit_code
                print(error, file=sys.stderr, flush=True)
                continue
            heard = " ".join(hearing.text for hearing in hearings)
            # One recording is one utterance; words cut apart by a pause belong together.
            confidence = sum(hearing.confidence for hearing in hearings) / max(1, len(hearings))
            others = joined(hearing.alternatives for hearing in hearings)
            answer = asker.hear(Heard(heard, confidence, None, others), options.state)
            if options.json:
                line = {"file": str(path), "heard": heard, "seconds": seconds, **answer.as_json()}
                print(json.dumps(line, ensure_ascii=False), flush=True)
            else:
                print(f"{path}: heard {heard or 'nothing'}.", answer.reply, sep="\n", flush=True)
    return worst


def check(config: Config, options: argparse.Namespace) -> int:
    """Print all problems of a bundle; 0 when there are none."""
    folder = options.folder or config.bundle or resources.intents_folder()
    bundle, problems = reader.read(folder)
    notes: list[str] = []
    if bundle is not None:
        config.require_region(bundle.regions)
        known = None
        try:
            model = model_store.find(
                config.model, os.environ, resources.models_folder(), kept=config.kept_models
            )
            known = model_store.known_words(model)
        except ModelError as error:
            notes.append(f"Whether the words can be heard was not checked. {error}")
        interpreter = make_interpreter(bundle, folder, config)
        asker = Asker(bundle, bundle.regions[config.region], interpreter)
        problems = find_problems(bundle, known, asker.understand)
        warnings = [str(warning) for warning in find_warnings(bundle)]
        notes += ["Worth a look, though no mistake:", *warnings] if warnings else []
    for problem in problems:
        print(problem)
    print(*notes, sep="\n", end="\n" if notes else "")
    if problems or bundle is None:
        print(f"{len(problems)} to mend in {folder}.")
        return 3
    phrases = sum(len(intent.phrases) for intent in bundle.intents.values())
    sentences = Counter(test.place.file == hesitations.FILE for test in bundle.tests for _ in test.say)
    counted = f"{len(bundle.intents)} intents, {phrases} phrases, {sentences[False]} test sentences"
    made = f", and {sentences[True]} phrases with a hesitation" if sentences[True] else ""
    print(f"All is well in {folder}: {counted}{made}.")
    return 0


# --- sound ----------------------------------------------------------------------------------------


def say(config: Config, options: argparse.Namespace) -> int:
    """Speak a text through the same voice and player as the session."""
    try:
        return _say(config, options)
    except AudioDeviceError as error:
        if options.out:
            raise
        raise AudioDeviceError(f"{error} With '--out FILE.wav' the sound goes into a file.") from error


def _say(config: Config, options: argparse.Namespace) -> int:
    if not options.text.strip():
        raise ConfigError("There is nothing to say; give some words in quotes.")
    inbox: Queue[Event] = Queue()
    voice = Voice(config.rate, config.voice, config.cache_folder / "speech")
    speaker: Speaker = WavSpeaker(options.out) if options.out else DeviceSpeaker(config.speaker)
    volume = 1.0 if options.out else config.volume
    mouth = Mouth(voice, lambda: speaker, inbox, time.monotonic, volume=volume)
    mouth.start()
    mouth.say(1, options.text)
    mouth.close(finish=True)
    voice.close()
    while not inbox.empty():
        event = inbox.get()
        if isinstance(event, AudioLost):
            raise (AudioDeviceError if event.part == "speaker" else VoiceError)(event.reason)
    if options.out:
        print(f"The sound is in {options.out}.")
    return 0


def demo(config: Config, options: argparse.Namespace) -> int:
    """Show the whole chain without a microphone."""
    return _demonstrate(config, options.out)


def _demonstrate(config: Config, out: Path | None) -> int:
    from voice_skill.demonstration import demonstrate  # needs everything; other commands need not wait for it

    return demonstrate(config, out)


def examine(_: Config, options: argparse.Namespace) -> int:
    """Print what is found and what is missing; 0 when the hands-free session can work."""
    environ = dict(os.environ)
    if options.model:
        environ["VOICE_SKILL_MODEL"] = str(options.model)
    findings = doctor.examine(options.config, environ, options.bundle)
    for finding in findings:
        print(f"{finding.part}: {finding.state}. {finding.detail}".rstrip())
        if finding.remedy:
            print(f"  what to do: {finding.remedy}")
    return int(any(finding.state in ("missing", "wrong") for finding in findings))
