"""From what was said to what is meant, in the order that safety demands.

Pure.  1. red flags, in every state; 2. the bundle's phrases word for word, which is how commands are
meant to be found, and commands turned round by "don't"; 3. several commands in one breath; 4. likeness,
with the polarity held fast: "don't stop" never comes out as "stop".  The result says how sure it is:
``act`` on it, ``confirm`` it first, or ``none``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from voice_skill.content.bundle import Bundle, Intent, RoutinePlan, StateName
from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core import denial, hearings, occasions
from voice_skill.core.classifier import Classifier, stem
from voice_skill.core.matcher import Candidate, Match, Matcher, NoMatch
from voice_skill.core.meaning import NONE, Interpretation
from voice_skill.core.safety import RedFlags
from voice_skill.core.slots import LAST_PART, find_slots, part_asked_for
from voice_skill.core.text import FILLERS, MAX_CHARACTERS, normal, trimmed, without_fillers, words
from voice_skill.messages import Alternative, Heard

URGENT = 0.5
"""From this probability on a cramp is acted upon: somebody in pain must not be asked what they meant."""
ALARMING = 0.8
"""From this probability on likeness to a warning sign is an alarm, though no rule knew the words."""
FEWEST_ALARMING = 3
"""Fewer words than this ("breathing") are asked about first, unless a rule knows them."""
ON_SUBJECT = 0.12
"""From this probability on something that names our subject is worth asking about: it is hardly idle talk."""
SUBJECT = frozenset(map(stem, ("cramp", "charley", "spasm", "calf", "calves")))
"""Words that name our subject."""
CRAMP = frozenset(map(stem, ("cramp", "charley", "spasm", "seized", "seizing", "locked", "knot")))
"""Words that name a cramp."""
ASKED_ABOUT = 0.6
"""From this probability on likeness to a warning sign is asked about, though a clause beside it is denied."""
URGENT_LEVELS = RED_FLAG_LEVELS[:2]
"""The warning signs for which that holds: an appointment is not urgent enough."""
MANNERS = frozenset({"slower", "faster", "louder", "quieter"})
"""How to speak."""
MOST_AT_ONCE = 3
"""More commands than this in one breath are taken for talk."""

_JOINTS = re.compile(r"\b(?:and then|and|then|but|or)\b|[,;.!?]+(?=\s)")
_MANNER = re.compile(
    r" (?=(?:(?:a (?:little )?bit|a little|much) )?(?:more \w+ly|louder|quieter|softer|slower|faster)$)"
)
"""Before the manner in which something is wanted: "repeat that louder"."""
_NEXT_QUESTION = re.compile(
    r" (?:and|but|also|plus)(?: also)? (?=(?:what|why|how|when|who|should|can|could|would|is|are|do|does)\b)"
)
"""Where a second question begins."""
_DENIALS = (("do", "not"), ("please", "do", "not"), ("no", "do", "not"), ("not",))


class Interpreter:
    """The bundle's phrases and rules, indexed once."""

    def __init__(self, bundle: Bundle, wake_phrase: str, learned: Classifier) -> None:
        """Index ``bundle``.  ``wake_phrase``, where it is not empty, is one more way to say "wake".

        ``learned`` is what ``phrases_of(bundle)`` teach: given, because learning takes seconds and needs the
        bundle's synonyms and word vectors too.
        """
        self._intents = bundle.intents
        self._red_flags = RedFlags(bundle.red_flags, bundle.signs, bundle.words)
        self._exact: dict[tuple[str, ...], tuple[Intent, str]] = {}
        for intent in bundle.intents.values():
            for phrase in intent.phrases:
                self._exact.setdefault(words(phrase), (intent, phrase))
        if wake_phrase:
            self._exact[words(wake_phrase)] = (bundle.intents["wake"], wake_phrase)
        self._clear_no = {words(each) for run in bundle.words.get("clear_no", ()) for each in run.split("|")}
        self._parts = _names_of_parts(bundle.routine)
        self._matcher = Matcher(phrases_of(bundle), learned)

    def interpret(
        self,
        text: str,
        state: StateName = "idle",
        confidence: float = 1.0,
        before: str = "",
        alternatives: Sequence[Alternative] = (),
    ) -> Interpretation:
        """Say what ``text``, heard with ``confidence`` while in ``state``, means.  Never fails.

        ``before`` is what the same person said a moment ago; warning signs are read over both.
        ``alternatives`` are what may have been said instead.
        """
        meant = self._understand(text, state, before)
        if alternatives:
            meant = hearings.weigh(meant, alternatives, lambda other: self._understand(other, state, before))
        return self._as_heard(meant, confidence)

    def hear(self, heard: Heard, state: StateName = "idle", before: str = "") -> Interpretation:
        """The same for what a recogniser heard, with its confidence and its other hearings."""
        return self.interpret(heard.text, state, heard.confidence, before, heard.alternatives)

    def _understand(self, text: str, state: StateName, before: str) -> Interpretation:
        """What one hearing means, if it is right."""
        alarm = self._red_flags.find(text, before, asked=state == "asked")
        if alarm:
            return Interpretation(alarm.rule.level, "act", 1.0, None, alarm.found[0], alarm, "red flag")
        tokens = words(text)
        if not tokens:
            return Interpretation(NONE, "none", 0.0)
        if len(text) > MAX_CHARACTERS:
            return Interpretation(NONE, "none", 0.0, lane="too long")
        meant = (
            (self._taken_back(tokens) if state == "asked" else None)
            or (self._to_part(tokens) if state == "routine" else None)
            or self._word_for_word(tokens, state)
            or (self._clear_no_of(text) if state == "asked" else None)
            or self._several(text, state)
            or (self._two_questions(tokens, state) if state != "routine" else None)
            or self._by_likeness(text, state)
        )
        said_first = tokens[0] in denial.ANSWERS and tokens[1:2] != ("or",)
        if state == "asked" and meant.tier != "act" and said_first:
            # "No, I'm tired", "yes, why not": after a question the first word says it all.
            return Interpretation(
                denial.ANSWERS[tokens[0]], "act", 0.8, None, tokens[0], None, "word for word"
            )
        slots = {**find_slots(meant.intent, text), **meant.slots}
        if meant.intent == "skip" and not slots:
            named = next(filter(None, map(self._parts.get, tokens)), "")
            slots = {"without": named} if named else {}
        return replace(meant, slots=slots) if slots else meant

    def _as_heard(self, meant: Interpretation, confidence: float) -> Interpretation:
        """Doubt what was badly heard: other people's talk comes out as odd requests with little confidence.

        Not a cramp or a warning sign: there a needless question does less harm than silence.
        """
        if meant.alarm and meant.tier == "confirm" and confidence < occasions.LOW_CONFIDENCE:
            return Interpretation(NONE, "none", meant.score, meant.intent)  # a guess at what may be noise
        if confidence >= occasions.DOUBTED or meant.intent in (NONE, "cramp_now", *RED_FLAG_LEVELS):
            return meant
        if meant.lane == "word for word" and self._intents[meant.intent].kind == "command":
            sure = confidence >= occasions.LOW_CONFIDENCE or meant.intent in occasions.HURRIED
            return meant if sure else replace(meant, tier="confirm")
        if confidence < occasions.LOW_CONFIDENCE or meant.tier == "confirm":
            # Doubted twice: other people's talk would be asked about all evening.
            return Interpretation(NONE, "none", meant.score, meant.intent)
        return replace(meant, tier="confirm")

    def _word_for_word(self, tokens: tuple[str, ...], state: StateName) -> Interpretation | None:
        found = self._find(tokens)
        if found:
            intent, phrase = found
            return Interpretation(intent.name, "act", 1.0, None, phrase, None, "word for word")
        begin = next((start for start in _DENIALS if tokens[: len(start)] == start), ())
        refused = self._exact.get(without_fillers(tokens[len(begin) :])) if begin else None
        if refused and refused[0].kind == "command":
            return self._turned_round(refused[0].name, refused[1], state)
        said = " ".join(tokens)
        named = denial.denied_command(said)
        return (self._beside(said, *named) or self._turned_round(*named, state)) if named else None

    def _to_part(self, tokens: tuple[str, ...]) -> Interpretation | None:
        """Going to a part by its number or name: "go to part two", "do the calf again"."""
        part = part_asked_for(" ".join(tokens), self._parts)
        if not part:
            return None
        slots = {"part": part}
        return Interpretation("skip", "act", 1.0, None, " ".join(tokens), None, "word for word", slots)

    def _find(self, tokens: tuple[str, ...]) -> tuple[Intent, str] | None:
        """The phrase that ``tokens`` are, without fillers, or with each word said once, as in "ow ow ow"."""
        plain = without_fillers(tokens)
        once = tuple(token for token, _ in groupby(plain))
        forms = (*trimmed(tokens), plain, once)
        return next((self._exact[form] for form in forms if form in self._exact), None)

    def _beside(self, said: str, denied: str, phrase: str) -> Interpretation | None:
        """The other command beside one that is denied: "I don't want to skip, just pause"."""
        for rest in denial.beside(said, phrase):
            found = self._find(words(rest)) if rest else None
            if found and found[0].kind == "command" and found[0].name not in (denied, "yes", "no"):
                return Interpretation(found[0].name, "act", 1.0, None, found[1], None, "word for word")
        return None

    def _turned_round(self, denied: str, phrase: str, state: StateName) -> Interpretation:
        opposite = denial.OPPOSITES.get(denied, NONE)
        if opposite == NONE or not occasions.may_be_meant(opposite, state):
            return Interpretation(NONE, "none", 0.0)
        return Interpretation(opposite, "act", 1.0, None, phrase, None, "word for word")

    def _taken_back(self, tokens: tuple[str, ...]) -> Interpretation | None:
        """A yes or no, said first and then taken back: "no, go on", "yes but not now"."""
        first, rest = denial.first_answer(tokens)
        found = self._find(rest) if first and rest else None
        name = denial.corrected_answer(tokens)
        name = name or (denial.last_answer(first, rest, found[0].name) if found else "")
        return Interpretation(name, "act", 0.8, None, " ".join(rest), None, "word for word") if name else None

    def _several(self, text: str, state: StateName) -> Interpretation | None:
        """Several commands in one breath: "slower please and repeat that", "repeat that louder".

        How to speak comes first, so that the rest is spoken that way.  Of what "or" joins nothing is done
        before it was asked which.
        """
        pieces = [piece for piece in _JOINTS.split(text.lower()) if set(words(piece)) - FILLERS]
        if not 1 < len(pieces) <= MOST_AT_ONCE:
            return self._in_a_manner(normal(text), state)
        meant = [
            self._word_for_word(words(piece), state) or self._by_likeness(piece, state) for piece in pieces
        ]
        if len({each.intent for each in meant}) < 2 or not all(self._is_order(each, state) for each in meant):
            return None
        if "or" in words(text):
            return replace(meant[0], tier="confirm", runner_up=meant[1].intent)
        return _in_order(meant)

    def _two_questions(self, tokens: tuple[str, ...], state: StateName) -> Interpretation | None:
        """Two questions in one breath: "why do I get cramps and what can I do about it"."""
        pieces = _NEXT_QUESTION.split(" ".join(tokens), maxsplit=1)
        meant = [self._by_likeness(piece, state) for piece in pieces] if len(pieces) == 2 else []
        questions = [each for each in meant if each.tier == "act" and self._is_question(each)]
        if len({each.intent for each in questions}) < 2:
            return None
        return replace(questions[0], also=(questions[1].intent,))

    def _is_question(self, meant: Interpretation) -> bool:
        plain = meant.intent not in (*RED_FLAG_LEVELS, "cramp_now")
        return plain and self._intents[meant.intent].kind == "information"

    def _in_a_manner(self, said: str, state: StateName) -> Interpretation | None:
        pieces = [self._word_for_word(words(piece), state) for piece in _MANNER.split(said, maxsplit=1)]
        meant = [each for each in pieces if each and self._is_order(each, state)]
        return _in_order(meant) if len(meant) == 2 and meant[1].intent in MANNERS else None

    def _is_order(self, meant: Interpretation, state: StateName) -> bool:
        return (
            meant.tier == "act"
            and self._intents[meant.intent].kind == "command"
            and occasions.may_be_meant(meant.intent, state)
        )

    def _clear_no_of(self, text: str) -> Interpretation | None:
        if not self.is_clear_no(text):
            return None
        return Interpretation("no", "act", 1.0, None, normal(text), None, "word for word")

    def is_clear_no(self, text: str) -> bool:
        """Whether ``text`` is a no and nothing besides, as safety asks for it."""
        tokens = words(text)
        start = next((place for place, token in enumerate(tokens) if token not in FILLERS), 0)
        return tokens[start:] in self._clear_no

    def nearest(self, text: str) -> list[Candidate]:
        """The intents by likeness alone, for explaining a result."""
        return self._matcher.rank(text)

    def _by_likeness(self, text: str, state: StateName) -> Interpretation:
        # Where the rules found signs only denied, long past or imagined, likeness to one means nothing.
        barred = set(RED_FLAG_LEVELS) if self._red_flags.is_ruled_out(text) else set()
        sign = self._sign_left_open(text) if barred else None
        if sign:
            return sign
        if denial.says_no_cramp(normal(text)):
            barred.add("cramp_now")
        result = self._matcher.match(
            text,
            lambda intent: intent not in barred and occasions.may_be_meant(intent, state),
        )
        best = result.best
        if best is None or best.intent == NONE:
            return Interpretation(NONE, "none", best.score if best else 0.0)
        on_subject = not SUBJECT.isdisjoint(map(stem, words(text)))
        wanted = not isinstance(result, NoMatch) or (on_subject and best.score >= ON_SUBJECT)
        guessed = best.intent in occasions.ONLY_WHEN_ASKED and len(words(text)) == 1
        agrees = self._agrees(text, best)
        alarming = best.intent in URGENT_LEVELS and best.score >= ALARMING
        if not wanted or guessed or not (agrees or alarming):
            return Interpretation(NONE, "none", best.score, best.intent)
        runner_up = result.runner_up.intent if result.runner_up else None
        if runner_up == NONE:
            runner_up = None
        sure = isinstance(result, Match) and best.intent not in occasions.ONLY_WORD_FOR_WORD
        if best.intent in RED_FLAG_LEVELS:
            sure = best.score >= ALARMING and len(words(text)) >= FEWEST_ALARMING and agrees
        if best.intent == "cramp_now" and best.score >= URGENT and on_subject:
            sure = True
        if best.intent == "stop" and denial.ends_in_a_stop_of_its_own(words(text)):
            sure = True
        return Interpretation(
            best.intent, "act" if sure else "confirm", best.score, runner_up, best.phrase, None, "likeness"
        )

    def _sign_left_open(self, text: str) -> Interpretation | None:
        """What a clause may mean in which nothing is denied, beside one in which something is."""
        rest = self._red_flags.left_open(text)
        best = self._matcher.match(rest).best if len(words(rest)) >= FEWEST_ALARMING else None
        if best is None or best.intent not in URGENT_LEVELS or best.score < ASKED_ABOUT:
            return None
        return Interpretation(best.intent, "confirm", best.score, None, best.phrase, None, "likeness")

    def _agrees(self, text: str, best: Candidate) -> bool:
        """For commands and warning signs, "not" must stand on both sides or on neither.

        A likely warning sign is asked about all the same: its nearest phrase is not the only one like it.
        """
        if best.intent == "stop" and denial.ends_in_a_stop_of_its_own(words(text)):
            return True
        plain = self._intents[best.intent].kind == "information" or best.intent == "cramp_now"
        return plain or denial.same_polarity(normal(text), best.phrase)


def _in_order(meant: Sequence[Interpretation]) -> Interpretation:
    """All of them in one, those that set the voice first."""
    ordered = sorted(meant, key=lambda each: each.intent not in MANNERS)
    names = tuple(dict.fromkeys(each.intent for each in ordered))
    return replace(ordered[0], score=min(each.score for each in ordered), also=names[1:])


def _names_of_parts(plan: RoutinePlan) -> dict[str, str]:
    """The name of each counted part by what it may be called: "thighs", "thigh" and "thigh part"."""
    names = {"end": LAST_PART, "last part": LAST_PART, "final part": LAST_PART}
    for variant in plan.variants.values():
        for part in variant.parts:
            called = normal(part.title).removeprefix("the ")
            several = (
                {called, called.removesuffix("s"), called.removesuffix("f") + "ves"} if part.counted else ()
            )
            names |= {f"{each}{more}": part.name for each in several for more in ("", " part", " stretch")}
    return names


def names_cramp(text: str) -> bool:
    """Whether a cramp is called by its name."""
    return not CRAMP.isdisjoint(map(stem, words(text)))


def phrases_of(bundle: Bundle) -> list[tuple[str, str]]:
    """What the matcher learns from: every phrase with its intent, and everyday talk with ``NONE``."""
    ours = ((intent.name, phrase) for intent in bundle.intents.values() for phrase in intent.phrases)
    others = ((NONE, phrase) for phrases in bundle.not_ours.values() for phrase in phrases)
    return [*ours, *others]
