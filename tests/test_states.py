"""The tables of the conversation, and that no event, in whatever order, breaks it or leaves it hanging."""

from __future__ import annotations

import inspect
from typing import get_args

import hypothesis.strategies as st
import pytest
import situations
from hypothesis import HealthCheck, given, settings
from situations import PLACES
from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.content.prompts import PROMPTS
from voice_skill.core import coach, first_aid, session, states, tables
from voice_skill.core.acts import answers, care, leading, manners
from voice_skill.core.states import MOVES, State
from voice_skill.core.tables import ACTS, KEEPS_QUESTION, OTHER_ANSWERS, OTHERWISE, QUESTIONS
from voice_skill.messages import Closed, Part

SILENT_NIGHT = 8 * 3600.0


# --- the tables -----------------------------------------------------------------------------------


def test_every_state_is_in_every_table() -> None:
    """Moves, acts, the rest and help are there for each state."""
    for table in (MOVES, ACTS, OTHERWISE, states.HELP):
        assert set(table) == set(State)


def test_every_state_can_be_left_and_reached() -> None:
    """No state is a trap, none an island."""
    for state, following in MOVES.items():
        assert following
        assert state not in following
    assert set().union(*MOVES.values()) == set(State)


def test_every_question_has_its_words(bundle: Bundle) -> None:
    """Each question is a prompt, and so is its shorter form; the form is no longer than the question."""
    for name, question in QUESTIONS.items():
        assert name in bundle.prompts
        if question.again:
            longest = max(len(line.text) for line in bundle.prompts[question.again])
            assert longest <= max(len(line.text) for line in bundle.prompts[name])


def test_safety_questions_are_marked() -> None:
    """What is asked for safety is marked so; there, doubt and silence never do what a no does."""
    assert {name for name, question in QUESTIONS.items() if question.safety} == {
        *("safety_check", "safety_unsure", "cramp_flag", "cramp_numb", "sign_check")
    }
    for question in QUESTIONS.values():
        if question.safety:
            assert question.no not in (question.doubt, question.silence, question.dropped, question.yes)


def test_no_table_names_an_unknown_intent(bundle: Bundle) -> None:
    """Every intent in the tables is one of the bundle's."""
    named = set(KEEPS_QUESTION) | {intent for table in ACTS.values() for intent in table}
    named |= {intent for others in OTHER_ANSWERS.values() for intent in others}
    assert named <= set(bundle.intents)
    assert set(OTHER_ANSWERS) <= set(QUESTIONS)


@pytest.mark.parametrize("state", State)
def test_whatever_has_no_answer_has_an_act(bundle: Bundle, state: State) -> None:
    """An intent that is only answered must have an answer; the others must be in the state's table."""
    if OTHERWISE[state] is not answers.answer:
        return
    lost = [name for name, intent in bundle.intents.items() if not intent.replies and name not in ACTS[state]]
    assert not lost


def test_every_act_is_used() -> None:
    """What is not in the tables does not happen, so an act outside of them is dead."""
    question_acts = {act for q in QUESTIONS.values() for act in (q.yes, q.no, q.doubt, q.silence, q.dropped)}
    used = (
        question_acts | {act for table in ACTS.values() for act in table.values()} | set(OTHERWISE.values())
    )
    used |= {act for others in OTHER_ANSWERS.values() for act in others.values()}
    helpers = {"ask_which", "ask_whether_so", "miss", "offer_to_go_on", "take_named"}
    for module in (answers, care, leading, manners):
        for name, act in inspect.getmembers(module, inspect.isfunction):
            mine = act.__module__ == module.__name__ and not name.startswith("_")
            assert not mine or act in used or name in helpers, f"{module.__name__}.{name} is never done"


def test_every_prompt_is_spoken_somewhere() -> None:
    """A prompt that no module names is dead weight for translators."""
    modules = (answers, care, leading, manners, tables, states, coach, first_aid, session)
    text = "\n".join(map(inspect.getsource, modules))
    built = {"no_match_1", "no_match_2", "no_match_3"}
    built |= {f"{change}_done" for change in ("slower", "faster", "louder", "quieter")}
    built |= {f"{part}_{event}" for part in get_args(Part) for event in ("lost", "back")}
    dead = [name for name in PROMPTS if name not in built and f'"{name}"' not in text]
    assert not dead


# --- everything everywhere ------------------------------------------------------------------------


def test_the_places_cover_the_conversation(bundle: Bundle) -> None:
    """The places from which the tests set out are in every state and at every question."""
    scenes = [place(bundle) for place in PLACES.values()]
    assert {scene.state for scene in scenes} == set(State)
    assert {scene.question for scene in scenes} - {None} == set(QUESTIONS)


@pytest.mark.parametrize("place", PLACES)
def test_every_intent_leads_somewhere(bundle: Bundle, place: str) -> None:
    """Each intent, clear or doubtful, said anywhere, does something allowed, and the night goes on."""
    for name in bundle.intents:
        for tier, runner_up in (("act", None), ("confirm", None), ("confirm", "why")):
            scene = PLACES[place](bundle).means(name, tier, runner_up)  # type: ignore[arg-type]
            scene.settles(60).wait(30)
            scene.means("yes").wait(5).means("no").wait(5)


@pytest.mark.parametrize("place", PLACES)
def test_whatever_is_left_alone_comes_to_rest(bundle: Bundle, place: str) -> None:
    """Every place, left alone, ends asleep or in an emergency, with nothing awaited."""
    scene = PLACES[place](bundle).wait(SILENT_NIGHT)
    assert scene.state in (State.STANDBY, State.EMERGENCY)
    assert scene.session.deadline() is None
    assert scene.question is None
    assert not scene.speaking


@pytest.mark.parametrize("place", PLACES)
def test_closing_is_silent(bundle: Bundle, place: str) -> None:
    """When the program is told to end, it says nothing more."""
    scene = PLACES[place](bundle).after(0)
    scene._feed(Closed())
    assert not scene.speaking


# --- random walks ---------------------------------------------------------------------------------

INTENTS = (
    *(
        "start_routine",
        "start_routine",
        "yes",
        "no",
        "no",
        "not_sure",
        "never_mind",
        "stop",
        "pause",
        "resume",
    ),
    *(
        "next",
        "back",
        "skip",
        "repeat",
        "how_long_left",
        "where_am_i",
        "it_hurts",
        "easier",
        "variant_seated",
    ),
    *("variant_wall", "variant_bed", "slower", "faster", "louder", "quieter", "quiet", "wake", "good_night"),
    *("cramp_now", "cramp_eased", "cramp_still", "emergency", "same_day", "appointment", "why", "what_helps"),
    *("help_stretching", "more", "source", "help", "first_one", "second_one", "none"),
)
EVENTS = st.one_of(
    st.tuples(st.just("means"), st.sampled_from(INTENTS)),
    st.tuples(st.just("means"), st.sampled_from(INTENTS)),
    st.tuples(st.just("doubts"), st.sampled_from(INTENTS)),
    st.tuples(
        st.just("hears"), st.sampled_from(["purple monkeys dance", "", "my calf is swollen", "okay so"])
    ),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 4.0, 9.0, 20.0, 70.0, 200.0])),
    st.tuples(st.just("sleeps"), st.sampled_from([3.0, 60.0, 4000.0])),
    st.tuples(st.just("loses"), st.sampled_from(get_args(Part))),
    st.tuples(st.just("crash"), st.none()),
)


def step_on(scene: Scene, kind: str, value: object) -> Scene:
    """Do one thing of a random walk."""
    if kind == "crash":
        return scene.crash().starts()
    match kind:
        case "means" | "doubts" if value == "none":
            scene.hears("blah blah bluster")
        case "means":
            scene.means(str(value))
        case "doubts":
            scene.means(str(value), "confirm", "why")
        case "hears":
            scene.hears(str(value))
        case "wait":
            scene.wait(float(str(value)))
        case "sleeps":
            scene.sleeps(float(str(value))).wait(0.1)
        case _:
            scene.loses(value).regains(value)  # type: ignore[arg-type]
    return scene


@given(events=st.lists(EVENTS, min_size=3, max_size=25))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_walks(bundle: Bundle, events: list[tuple[str, object]]) -> None:
    """Whatever happens in whichever order: no exception, no stuck clock, and the routine goes on or ends."""
    scene = situations.idle(bundle)
    for kind, value in events:
        was_emergency = scene.state is State.EMERGENCY
        scene = step_on(scene, kind, value)
        over = (State.EMERGENCY, State.IDLE, State.STANDBY)
        assert not was_emergency or kind == "crash" or scene.state in over, scene.story()
        if scene.state in (State.ROUTINE, State.PAUSED):
            assert scene.guide is not None
        else:
            assert scene.guide is None or scene.state is State.CRAMP
        if scene.state is State.ROUTINE:
            awaited = scene.speaking or scene.session.deadline() is not None
            assert awaited, f"the routine hangs\n{scene.story()}"
        assert ("place" in scene.memory) == bool(scene.guide or scene.session.kept_place)
    scene.wait(SILENT_NIGHT)
    assert scene.state in (State.STANDBY, State.EMERGENCY), scene.story()
    assert scene.session.deadline() is None


@given(words=st.lists(st.text(max_size=40), min_size=1, max_size=4), place=st.sampled_from(sorted(PLACES)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_survived(bundle: Bundle, words: list[str], place: str) -> None:
    """No text, from no keyboard, makes the session fail."""
    scene = PLACES[place](bundle)
    for text in words:
        scene.types(text)
        scene.hears(text, confidence=0.7).wait(3)
