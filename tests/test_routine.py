"""The guide on virtual time: a small plan, a person who listens, and every way of interrupting."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_skill.content.bundle import Line, RoutinePart, RoutinePlan, Step, Variant
from voice_skill.core.routine import (
    LATE,
    TRANSITIONS,
    Cue,
    Ease,
    Finished,
    Guide,
    Halfway,
    LeadIn,
    Speak,
    Where,
)


def _variant(name: str, easier: str | None, stretches: int) -> Variant:
    """All variants last 90 seconds; the middle part has ``stretches`` steps."""
    cue, halfway = 60 / stretches - 10, Line("Five more.")
    steps = tuple(Step(Line(f"{name} {n}"), cue, 10, "left", halfway) for n in range(stretches))
    return Variant(
        name,
        name,
        easier,
        (
            RoutinePart("settle", "settling in", False, (Step(Line("Sit."), 5),)),
            RoutinePart("calf", "the calf", True, steps),
            RoutinePart("rest", "the rest", True, (Step(Line("Lie."), 5, 14), Step(Line("Good night."), 6))),
        ),
    )


PLAN = RoutinePlan(90, 150, "chair", {"chair": _variant("chair", "bed", 4), "bed": _variant("bed", None, 3)})
VARIANTS = tuple(PLAN.variants)


def _pause(guide: Guide, now: float) -> list[Cue]:
    guide.pause(now)
    return []


Command = Callable[[Guide, float], list[Cue]]
COMMANDS: dict[str, Command] = {
    "next": lambda guide, now: guide.next(now),
    "back": lambda guide, now: guide.back(now),
    "skip": lambda guide, now: guide.skip(now),
    "repeat": lambda guide, now: guide.repeat(now),
    "pause": _pause,
    "resume": lambda guide, now: guide.resume(now),
    "bed": lambda guide, now: guide.change_variant("bed", now),
    "chair": lambda guide, now: guide.change_variant("chair", now),
}


@dataclass
class Person:
    """Carries out what the guide asks for, and keeps a diary of it."""

    guide: Guide
    takes: float = 0.0
    """Seconds to speak a line."""
    now: float = 0.0
    diary: list[tuple[float, Cue]] = field(default_factory=list)
    speaks_until: float | None = None

    def begin(self) -> Person:
        """Start the guide."""
        self.take(self.guide.start(self.now))
        return self

    def take(self, cues: list[Cue]) -> None:
        """Note cues; a line begins to be spoken, in place of what was being spoken."""
        for cue in cues:
            self.diary.append((self.now, cue))
            if isinstance(cue, (Speak, LeadIn)):
                self.speaks_until = self.now + self.takes

    def command(self, name: str) -> list[Cue]:
        """Give a command now."""
        cues = COMMANDS[name](self.guide, self.now)
        if name == "pause":
            self.speaks_until = None
        self.take(cues)
        return cues

    def live(self, until: float = 10_000.0) -> Person:
        """Let time pass as the app does: to the next deadline or end of speech, up to ``until``."""
        while (at := min(self._wakes(), default=None)) is not None and at <= until:
            self.now = max(self.now, at)
            if self.speaks_until is not None and self.speaks_until <= self.now:
                self.speaks_until = None
                self.guide.line_finished(self.now)
            self.take(self.guide.due(self.now))
        if until < 10_000.0:
            self.now = until
        return self

    def _wakes(self) -> list[float]:
        return [at for at in (self.guide.deadline(), self.speaks_until) if at is not None]

    def times(self, kind: type[Cue]) -> list[float]:
        """When cues of a kind came."""
        return [at for at, cue in self.diary if isinstance(cue, kind)]

    def holds(self) -> list[float]:
        """Seconds from each end of a line's slot to the tone that ends its hold."""
        return [ease - line for line, ease in zip(self.times(Speak)[1:], self.times(Ease), strict=False)]


def _person(variant: str = "chair", takes: float = 0.0, now: float = 0.0) -> Person:
    return Person(Guide(PLAN, variant), takes, now).begin()


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_lasts_what_the_plan_says(variant: str) -> None:
    """With lines that fit their slots, a variant ends to the second."""
    person = _person(variant, takes=4.0).live()
    assert person.times(Finished) == [PLAN.seconds]
    assert person.guide.finished
    assert person.guide.deadline() is None


@given(st.floats(0, 1e6), st.sampled_from(VARIANTS))
def test_lasts_as_long_from_any_time_on(start: float, variant: str) -> None:
    """The clock's reading at the start makes no difference."""
    person = _person(variant, now=start).live(start + 200)
    assert person.times(Finished) == [pytest.approx(start + PLAN.seconds, abs=1e-6)]


def test_order_of_cues() -> None:
    """Line, halfway cue, tone, following line; parts are announced where they are counted and begin."""
    person = _person("bed").live()
    assert person.diary == [
        (0, Speak(Line("Sit."))),
        (5, Speak(Line("bed 0"), part_intro=True)),
        (20, Halfway(Line("Five more."))),
        (25, Ease()),
        (25, Speak(Line("bed 1"))),
        (40, Halfway(Line("Five more."))),
        (45, Ease()),
        (45, Speak(Line("bed 2"))),
        (60, Halfway(Line("Five more."))),
        (65, Ease()),
        (65, Speak(Line("Lie."), part_intro=True)),
        (77, Halfway(None)),
        (84, Ease()),
        (84, Speak(Line("Good night."))),
        (90, Finished()),
    ]


@given(st.floats(0, 60))
def test_slow_speech_never_shortens_a_hold(takes: float) -> None:
    """A hold begins when the line is over and its slot is, and then has all its seconds."""
    person = _person(takes=takes).live()
    slots = [5, 5, 5, 5, 5]
    holds = [10, 10, 10, 10, 14]
    expected = [max(slot, takes) + hold for slot, hold in zip(slots, holds, strict=True)]
    assert person.holds() == pytest.approx(expected)


def test_waits_for_speech_without_waking() -> None:
    """Once a slot is over, only the end of the line goes on with the routine."""
    guide = Guide(PLAN, "chair")
    guide.start(0)
    guide.due(5)
    assert guide.deadline() is None
    guide.line_finished(8)
    assert guide.deadline() == 8
    assert guide.due(8) == [Speak(Line("chair 0"), part_intro=True)]


def test_wakes_once_a_second() -> None:
    """While the clock runs, no snapshot gets older than a second."""
    person = _person()
    before = 0.0
    while (at := person.guide.deadline()) is not None:
        assert 0 < at - before <= 1
        before = at
        person.live(at)
    assert person.guide.finished


def test_small_delays_do_not_add_up() -> None:
    """Looking a little late each time leaves the end where it was."""
    guide = Guide(PLAN, "chair")
    cues, now = guide.start(0), 0.0
    while not guide.finished:
        if any(isinstance(cue, Speak) for cue in cues):
            guide.line_finished(now)
        at = guide.deadline()
        assert at is not None
        now = at + 0.3
        cues = guide.due(now)
    assert now == pytest.approx(PLAN.seconds + 0.3)


# --- the machine slept ----------------------------------------------------------------------------


@pytest.mark.parametrize("second", range(90))
def test_sleep_passes_at_most_one_step(second: int) -> None:
    """After an hour's sleep at any second the guide says that time was lost, one step on at most."""
    person = _person("bed").live(second)
    stops = [step.say.text for part in PLAN.variants["bed"].parts for step in part.steps]
    at = stops.index(person.guide.step.say.text)
    holding = person.guide.step.hold and person.guide.left() <= _end_of_step(at)
    person.now += 3600
    cues = person.guide.due(person.now)
    (spoken,) = [cue for cue in cues if isinstance(cue, Speak)]
    assert spoken.late
    assert not any(isinstance(cue, Halfway) for cue in cues), "it would come at the wrong time"
    assert stops.index(spoken.line.text) == at + bool(holding)
    assert person.guide.due(person.now) == []


def _end_of_step(index: int) -> float:
    """Seconds left when the hold of a step of "bed" begins, and its cue is over."""
    steps = [step for part in PLAN.variants["bed"].parts for step in part.steps]
    return sum(step.cue + step.hold for step in steps[index + 1 :]) + steps[index].hold


def test_short_delay_is_not_called_late() -> None:
    """What a busy machine loses is not worth a word."""
    person = _person("bed").live(24)
    cues = person.guide.due(25 + LATE)
    assert cues == [Ease(), Speak(Line("bed 1"))]


# --- pausing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", range(90))
def test_pause_keeps_what_is_left(second: int) -> None:
    """A pause at any second, however long, leaves the rest of the hold, or says the line again."""
    person = _person("bed").live(second)
    in_hold = person.guide.deadline() is not None and person.guide.hold_left() < person.guide.step.hold
    left, hold_left = person.guide.left(), person.guide.hold_left()
    person.command("pause")
    assert person.guide.deadline() is None
    person.live(second + 1000)
    assert (person.guide.left(), person.guide.hold_left()) == (left, hold_left)
    (cue,) = person.command("resume")
    if in_hold:
        assert cue == LeadIn()
        person.live()
        assert person.now == pytest.approx(second + 1000 + left)
    else:
        assert isinstance(cue, (Speak, LeadIn))


def test_hold_waits_for_the_lead_in() -> None:
    """The seconds of the lead-in are nobody's holding time."""
    person = _person().live(12)
    assert person.guide.hold_left() == 8
    person.command("pause")
    person.takes = 3
    person.command("resume")
    person.live(15)
    assert person.guide.hold_left() == 8
    person.live(16)
    assert person.guide.hold_left() == 7


def test_pausing_again_and_again_loses_nothing() -> None:
    """Pauses at every second of a hold add up to the same hold, with one halfway cue."""
    person = _person().live(10)
    for _ in range(9):
        person.live(person.now + 1)
        person.command("pause")
        person.live(person.now + 7)
        person.command("resume")
    person.live(person.now + 1)
    assert len(person.times(Halfway)) == 1
    assert person.times(Ease) == [10 + 9 * (1 + 7) + 1]


def test_late_end_of_a_line_that_was_cut_off() -> None:
    """What finishes while paused does not begin a hold."""
    person = _person().live(6)
    person.command("pause")
    person.guide.line_finished(7)
    assert person.guide.deadline() is None
    assert person.command("resume") == [Speak(Line("chair 0"), part_intro=True)]


# --- moving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("second", range(0, 91, 3))
@pytest.mark.parametrize("pausing", [False, True])
def test_every_command_at_every_step(name: str, second: int, pausing: bool) -> None:
    """Whatever is asked and whenever, the guide goes on to a regular end or is over already."""
    person = _person().live(second)
    if pausing:
        person.command("pause")
    cues = person.command(name)
    assert len(cues) <= 1
    assert person.guide.paused == (not person.guide.finished and (name == "pause" or (pausing and not cues)))
    if person.guide.paused:
        person.command("resume")
    person.live()
    assert person.guide.finished
    assert len(person.times(Finished)) == 1
    assert person.guide.left() == 0


def test_next_and_back() -> None:
    """They go through all steps and stay within them."""
    person = _person()
    assert person.command("back") == [Speak(Line("Sit."))]
    assert person.command("next") == [Speak(Line("chair 0"), part_intro=True)]
    assert person.command("next") == [Speak(Line("chair 1"))]
    assert person.command("back") == [Speak(Line("chair 0"), part_intro=True)]
    while not person.guide.where().last:
        person.command("next")
    assert person.command("next") == [Finished()]
    assert person.command("back") == []


def test_repeat_gives_the_whole_hold() -> None:
    """Whoever asks to hear the line again has let go."""
    person = _person().live(17)
    assert person.guide.hold_left() == 3
    assert person.command("repeat") == [Speak(Line("chair 0"), part_intro=True)]
    assert person.guide.hold_left() == 10


def test_skip_goes_to_the_following_part() -> None:
    """From any step of a part."""
    for second in (6, 28, 64):
        person = _person().live(second)
        assert person.command("skip") == [Speak(Line("Lie."), part_intro=True)]
        assert person.command("skip") == [Finished()]


def test_change_of_variant_keeps_the_part() -> None:
    """The other variant begins with the first step of the same part."""
    person = _person().live(50)
    assert person.guide.where().part.name == "calf"
    assert person.command("bed") == [Speak(Line("bed 0"), part_intro=True)]
    assert person.guide.variant == "bed"
    with pytest.raises(KeyError):
        person.guide.change_variant("stool", person.now)


def test_where() -> None:
    """Counted parts are numbered from one, the others are not."""
    person = _person()
    settle, _, rest = PLAN.variants["chair"].parts
    assert person.guide.where() == Where(settle, settle.steps[0], 0, 2, first=True, last=False)
    assert person.live(70).guide.where() == Where(rest, rest.steps[0], 2, 2, first=False, last=False)
    assert person.live().guide.where().last


_MOVES = st.lists(st.tuples(st.floats(0, 30), st.sampled_from(sorted(COMMANDS))), max_size=30)


@given(_MOVES, st.floats(0, 12))
def test_no_sequence_of_commands_breaks_it(moves: list[tuple[float, str]], takes: float) -> None:
    """Times never run backwards, holds are never short, what is left never negative, an end always comes."""
    person = _person(takes=takes)
    for seconds, name in moves:
        person.live(person.now + seconds)
        person.command(name)
        assert 0 <= person.guide.left() <= PLAN.seconds + 1e-6
        assert 0 <= person.guide.hold_left() <= person.guide.step.hold
        if not person.guide.finished:
            restored = Guide.from_snapshot(PLAN, person.guide.snapshot())
            assert restored.left() == pytest.approx(person.guide.left(), abs=0.01)
    person.command("resume")
    assert person.live().guide.finished
    assert [at for at, _ in person.diary] == sorted(at for at, _ in person.diary)


# --- a crash --------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("second", range(90))
def test_snapshot_restores_the_place(variant: str, second: int) -> None:
    """From any second a guide comes back to the same place, and begins that step with its line."""
    guide = _person(variant).live(second).guide
    restored = Guide.from_snapshot(PLAN, guide.snapshot())
    assert restored.variant == variant
    assert restored.where() == guide.where()
    assert restored.left() == pytest.approx(guide.left(), abs=0.01)
    assert restored.hold_left() == pytest.approx(guide.hold_left(), abs=0.01)
    assert restored.snapshot() == guide.snapshot()
    assert restored.deadline() is None
    (cue,) = restored.start(second + 500)
    assert isinstance(cue, Speak)
    assert cue.line == guide.step.say
    assert restored.hold_left() == guide.step.hold


def _changed(**changes: object) -> str:
    place = json.loads(_person().live(12).guide.snapshot())
    return json.dumps(place | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"calf"',
        "{}",
        "[" * 100_000,
        _changed(variant="stool"),
        _changed(variant=["chair"]),
        _changed(part="arms"),
        _changed(step=0),
        _changed(step=99),
        _changed(step="one"),
        _changed(step=1.5),
        _changed(phase="paused"),
        _changed(elapsed=-1),
        _changed(elapsed=float("nan")),
        _changed(elapsed=1e300),
        _changed(elapsed=None),
    ],
)
def test_garbage_is_refused(text: str) -> None:
    """What is no place in this plan raises ValueError, with what to do."""
    with pytest.raises(ValueError, match="begin afresh"):
        Guide.from_snapshot(PLAN, text)


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_refused_or_fits(text: str) -> None:
    """No text ends in another exception."""
    with pytest.raises(ValueError, match="begin afresh"):
        Guide.from_snapshot(PLAN, text)


# --- the table ------------------------------------------------------------------------------------


def test_every_phase_can_be_left_for_the_end() -> None:
    """Each phase of the table is reachable, and only "finished" has no way on."""
    reached = {phase for ways in TRANSITIONS.values() for phase in ways.values()}
    assert reached | {"ready"} == set(TRANSITIONS)
    assert [phase for phase, ways in TRANSITIONS.items() if not ways] == ["finished"]


def test_nothing_happens_before_the_start_or_after_the_end() -> None:
    """Time and the end of speech mean nothing then."""
    guide = Guide(PLAN, "chair")
    guide.line_finished(3)
    assert guide.due(1000) == []
    assert guide.resume(1000) == []
    assert guide.left() == PLAN.seconds
    guide = _person().live().guide
    for command in COMMANDS.values():
        assert command(guide, 2000) == []
    assert guide.start(2000) == []
    with pytest.raises(KeyError):
        Guide(PLAN, "stool")
