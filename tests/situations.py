"""Every place that a conversation can be in, reached by talking, for tests that must hold in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.messages import Alternative

ANSWERED = "why do i get cramps at night"
"""A question whose answer has more to it."""


def idle(bundle: Bundle) -> Scene:
    """Nothing is going on."""
    return Scene(bundle).starts().settles()


def greeting(bundle: Bundle) -> Scene:
    """The first words are being spoken."""
    return Scene(bundle).starts().wait(1.0)


def answering(bundle: Bundle) -> Scene:
    """An answer is being spoken."""
    return idle(bundle).hears(ANSWERED).wait(1.0)


def more_offered(bundle: Bundle) -> Scene:
    """We have asked whether to tell more."""
    return idle(bundle).hears(ANSWERED).expect("want_more").settles()


def other_question_offered(bundle: Bundle) -> Scene:
    """Two things were asked at once; one is answered, and we have asked whether to answer the other."""
    asked = "why do i get cramps and what can i do about it"
    return idle(bundle).hears(asked).expect("and_the_other").settles()


def stretches_offered(bundle: Bundle) -> Scene:
    """We have asked whether to do the stretches."""
    offering = min(
        (each for each in bundle.intents.values() if each.offers_routine), key=lambda i: len(i.more)
    )
    scene = idle(bundle).means(offering.name)
    for _ in offering.more:
        scene.settles().hears("yes")
    return scene.expect("offer_routine").settles()


def one_doubted(bundle: Bundle) -> Scene:
    """We have asked whether one thing was meant."""
    return idle(bundle).means("why", "confirm").expect("did_you_mean_one").settles()


def two_doubted(bundle: Bundle) -> Scene:
    """We have asked which of two things was meant."""
    return idle(bundle).means("why", "confirm", "what_helps").expect("did_you_mean_two").settles()


def safety_asked(bundle: Bundle) -> Scene:
    """The first safety question is open."""
    return idle(bundle).hears("start the routine").expect("safety_check").settles()


def safety_doubted(bundle: Bundle) -> Scene:
    """The safety question was answered by a doubt, and the legs are to be felt."""
    return safety_asked(bundle).hears("i'm not sure").expect("safety_unsure").settles()


def steadiness_asked(bundle: Bundle) -> Scene:
    """We have asked whether the person is steady."""
    return safety_asked(bundle).hears("no").expect("steady_check").settles()


def begun(bundle: Bundle, variant: str = "seated") -> Scene:
    """The routine has just begun, its introduction is being spoken."""
    wording = {"seated": "sitting down", "bed": "lying down", "wall": "yes i'm steady"}[variant]
    return steadiness_asked(bundle).hears(wording).expect("routine_intro")


def cue(bundle: Bundle) -> Scene:
    """A line of the stretches is being spoken."""
    return begun(bundle).waits_for("step calf 0").wait(2.5)


def hold(bundle: Bundle) -> Scene:
    """A stretch is being held, in silence."""
    return begun(bundle).waits_for("halfway ankles 0").settles()


def paused(bundle: Bundle) -> Scene:
    """The routine stands still because the person wants it."""
    return hold(bundle).hears("pause").expect("paused").settles()


def hurting(bundle: Bundle) -> Scene:
    """A stretch hurt, and an easier way was offered."""
    return hold(bundle).hears("it hurts").expect("hurts").settles()


def pain_doubted(bundle: Bundle) -> Scene:
    """Something hurts, and we have asked whether it is a cramp."""
    return idle(bundle).hears("it hurts").expect("hurts_idle").settles()


def carrying_on_offered(bundle: Bundle) -> Scene:
    """The power was cut in the routine, and we have asked whether to carry on."""
    return hold(bundle).crash().starts().expect("carry_on_offer").settles()


def cramp(bundle: Bundle) -> Scene:
    """The first words against a cramp were said."""
    return idle(bundle).hears("cramp").expect("cramp_1").settles()


def cramp_asked(bundle: Bundle) -> Scene:
    """We have asked whether the cramp is letting go."""
    return idle(bundle).hears("cramp").waits_for("cramp_easing").settles()


def cramp_flag_asked(bundle: Bundle) -> Scene:
    """The safety question within a cramp is open."""
    return cramp_asked(bundle).hears("no").expect("cramp_flag").settles()


def cramp_in_routine(bundle: Bundle) -> Scene:
    """A cramp came in the middle of the routine."""
    return hold(bundle).hears("cramp").expect("cramp_1").settles()


def cramp_over(bundle: Bundle) -> Scene:
    """A cramp in the routine has let go, and we have asked how to go on."""
    return cramp_in_routine(bundle).hears("it has gone").expect("cramp_to_routine").settles()


def emergency(bundle: Bundle) -> Scene:
    """The person was told to call the emergency number."""
    return idle(bundle).hears("my chest hurts").expect("reply emergency").settles()


def cramp_weak(bundle: Bundle) -> Scene:
    """In a cramp the leg will not move, and we have asked whether it is more than the cramp."""
    return cramp(bundle).hears("i can't move my leg").expect("cramp_numb").settles()


def emergency_doubted(bundle: Bundle) -> Scene:
    """Somebody in an emergency says that all is well, and we have asked whether it is dealt with."""
    return emergency(bundle).hears("i'm fine").expect("emergency_check").settles()


def mishears(scene: Scene, confidence: float = 0.9) -> Scene:
    """The person says something that was a warning sign by one hearing of five."""
    others = (Alternative("i can't read", 0.8), Alternative("i can't breathe", 0.2))
    return scene.hears("i can't read", confidence, alternatives=others)


def sign_doubted(bundle: Bundle) -> Scene:
    """We have asked whether we heard a warning sign rightly."""
    return mishears(idle(bundle)).expect("sign_check").settles()


def standby(bundle: Bundle) -> Scene:
    """We are asleep."""
    return idle(bundle).hears("good night").settles()


PLACES: Mapping[str, Callable[[Bundle], Scene]] = {
    place.__name__: place
    for place in (
        idle,
        greeting,
        answering,
        more_offered,
        other_question_offered,
        stretches_offered,
        one_doubted,
        two_doubted,
        safety_asked,
        safety_doubted,
        steadiness_asked,
        begun,
        cue,
        hold,
        paused,
        hurting,
        pain_doubted,
        carrying_on_offered,
        cramp,
        cramp_asked,
        cramp_flag_asked,
        cramp_in_routine,
        cramp_over,
        cramp_weak,
        emergency,
        emergency_doubted,
        sign_doubted,
        standby,
    )
}
"""All of them by name."""
