"""The conversation: what is answered, asked, and done, whatever comes in whichever state.

Pure: no clock, no threads, no sound.  ``handle(event, now)`` returns effects, ``deadline()`` says when
the session wants a ``TimeReached`` although nothing else happens.

Theory of operation
-------------------
There is one *state*, at most one open *question*, at most one routine (the coach has it) and at most
one course of *first aid*.  An utterance is interpreted (red flags first, in every state) and looked up:

1. A question is open, and this answers it: ``QUESTIONS`` names what to do on yes, no, doubt, silence.
2. Otherwise ``ACTS`` names what to do for this intent in this state.  Intents that are in neither are
   information and are answered.

Whatever has to be said while the routine runs makes the coach step aside; when nothing is being said
and no question is open any more, it steps back by itself (``_settle``).  Silence is measured from the
moment when the last word, ours or the person's, was over.  Entering a state goes through ``_enter``,
which holds it against ``MOVES``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_skill.bundle import Bundle, Line, Region, StateName
from voice_skill.coach import Coach
from voice_skill.first_aid import QUESTIONS as FIRST_AID_QUESTIONS
from voice_skill.first_aid import FirstAid
from voice_skill.interpreter import NONE, Interpretation, Interpreter
from voice_skill.messages import (
    AudioBack,
    AudioLost,
    Closed,
    Effect,
    Event,
    Heard,
    ListenFor,
    ListeningMode,
    Remember,
    SetVoice,
    SpeechFinished,
    TimeReached,
)
from voice_skill.script import Script
from voice_skill.states import ACTS, AGREEING, HELP, MOVES, QUESTIONS, REFUSING, State
from voice_skill.text import spell_month


PATIENCE = 8.0
"""Seconds of silence after a question before something is done about it."""
EMERGENCY_REMINDER = 30.0
"""Seconds of silence after which the emergency number is said once more."""
NOISE = 0.5
"""What is heard with less confidence than this and means nothing is taken for noise."""
RATE_STEP, RATE_RANGE = 20, (110, 210)
VOLUME_STEP, VOLUME_RANGE = 0.15, (0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Recollection:
    """What the memory held at the start."""

    place: str | None = None
    """Where a routine was broken off (``Guide.snapshot``)."""
    met: bool = False
    """Whether the person has been greeted before."""


class Session:
    """One conversation; see the module's docstring."""

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
        self._bundle = bundle
        self._interpreter = interpreter
        self._script = Script(bundle, region)
        self._coach = Coach(bundle.routine, self._script)
        self._voice = voice
        self._recollection = recollection
        self._quiet_after = quiet_after
        self._state = State.IDLE
        self._question: str | None = None
        self._asked_times = 0
        self._wanted: tuple[str, ...] = ()
        """Intents between which "did you mean" lets the person choose."""
        self._variant: str | None = None
        """The variant asked for, while the safety questions are asked."""
        self._kept_place = recollection.place
        """A place to carry on from once the safety question is answered."""
        self._aid: FirstAid | None = None
        self._more: list[Line] = []
        self._sources: tuple[str, ...] = ()
        self._reviewed = ""
        self._offers_routine = False
        self._misses = 0
        self._said_general = False
        self._offered = False
        self._reminded = False
        self._mode: ListeningMode = "open"
        self._saved_place = recollection.place
        self._quiet_since = 0.0
        self._now = 0.0
        self.interpretation: Interpretation | None = None
        """What the latest utterance was taken for."""

    @property
    def state(self) -> State:
        """What is going on."""
        return self._state

    @property
    def context(self) -> StateName:
        """The state in the three words that interpretation knows."""
        if self._question:
            return "asked"
        return "routine" if self._state in (State.ROUTINE, State.PAUSED) else "idle"

    # --- events in, effects out

    def start(self, now: float) -> list[Effect]:
        """Greet, or offer to carry on where a routine was broken off."""
        self._now = self._quiet_since = now
        part = self._coach.place_of(self._recollection.place)
        if part:
            self._ask("carry_on_offer", part=part)
        else:
            self._kept_place = None
            self._script.prompt("hello_again" if self._recollection.met else "hello")
        self._script.effects.append(Remember("met", "yes"))
        return self._take()

    def stand(self, context: StateName, now: float) -> None:
        """Be in the middle of a routine, or of a question, without having got there.

        For asking what one utterance alone would do (``voice-skill ask --state``), and for tests.
        """
        self._now = self._quiet_since = now
        if context == "routine":
            self._enter(State.ROUTINE)
            self._coach.begin(self._bundle.routine.default, now)
        elif context == "asked":
            self._ask("offer_routine")
        self._script.silence()
        self._take()

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Take one event; ``now`` is the time on the caller's clock, in seconds."""
        self._now = now
        match event:
            case Heard():
                self._hear(event)
            case SpeechFinished(utterance):
                self._script.finished(utterance)
                self._coach.heard(utterance, now)
                if not self._script.speaking:
                    self._quiet_since = now
            case TimeReached():
                self._pass_time()
            case AudioLost():
                self._lose(event)
            case AudioBack(part):
                if f"{part}_back" in self._bundle.prompts:
                    self._script.prompt(f"{part}_back")
            case Closed():
                self._script.hush()
        self._settle()
        return self._take()

    def deadline(self) -> float | None:
        """When to send TimeReached, unless something else happens before; None for never."""
        if self._state is State.ROUTINE and self._coach.guide and self._coach.guide.running:
            return self._coach.guide.deadline()
        patience = self._patience()
        return None if self._script.speaking or patience is None else self._quiet_since + patience

    def _patience(self) -> float | None:
        """How long silence may last before something has to be done about it."""
        if self._question:
            return PATIENCE
        if self._state is State.CRAMP and self._aid:
            return self._aid.quiet()
        if self._state is State.EMERGENCY:
            return None if self._reminded else EMERGENCY_REMINDER
        return self._quiet_after if self._state is State.IDLE else None

    def _pass_time(self) -> None:
        guide = self._coach.guide
        if self._state is State.ROUTINE and guide and guide.running:
            if self._coach.perform(guide.due(self._now), self._now):
                self._enter(State.IDLE)
            return
        patience = self._patience()
        if self._script.speaking or patience is None or self._now < self._quiet_since + patience:
            return
        self._quiet_since = self._now
        if self._question:
            self._do(QUESTIONS[self._question].silence)
        elif self._state is State.CRAMP:
            self._cramp_goes_on()
        elif self._state is State.EMERGENCY:
            self._reminded = True
            self._script.prompt("emergency_stay")
        else:
            self._enter(State.STANDBY)

    def _settle(self) -> None:
        """Go on with the routine when nothing stands in its way any more."""
        free = not self._script.speaking and not self._question
        if free and self._coach.aside and self._state is State.ROUTINE:
            self._coach.step_back(self._now)

    def _take(self) -> list[Effect]:
        """The effects so far, with what follows from them: how to listen, what to remember."""
        guide = self._coach.guide
        place = guide.snapshot() if guide else self._kept_place
        if place != self._saved_place:
            self._saved_place = place
            self._script.effects.append(Remember("place", place))
        mode: ListeningMode = "interrupt" if self._script.speaking else "open"
        if self._state is State.STANDBY and not self._script.speaking:
            mode = "standby"
        if mode != self._mode:
            self._mode = mode
            self._script.effects.append(ListenFor(mode))
        taken, self._script.effects = self._script.effects, []
        return taken

    # --- what was heard

    def _hear(self, heard: Heard) -> None:
        by_ear = heard.ended_at is not None
        if by_ear and self._script.speaking and self._script.is_echo(heard.text):
            return
        meant = self._interpreter.interpret(heard.text, self.context, heard.confidence)
        self.interpretation = meant
        if self._state is State.STANDBY:
            if by_ear:
                if meant.tier == "act" and meant.intent in ACTS[State.STANDBY]:
                    self._act(meant)
                return
            self._enter(State.IDLE)
        if meant.intent == NONE and by_ear and (self._script.speaking or heard.confidence < NOISE):
            return
        self._quiet_since = self._now
        self._script.hush()
        self._coach.step_aside(self._now)
        if meant.tier == "none":
            self._miss(meant)
            return
        self._misses = 0
        if meant.tier == "confirm" and meant.intent not in self._wanted:
            self._ask_which(meant)
        else:
            self._act(meant)

    def _act(self, meant: Interpretation) -> None:
        """Answer the open question with it, or do what the state has for it."""
        self.interpretation = meant
        question, intent = self._question, meant.intent
        if question and self._answer_question(question, intent):
            return
        if intent not in ("repeat", "help", "slower", "faster", "louder", "quieter"):
            self._question = None
        act = ACTS[self._state].get(intent)
        if act:
            self._do(act)
        else:
            self._answer(intent)

    def _answer_question(self, name: str, intent: str) -> bool:
        """Take ``intent`` as the answer to the question ``name``, if it can be one."""
        question = QUESTIONS[name]
        if intent == "yes" or intent in AGREEING.get(name, ()):
            self._do(question.yes)
        elif intent in ("no", "never_mind") or intent in REFUSING.get(name, ()):
            self._do(question.no)
        elif intent == "not_sure":
            self._do(question.doubt)
        elif name == "did_you_mean_two" and intent in ("first_one", "second_one"):
            self._take_wanted(0 if intent == "first_one" else 1)
        elif name == "steady_check" and intent.startswith("variant_"):
            self._begin(intent.removeprefix("variant_"))
        else:
            return False
        return True

    def _do(self, act: str) -> None:
        getattr(self, f"_{act}")()

    def _miss(self, meant: Interpretation) -> None:
        """Nothing was understood: short, then with help, then with a choice, then quiet."""
        if meant.lane == "too long":
            self._script.prompt("too_long")
            return
        if self._question:
            self._do(QUESTIONS[self._question].doubt)
            return
        if self._state is State.EMERGENCY:
            self._script.prompt("emergency_stay")
            return
        self._misses += 1
        if self._state is not State.IDLE:
            if self._misses <= 2:
                self._script.prompt("no_match_1" if self._misses == 1 else HELP[self._state])
        elif self._misses <= 3:
            self._script.prompt(f"no_match_{self._misses}")

    # --- questions of ours

    def _ask(self, name: str, **slots: str) -> None:
        self._question, self._asked_times = name, 1
        self._script.prompt(name, **slots)

    def _ask_again(self) -> None:
        """Once more, shorter; after that let it be, and say how to call us."""
        question = self._question
        assert question is not None
        self._asked_times += 1
        if self._asked_times > 2:
            self._question = None
            self._kept_place = None if question != "carry_on_offer" else self._kept_place
            if not self._coach.guide:
                self._script.prompt("silence_quiet")
            return
        again = QUESTIONS[question].again
        if again:
            self._script.prompt(again)
        else:
            self._script.repeat()

    def _ask_which(self, meant: Interpretation) -> None:
        first = self._bundle.intents[meant.intent]
        second = self._bundle.intents[meant.runner_up] if meant.runner_up else None
        self._wanted = (first.name,) if second is None else (first.name, second.name)
        if second is None:
            self._ask("did_you_mean_one", first=first.title)
        else:
            self._ask("did_you_mean_two", first=first.title, second=second.title)

    def _take_first(self) -> None:
        self._take_wanted(0)

    def _take_wanted(self, index: int) -> None:
        intent, self._question = self._wanted[index], None
        self._wanted = ()
        self._act(Interpretation(intent, "act", 1.0))

    def _meant_neither(self) -> None:
        self._question, self._wanted = None, ()
        self._script.prompt("mean_none")

    def _decline(self) -> None:
        self._question = None
        self._script.prompt("declined")

    # --- information

    def _answer(self, intent_name: str) -> None:
        intent = self._bundle.intents[intent_name]
        self._sources, self._reviewed = intent.sources, intent.reviewed
        self._more, self._offers_routine = list(intent.more), intent.offers_routine
        self._script.choose(intent.replies)
        if self._state is not State.IDLE:
            return
        if not self._said_general and intent.sources:
            self._said_general = True
            self._script.prompt("general_information")
        self._offer_to_go_on()

    def _tell_more(self) -> None:
        self._question = None
        if self._more:
            self._script.say(self._more.pop(0).text)
            self._offer_to_go_on()
        else:
            self._script.prompt("no_more")

    def _offer_to_go_on(self) -> None:
        """Ask at most one thing after an answer, and offer the stretches at most once in a while."""
        if self._state is not State.IDLE:
            return
        if self._more:
            self._ask("want_more")
        elif self._offers_routine and not self._offered:
            self._offered = True
            self._ask("offer_routine")

    def _name_source(self) -> None:
        spoken = [self._bundle.sources[id_].spoken for id_ in self._sources[:2]]
        if spoken and self._reviewed:
            self._script.prompt(
                "source_said", source=", and ".join(spoken), reviewed=spell_month(self._reviewed)
            )
        else:
            self._script.prompt("source_none")

    def _tell_what_to_say(self) -> None:
        self._script.prompt("help_asked" if self._question else HELP[self._state])

    def _repeat(self) -> None:
        guide = self._coach.guide
        if self._state is State.ROUTINE and guide and not self._question:
            self._coach.aside = False
            self._coach.perform(guide.repeat(self._now), self._now)
        elif not self._script.repeat():
            self._script.prompt("nothing_to_repeat")

    # --- red flags

    def _warn(self) -> None:
        meant = self.interpretation
        assert meant is not None
        intent = self._bundle.intents[meant.intent]
        rule = meant.alarm.rule if meant.alarm else None
        self._sources, self._reviewed = (rule or intent).sources, (rule or intent).reviewed
        self._more, self._offers_routine = list(rule.more if rule and rule.more else intent.more), False
        if meant.intent != "appointment":
            self._drop_everything()
        if meant.intent == "emergency":
            self._reminded = False
            self._enter(State.EMERGENCY)
        elif meant.intent == "same_day":
            self._enter(State.IDLE)
        lines: Sequence[Line] = rule.replies if rule and rule.replies else intent.replies
        self._script.choose(lines, tell=rule.tell if rule and rule.tell else "what is wrong")

    def _refuse_stretching(self) -> None:
        self._drop_everything()
        self._enter(State.IDLE)
        self._script.prompt("safety_yes")

    def _stay_with_emergency(self) -> None:
        stretching = self.interpretation and self.interpretation.intent in ("start_routine", "resume")
        self._script.prompt("emergency_no_stretch" if stretching else "emergency_stay")

    def _leave_emergency(self) -> None:
        self._enter(State.IDLE)
        self._script.prompt("emergency_over")

    def _drop_everything(self) -> None:
        self._question, self._aid, self._kept_place, self._variant = None, None, None, None
        self._coach.end()

    # --- a cramp, now

    def _first_aid(self) -> None:
        """The first instruction, at once; whatever else was going on waits."""
        self._question, self._aid = None, FirstAid(self._now)
        self._coach.aside = False
        self._enter(State.CRAMP)
        self._cramp_goes_on()

    def _first_aid_step(self, prompt: str) -> None:
        if prompt in FIRST_AID_QUESTIONS:
            self._ask(prompt)
        else:
            self._question = None
            self._script.prompt(prompt)

    def _cramp_goes_on(self) -> None:
        assert self._aid is not None
        self._first_aid_step(self._aid.advance(self._now))

    def _warn_then_go_on(self) -> None:
        self._script.prompt("cramp_flag_silence")
        self._question = None

    def _cramp_eased(self) -> None:
        self._leave(self._aid is not None, "cramp_eased")

    def _leave_first_aid(self) -> None:
        self._leave(self._aid is not None, "declined")

    def _leave(self, was_cramp: bool, prompt: str) -> None:
        self._question, self._aid = None, None
        self._script.prompt(prompt)
        if self._coach.guide:
            self._enter(State.PAUSED)
            self._ask("cramp_to_routine")
        elif was_cramp:
            self._enter(State.IDLE)

    def _ask_whether_cramp(self) -> None:
        self._ask("hurts_idle")

    # --- before the routine

    def _check_safety(self) -> None:
        intent = self.interpretation.intent if self.interpretation else ""
        self._variant = intent.removeprefix("variant_") if intent.startswith("variant_") else None
        self._ask("safety_check")

    def _feel_the_legs(self) -> None:
        self._ask("safety_unsure")

    def _leave_it_unsafe(self) -> None:
        self._question = None
        self._script.prompt("safety_silence")

    def _check_steadiness(self) -> None:
        if self._kept_place:
            self._carry_on_kept()
        elif self._variant and self._variant != "wall":
            self._begin(self._variant)
        else:
            self._ask("steady_check")

    def _begin_at_wall(self) -> None:
        self._begin("wall")

    def _begin_in_bed(self) -> None:
        self._script.prompt("steady_no")
        self._begin("bed")

    def _begin_seated(self) -> None:
        self._script.prompt("variant_silence")
        self._begin("seated")

    def _begin(self, variant: str) -> None:
        self._question, self._kept_place, self._offered = None, None, True
        self._enter(State.ROUTINE)
        self._script.prompt("routine_intro")
        self._coach.begin(variant, self._now)

    def _carry_on_kept(self) -> None:
        place, self._kept_place, self._question = self._kept_place, None, None
        assert place is not None
        self._enter(State.ROUTINE)
        self._script.prompt("resumed")
        self._coach.carry_on(place, self._now)

    def _forget_place(self) -> None:
        self._question, self._kept_place = None, None
        self._script.prompt("carry_on_declined")

    def _resume_kept(self) -> None:
        if self._kept_place:
            self._check_safety()
        else:
            self._tell_more()

    # --- in the routine

    def _go(self) -> None:
        guide, intent = self._coach.guide, self.interpretation.intent if self.interpretation else ""
        assert guide is not None
        where = guide.where()
        if intent == "back" and where.first:
            self._script.prompt("at_first_step")
        elif intent == "next" and where.last:
            self._script.prompt("at_last_step")
        elif intent == "skip":
            self._script.prompt("skipping")
        self._coach.aside = False
        self._enter(State.ROUTINE)
        moves = {"next": guide.next, "back": guide.back, "skip": guide.skip}
        if self._coach.perform(moves[intent](self._now), self._now):
            self._enter(State.IDLE)

    def _pause(self) -> None:
        self._coach.aside = False
        self._enter(State.PAUSED)
        self._script.prompt("paused")

    def _rest(self) -> None:
        """Wait, paused, until the person wants to go on."""
        self._question, self._coach.aside = None, False
        if self._coach.guide:
            self._enter(State.PAUSED)
            self._script.prompt("hurts_declined")

    def _resume(self) -> None:
        guide = self._coach.guide
        self._question = None
        if guide is None:
            self._script.prompt("not_in_routine")
            return
        self._enter(State.ROUTINE)
        self._coach.step_back(self._now)

    def _tell_time_left(self) -> None:
        self._coach.tell_time_left()

    def _tell_where(self) -> None:
        self._coach.tell_where()

    def _ease_off(self) -> None:
        guide = self._coach.guide
        assert guide is not None
        easier = self._bundle.routine.variants[guide.variant].easier
        if easier:
            self._ask("hurts")
        else:
            self._coach.aside = False
            self._enter(State.PAUSED)
            self._script.prompt("hurts_gentlest")

    def _make_easier(self) -> None:
        guide = self._coach.guide
        assert guide is not None
        self._question = None
        easier = self._bundle.routine.variants[guide.variant].easier
        if easier is None:
            self._script.prompt("gentlest_already")
        else:
            self._switch(easier, "easier_done")

    def _change_variant(self) -> None:
        assert self.interpretation is not None
        wanted = self.interpretation.intent.removeprefix("variant_")
        self._switch(wanted, "variant_done")

    def _switch(self, variant: str, prompt: str) -> None:
        guide = self._coach.guide
        assert guide is not None
        self._coach.aside = False
        self._enter(State.ROUTINE)
        self._script.prompt(prompt, variant=self._bundle.routine.variants[variant].title)
        self._coach.perform(guide.change_variant(variant, self._now), self._now)

    def _stop_routine(self) -> None:
        self._drop_everything()
        self._enter(State.IDLE)
        self._script.prompt("routine_stopped")

    def _already_in_routine(self) -> None:
        self._script.prompt("routine_already")

    def _not_in_routine(self) -> None:
        self._script.prompt("not_in_routine")

    # --- manners

    def _stop(self) -> None:
        """Be silent; where there was nothing to stop, say so."""
        was_busy = bool(self._aid) or any(True for _ in self._script.effects)
        if not was_busy:
            self._script.prompt("nothing_to_stop")

    def _hush_only(self) -> None:
        """Silence alone; the state stays."""

    def _acknowledge(self) -> None:
        self._script.prompt("no_to_nothing")

    def _welcome(self) -> None:
        self._script.prompt("welcome")

    def _nothing_asked(self) -> None:
        self._script.prompt("yes_to_nothing")

    def _be_quiet(self) -> None:
        intent = self.interpretation.intent if self.interpretation else "quiet"
        self._drop_everything()
        self._enter(State.STANDBY)
        self._script.prompt(intent)

    def _wake(self) -> None:
        self._enter(State.IDLE)
        self._script.prompt("awake")

    def _change_voice(self) -> None:
        assert self.interpretation is not None
        intent = self.interpretation.intent
        rate, volume = float(self._voice.rate), self._voice.volume
        if intent in ("slower", "faster"):
            rate = _clamp(rate + (RATE_STEP if intent == "faster" else -RATE_STEP), *RATE_RANGE)
        else:
            volume = _clamp(volume + (VOLUME_STEP if intent == "louder" else -VOLUME_STEP), *VOLUME_RANGE)
        changed = SetVoice(int(rate), round(volume, 2))
        limit = {"slower": "slowest", "faster": "fastest", "louder": "loudest", "quieter": "quietest"}[intent]
        if changed == self._voice:
            self._script.prompt(limit)
        else:
            self._voice = changed
            self._script.effects.append(changed)
            self._script.effects.append(Remember("voice", f"[{changed.rate}, {changed.volume}]"))
            self._script.prompt(f"{intent}_done")

    # --- faults

    def _lose(self, lost: AudioLost) -> None:
        """Say once what is lost, if anything can still be heard."""
        self._coach.step_aside(self._now)
        silent = lost.part == "microphone" and "silent" in lost.reason
        self._script.prompt("microphone_silent" if silent else f"{lost.part}_lost")

    def _enter(self, state: State) -> None:
        if state is not self._state:
            assert state in MOVES[self._state], f"{self._state} cannot be followed by {state}"
            self._state = state


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
