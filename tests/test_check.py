"""The rules for good content: a small faultless bundle, and one fault at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from voice_skill.content.bundle import (
    Bundle,
    ContentTest,
    Intent,
    Line,
    Place,
    RedFlag,
    Region,
    RoutinePart,
    RoutinePlan,
    Source,
    StateName,
    Step,
    Variant,
)
from voice_skill.content.check import find_problems, find_warnings
from voice_skill.content.prompts import INTENTS, PROMPTS
from voice_skill.core.text import normal, spell

DATE = "2026-11-22"


def intent(name: str, kind: Any = "command", phrases: int = 15, **changes: Any) -> Intent:
    """Make an intent that keeps all rules."""
    said = tuple(f"{name.replace('_', ' ')} {spell(number).replace('-', ' ')}" for number in range(phrases))
    replies = (Line(f"The answer to {name.replace('_', ' ')}."),) if kind != "command" else ()
    medical: dict[str, Any] = {"sources": ("N1",), "reviewed": DATE} if replies else {}
    place = Place("a.yaml", f"intents.{name}", 1)
    return replace(Intent(name, kind, "a title", said, replies, place=place, **medical), **changes)


def part(name: str, counted: bool = True, *steps: Step) -> RoutinePart:
    """Make a part of ten seconds, or of the steps given."""
    return RoutinePart(name, name, counted, steps or (Step(Line("Pull the toes up."), cue=5, hold=5),))


def variant(name: str, easier: str | None = None, *parts: RoutinePart) -> Variant:
    """Make a variant of two parts, or of those given."""
    return Variant(name, name, easier, parts or (part("settle", False), part("calf")))


def plan(*variants: Variant, **changes: Any) -> RoutinePlan:
    """Make a routine of twenty seconds."""
    given = variants or (variant("seated", "bed"), variant("bed"))
    place = Place("r.yaml", "routine", 1)
    made = RoutinePlan(20, 150, given[0].name, {each.name: each for each in given}, ("N1",), DATE, place)
    return replace(made, **changes)


def reaching(given: Intent) -> ContentTest:
    """Make a test that reaches every phrase of an intent."""
    return ContentTest(tuple(f"please {phrase}" for phrase in given.phrases), given.name)


def bundle_of(*changed: Intent, **changes: Any) -> Bundle:
    """Make a bundle without fault, then replace some of its intents and fields."""
    intents = {name: intent(name) for name in sorted(INTENTS)}
    levels = {name: intent(name, "safety") for name in ("emergency", "same_day", "appointment")}
    intents |= levels | {"why": intent("why", "information")} | {each.name: each for each in changed}
    made = Bundle(
        intents=intents,
        prompts={name: (Line("All right."),) for name in PROMPTS},
        sources={"N1": Source("N1", "Leg cramps", "NHS", "the N H S page")},
        regions={"uk": Region("uk", "nine, nine, nine", "one, one, one", "the Samaritans")},
        signs={"pain": ("pain",)},
        red_flags=(RedFlag("chest", "emergency", ("pain",), sources=("N1",), reviewed=DATE),),
        routine=plan(),
        tests=tuple(reaching(each) for each in intents.values()),
    )
    return replace(made, **changes)


def messages(bundle: Bundle, **arguments: Any) -> list[str]:
    """List the messages of all problems."""
    return [problem.message for problem in find_problems(bundle, **arguments)]


def only(bundle: Bundle, **arguments: Any) -> str:
    """Give the one message that there must be."""
    found = messages(bundle, **arguments)
    assert len(found) == 1, found
    return found[0]


def saying(text: str, *interrupts: str) -> Bundle:
    """Make a bundle that speaks ``text`` in a reply."""
    return bundle_of(intent("why", "information", replies=(Line(text, interrupts),)))


@dataclass(frozen=True)
class Answer:
    """What the fake below makes of a sentence."""

    intent: str
    phrase: str
    reply: str
    sure: bool = True


class ByPhrase:
    """Understands phrases of the bundle with or without "please", and nothing else."""

    def __init__(self, bundle: Bundle, **instead: Answer) -> None:
        self._answers = {
            normal(phrase): Answer(each.name, phrase, each.replies[0].text if each.replies else "Done.")
            for each in bundle.intents.values()
            for phrase in each.phrases
        }
        self._answers |= {text.replace("_", " "): answer for text, answer in instead.items()}

    def __call__(self, text: str, state: StateName) -> Answer:
        """Look the sentence up."""
        said = normal(text)
        answers = self._answers
        return answers.get(said) or answers.get(said.removeprefix("please ")) or Answer("none", "", "Sorry.")


def test_a_faultless_bundle_has_no_problems() -> None:
    """What the other tests break is whole."""
    bundle = bundle_of()
    words = {word for each in bundle.intents.values() for phrase in each.phrases for word in phrase.split()}
    assert messages(bundle, known_words=words, understand=ByPhrase(bundle)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "word " * 18 + "end. " + "word " * 15 + "end.",
            "35 words are more than one breath; keep to 34 or fewer.",
        ),
        (
            "word " * 20 + "end.",
            "The sentence 'word word word word …' has 21 words; make two of it, each of 20",
        ),
        ("Call 999 now.", "'9' cannot be spoken; spell the number in words."),
        ("Rest (a little).", "'(' cannot be spoken"),
        ("Rest a little 😀.", "'😀' cannot be spoken"),
        ("Rest - then rise.", "'-' cannot be spoken"),
        ("See www.nhs.uk for it.", "An internet address cannot be spoken"),
        ("Ask the NHS.", "'NHS' may be read as a word; write it as 'N H S' or in full."),
        (
            "Call {number} now.",
            "'{number}' is not filled in here. Known are: crisis_line, emergency_number, health_line.",
        ),
        ("Call {emergency_nunber} now.", "Did you mean 'emergency_number'?"),
        ("Please stop it there.", "'stop' is a word that interrupts"),
    ],
)
def test_what_cannot_be_spoken_is_refused(text: str, message: str) -> None:
    """A reply is one breath of plain words."""
    assert message in "\n".join(messages(saying(text)))


@pytest.mark.parametrize(
    "text",
    [
        "It's twenty-four hours, at most: 'rest' helps; so does warmth. Won't it?",
        "Phone {health_line} tonight, or {emergency_number} at once.",
        "Say “rest” to the N H S café.",
        ("word " * 13 + "end. ") * 2 + "word " * 5 + "end.",
    ],
)
def test_what_can_be_spoken_passes(text: str) -> None:
    """Quotes, hyphens inside words, common slots and a full breath are fine."""
    assert messages(saying(text)) == []


def test_a_marked_interrupt_word_passes_and_an_idle_mark_does_not() -> None:
    """The mark says that the author means it, so it has to be true."""
    assert messages(saying("Say 'stop' to end it.", "stop")) == []
    assert "does not say it" in only(saying("Rest a little.", "stop"))


def test_titles_and_source_names_are_spoken_too() -> None:
    """What is filled into a prompt is held against the same marks."""
    spoken = {"N1": Source("N1", "t", "p", "the NHS page")}
    assert "'NHS'" in only(bundle_of(sources=spoken))
    assert "'5'" in only(bundle_of(intent("why", "information", title="5 causes")))


def test_prompts_are_those_that_the_session_speaks() -> None:
    """None missing, none too many, none with a slot of another."""
    prompts = {name: (Line("All right."),) for name in PROMPTS if name != "hello"}
    assert only(bundle_of(prompts=prompts)).startswith("The prompt 'hello' is missing")
    misspelt = messages(bundle_of(prompts={**prompts, "helo": (Line("Hi."),)}))
    assert any("Nothing speaks a prompt 'helo'. Did you mean 'hello'?" in message for message in misspelt)
    slotted = {**prompts, "hello": (Line("The time is {time}."),), "time_left": (Line("Still {time}."),)}
    assert only(bundle_of(prompts=slotted)).startswith("The slot '{time}' is not filled in here")


def test_required_intents_are_there() -> None:
    """The session names them, so they must exist; "none" must not."""
    without = bundle_of()
    intents = {name: each for name, each in without.intents.items() if name != "quinine"}
    kept = tuple(test for test in without.tests if test.intent != "quinine")
    assert only(replace(without, intents=intents, tests=kept)) == "The intent 'quinine' is missing; add it."
    assert "give the intent another name" in only(bundle_of(intent("none")))


@pytest.mark.parametrize(("kind", "count"), [("information", 4), ("command", 4)])
def test_few_phrases_are_too_few(kind: str, count: int) -> None:
    """People say things in more ways than an author thinks of at once."""
    given = intent("why", kind, count)
    assert f"{count} phrases are too few for the kind {kind}" in only(bundle_of(given))


@pytest.mark.parametrize("phrase", ["Why is it", "why?", "why 24", "why  now", "-why", "wärum"])
def test_a_phrase_is_plain_words(phrase: str) -> None:
    """Phrases are held against what a recogniser writes."""
    good = intent("why", "information")
    assert "has more than lower-case words in it" in only(
        bundle_of(replace(good, phrases=(*good.phrases, phrase)))
    )


def test_a_phrase_stands_once() -> None:
    """Neither in two intents nor twice in one, whatever its form."""
    good, other = intent("why", "information"), intent("stop")
    shared = bundle_of(
        replace(good, phrases=(*good.phrases, "i can't")),
        replace(other, phrases=(*other.phrases, "i cannot")),
    )
    assert "stands in" in only(shared)
    assert "too; keep it in one intent" in only(shared)
    assert "stands twice here" in only(
        bundle_of(replace(good, phrases=(*good.phrases, "it's so", "it is so")))
    )


@pytest.mark.parametrize(
    ("synonyms", "message"),
    [
        ({"calf": ("muscle",), "cramp": ("spasm", "muscle")}, "'muscle' stands already under 'calf'"),
        ({"calf": ("shin",), "leg": ("calf",)}, "'calf' has synonyms of its own"),
        ({"leg": ("calf",), "calf": ("shin",)}, "'calf' stands already under 'leg'"),
        ({"unable to": ("cannot",), "not up to": ("can't",)}, "'can't' stands already under 'unable to'"),
    ],
)
def test_a_synonym_is_declared_once(synonyms: dict[str, tuple[str, ...]], message: str) -> None:
    """Of two declarations only one would hold, whatever the form."""
    assert message in only(bundle_of(synonyms=synonyms))


def test_a_synonym_may_stand_for_several() -> None:
    """Several wordings under one name are what synonyms are for."""
    assert messages(bundle_of(synonyms={"calf": ("shin", "muscle"), "cramp": ("spasm",)})) == []


def test_phrases_that_differ_by_a_space_are_worth_a_look() -> None:
    """They break no rule, but the recogniser is torn between them; in one intent or in two."""
    good, other = intent("why", "information"), intent("stop")
    given = bundle_of(
        replace(good, phrases=(*good.phrases, "good night", "goodnight", "good morning")),
        replace(other, phrases=(*other.phrases, "stand by", "a nap", "an ap")),
    )
    told = [warning.message for warning in find_warnings(given)]
    assert [message.split(",")[0] for message in told] == [
        "'an ap' sounds like 'a nap' of 'stop'",
        "'goodnight' sounds like 'good night' of 'why'",
    ]
    assert find_warnings(bundle_of()) == []


def test_what_is_told_has_a_source_and_a_date() -> None:
    """A medical statement without either is refused; a command needs none."""
    told = messages(bundle_of(intent("why", "information", sources=(), reviewed="")))
    assert told == [
        "'why' says something medical but names no source; add 'sources'.",
        "'why' has no date of review; add 'reviewed'.",
    ]
    assert "The source 'N2' stands nowhere under 'sources'. Did you mean" not in only(
        bundle_of(intent("why", "information", sources=("XX",)))
    )
    breath = Line("Rest a while.", sources=("XX",))
    assert "The source 'XX' stands nowhere under 'sources'." in only(
        bundle_of(intent("why", "information", more=(breath,)))
    )
    assert messages(bundle_of(intent("stop", replies=(Line("All right."),)))) == []


def test_a_missing_reply_is_refused() -> None:
    """An answer must come, and each level of red flags needs one."""
    assert (
        only(bundle_of(intent("why", "information", replies=()))) == "'why' has no reply; add at least one."
    )
    assert (
        only(bundle_of(intent("same_day", "safety", replies=())))
        == "'same_day' has no reply; add at least one."
    )
    assert messages(bundle_of(intent("cramp_now", "safety", replies=()))) == []


def test_words_that_the_model_does_not_know_are_refused() -> None:
    """Each once; a compound is heard by its halves."""
    given = bundle_of(intent("why", "information", phrases=0))
    phrases = (*(f"night-time {word}" for word in "abcdefghijklmn"), "myalgia a")
    given = replace(given, intents={**given.intents, "why": replace(given.intents["why"], phrases=phrases)})
    words = {word for each in given.intents.values() for phrase in each.phrases for word in phrase.split()}
    known = words - {"myalgia", "night-time"} | {"night", "time"}
    assert (
        only(given, known_words=known) == "The model cannot hear 'myalgia' of 'myalgia a'; use another word."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"signs": ("pian",)}, "names the sign 'pian', which is nowhere. Did you mean 'pain'?"),
        ({"unless": ("joke",)}, "names the sign 'joke'"),
        ({"sources": ()}, "The red flag 'chest' names no source"),
        ({"reviewed": ""}, "The red flag 'chest' has no date of review"),
        ({"replies": (Line("Say: {tell}."),)}, "says what to tell on the telephone; add 'tell'"),
    ],
)
def test_red_flags_are_whole(changes: dict[str, Any], message: str) -> None:
    """A rule that names nothing would never fire."""
    flag = RedFlag("chest", "emergency", ("pain",), sources=("N1",), reviewed=DATE)
    assert message in only(bundle_of(red_flags=(replace(flag, **changes),)))


SETTLE = part("settle", counted=False)
LONG = Step(Line("Now bring both of your heels slowly forward and pull."), cue=3, hold=7)
HALF = Step(Line("Pull."), cue=4, hold=6, halfway=Line("Five more seconds, then let it go again."))


@pytest.mark.parametrize(
    ("routine", "message"),
    [
        (lambda: plan(seconds=30), "'seated' lasts 20 seconds instead of 30 (settle 10, calf 10)."),
        (lambda: plan(default="sitting"), "The default variant 'sitting' does not exist."),
        (lambda: plan(variant("seated", "bad")), "The easier variant 'bad' does not exist."),
        (lambda: plan(variant("a", "b"), variant("b", "a")), "The easier variants go in a circle: a, b, a."),
        (lambda: plan(variant("a"), variant("b", None, part("calf"), SETTLE)), "must have the parts of"),
        (lambda: plan(sources=()), "The routine names no source"),
        (lambda: plan(reviewed=""), "The routine has no date of review"),
        (lambda: plan(rate=0), "must be above zero"),
        (
            lambda: plan(variant("a", None, part("settle", False, LONG), part("calf"))),
            "The line takes 4.0 seconds and has 3",
        ),
        (
            lambda: plan(variant("a", None, SETTLE, part("calf", True, replace(LONG, cue=5, hold=5)))),
            "7.0 seconds after the part's name and has 5",
        ),
        (lambda: plan(variant("a", None, SETTLE, part("calf", True, HALF))), "half of the hold is 3"),
    ],
)
def test_the_routine_fits(routine: Callable[[], RoutinePlan], message: str) -> None:
    """Times add up, lines fit their cues, variants fit each other."""
    assert message in "\n".join(messages(bundle_of(routine=routine())))


def test_parts_last_alike_in_all_variants() -> None:
    """A change of variant in mid-routine must not change the clock."""
    longer = part("settle", False, Step(Line("Settle."), cue=5, hold=7))
    shorter = part("calf", True, Step(Line("Pull."), cue=4, hold=4))
    found = messages(bundle_of(routine=plan(variant("a"), variant("b", None, longer, shorter))))
    assert found == [
        "The part 'settle' lasts 12 seconds here and 10 in 'a'; make them the same.",
        "The part 'calf' lasts 8 seconds here and 10 in 'a'; make them the same.",
    ]


def test_an_intent_without_tests_is_refused() -> None:
    """Untested is as good as broken."""
    bundle = bundle_of()
    kept = tuple(test for test in bundle.tests if test.intent != "stop")
    assert only(replace(bundle, tests=kept)).startswith("'stop' has no tests")


def test_a_test_of_an_unknown_intent_is_refused() -> None:
    """A misspelt intent in a test is found before the test is run; "none" is allowed."""
    bundle = bundle_of()
    extra = (ContentTest(("what a day",), "none"), ContentTest(("x",), "stpo"))
    assert "which is nowhere. Did you mean 'stop'?" in only(replace(bundle, tests=bundle.tests + extra))


def test_a_failing_test_says_what_was_understood() -> None:
    """The wrong intent is named with the phrase that led to it, the wrong reply is quoted."""
    bundle = bundle_of()
    extra = (ContentTest(("stop one",), "why"), ContentTest(("why one",), "why", reply="tired"))
    bundle = replace(bundle, tests=bundle.tests + extra)
    assert messages(bundle, understand=ByPhrase(bundle)) == [
        (
            "'stop one' is understood as 'stop' by the phrase 'stop one' instead of 'why'; "
            "add this sentence to the phrases of 'why'."
        ),
        "The reply to 'why one' lacks 'tired'; it is: The answer to why.",
    ]


@pytest.mark.parametrize(
    ("expected", "understood", "remedy"),
    [
        ("none", Answer("stop", "stop one", ""), "add this sentence to 'not_ours'."),
        ("why", Answer("emergency", "", ""), "mend the rule or word the test otherwise."),
    ],
)
def test_a_failing_test_says_what_to_do(expected: str, understood: Answer, remedy: str) -> None:
    """Refused talk has a section of its own, and no phrase comes before a warning sign."""
    bundle = bundle_of()
    bundle = replace(bundle, tests=(*bundle.tests, ContentTest(("so what",), expected)))
    assert only(bundle, understand=ByPhrase(bundle, so_what=understood)).endswith(remedy)


def test_what_is_asked_back_about_has_a_remedy() -> None:
    """The intent is right, but not surely enough to answer."""
    bundle = bundle_of()
    bundle = replace(bundle, tests=(*bundle.tests, ContentTest(("so what",), "why", reply="tired")))
    unsure = Answer("why", "why one", "Did you mean a title?", sure=False)
    said = only(bundle, understand=ByPhrase(bundle, so_what=unsure))
    assert said.endswith("Did you mean a title? To be sure of it, add this sentence to the phrases of 'why'.")


def test_a_problem_names_the_line_of_its_entry() -> None:
    """In a block of fifty phrases its first line is no help."""
    bundle = bundle_of(intent("stop", lines=tuple(range(11, 26))))
    (test,) = (test for test in bundle.tests if test.intent == "stop")
    without = replace(test, say=test.say[:-1], lines=(), place=Place("a.test.yaml", "tests.0", 1))
    wrong = ContentTest(
        ("stop one", "why one"), "stop", place=Place("b.test.yaml", "tests.0", 1), lines=(2, 3)
    )
    tests = (*(each for each in bundle.tests if each is not test), without, wrong)
    bundle = replace(bundle, tests=tests)
    places = [str(problem.place) for problem in find_problems(bundle, understand=ByPhrase(bundle))]
    assert places == ["a.yaml, line 25, intents.stop.phrases.14", "b.test.yaml, line 3, tests.0.say.1"]


def test_a_reply_is_compared_without_regard_to_case() -> None:
    """The reply may begin with the word that a test looks for."""
    bundle = bundle_of()
    bundle = replace(bundle, tests=(*bundle.tests, ContentTest(("why one",), "why", reply="the ANSWER")))
    assert messages(bundle, understand=ByPhrase(bundle)) == []


def test_a_phrase_that_no_test_reaches_is_refused() -> None:
    """A phrase must prove that it is worth its place."""
    bundle = bundle_of()
    tests = tuple(
        replace(test, say=tuple(said for said in test.say if said != "please stop three"))
        for test in bundle.tests
    )
    bundle = replace(bundle, tests=tests)
    message = "No test reaches the phrase 'stop three'; add a sentence close to it."
    assert only(bundle, understand=ByPhrase(bundle)) == message


def test_what_the_red_flag_lane_answers_need_not_be_reached() -> None:
    """No sentence can reach a safety phrase that a rule answers first."""
    bundle = bundle_of()
    lane = Answer("emergency", "", "The answer to emergency.")
    fake = ByPhrase(bundle, emergency_three=lane, please_emergency_three=lane)
    assert messages(bundle, understand=fake) == []
