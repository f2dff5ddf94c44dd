"""The conversation: what is answered, asked, and done, whatever comes in whichever state.

Pure: no clock, no threads, no sound.  ``handle(event, now)`` returns effects, ``deadline()`` says when
the session wants a ``TimeReached`` although nothing else happens.

Theory of operation
-------------------
There is one *state*, at most one open *question*, at most one routine (the coach has it) and at most
one course of *first aid*.  An utterance is interpreted (red flags first, in every state) and looked up
in ``tables``:

1. A question is open and this answers it: ``QUESTIONS`` and ``OTHER_ANSWERS`` name the act.
2. Otherwise ``ACTS`` names the act for this intent in this state, or ``OTHERWISE`` the one for the rest.

An act is a function of the session (package ``acts``).  Whatever has to be said while the routine runs makes
the coach step aside; when nothing is being said and no question is open any more, it steps back by
itself (``_settle``).  Silence is measured from the moment when the last word, ours or the person's,
was over.  States change through ``enter`` only, which holds them against ``MOVES``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voice_skill.content.bundle import Bundle, Line, Region, StateName
from voice_skill.core.acts.answers import MOST_MISSES, ask_which, miss, take_named
from voice_skill.core.acts.care import ask_whether_so, cramp_goes_on, overhear
from voice_skill.core.acts.leading import resume
from voice_skill.core.coach import Coach
from voice_skill.core.cues import Cue
from voice_skill.core.first_aid import FirstAid
from voice_skill.core.interpreter import Interpreter, names_cramp
from voice_skill.core.meaning import NONE, Interpretation
from voice_skill.core.occasions import LOW_CONFIDENCE
from voice_skill.core.script import Script
from voice_skill.core.states import MOVES, State
from voice_skill.core.tables import (
    ACTS,
    ANSWERS,
    CHOICES,
    KEEPS_QUESTION,
    OTHER_ANSWERS,
    OTHERWISE,
    QUESTIONS,
)
from voice_skill.core.text import words
from voice_skill.messages import (
    AudioBack,
    AudioLost,
    Closed,
    Effect,
    Event,
    Heard,
    ListenFor,
    ListeningMode,
    Part,
    Remember,
    SetVoice,
    SpeechFinished,
    TimeReached,
)

PATIENCE = 8.0
"""Seconds of silence after a question before something is done about it."""
EMERGENCY_REMINDER = 30.0
"""Seconds of silence after which the emergency number is said once more."""
EMERGENCY_LEFT = 600.0
"""Seconds of silence after which an emergency is taken for over, and we only listen."""
_NEVER_HELD_UP = KEEPS_QUESTION | {"cramp_now", "wake"}
"""What is answered at once although we have asked after a warning sign."""
_NAMING = frozenset(
    {
        *("yes", "yeah", "it", "one", "only", "just", "the", "there", "left", "right"),
        *("not", "but", "and", "though", "although", "except"),
    }
)
"""First words of an answer that names a sign, after a "no" or without."""
_NO = frozenset({"no", "nope", "nah"})
TWO_TURNS = 20.0
"""Seconds within which two utterances are read together by the red-flag rules."""
LONGEST_PAUSE = 900.0
"""Seconds after which a paused routine is put away; the person has fallen asleep."""
_HUSHING = frozenset({"stop", "pause", "quiet", "good_night", "never_mind"})
"""What silences us in standby, where it is otherwise nobody's business."""
LAST_WORDS = 3.0
"""Seconds after standby has come by itself within which what is heard was begun before it."""
NOISE = 0.5
"""What is heard with less confidence than this and means nothing is taken for noise."""
GHOST = 0.35
"""A yes or no below this may be one of the short words that recognisers hear in silence."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """What the memory held at the start."""

    place: str | None = None
    """Where a routine was broken off (``Guide.snapshot``)."""
    met: bool = False
    """Whether the person has been greeted before."""


@dataclass(slots=True)
class Topic:
    """What the last answer was about."""

    more: list[Line] | None = None
    """Breaths not told yet; None where nothing was asked that there could be more of."""
    sources: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    """The sources of what was told last."""
    reviewed: str = ""
    offers_routine: bool = False

    def begin(
        self,
        more: Sequence[Line] | None,
        sources: tuple[str, ...],
        reviewed: str,
        offers_routine: bool = False,
    ) -> None:
        """Turn to another subject."""
        self.more, self.sources = None if more is None else list(more), sources
        self.cited, self.reviewed, self.offers_routine = sources, reviewed, offers_routine

    def next_breath(self) -> Line | None:
        """Take the next breath, which may have sources of its own; None where there is none."""
        if not self.more:
            return None
        line = self.more.pop(0)
        self.cited = line.sources or self.sources
        return line


class Session:
    """One conversation; see the module's docstring.  The acts use its attributes, the app its methods."""

    def __init__(
        self,
        bundle: Bundle,
        interpreter: Interpreter,
        region: Region,
        voice: SetVoice,
        recollection: Recollection = Recollection(),
        quiet_after: float | None = 120.0,
    ) -> None:
        """Be ready.  ``quiet_after``: seconds of silence until standby, None to stay (typed sessions)."""
        self.bundle = bundle
        self.script = Script(bundle, region)
        self.coach = Coach(bundle.routine, self.script)
        self.voice = voice
        self.state = State.IDLE
        self.question: str | None = None
        self.times_asked = 0
        self.wanted: tuple[str, ...] = ()
        """Intents between which "did you mean" lets the person choose."""
        self.variant: str | None = None
        """The way of stretching asked for, while the safety questions are asked."""
        self.kept_place = recollection.place
        """A place to carry on from, once the safety question is answered."""
        self.pause_seconds: float | None = None
        """How long the person wanted to pause; None for as long as it takes."""
        self.aid: FirstAid | None = None
        self.topic = Topic()
        self.misses = 0
        self.said_general = self.offered = self.reminded = False
        self.cut_short = False
        """Whether the present utterance made us fall silent."""
        self.meant = Interpretation(NONE, "none", 0.0)
        """What the latest utterance was taken for."""
        self.suspected = self.meant
        """A warning sign that we have asked about before warning."""
        self.told: set[str] = set()
        """The red flags that were answered in the present emergency."""
        self.now = 0.0
        self._interpreter = interpreter
        self._met = recollection.met
        self._quiet_after = quiet_after
        self._quiet_since = 0.0
        self._asleep_since = -math.inf
        self._asked_words = ""
        self._put_off: tuple[str, tuple[str, ...], str] | None = None
        self._before = ""
        self._before_at = 0.0
        self._mode: ListeningMode = "open"
        self._saved_place = recollection.place

    @property
    def context(self) -> StateName:
        """The state in the three words that interpretation knows."""
        if self.question or self.state is State.CRAMP:
            return "asked"
        return "routine" if self.state in (State.ROUTINE, State.PAUSED) else "idle"

    # --- events in, effects out

    def start(self, now: float) -> list[Effect]:
        """Greet, or offer to carry on where a routine was broken off."""
        self.now = self._quiet_since = now
        part = self.coach.part_of(self.kept_place)
        if part:
            self.ask("carry_on_offer", part=part)
        else:
            self.kept_place = None
            self.script.prompt("hello_again" if self._met else "hello")
        self.script.effects.append(Remember("met", "yes"))
        return self._take()

    def stand(self, context: StateName, now: float) -> None:
        """Be in the middle of a routine, or of a question, without having got there.

        For asking what one utterance alone would do (``voice-skill ask --state``), and for tests.
        """
        self.now = self._quiet_since = now
        if context == "routine":
            self.enter(State.ROUTINE)
            self.coach.begin(self.bundle.routine.default)
        elif context == "asked":
            self.ask("offer_routine")
        self.script.silence()
        self._settle()
        self.script.silence()
        self._take()

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Take one event; ``now`` is the time on the caller's clock, in seconds."""
        self.now = now
        match event:
            case Heard():
                self._hear(event)
            case SpeechFinished(utterance):
                self.script.finished(utterance)
                self.coach.heard(utterance, now)
                if not self.script.speaking:
                    self._quiet_since = now
            case TimeReached():
                self._pass_time()
            case AudioLost():
                self._lose(event)
            case AudioBack(part):
                self._regain(part)
            case Closed():
                self.script.hush()
                return self._take()
        self._settle()
        return self._take()

    def recover(self, now: float) -> list[Effect]:
        """Go on after a mistake in the program: nothing is under way any more, and that is said."""
        self.now = self._quiet_since = now
        self.script.hush()
        self.drop_everything()
        self.state = State.IDLE
        self.script.prompt("mishap")
        return self._take()

    def deadline(self) -> float | None:
        """When to send TimeReached, unless something else happens before; None for never."""
        if self.state is State.ROUTINE and self.coach.guide and self.coach.guide.running:
            return self.coach.guide.deadline()
        patience = self._patience()
        return None if self.script.speaking or patience is None else self._quiet_since + patience

    def _patience(self) -> float | None:
        """How long silence may last before something has to be done about it."""
        if self.question:
            # Who types takes the time it takes; but in a cramp the hands may be at the leg.
            return None if self._quiet_after is None and self.aid is None else PATIENCE
        match self.state:
            case State.CRAMP:
                return self.aid.quiet() if self.aid else None
            case State.EMERGENCY:
                longest = EMERGENCY_LEFT if self._quiet_after is not None else None
                return longest if self.reminded else EMERGENCY_REMINDER
            case State.PAUSED:
                longest = LONGEST_PAUSE if self._quiet_after is not None else None
                return longest if self.pause_seconds is None else self.pause_seconds
            case State.IDLE:
                return self._quiet_after
        return None

    def _pass_time(self) -> None:
        guide = self.coach.guide
        if self.state is State.ROUTINE and guide and guide.running:
            self.perform(guide.due(self.now))
            return
        patience = self._patience()
        if self.script.speaking or patience is None or self.now < self._quiet_since + patience:
            return
        self._quiet_since = self.now
        if self.question:
            QUESTIONS[self.question].silence(self)
        elif self.state is State.CRAMP:
            if self.aid and self.aid.asleep:
                self._fall_asleep()
            else:
                cramp_goes_on(self)
        elif self.state is State.EMERGENCY and not self.reminded:
            overhear(self)
        elif self.pause_seconds is not None:
            resume(self)
        else:
            self._fall_asleep()

    def _fall_asleep(self) -> None:
        """Go to standby without a word; a paused routine can be carried on later."""
        place = self.coach.guide.snapshot() if self.coach.guide else self.kept_place
        self.drop_everything()
        self.kept_place, self._asleep_since = place, self.now
        self.enter(State.STANDBY)

    def _settle(self) -> None:
        """Go on with the routine when nothing stands in its way any more."""
        free = not self.script.speaking and not self.question
        if free and self.coach.aside and self.state is State.ROUTINE:
            self.perform(self.coach.step_back(self.now))

    def _take(self) -> list[Effect]:
        """The effects so far, with what follows from them: what to remember, how to listen."""
        guide = self.coach.guide
        place = guide.snapshot() if guide else self.kept_place
        if place != self._saved_place:
            self._saved_place = place
            self.script.effects.append(Remember("place", place))
        mode: ListeningMode = "interrupt" if self.script.speaking else "open"
        if self.state is State.STANDBY and not self.script.speaking:
            mode = "standby"
        if mode != self._mode:
            self._mode = mode
            self.script.effects.append(ListenFor(mode))
        taken, self.script.effects = self.script.effects, []
        return taken

    # --- what was heard

    def _hear(self, heard: Heard) -> None:
        by_ear = heard.ended_at is not None
        if by_ear and not words(heard.text):
            return
        meant = self._interpret(heard)
        if by_ear and self._is_noise(meant, heard.confidence):
            if self.state is State.STANDBY and meant.intent in _HUSHING and meant.tier == "act":
                self.script.hush()  # our own last words can be cut short without waking us
            return
        self._quiet_since = self.now
        self.meant = meant
        self.cut_short = self.script.hush()
        self.coach.step_aside(self.now)
        if self.state is State.STANDBY and meant.intent not in ACTS[State.STANDBY]:
            self.enter(State.IDLE)  # typed words need no wake phrase
        if self.question in CHOICES and not meant.alarm and take_named(self, heard.text):
            return
        if meant.tier == "act":
            self.misses = 0
            self.act_on(meant)
        else:
            self._take_doubtfully(meant)

    def _interpret(self, heard: Heard) -> Interpretation:
        """Take the words for what they mean here, with what was said just before."""
        recent = self._before if self.now - self._before_at <= TWO_TURNS else ""
        meant = self._interpreter.hear(heard, self.context, recent)
        self._before, self._before_at = "" if meant.alarm else heard.text, self.now
        return self._on_safety(meant, heard) if self._asks_after_signs() and not meant.alarm else meant

    def _on_safety(self, meant: Interpretation, heard: Heard) -> Interpretation:
        """What it means as an answer to a safety question, where only a clear no is a no.

        Asked about the legs, people name the sign alone: "one is bigger", "no but it's hot", "my left calf".
        """
        if heard.confidence >= LOW_CONFIDENCE and self._interpreter.is_clear_no(heard.text):
            return replace(meant, intent="no", tier="act", also=())
        said = words(heard.text)
        said = said[1:] if _NO.issuperset(said[:1]) else said
        if _NAMING.issuperset(said[:1]):
            named = self._interpreter.interpret(" ".join(("my leg", *said)), self.context, heard.confidence)
            if named.alarm:
                return named
        mistaken = meant.intent in ("no", "fine")
        mistaken |= meant.intent in ("cramp_now", "cramp_still") and not names_cramp(heard.text)
        if self.question == "sign_check" and meant.intent not in (NONE, "yes"):
            mistaken |= not self._is_another_question(meant)
        return replace(meant, intent="not_sure", tier="act", also=()) if mistaken else meant

    def _is_noise(self, meant: Interpretation, confidence: float) -> bool:
        """Whether something heard is to be passed over in silence."""
        if self.state is State.STANDBY:
            # A television gives half a "cramp" now and then; it must not wake anybody.
            sure = meant.tier == "act" and confidence >= LOW_CONFIDENCE
            begun_before = self.now - self._asleep_since <= LAST_WORDS and meant.intent not in _HUSHING
            return not sure or not (begun_before or meant.intent in ACTS[State.STANDBY])
        led = self.state is State.CRAMP or (self.state is State.ROUTINE and not self.question)
        if led and meant.tier == "none" and self.misses >= MOST_MISSES:
            return True  # people are talking to each other
        if meant.intent == NONE and self.script.speaking:
            return True
        return confidence < (NOISE if meant.intent == NONE else GHOST) and meant.intent in (NONE, "yes", "no")

    def _take_doubtfully(self, meant: Interpretation) -> None:
        """Ask, or say that nothing was understood, as the state allows."""
        if self.state is State.EMERGENCY:
            overhear(self)
        elif meant.lane == "too long":
            self.script.prompt("too_long")
        elif meant.alarm and not meant.alarm.rule.replies and not self._asks_after_signs():
            ask_whether_so(self)  # but what has words of its own, as despair, is not read aloud for a guess
        elif self.question:
            QUESTIONS[self.question].doubt(self)
        elif meant.tier == "none" or self.state is State.CRAMP:
            miss(self)
        else:
            ask_which(self)

    def _is_another_question(self, meant: Interpretation) -> bool:
        """Whether it is plain that the person has gone on to something else, or wants to hear it again."""
        known = self.bundle.intents.get(meant.intent)
        other = meant.intent in _NEVER_HELD_UP or (known is not None and known.kind == "information")
        return meant.tier == "act" and other

    def _asks_after_signs(self) -> bool:
        """Whether the open question is about warning signs already."""
        return self.question is not None and QUESTIONS[self.question].safety

    def act_on(self, meant: Interpretation) -> None:
        """Answer the open question with it, or do what the state has for it."""
        self.meant = meant
        if self.question:
            question = QUESTIONS[self.question]
            answers = {
                "yes": question.yes,
                "no": question.no,
                **dict.fromkeys(("not_sure", "first_one", "second_one"), question.doubt),
                "fine": question.no,
                "never_mind": question.dropped,
                "not_now": question.dropped,
            } | OTHER_ANSWERS.get(self.question, {})
            act = answers.get(meant.intent)
            if act:
                act(self)
                self._act_further(meant)
                return
            if meant.intent not in KEEPS_QUESTION:
                self.question = None
        ACTS[self.state].get(meant.intent, OTHERWISE[self.state])(self)
        self._act_further(meant)

    def _act_further(self, meant: Interpretation) -> None:
        """Do what else was asked for in the same breath; an answer was meant for the question before it.

        A second question is offered in its turn (``acts.answers.answer``).
        """
        for further in meant.also:
            if further not in ANSWERS and self.bundle.intents[further].kind == "command":
                self.act_on(Interpretation(further, "act", meant.score))

    # --- for the acts

    def enter(self, state: State) -> None:
        """Change the state."""
        if state is not self.state:
            assert state in MOVES[self.state], f"{self.state} cannot be followed by {state}"
            self.state = state

    def ask(self, name: str, **slots: str) -> None:
        """Ask a question; it stays open until it is answered or dropped."""
        self.question, self.times_asked, self.wanted = name, 1, ()
        self.script.prompt(name, **slots)
        self._asked_words = self.script.last

    def ask_between(self, name: str, **slots: str) -> None:
        """Ask something else first; ``return_to_question`` asks the open question again."""
        self._put_off = (self.question, self.wanted, self._asked_words) if self.question else None
        self.ask(name, **slots)

    def return_to_question(self) -> bool:
        """Ask again what was put off; says whether there was anything."""
        if not self._put_off:
            return False
        (self.question, self.wanted, self._asked_words), self._put_off = self._put_off, None
        self.ask_in_same_words()
        return True

    def ask_in_same_words(self) -> None:
        """Ask the open question again as it was."""
        self.script.say_again(self._asked_words)

    def repeat_answer(self) -> None:
        """Say the last answer again, and after it the open question."""
        if not self.question:
            self.script.say_again(self.script.answer)
            return
        if self.script.answer not in ("", self._asked_words):
            self.script.say_again(self.script.answer)
        self.ask_in_same_words()

    def ask_shorter(self) -> None:
        """Ask the open question again in few words, where there are such."""
        again = QUESTIONS[self.question].again if self.question else ""
        if again:
            self.script.prompt(again)
        else:
            self.ask_in_same_words()

    def perform(self, cues: Sequence[Cue]) -> None:
        """Speak and play what the guide wants; leave the routine when that was its end."""
        if self.coach.perform(cues):
            self.enter(State.IDLE)

    def drop_everything(self) -> None:
        """Let go of the question, the cramp and the routine."""
        self.question, self.aid, self.kept_place, self.variant = None, None, None, None
        self.wanted = ()
        self.coach.end()

    # --- faults

    def _lose(self, lost: AudioLost) -> None:
        """Say what is lost; not that of a loudspeaker, which nobody would hear."""
        if lost.part == "speaker":
            return
        self.coach.step_aside(self.now)
        silent = lost.part == "microphone" and "silent" in lost.reason
        self.script.prompt("microphone_silent" if silent else f"{lost.part}_lost")

    def _regain(self, part: Part) -> None:
        """Say what is back; in standby not the loudspeaker, which is no reason to wake anybody."""
        can_wait = self.state is State.STANDBY and part == "speaker"
        if f"{part}_back" in self.bundle.prompts and not can_wait:
            self.script.prompt(f"{part}_back")
