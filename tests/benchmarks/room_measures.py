"""The measures of ``room.py``: each plays many small scenes in the bedroom of ``tests/room`` and counts."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "room")]

from acoustics import computed_response  # noqa: E402
from bedroom import RATE, Acoustics, Bedroom  # noqa: E402
from known_lines import _lines  # noqa: E402
from voices import said_by  # noqa: E402

from voice_skill.config import Config  # noqa: E402
from voice_skill.core.states import State  # noqa: E402
from voice_skill.front_ends import Content, load_content, load_model  # noqa: E402
from voice_skill.hearing.echo_path import EchoPath  # noqa: E402
from voice_skill.hearing.listener import Listener  # noqa: E402
from voice_skill.hearing.microphone import Microphone  # noqa: E402
from voice_skill.hearing.recogniser import SpeechModel  # noqa: E402
from voice_skill.messages import Heard, StopSpeaking  # noqa: E402
from voice_skill.speaking.voice import Voice  # noqa: E402

Wave = npt.NDArray[np.float64]

LINES = (
    "Often no cause is found. Tired muscles are the likeliest. Fluids, minerals, and age can play a part.",
    "Usually seconds to a few minutes. If one goes past ten minutes, phone your local health line.",
    "Sit on the edge of the bed with both feet flat. Straighten the right knee. A mild pull is enough.",
)
"""What the skill says while it is spoken over; no command is in it."""
WORDS = {
    "stop": "stop",
    "pause": "pause",
    "wait": "pause",
    "repeat": "repeat",
    "next": "next",
    "louder": "louder",
    "quieter": "quieter",
    "slower": "slower",
    "help": "help",
    "it hurts": "it_hurts",
    "cramp": "cramp_now",
}
"""Interrupt words and what they mean."""
ANSWERS = {"yes": "yes", "yes please": "yes", "no": "no", "no thanks": "no"}
"""The same where a question has been asked."""
LONGER = {
    "what about magnesium": "magnesium_supplements",
    "what causes leg cramps": "why",
    "does quinine help": "quinine",
    "stop and tell me about magnesium": "magnesium_supplements",
    "wait what was that": "repeat",
    "please start the routine": "start_routine",
}
"""Longer requests and what they mean in the end, whatever their first word has done."""
IN_TIME = 2.0
"""Seconds after the end of a word within which it must be obeyed."""


@dataclass
class Skill:
    """What all measures share."""

    content: Content
    model: SpeechModel
    voice: Voice

    def bedroom(self, acoustics: Acoustics, **settings: object) -> Bedroom:
        """A room of its own for one measure."""
        return Bedroom(self.content, self.model, self.voice, acoustics, **settings)  # type: ignore[arg-type]


def open_skill(model: Path, cache: Path) -> Skill:
    """Read the bundle and load the model."""
    config = Config(model=model, cache_folder=cache)
    content = load_content(config, with_tests=True)
    return Skill(content, load_model(config, content.bundle), Voice(150, None, cache / "speech"))


# --- spoken over ------------------------------------------------------------------------------------


@dataclass
class Interruptions:
    """What became of words that were spoken over us."""

    tried: int = 0
    obeyed: int = 0
    waits: list[float] = field(default_factory=list)
    """For each "stop": seconds from its end to the last sound of ours, infinite where it was not obeyed."""
    missed: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Percent obeyed."""
        return 100 * self.obeyed / max(1, self.tried)


def interruptions(
    skill: Skill,
    acoustics: Acoustics,
    voices: Sequence[str],
    seed: int = 1,
    canceller: EchoPath | None = None,
) -> Interruptions:
    """Each word by each voice over each line, in one room that has been lived in for ten seconds."""
    result = Interruptions()
    chance = np.random.default_rng(seed)
    with skill.bedroom(acoustics, quiet_after=None, canceller=canceller) as bed:
        bed.wait(10)
        for text, meant in [*WORDS.items(), *ANSWERS.items()]:
            for voice in voices:
                line = LINES[result.tried % len(LINES)]
                word = Word(text, meant, voice)
                _speak_over(bed, skill, line, word, result, float(chance.uniform(0.8, 3.5)))
    return result


def stops(skill: Skill, acoustics: Acoustics, voice: str, seed: int = 1, times: int = 4) -> Interruptions:
    """The word "stop" several times over each line: how soon we are silent needs more than one of each."""
    result = Interruptions()
    chance = np.random.default_rng(seed)
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.wait(10)
        for line in LINES * times:
            stop = Word("stop", "stop", voice)
            _speak_over(bed, skill, line, stop, result, float(chance.uniform(0.5, 3.5)))
    return result


def first_sentence(skill: Skill, acoustics: Acoustics, voice: str, times: int = 12) -> Interruptions:
    """The word "stop" over the very first words of as many sessions, 0.3 to 2.4 seconds after they begin.

    Nothing of the room is known yet: the way of our sound to the microphone is found only in these seconds.
    """
    result = Interruptions()
    for after in np.linspace(0.3, 2.4, times):
        with skill.bedroom(acoustics, quiet_after=None) as bed:
            bed.wait(float(after))
            _say_over(bed, skill, Word("stop", "stop", voice), result)
    return result


def in_many_rooms(
    skill: Skill, echo: float, voice: str, words: Mapping[str, str], seed: int = 1
) -> Interruptions:
    """Each word in a room of its own, over the line after the greeting.

    From trial to trial, the delay is 0.05 to 0.4 s, the reverberation 0.2 to 0.6 s long, the person 6 dB
    softer to 6 dB louder than usual, and the loudspeaker's clock up to 50 millionths slower.
    """
    result = Interruptions()
    chance = np.random.default_rng(seed)
    for text, meant in words.items():
        acoustics = Acoustics(
            computed_response(float(chance.uniform(0.2, 0.6)), int(chance.integers(1000))),
            echo,
            delay=float(chance.uniform(0.05, 0.4)),
            drift=float(chance.uniform(0, 50)),
            person=float(chance.uniform(-6, 6)),
        )
        with skill.bedroom(acoustics, quiet_after=None) as bed:
            bed.wait(10)
            line = LINES[result.tried % len(LINES)]
            word = Word(text, meant, voice)
            _speak_over(bed, skill, line, word, result, float(chance.uniform(0.5, 3.5)))
    return result


def longer_requests(
    skill: Skill, acoustics: Acoustics, voices: Sequence[str], seed: int = 1
) -> Interruptions:
    """Each longer request by each voice over a line: whether one of the things heard means it."""
    result = Interruptions()
    chance = np.random.default_rng(seed)
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.wait(10)
        for text, meant in LONGER.items():
            for voice in voices:
                line = LINES[result.tried % len(LINES)]
                request = Word(text, meant, voice, whole=False)
                _speak_over(bed, skill, line, request, result, float(chance.uniform(0.8, 2.5)))
    return result


@dataclass(frozen=True)
class Word:
    """Something that is said over us."""

    text: str
    meant: str
    voice: str
    whole: bool = True
    """Whether all of it is heard as one thing; otherwise its meaning may come after its first word."""


def _speak_over(
    bed: Bedroom, skill: Skill, line: str, word: Word, result: Interruptions, after: float
) -> None:
    session = bed.session
    session.drop_everything()
    session.recover(bed.now)
    session.stand("asked" if word.text in ANSWERS else "routine" if word.whole else "idle", bed.now)
    session.script.say_again(line)
    bed.app._carry_out(session._take())
    bed.wait(after)
    _say_over(bed, skill, word, result)
    bed.mouth.stop()
    bed.wait(1.2)


def _say_over(bed: Bedroom, skill: Skill, word: Word, result: Interruptions) -> None:
    """Let the person say it now, and see what comes of it."""
    seen = len(bed.messages)
    over = bed.says(said_by(word.text, word.voice))
    bed.wait(over - bed.now + IN_TIME)
    result.tried += 1
    found = [message for _, message in bed.messages[seen:]]
    heard = [message for message in found if isinstance(message, Heard)]
    stopped = any(isinstance(message, StopSpeaking) for message in found)
    meanings = [skill.content.interpreter.hear(one, bed.session.context) for one in heard]
    intents = [one.intent for one in (meanings[:1] if word.whole else meanings)]
    if stopped and word.meant in intents:
        result.obeyed += 1
        if word.text == "stop":
            result.waits.append(_last_sound(bed, over))
    else:
        result.missed.append(f"{word.text} ({word.voice}): {[one.text for one in heard]}")
        if word.text == "stop":
            result.waits.append(float("inf"))


def _last_sound(bed: Bedroom, over: float) -> float:
    """Seconds after a moment at which the loudspeaker first was silent for 30 ms after we decided to stop."""
    decided = next(at for at, message in bed.messages if isinstance(message, StopSpeaking) and at > over - 1)
    sound = np.concatenate(bed.spoken[round(decided * RATE / 640) :]).astype(int)
    quiet = np.lib.stride_tricks.sliding_window_view(np.abs(sound) <= 40, 480).all(axis=1)
    return decided + float(np.argmax(quiet)) / RATE - over if quiet.any() else float("inf")


# --- our own speech ---------------------------------------------------------------------------------


@dataclass
class OwnSpeech:
    """What we did to ourselves."""

    seconds: float = 0.0
    events: list[str] = field(default_factory=list)
    """What was heard, with what was being said."""
    ducked: float = 0.0
    """Seconds for which we spoke lower for nobody."""


def own_speech(
    skill: Skill, acoustics: Acoustics, lines: Sequence[str], routines: Sequence[str] = ()
) -> OwnSpeech:
    """Say all lines, then lead the routines; whatever is heard is a mistake.

    The first words are said in a strange room.
    """
    result = OwnSpeech()
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.keep_sound = False
        for line in lines:
            bed.session.drop_everything()
            bed.session.script.say_again(line)
            bed.app._carry_out(bed.session._take())
            seen, began = len(bed.messages), bed.now
            while bed.session.script.speaking:
                bed.step()
                result.ducked += 0.04 * bed.mouth._ducked
            bed.wait(1.0)
            result.seconds += bed.now - began
            result.events += [f"{text} over: {line[:60]}" for text in _heard(bed, seen)]
        for variant in routines:
            began, seen = bed.now, len(bed.messages)
            lead(skill, bed, variant)
            result.seconds += bed.now - began
            result.events += [f"{text} in the routine {variant}" for text in _heard(bed, seen)]
    return result


def _heard(bed: Bedroom, seen: int) -> list[str]:
    heard = [message for _, message in bed.messages[seen:] if isinstance(message, Heard)]
    return [f"{one.text} ({one.confidence:.2f})" for one in heard]


def lead(skill: Skill, bed: Bedroom, variant: str) -> None:
    """Let a routine go by from its first word to its last; nobody says anything."""
    bed.session.recover(bed.now)
    bed.session.script.silence()
    bed.session.enter(State.ROUTINE)
    bed.session.script.prompt("routine_intro")
    bed.session.coach.begin(variant)
    bed.app._carry_out(bed.session._take())
    latest = bed.now + 1800
    while bed.session.state is State.ROUTINE:
        assert bed.now < latest, "A routine does not end."
        bed.wait(5.0)


def spoken_lines(content: Content) -> list[str]:
    """Every line that the bundle can speak, slots filled with something."""
    lines = [line.text for _, line in _lines(content.bundle)]
    slots = {"time": "two minutes", "part": "the right calf", "number": "two", "total": "five"}
    filled = [_filled(line, slots) for line in lines]
    return list(dict.fromkeys(filled))


def _filled(line: str, slots: dict[str, str]) -> str:
    for name in set(re.findall(r"{(\w+)}", line)):
        line = line.replace("{" + name + "}", slots.get(name, "one, one, one"))
    return line


# --- questions and standby --------------------------------------------------------------------------


def questions(
    skill: Skill, acoustics: Acoustics, asked: Sequence[tuple[str, str]], voices: Sequence[str]
) -> float:
    """Percent of questions, asked in quiet, that are taken for what they mean: acted on or asked about."""
    right = 0
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.wait(12)
        for index, (text, meant) in enumerate(asked):
            bed.session.recover(bed.now)
            bed.session.script.silence()
            bed.app._carry_out(bed.session._take())
            bed.mouth.stop()
            bed.wait(1.0)
            seen = len(bed.messages)
            over = bed.says(said_by(text, voices[index % len(voices)]))
            bed.wait(over - bed.now + IN_TIME)
            heard = [message for _, message in bed.messages[seen:] if isinstance(message, Heard)]
            right += bool(heard) and skill.content.interpreter.hear(heard[0]).intent == meant
    return 100 * right / len(asked)


@dataclass
class Standby:
    """A night in which nobody wants anything."""

    hours: float = 0.0
    woken: list[str] = field(default_factory=list)


def false_wakes(skill: Skill, sounds: Iterable[Wave], acoustics: Acoustics, hours: float) -> Standby:
    """Play talk and noise to the skill in standby, faster than real time, and count what wakes it."""
    result = Standby()
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.keep_sound = False
        good_night(bed)
        began = bed.now
        for sound in sounds:
            seen = len(bed.messages)
            over = bed.says(sound)
            bed.wait(over - bed.now + 1.0)
            if bed.session.state is not State.STANDBY:
                heard = [one.text for _, one in bed.messages[seen:] if isinstance(one, Heard)]
                result.woken.append(str(heard))
                good_night(bed)
            if bed.now - began > hours * 3600:
                break
        result.hours = (bed.now - began) / 3600
    return result


@dataclass
class Calls:
    """What became of calls in standby."""

    tried: int = 0
    missed: list[str] = field(default_factory=list)


def wakes(skill: Skill, acoustics: Acoustics, phrase: str, voices: Sequence[str], times: int) -> Calls:
    """Call so many times by each voice, 2 dB softer to 2 dB louder, each once; which do not end standby."""
    result = Calls()
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        for voice in voices:
            for level in np.linspace(-2.0, 2.0, times):
                good_night(bed)
                over = bed.says(said_by(phrase, voice), level=float(level))
                bed.wait(over - bed.now + IN_TIME)
                result.tried += 1
                if bed.session.state is State.STANDBY:
                    result.missed.append(f"{phrase} ({voice}), {level:+.0f} dB")
    return result


def good_night(bed: Bedroom) -> None:
    """Listen for the wake phrase alone."""
    bed.session.recover(bed.now)
    bed.session.script.silence()
    bed.session.enter(State.STANDBY)
    bed.app._carry_out(bed.session._take())
    bed.mouth.stop()
    bed.wait(2.0)


def standby_share(skill: Skill, seconds: float = 120.0) -> float:
    """Percent of a core that the ears take in a quiet room, canceller and gate included."""
    with skill.bedroom(Acoustics(), quiet_after=None) as bed:
        bed.keep_sound = False
        good_night(bed)
        took = 0.0
        inner = bed.ears.take

        def take(listener: Listener, block: bytes, microphone: Microphone) -> None:
            nonlocal took
            began = time.thread_time()
            inner(listener, block, microphone)
            took += time.thread_time() - began

        bed.ears.take = take  # type: ignore[method-assign]  # a stopwatch around it
        bed.wait(seconds)
    return 100 * took / seconds
