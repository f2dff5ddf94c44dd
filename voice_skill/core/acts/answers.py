"""Answering questions, telling more, naming sources, asking what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_skill.core.acts.care import cramp_goes_on
from voice_skill.core.interpreter import Interpretation
from voice_skill.core.states import HELP, State
from voice_skill.core.text import spell_month, words

if TYPE_CHECKING:
    from voice_skill.core.session import Session


def answer(s: Session) -> None:
    """Give the short answer; outside the routine, one question follows at most."""
    intent = s.bundle.intents[s.meant.intent]
    s.topic.begin(intent.more, intent.sources, intent.reviewed, intent.offers_routine)
    s.script.choose(intent.replies)
    if s.state is not State.IDLE:
        return
    if intent.sources and not s.said_general:
        s.said_general = True
        s.script.prompt("general_information")
    offer_to_go_on(s)


def tell_more(s: Session) -> None:
    """Tell the next breath on the subject."""
    s.question = None
    if not s.topic.sources:
        tell_what_to_say(s)
    elif s.topic.more:
        s.script.say(s.topic.more.pop(0).text)
        offer_to_go_on(s)
    else:
        s.script.prompt("no_more")


def offer_to_go_on(s: Session) -> None:
    """Ask whether to tell more, or else offer the stretches, those only once in a session."""
    if s.state is not State.IDLE:
        return
    if s.topic.more:
        s.ask("want_more")
    elif s.topic.offers_routine and not s.offered:
        s.offered = True
        s.ask("offer_routine")


def name_source(s: Session) -> None:
    """Say where the last answer comes from, and when it was last checked."""
    spoken = [s.bundle.sources[source].spoken for source in s.topic.sources[:2]]
    if spoken and s.topic.reviewed:
        s.script.prompt("source_said", source=", and ".join(spoken), reviewed=spell_month(s.topic.reviewed))
    else:
        s.script.prompt("source_none")


def tell_what_to_say(s: Session) -> None:
    """Say what can be said here."""
    s.script.prompt("help_asked" if s.question else HELP[s.state])


# --- what was meant -------------------------------------------------------------------------------


def ask_which(s: Session) -> None:
    """Ask whether the likeliest intent was meant, or which of two."""
    names = [s.meant.intent] + ([s.meant.runner_up] if s.meant.runner_up else [])
    s.wanted = tuple(names)
    titles = [s.bundle.intents[name].title for name in names]
    if len(titles) == 1:
        s.ask("did_you_mean_one", first=titles[0])
    else:
        s.ask("did_you_mean_two", first=titles[0], second=titles[1])


def take_first(s: Session) -> None:
    """Do what was named first."""
    _take(s, 0)


def take_second(s: Session) -> None:
    """Do what was named second."""
    _take(s, 1)


def _take(s: Session, index: int) -> None:
    intent, s.question, s.wanted = s.wanted[index], None, ()
    s.act_on(Interpretation(intent, "act", 1.0))


def take_named(s: Session, text: str) -> bool:
    """Do what was named by its title, or by most of it; says whether one was."""
    said = set(words(text))
    shares = [_share(s.bundle.intents[name].title, said) for name in s.wanted]
    best = max(range(len(shares)), key=shares.__getitem__)
    if shares[best] < 0.5 or shares.count(shares[best]) > 1:
        return False
    _take(s, best)
    return True


def _share(title: str, said: set[str]) -> float:
    own = set(words(title))
    return len(own & said) / len(own)


def meant_neither(s: Session) -> None:
    """Ask for other words."""
    s.question, s.wanted = None, ()
    s.script.prompt("mean_none")


def miss(s: Session) -> None:
    """Say that nothing was understood: short, then with help, then with a choice, then nothing."""
    s.misses += 1
    if s.state is State.CRAMP:
        cramp_goes_on(s)
    elif s.state is State.IDLE and s.misses <= 3:
        s.script.prompt(f"no_match_{s.misses}")
    elif s.state is not State.IDLE and s.misses <= 2:
        s.script.prompt("no_match_1" if s.misses == 1 else HELP[s.state])
