"""One meaning from several hearings, on the real bundle, and what the session does where it is not sure."""

from __future__ import annotations

import pytest
from situations import hold, idle, mishears, steadiness_asked
from timeline import Scene

from voice_skill.content.bundle import Bundle, StateName
from voice_skill.core.classifier import Classifier
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.meaning import Interpretation
from voice_skill.messages import Alternative


@pytest.fixture(scope="module")
def interpreter(bundle: Bundle, classifier: Classifier) -> Interpreter:
    """The real one."""
    return Interpreter(bundle, "", classifier)


def meant(
    interpreter: Interpreter, shares: dict[str, float], state: StateName = "idle", sure: float = 0.9
) -> Interpretation:
    """What hearings with these shares mean; the first is the one that was heard."""
    alternatives = [Alternative(*each) for each in shares.items()]
    return interpreter.interpret(alternatives[0].text, state, sure, "", alternatives)


def test_a_sign_in_most_hearings_is_an_alarm(interpreter: Interpreter) -> None:
    """Though the likeliest one alone means nothing."""
    shares = {"mine just hurts": 0.4, "my chest hurts": 0.35, "my chest is hurting": 0.25}
    found = meant(interpreter, shares)
    assert (found.intent, found.tier, found.instead) == ("emergency", "act", "my chest hurts")
    assert found.alarm


def test_a_sign_in_a_few_hearings_is_asked_after(interpreter: Interpreter) -> None:
    """In too few to alarm anybody."""
    found = meant(interpreter, {"i can't read": 0.8, "i can't breathe": 0.2})
    assert (found.intent, found.tier, found.instead) == ("emergency", "confirm", "i can't breathe")
    assert meant(interpreter, {"i can't read": 0.95, "i can't breathe": 0.05}).intent != "emergency"


def test_signs_of_all_levels_count_together(interpreter: Interpreter) -> None:
    """Neither alone would be enough."""
    shares = {"the train is late": 0.4, "my leg is swollen": 0.25, "my chest hurts": 0.35}
    found = meant(interpreter, shares)
    assert (found.intent, found.tier) == ("emergency", "act")


def test_the_more_urgent_sign_is_taken(interpreter: Interpreter) -> None:
    """If it is likely itself, also where the likeliest hearing is a lesser sign."""
    shares = {"my leg is swollen": 0.3, "my leg is swollen and i can't breathe": 0.7}
    assert meant(interpreter, shares).intent == "emergency"
    shares = {"my legs cramp every night": 0.4, "my chest hurts": 0.6}
    assert meant(interpreter, shares).intent == "emergency"
    shares = {"my leg is swollen": 0.8, "my chest hurts": 0.2}
    found = meant(interpreter, shares)
    assert (found.intent, found.tier) == ("same_day", "act")


def test_a_cramp_is_not_held_up_by_a_guess(interpreter: Interpreter) -> None:
    """Nor a request by what is no more than a reason for an appointment."""
    shares = {"i have a cramp in my calf": 0.85, "i have a cramp in my chest": 0.15}
    assert meant(interpreter, shares).intent == "cramp_now"
    shares = {"how long should i stretch": 0.85, "my legs cramp every night": 0.15}
    assert meant(interpreter, shares).intent != "appointment"


def test_what_was_heard_for_sure_needs_no_second_opinion(interpreter: Interpreter) -> None:
    """A sign that the likeliest hearing has is one, and a command word for word is that command."""
    assert meant(interpreter, {"my chest hurts": 0.3, "mine just hurts": 0.7}).tier == "act"
    assert meant(interpreter, {"stop": 0.6, "call an ambulance": 0.4}, "routine").intent == "stop"


def test_other_hearings_help_where_the_first_means_little(interpreter: Interpreter) -> None:
    """But what it means is not taken back."""
    helped = meant(interpreter, {"the train is late again": 0.4, "what causes leg cramps": 0.6})
    assert (helped.intent, helped.tier) == ("why", "act")
    kept = meant(interpreter, {"what causes leg cramps": 0.3, "the train is late again": 0.7})
    assert (kept.intent, kept.tier) == ("why", "act")


def test_nothing_comes_of_nothing(interpreter: Interpreter) -> None:
    """Hearings that mean nothing stay nothing."""
    assert meant(interpreter, {"the train is late": 0.6, "the rain is late": 0.4}).tier == "none"


def test_a_doubtful_hearing_stays_doubtful(interpreter: Interpreter) -> None:
    """Little confidence is asked about, whichever hearing it was."""
    found = meant(interpreter, {"the train is late": 0.2, "what causes leg cramps": 0.8}, sure=0.7)
    assert (found.intent, found.tier) == ("why", "confirm")


# --- the question ---------------------------------------------------------------------------------------


def asked(bundle: Bundle) -> Scene:
    """A sign was in one hearing of five, and we have asked whether it was said."""
    return mishears(idle(bundle)).expect("sign_check").expect_said("Did you say: i can't breathe?").settles()


@pytest.mark.parametrize("answer", ["yes", "yes i did", "i'm not sure", "i think so", "i can't breathe"])
def test_anything_but_a_clear_no_warns(bundle: Bundle, answer: str) -> None:
    """As after every safety question."""
    asked(bundle).hears(answer).expect("reply emergency")


def test_silence_warns(bundle: Bundle) -> None:
    """Who cannot breathe may not be able to answer."""
    scene = asked(bundle)
    assert not scene.wait(7).has("reply emergency")
    scene.wait(2).expect("reply emergency")


@pytest.mark.parametrize(
    "answer", ["stop", "wait", "never mind", "not now", "good night", "be quiet", "next", "it hurts"]
)
def test_no_command_stops_the_warning(bundle: Bundle, answer: str) -> None:
    """Whatever else is asked for, the sign was not denied."""
    asked(bundle).hears(answer).expect("reply emergency")


def test_another_question_is_answered(bundle: Bundle) -> None:
    """Who asks about something else has nothing urgent to say."""
    asked(bundle).hears("what causes leg cramps").expect("reply why").expect_not("reply emergency")


def test_a_no_leads_back_to_what_was_asked(bundle: Bundle) -> None:
    """The question that was open is put again."""
    scene = mishears(steadiness_asked(bundle)).settles().hears("no").expect("steady_check")
    assert scene.question == "steady_check"


def test_despair_is_not_read_aloud_for_a_guess(bundle: Bundle) -> None:
    """It is hard to hear, above all where it was not said."""
    others = (Alternative("i want to kill my cell", 0.8), Alternative("i want to kill myself", 0.2))
    scene = idle(bundle).hears("i want to kill my cell", 0.9, alternatives=others)
    assert not any("kill" in spoken.text for spoken in scene.said)


def test_noise_is_not_asked_after(bundle: Bundle) -> None:
    """Of what was hardly heard, a guess at a sign is nothing."""
    mishears(idle(bundle), 0.4).expect_not("sign_check")


@pytest.mark.parametrize("answer", ["no", "no i didn't"])
def test_a_clear_no_asks_for_other_words(bundle: Bundle, answer: str) -> None:
    """And nothing else happens."""
    asked(bundle).hears(answer).expect("mean_none").expect_not("reply emergency")


def test_the_routine_goes_on_after_a_no(bundle: Bundle) -> None:
    """A misheard word costs no step."""
    scene = mishears(hold(bundle)).expect("sign_check").settles().hears("no").settles()
    assert scene.guide and scene.guide.running
