"""Answering questions, telling more, naming sources, asking what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_skill.core.acts.care import say_step_again
from voice_skill.core.acts.manners import decline
from voice_skill.core.meaning import Interpretation
from voice_skill.core.states import HELP, State, help_prompt
from voice_skill.core.text import spell_month, words

if TYPE_CHECKING:
    from voice_skill.core.session import Session

MOST_MISSES = 2
"""So often it is said, while something goes on, that nothing was understood; after that it just goes on."""
_SMALL = frozenset(
    {
        *("a", "an", "the", "to", "your", "you", "it", "of", "in", "or", "and", "for", "with"),
        *("on", "that", "about"),
    }
)
"""Words of a title that do not name what it is about."""
_DENIALS = frozenset({"no", "not", "neither", "never"})


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
    other = next((name for name in s.meant.also if s.bundle.intents[name].kind == "information"), "")
    if other:
        s.ask("and_the_other", first=s.bundle.intents[other].title)
        s.wanted = (other,)
    else:
        offer_to_go_on(s)


def tell_more(s: Session) -> None:
    """Tell the next breath on the subject."""
    s.question = None
    line = s.topic.next_breath()
    if line:
        s.script.say(line.text)
        offer_to_go_on(s)
    elif s.topic.more is None:
        tell_what_to_say(s)
    else:
        s.script.prompt("no_more")


def offer_to_go_on(s: Session) -> None:
    """Ask whether to tell more, or else offer the stretches, those only once in a session."""
    if s.state is not State.IDLE:
        return
    if s.topic.more:
        s.ask("want_more")
    else:
        _offer_routine(s)


def offer_instead(s: Session) -> None:
    """No more of that: offer the stretches, unless something else was asked for in the same breath."""
    s.question = None
    if s.meant.also or not _offer_routine(s):
        decline(s)


def _offer_routine(s: Session) -> bool:
    """Offer the stretches where they fit what was asked, once in a session; says whether that was done."""
    fits = s.topic.offers_routine and not s.offered
    if fits:
        s.offered = True
        s.ask("offer_routine")
    return fits


def name_source(s: Session) -> None:
    """Say where the last answer comes from, and when it was last checked."""
    spoken = [s.bundle.sources[source].spoken for source in s.topic.cited[:2]]
    if spoken and s.topic.reviewed:
        s.script.prompt("source_said", source=", and ".join(spoken), reviewed=spell_month(s.topic.reviewed))
    else:
        s.script.prompt("source_none")


def tell_what_to_say(s: Session) -> None:
    """Say what can be said here."""
    s.script.prompt(help_prompt(s.state, asked=bool(s.question)))


# --- what was meant -------------------------------------------------------------------------------


def ask_which(s: Session) -> None:
    """Ask whether the likeliest intent was meant, or which of two."""
    names = [s.meant.intent] + ([s.meant.runner_up] if s.meant.runner_up else [])
    titles = [s.bundle.intents[name].title for name in names]
    if len(titles) == 1:
        s.ask("did_you_mean_one", first=titles[0])
    else:
        s.ask("did_you_mean_two", first=titles[0], second=titles[1])
    s.wanted = tuple(names)


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
    """Do what was named by its title, or by most of it, or by neither where it was denied; says whether."""
    said = words(text)
    full = [set(words(s.bundle.intents[name].title)) for name in s.wanted]
    titles = [title - _SMALL or title for title in full]
    shares = [len(title & set(said)) / len(title) for title in titles]
    best = max(range(len(shares)), key=shares.__getitem__)
    if shares[best] < 0.5 or shares.count(shares[best]) > 1:
        return False
    title = titles[best]
    named_at = max(place for place, word in enumerate(said) if word in title)
    if (_DENIALS - title).intersection(said[:named_at]):
        meant_neither(s)
    else:
        _take(s, best)
    return True


def meant_neither(s: Session) -> None:
    """Ask for other words."""
    s.question, s.wanted = None, ()
    s.script.prompt("mean_none")


def miss(s: Session) -> None:
    """Say that nothing was understood: short, then with help, then with a choice, then nothing."""
    if s.state is State.CRAMP:
        say_step_again(s)
        return
    s.misses += 1
    if s.state is State.IDLE and s.misses <= 3:
        s.script.prompt(f"no_match_{s.misses}")
    elif s.state is not State.IDLE and s.misses <= MOST_MISSES:
        s.script.prompt("no_match_1" if s.misses == 1 else HELP[s.state])
