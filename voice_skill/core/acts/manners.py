"""Silence, the voice, and the small words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voice_skill.core.states import State
from voice_skill.messages import Remember, SetVoice

if TYPE_CHECKING:
    from voice_skill.core.session import Session

RATE_STEP, RATE_RANGE = 20, (110, 210)
VOLUME_STEP, VOLUME_RANGE = 0.15, (0.1, 1.0)
_LIMITS = {"slower": "slowest", "faster": "fastest", "louder": "loudest", "quieter": "quietest"}


def stop(s: Session) -> None:
    """Be silent; where nothing was being said, say so."""
    if not s.cut_short:
        s.script.prompt("nothing_to_stop")


def hush_only(s: Session) -> None:
    """Be silent, and stay where we are."""


def decline(s: Session) -> None:
    """The person wants none of what was offered."""
    s.question = None
    s.script.prompt("declined")


def acknowledge(s: Session) -> None:
    """Show that it was heard."""
    s.script.prompt("no_to_nothing")


def nothing_asked(s: Session) -> None:
    """An answer without a question."""
    s.script.prompt("yes_to_nothing")


def welcome(s: Session) -> None:
    """Thanks are taken."""
    s.script.prompt("welcome")


def be_quiet(s: Session) -> None:
    """Listen only for the wake phrase and for cramps from now on."""
    s.drop_everything()
    s.enter(State.STANDBY)
    s.script.prompt("good_night" if s.meant.intent == "good_night" else "quiet")


def wake(s: Session) -> None:
    """Be there; what goes on goes on."""
    if s.state is State.STANDBY:
        s.enter(State.IDLE)
    s.script.prompt("awake")


def change_voice(s: Session) -> None:
    """Speak slower, faster, louder or quieter from now on, also after a restart; ask again what was open."""
    intent, last = s.meant.intent, s.script.last
    rate, volume = float(s.voice.rate), s.voice.volume
    if intent in ("slower", "faster"):
        rate = _moved(rate, RATE_STEP if intent == "faster" else -RATE_STEP, *RATE_RANGE)
    else:
        volume = _moved(volume, VOLUME_STEP if intent == "louder" else -VOLUME_STEP, *VOLUME_RANGE)
    changed = SetVoice(int(rate), round(volume, 2))
    if changed == s.voice:
        s.script.prompt(_LIMITS[intent])
    else:
        s.voice = changed
        s.script.effects.append(changed)
        s.script.effects.append(Remember("voice", f"[{changed.rate}, {changed.volume}]"))
        s.script.prompt(f"{intent}_done")
    if s.question:
        s.ask_in_same_words()
    elif s.cut_short and s.state in (State.CRAMP, State.EMERGENCY):
        s.script.say_again(last)


def _moved(value: float, step: float, low: float, high: float) -> float:
    """One step on, up to the limit; a setting that lies beyond it already stays."""
    return max(value, min(value + step, high)) if step > 0 else min(value, max(value + step, low))


# --- silence --------------------------------------------------------------------------------------


def ask_again(s: Session) -> None:
    """Nobody answered: once more, shorter; after that let it be."""
    _ask_once_more(s, s.ask_shorter)


def ask_yes_or_no(s: Session) -> None:
    """The answer was neither: say what would be; after that let it be."""
    _ask_once_more(s, lambda: s.script.prompt("ask_again_yes_no"))


def _ask_once_more(s: Session, ask: Callable[[], object]) -> None:
    s.times_asked += 1
    if s.times_asked <= 2:
        ask()
        return
    s.question = None
    if s.coach.guide is None:
        s.script.prompt("silence_quiet")
