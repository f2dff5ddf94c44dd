"""The red-flag lane by itself: how patterns are read, what is meant, and what everyday talk may say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice_skill.content.bundle import Bundle, RedFlag
from voice_skill.content.check import find_problems
from voice_skill.core.clauses import ROLES
from voice_skill.core.safety import RedFlags

WORDS = {
    "leg": ("leg", "calf"),
    "sore": ("hurt*", "sore"),
    "my_leg": ("my <leg>", "the <leg>"),
    "denies": ("not", "no", "never"),
    "denies_nothing": ("not sure",),
    "denied_afterwards": ("no not",),
    "turns": ("but",),
    "subjects": ("i", "it"),
    "determiners": ("my",),
    "verbs": ("is", "hurts", "was"),
    "leads_on": ("in", "think", "if"),
    "long_past": ("years ago",),
    "past_verbs": ("was", "had"),
    "present": ("is",),
    "imagined": ("if * * ever",),
    "before_a_question": ("um",),
    "asks_in_general": ("is", "can"),
    "hearsay": ("they say",),
    "persons": ("my", "i"),
    "only_asking": ("can i", "can i do", "do i"),
    "well": ("fine",),
    "places": ("chest", "leg", "calf"),
    "joins": ("and",),
    "overlooked": ("chest .. of drawers",),
    "goes_on": ("and",),
    "completes": ("only", "but only"),
}

EVERYDAY = (
    "the garden shed collapsed",
    "i blacked out the windows with card",
    "she'd have a heart attack if she saw this mess",
    "a weight off my chest",
    "a red hot bargain",
    "how hot should it be if i put heat on my leg",
    "would i know if i had a clot",
    "my calf's just balled up like a fist",
    "this routine gets the blood pumping",
    "he's fitting a new kitchen",
    "let the foot drop",
    "i drink a lot of water and i still get cramps",
    "my chest is alright",
    "i've no trouble breathing",
    "no hot spots no swelling",
    "i don't have any of those",
    "it's not swollen thank goodness",
    "can a tight calf be a clot",
    "do clots go away by themselves",
    "when does a cramp need a doctor",
    "my brother had chest pains in the eighties",
    "i was pregnant years ago and had cramps",
    "put the heating on it's cold",
    "my tea's gone cold",
    "the bath was lovely and warm",
    "i'm breathing slowly",
    "i breathe out as i lean",
    "i can't feel any pull",
    "i can't get my leg straight",
    "my other leg now",
    "i stretch for ten minutes every night",
    "it hurts when i stretch",
    "my calf is a bit sore today",
    "i've got a dead arm from sleeping on it",
    "this bed's too soft",
    "i had a nightmare and my heart was in my mouth",
    "my hands ache",
    "i feel a bit sick",
    "can you hear me",
    "my wife's asleep speak softly",
    "my leg jumped",
    "no more wine for me",
    "my chest is fine thanks",
    "no chest pain at all",
    "no i'm breathing fine",
    "nothing's hot or swollen",
    "not swollen not hot not red",
    "it's not swollen it's not hot it's just a cramp",
    "no chest pain just a cramp",
    "i haven't got any swelling or redness",
    "i don't have a clot",
    "i don't think it's swollen",
    "i don't think it's a clot",
    "neither leg is swollen",
    "there's no swelling in my leg",
    "there isn't any swelling",
    "my leg isn't swollen or anything",
    "my legs aren't swollen",
    "swelling no nothing",
    "no not swollen",
    "no numbness or weakness",
    "i can breathe",
    "i can breathe okay",
    "i can feel my leg",
    "my breathing is normal",
    "what does a clot feel like",
    "how can i tell if it's a clot",
    "is it dangerous to have a swollen leg",
    "what if i get chest pain",
    "when should i call an ambulance",
    "what are the red flags",
    "can cramps be a sign of a clot",
    "do cramps make your leg swell",
    "can you faint from a cramp",
    "why do legs swell",
    "does alcohol give you cramp",
    "can pills cause cramps",
    "are cramps normal in pregnancy",
    "i'm pregnant and i've got cramp",
    "i had a stroke ten years ago",
    "my mum had a clot when she was young",
    "i broke my ankle years ago and it swelled up",
    "my leg swelled up once when i was a kid",
    "i used to faint a lot at school",
    "should i hold my breath",
    "am i supposed to breathe in or out",
    "breathe in or breathe out",
    "i forgot to breathe",
    "i can't remember when to breathe",
    "do i breathe through my nose",
    "i can't hear you",
    "i can't reach my foot",
    "i can't reach my toes",
    "i can't straighten my leg",
    "i can't do this",
    "i can't find the towel",
    "i can't get up",
    "i can't sleep",
    "i can't sit on the edge of the bed",
    "my back hurts",
    "my leg hurts",
    "my calf hurts",
    "it hurts",
    "that hurts my knee",
    "it's tight",
    "my calf's really tight",
    "my calf is killing me",
    "my foot is cramping",
    "my legs are cold",
    "my feet are cold",
    "my feet are freezing",
    "i've cold feet",
    "the floor is cold",
    "it's cold",
    "i'm hot",
    "i'm too warm",
    "it's too hot in bed",
    "should i use heat or cold",
    "heat or ice",
    "i've got a heat pad on my leg",
    "i've a hot water bottle on my calf",
    "i put ice on my leg",
    "can i put something warm on it",
    "should i keep my legs warm",
    "i had a hot bath and my cramp went",
    "my leg feels warm after the bath",
    "i've been on my feet all day",
    "i've been on my feet for hours and now my calf is cramping",
    "i walked for an hour today and now i've got cramp",
    "i sat for hours on the plane and got cramp",
    "i walked around and the cramp went",
    "walking helps the cramp",
    "i got up and walked and it eased",
    "the cramp lasted a minute",
    "it went on for about five minutes",
    "the cramp woke me an hour ago",
    "i've got cramp again",
    "i had a cramp last night",
    "cramp woke me up",
    "i woke up with a cramp",
    "i've a cramp in my toes",
    "my toes are curling",
    "my calf's gone rock hard",
    "there's a lump in my calf it's a knot",
    "i've got a cramp and i can't stand up",
    "i can't walk with this cramp",
    "it's getting worse",
    "it's getting better",
    "it won't stop",
    "it's not stopping",
    "still hurts",
    "it still hurts",
    "the cramp is still there",
    "my leg's sore after the cramp",
    "i'm tired",
    "i'm exhausted",
    "i'm so tired tonight",
    "i do my stretches every night",
    "should i do this every night",
    "how many nights a week should i stretch",
    "i drink plenty of water every day",
    "i have a glass of wine at night",
    "should i drink more",
    "i take magnesium every night",
    "i'm on blood pressure tablets",
    "i take a statin",
    "i take statins",
    "are statins the cause",
    "i don't take any new tablets",
    "can new tablets cause it",
    "do i lean on my chest",
    "bring my knees to my chest",
    "hands at chest height",
    "i play chess on tuesdays",
    "there's a breeze from the window",
    "my cough's keeping me awake",
    "i've got a cough",
    "i've a cold",
    "my nose is running",
    "my neck's stiff",
    "my arm's gone to sleep",
    "i've got pins and needles in my foot",
    "my foot's asleep",
    "how do i lift my leg",
    "i can't lift my leg any higher",
    "i can't move my foot any further",
    "i can't feel the stretch",
    "i can't feel it in my calf",
    "i don't feel anything",
    "i feel it at the back of my knee",
    "i moved my leg",
    "shall i move my leg",
    "which leg first",
    "left leg done",
    "the other leg",
    "both legs",
    "one leg or both",
    "is one leg bigger than the other a bad sign",
    "my blood pressure's high",
    "i gave blood today",
    "heart of gold",
    "i'm afraid of clots",
    "i worry about getting a clot",
    "what causes blood clots",
    "my granny had swollen legs all her life",
    "they say swelling is bad",
    "i read that cramps can mean a clot",
    "no no chest pain no",
    "my chest is okay it's just my calf",
    "i'm not breathless",
    "i'm not out of breath or anything",
    "it's not numb",
    "no my leg's not cold",
    "both legs feel fine",
    "they're both the same",
    "neither's bigger",
    "none of that",
    "nothing like that just a cramp",
    "not at all",
    "i've never had a clot",
    "he hasn't got chest pain",
    "my doctor ruled out a clot",
    "would a clot hurt",
    "can you die from a clot",
    "is it serious if your leg swells",
    "what does swelling mean",
    "should people with chest pain stretch",
    "why is swelling dangerous",
    "what happens if i faint",
    "how would i know if my leg was swollen",
    "if it gets swollen what do i do",
    "i had pneumonia years ago and couldn't breathe",
    "i had my varicose veins done ten years ago when my legs were swollen",
    "my leg was numb for weeks after an operation in the nineties",
    "i can't get comfy",
    "i can't bend down that far",
    "i can't lean any further",
    "i can't keep my heel down",
    "i can't hold it any longer",
    "hold on i need a wee",
    "i need the toilet",
    "i need to pee first",
    "i've wet the towel",
    "is the towel supposed to be wet",
    "my hands are cold",
    "i've got cold hands can i still rub it",
    "my leg is tired",
    "my leg feels heavy",
    "my legs feel like lead",
    "my calf's sore from yesterday's cramp",
    "my calf was sore all day after last night's cramp",
    "i had a cramp for about three minutes",
    "it's been a minute",
    "how many minutes left",
    "twenty minutes ago i had a cramp",
    "i did the routine for ten minutes",
    "i went for a half hour walk",
    "i swam for an hour and got cramp",
    "i get cramp after an hour of gardening",
    "cramp in my thigh",
    "cramp in my big toe",
    "i get cramp if i point my toes",
    "i sleep on my side",
    "roll onto my left side",
    "is it the left side first",
    "my pillow's too big",
    "can you speak up",
    "speak slower",
    "your words are jumbled",
    "i can't understand you",
    "i can't talk now",
    "i don't want to talk",
    "i've lost my glasses",
    "my battery is dead",
    "what a pain in the neck",
    "you're a pain",
    "my heart goes out to you",
    "i love you with all my heart",
    "it's breathtaking",
    "take a deep breath",
    "i'm taking a deep breath",
    "breathing slowly now",
    "i've got my breath back",
    "that was hard",
    "that's hard work",
    "this is too hard",
    "my mouth is dry",
    "my face is itchy",
    "my knees creak",
    "my knee is sore",
    "i've a bad knee",
    "i've got a bad back",
    "i've got flat feet",
    "my new shoes rub",
    "i've got new slippers",
    "i drink tea every night",
    "i drink a lot of water",
    "i had two beers",
    "do i need magnesium tablets",
    "should i stop my statin",
    "i'm seven months pregnant",
    "i've stubbed my toe",
    "i had a nice cup of tea",
    "i like red wine",
    "turn the light red",
    "my dog bit the postman",
    "my chest feels better now",
    "chest is fine breathing is fine",
    "no pain in my chest",
    "there's no pain in my chest",
    "it isn't my chest it's my calf",
    "i don't feel faint",
    "i'm not dizzy or faint",
    "i didn't faint",
    "there's no redness",
    "it's not red or anything",
    "it doesn't feel hot",
    "no it's the same size as the other",
    "the swelling's gone",
    "my legs look the same",
    "i can move it",
    "i can move my toes",
    "i'm not weak",
    "it's not a clot is it",
    "the scan showed no clot",
    "can swelling be normal",
    "how long before a cramp gets dangerous",
    "what's a clot",
    "could a cramp cause a heart attack",
    "are blood clots common",
    "do heart attacks cause leg pain",
    "when is leg swelling an emergency",
    "my aunt had a stroke in nineteen ninety",
    "i had a heart attack in two thousand and five",
    "i had a heart attack ten years ago",
    "i passed out once as a student",
    "he used to have chest pains but they stopped years ago",
    "i'll have a cold drink",
    "cold water",
    "is cold better than warm",
    "should the towel be hot",
    "warm or cold",
    "shall i warm it up",
    "my hot water bottle leaked",
    "can i use my electric blanket",
    "it's boiling in this room",
    "breathe in",
    "and breathe out",
    "do i keep breathing",
    "am i breathing right",
    "i keep forgetting to breathe",
    "slow down i can't keep up",
    "i can't follow you",
    "i can't stand up",
    "i can't stand on it",
    "i can't walk",
    "i can't move",
    "i can't lie on my back",
    "i can't stretch any more",
    "i can't hold my leg up",
    "my leg's shaking",
    "my leg is shaking with the stretch",
    "my muscles are tired",
    "my knees hurt",
    "my hip hurts",
    "my hip is sore",
    "i've got arthritis in my knees",
    "my foot is itchy",
    "my toe hurts",
    "that's a strong pull",
    "it's a bit tight behind the knee",
    "it burns a little in my calf when i stretch",
    "it's easing now",
    "it's gone",
    "all gone now",
    "it's only just started",
    "it's been thirty seconds",
    "it's been two minutes",
    "just a minute",
    "i've been awake for hours",
    "i've been lying here for an hour",
    "i've been up half the night",
    "it's ten minutes past three",
    "in ten minutes",
    "remind me in an hour",
    "i have restless legs",
    "my legs are restless",
    "i'm thirsty",
    "i'm hungry",
    "i'm scared",
    "i'm worried",
    "is this normal",
    "am i going to be okay",
    "i've had enough",
    "i've run out of bananas",
    "i had wine with dinner",
    "whisky helps me sleep",
    "i take my tablets at night",
    "i take a water tablet in the morning",
    "i walk every night",
    "i get up every night to wee",
    "i go to the loo every night",
    "i watch television every night",
    "my cat sleeps on my legs",
    "the cat's on my chest",
    "my pyjamas are too tight",
    "my socks are too tight",
    "the sheets are too tight",
    "my feet are too hot under the covers",
    "the radio's too loud",
    "he's snoring",
    "she's asleep",
    "the baby's asleep",
    "my husband's asleep",
    "i fell asleep",
)


def rules(*patterns: str, unless: tuple[str, ...] = ()) -> RedFlags:
    """Make rules of one sign."""
    flag = RedFlag("sign", "emergency", ("sign",), unless=("excuse",) if unless else ())
    return RedFlags([flag], {"sign": patterns, "excuse": unless}, WORDS)


@pytest.fixture(scope="module")
def red_flags(bundle: Bundle) -> RedFlags:
    """Index the real rules once."""
    return RedFlags(bundle.red_flags, bundle.signs, bundle.words)


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("chest + pain", "pain in the chest", True),
        ("chest + pain", "chest and pain", True),
        ("chest + pain", "chest a b c d e f g h i j k pain", False),
        ("chest ... pain", "a pain in the chest", False),
        ("chest ... pain", "chest a b c d pain", True),
        ("chest ... pain", "chest a b c d e pain", False),
        ("cold .. foot", "cold wet foot", True),
        ("cold .. foot", "cold wet bare foot", False),
        ("hurt*", "hurting", True),
        ("hurt*", "hur", False),
        ("<leg> + <sore>", "the calf is hurting", True),
        ("<my_leg> + <sore>", "the calf is hurting", True),
        ("<my_leg> + <sore>", "a calf is hurting", False),
        ("<nothing>", "nothing", False),
        ("a|b ... c", "b c", True),
    ],
)
def test_patterns_are_read(pattern: str, text: str, is_found: bool) -> None:
    """Groups, their order and distance, alternatives, endings and word families."""
    assert (rules(pattern).find(text) is not None) == is_found


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("my leg is sore", True),
        ("my leg's sore", True),
        ("my leg is not sore", False),
        ("my leg isn't sore", False),
        ("my leg is sore no not", False),
        ("i am not sure my leg is sore", True),
        ("it is not cold but my leg is sore", True),
        ("it is not cold my leg is sore", True),
        ("i do not think my leg is sore", False),
        ("no my leg is sore", True),
        ("years ago my leg was sore", False),
        ("my leg was sore years ago", False),
        ("i had a fall years ago my leg is sore", True),
        ("if my leg ever hurts", False),
        ("is a sore leg bad", False),
        ("um is a sore leg bad", False),
        ("is my sore leg bad", True),
        ("can i have a sore leg", False),
        ("can i do i have a sore leg", True),
        ("can not stand on a sore leg", False),
        ("they say a sore leg is bad", False),
        ("they say my sore leg is bad", True),
        ("my leg is fine the bed is hurting", False),
    ],
)
def test_what_is_said_is_not_always_meant(text: str, is_meant: bool) -> None:
    """Denial with its reach, turns, the past, the imagined, hearsay and general questions."""
    assert (rules("<leg> + <sore>").find(text) is not None) == is_meant


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("no breathing is hard", "breath"),
        ("um no breathing is really hard", "breath"),
        ("no no breathing hurts", "breath"),
        ("no can't breathe", "breath"),
        ("nope can't breathe", "breath"),
        ("no can't get my breath", "breath"),
        ("no got trouble breathing", "breath"),
        ("no chest hurts", "chest"),
        ("no chest feels tight", "chest"),
        ("no heart is racing", "chest"),
        ("no left leg is swollen", "one_swollen_leg"),
        ("no calf feels hot", "hot_leg"),
    ],
)
def test_a_no_answers_the_question_and_denies_nothing(red_flags: RedFlags, text: str, rule: str) -> None:
    """Recognisers hear no comma: where we have asked something, a whole sentence after "no" is a report."""
    alarm = red_flags.find(text, asked=True)
    assert alarm is not None
    assert alarm.rule.id == rule


@pytest.mark.parametrize(
    "text",
    [
        *("no", "no no", "no chest pain", "no no chest pain", "no breathing trouble", "no trouble breathing"),
        *("no swelling", "no swelling or chest pain", "no pain in my chest", "no chest pain or anything"),
        *("no chest pain is there", "no breathing trouble is there", "no chest pain my leg hurts"),
        *("no chest pain leg hurts", "no chest pain just hurts in the leg", "no breathing is fine"),
        *("no breathing is not hard", "no have no chest pain", "no i don't have chest pain"),
        *(
            "no trouble breathing is there",
            "no hot leg",
            "no leg feels fine",
            "no problems with my breathing",
        ),
        *("no had chest pain years ago", "no not swollen", "no nothing is swollen", "no swollen leg no"),
    ],
)
def test_what_a_no_denies_stays_denied_after_a_question(red_flags: RedFlags, text: str) -> None:
    """A "no" with nothing but a noun after it denies that, asked or not."""
    assert red_flags.find(text, asked=True) is None


@pytest.mark.parametrize("text", ["no breathing is hard", "no chest hurts"])
def test_a_no_to_no_question_denies(red_flags: RedFlags, text: str) -> None:
    """Nothing was asked, so that "no" is no answer."""
    assert red_flags.find(text) is None


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("my leg swelled up last year and it's doing it again", True),
        ("i had a clot in january and it feels just the same", True),
        ("i had a swollen leg last year and it has come back", True),
        ("my leg swelled up last year and it never came back", False),
        ("my leg was swollen last year and it's fine now", False),
        ("i had a clot in january and it hasn't happened again", False),
    ],
)
def test_what_is_back_again_is_not_long_past(red_flags: RedFlags, text: str, is_found: bool) -> None:
    """The clause that says so takes the one before it with it."""
    assert bool(red_flags.find(text)) is is_found


def test_words_of_two_places_do_not_mix() -> None:
    """What hurts is the place named next to it, unless both are joined."""
    assert rules("chest + <sore>").find("chest on the leg that hurts") is None
    assert rules("chest + <sore>").find("chest and leg hurt")


def test_compounds_are_overlooked() -> None:
    """A chest of drawers is no chest."""
    assert rules("chest").find("the chest of drawers") is None
    assert rules("chest").find("the chest of drawers hit my chest")


def test_what_is_only_spoken_of_may_be_denied() -> None:
    """A group after the tilde sets the subject, whatever is said of it."""
    assert rules("~<leg> + it ... hot").find("no pain in my leg but it is hot")
    assert rules("~<leg> + it ... hot").find("my leg is fine it is not hot") is None


def test_an_excuse_cancels_a_rule() -> None:
    """A sign under ``unless`` takes the alarm back."""
    assert rules("sore", unless=("stretch",)).find("sore")
    assert rules("sore", unless=("stretch",)).find("sore from the stretch") is None


def test_the_most_urgent_rule_wins() -> None:
    """Rules count by level, then in the order in which they stand."""
    flags = [RedFlag("a", "appointment", ("sign",)), RedFlag("b", "same_day", ("sign",))]
    alarm = RedFlags([*flags, RedFlag("c", "same_day", ("sign",))], {"sign": ("sore",)}).find("sore")
    assert alarm
    assert (alarm.rule.id, alarm.found) == ("b", ("sore",))


@pytest.mark.parametrize(
    ("before", "text", "is_found"),
    [
        ("my leg", "and it is sore", True),
        ("my leg", "it is sore", False),
        ("my leg", "and it is not sore", False),
        ("my leg is not cold", "and it is sore", False),
        ("my leg is fine", "and it is sore", False),
        ("my leg", "only when the day was so long it is sore", True),
        ("my leg", "but only when the day is long it is sore", True),
        ("my leg", "only when the day " + "was so very " * 5 + "long it is sore", False),
        ("my leg", "and then the day was so long that all of it got sore", False),
        ("", "and it is sore", False),
    ],
)
def test_a_turn_may_go_on_from_the_one_before(before: str, text: str, is_found: bool) -> None:
    """Two turns make a sign where the second goes on from a first that denied nothing."""
    assert (rules("<leg> + <sore>").find(text, before) is not None) == is_found


@pytest.mark.parametrize(
    ("before", "text", "rule"),
    [
        ("my calf hurts", "and it's hot", "hot_leg"),
        ("i've got cramp in my leg", "for half an hour", "long_cramp"),
        ("my foot's gone cold", "and numb", "cold_leg"),
        ("why do legs swell", "and it's hot", None),
        ("i have a cramp in my calf", "it's warm in here", None),
        ("start the routine", "it's too hot", None),
    ],
)
def test_real_signs_over_two_turns(red_flags: RedFlags, before: str, text: str, rule: str | None) -> None:
    """Neither turn alarms by itself; together they may."""
    assert red_flags.find(before) is None
    assert red_flags.find(text) is None
    alarm = red_flags.find(text, before)
    assert (alarm.rule.id if alarm else None) == rule


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_talk_raises_no_alarm(red_flags: RedFlags, text: str) -> None:
    """Whoever is warned for nothing stops listening to warnings."""
    assert red_flags.find(text) is None


@pytest.mark.parametrize(
    "text",
    ["no chest pain", "do i breathe out when i stretch", "my chest is fine", "don't waste your breath"],
)
def test_likeness_means_nothing_where_signs_are_ruled_out(red_flags: RedFlags, text: str) -> None:
    """What the rules have understood as no sign need not be asked about."""
    assert red_flags.is_ruled_out(text)


def test_what_is_left_open(red_flags: RedFlags) -> None:
    """A "not" rules out its own clause and no other."""
    assert red_flags.left_open("no cramp at all but my chest herds") == "but my chest herds"
    assert red_flags.left_open("is a clot dangerous") == ""


@pytest.mark.parametrize("text", ["my chest herds", "i have a pane in the chest"])
def test_likeness_may_count_where_nothing_is_ruled_out(red_flags: RedFlags, text: str) -> None:
    """What may have been misheard stays open."""
    assert not red_flags.is_ruled_out(text)


@pytest.mark.parametrize(
    "text", ["", " ", "no", "not", "'s", "\u2019s", "leg " * 3000, "no chest pain " * 2000]
)
def test_any_text_can_be_read(red_flags: RedFlags, text: str) -> None:
    """Nothing that can be said or typed raises, and none of these is a sign."""
    assert red_flags.find(text) is None


def test_a_sign_is_found_however_much_stands_around_it(red_flags: RedFlags) -> None:
    """A long story does not hide an emergency at its end."""
    alarm = red_flags.find("so anyway it was a long day and " * 500 + "my chest hurts")
    assert alarm
    assert alarm.rule.level == "emergency"


def test_all_roles_are_filled(bundle: Bundle) -> None:
    """Every kind of word that the reading of clauses asks for stands in the bundle."""
    assert not set(ROLES) - bundle.words.keys()


def test_a_family_that_stands_nowhere_is_a_problem(bundle: Bundle) -> None:
    """A misspelt family would silently match nothing."""
    broken = replace(bundle, words={**bundle.words, "extra": ("<legg>",)})
    found = [str(problem) for problem in find_problems(broken)]
    assert "words.extra: The word family '<legg>' stands nowhere under 'words'. Did you mean 'leg'?" in found


def test_a_sign_that_no_rule_asks_for_is_a_problem(bundle: Bundle) -> None:
    """A sign without a rule looks as if it did something."""
    broken = replace(bundle, signs={**bundle.signs, "extra": ("leg",)})
    found = [str(problem) for problem in find_problems(broken)]
    assert "signs.extra: No red flag asks for the sign 'extra'; remove it." in found
