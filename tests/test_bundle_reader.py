"""Reading a bundle: everything malformed is refused with its place, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_skill.content import reader
from voice_skill.content.bundle import Bundle, Line
from voice_skill.errors import BundleError

ROUTINE = """
routine:
  seconds: 10
  rate: 150
  default: seated
  variants:
    seated:
      title: sitting down
      easier: null
      parts:
        - {name: calf, title: calf, steps: [{say: "Pull.", cue: 4, hold: 6, side: left, halfway: "Half."}]}
"""
INTENT = """
intents:
  why:
    title: what brings it on
    phrases: [why does it cramp, no]
    replies:
      - "Tired muscles."
      - {say: "Say 'stop' to end it.", interrupts: [stop]}
    sources: [N1]
    reviewed: 2026-11-22
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a folder with a small bundle that is right."""
    (tmp_path / "why.yaml").write_text(INTENT, encoding="utf-8")
    (tmp_path / "routine.yaml").write_text(ROUTINE, encoding="utf-8")
    (tmp_path / "why.test.yaml").write_text("tests: [{say: [why is that], intent: why}]", encoding="utf-8")
    return tmp_path


def problems_of(folder: Path, **files: str | bytes) -> list[str]:
    """List the problems of a folder after files have been added, as they would be printed."""
    for name, content in files.items():
        written = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.yaml").write_bytes(written)
    bundle, problems = reader.read(folder)
    assert (bundle is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_a_good_folder_is_read(folder: Path) -> None:
    """All sections of all files come together, with places, defaults and marked lines."""
    bundle = reader.load(folder)
    why = bundle.intents["why"]
    assert why.kind == "information"
    assert why.phrases == ("why does it cramp", "no")
    assert why.replies == (Line("Tired muscles."), Line("Say 'stop' to end it.", ("stop",)))
    assert why.replies[1].place.line == 8
    assert str(why.place) == "why.yaml, line 3, intents.why"
    step = bundle.routine.variants["seated"].parts[0].steps[0]
    assert (step.cue, step.hold, step.side, step.halfway) == (4, 6, "left", Line("Half."))
    assert bundle.routine.variants["seated"].easier is None
    assert bundle.tests[0].intent == "why"


def test_tests_can_be_left_out(folder: Path) -> None:
    """At start-up the test files are not even opened."""
    (folder / "why.test.yaml").write_text("][", encoding="utf-8")
    assert reader.load(folder, with_tests=False).tests == ()


def test_the_real_bundle_is_read(bundle: Bundle) -> None:
    """The shipped bundle has no mistakes of form."""
    assert bundle.intents
    assert bundle.tests


def test_an_unknown_key_is_refused_with_the_nearest_known_one(folder: Path) -> None:
    """A misspelt key is found and corrected, not ignored."""
    found = problems_of(folder, more="intents:\n  a:\n    titel: x\n    phrases: [x]\n")
    assert found == [
        "more.yaml, line 2, intents.a: The key 'title' is missing; add it.",
        "more.yaml, line 3, intents.a.titel: The key 'titel' is not known here. Did you mean 'title'?",
    ]


def test_all_mistakes_are_found_in_one_pass(folder: Path) -> None:
    """A mistake hides neither its neighbours nor those in other files."""
    bad = "intents:\n  a: {title: 5, phrases: []}\n  b: {title: t, phrases: [x], kind: order}\n"
    found = problems_of(folder, one=bad, two="prompts: {hello: hi}\nregions: 3\n")
    assert [problem.partition(": ")[0] for problem in found] == [
        "one.yaml, line 2, intents.a.title",
        "one.yaml, line 2, intents.a.phrases",
        "one.yaml, line 3, intents.b.kind",
        "two.yaml, line 1, prompts.hello",
        "two.yaml, line 2, regions",
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("cue: -1", "out of range"),
        ("cue: .inf", "out of range"),
        ("cue: .nan", "out of range"),
        ("cue: soon", "A number is expected"),
        ("cue: 1, side: top", "not one of left, right, both"),
        ("cue: 1, say: ''", "twice"),
        ("hold: 1", "'cue' is missing"),
        ("cue: 1, halfway: {say: [x]}", "Text is expected here, but this is a list"),
    ],
)
def test_a_wrong_value_in_the_routine_is_refused(folder: Path, entry: str, message: str) -> None:
    """Numbers, words and lines of a step are held against what they may be."""
    step = f"{{say: hold, {entry}}}"
    before = ROUTINE[: ROUTINE.index("steps:")]
    (folder / "routine.yaml").write_text(before + f"steps: [{step}]}}\n", encoding="utf-8")
    found = problems_of(folder)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2026-13-01", "A date is expected"),
        ("yesterday", "A date is expected"),
        ("[1]", "A date is expected"),
    ],
)
def test_a_review_needs_a_date(folder: Path, written: str, message: str) -> None:
    """What is no date in the calendar is refused."""
    found = problems_of(folder, why=INTENT.replace("2026-11-22", written))
    assert len(found) == 1
    assert message in found[0]


def test_a_further_breath_may_have_sources_of_its_own(folder: Path) -> None:
    """A line of ``more`` may name its sources; in a reply, whose intent has them, nobody would read them."""
    own = INTENT.replace("  why:", "  own:") + '    more: [Rest., {say: "Walk.", sources: [T1]}]\n'
    assert problems_of(folder, own=own) == []
    told = reader.load(folder).intents["own"].more
    assert [line.sources for line in told] == [(), ("T1",)]
    misplaced = own.replace("interrupts: [stop]", "sources: [T1]")
    assert "The key 'sources' is not known here." in problems_of(folder, own=misplaced)[0]


def test_an_intent_without_replies_is_refused(folder: Path) -> None:
    """There would be nothing to say; commands have what is done, and safety its prompts."""
    silent = "intents:\n  dumb:\n    title: x\n    phrases: [x]\n    reviewed: 2026-11-22\n"
    assert problems_of(folder, dumb=silent) == [
        "dumb.yaml, line 2, intents.dumb: The key 'replies' is missing; add it."
    ]
    assert problems_of(folder, dumb=silent + "    kind: command\n") == []


def test_every_phrase_and_every_sentence_knows_its_line(folder: Path) -> None:
    """Problems name the line in which they are mended."""
    test = "tests:\n  - intent: why\n    say:\n      - why\n      - why then\n"
    (folder / "why.test.yaml").write_text(test, encoding="utf-8")
    bundle = reader.load(folder)
    assert bundle.intents["why"].lines == (5, 5)
    assert bundle.tests[0].lines == (4, 5)
    assert str(bundle.tests[0].place_of("why then")) == "why.test.yaml, line 5, tests.0.say.1"


def test_a_key_that_stands_twice_is_refused(folder: Path) -> None:
    """YAML would silently take the second."""
    found = problems_of(folder, why=INTENT + "  why:\n    title: x\n    phrases: [x]\n")
    assert found == [
        "why.yaml, line 11, intents.why: The key 'why' stands here twice (first in line 3); keep one of them."
    ]


def test_a_name_in_two_files_is_refused(folder: Path) -> None:
    """Intents, prompts and the routine exist once over all files."""
    found = problems_of(folder, zz=INTENT + ROUTINE)
    assert found == [
        "zz.yaml, line 3, intents.why: 'why' stands already in why.yaml, line 3; keep one of them.",
        "zz.yaml, line 12, routine: 'routine' stands already in routine.yaml, line 2; keep one of them.",
    ]


def test_a_red_flag_in_two_places_is_refused(folder: Path) -> None:
    """Red flags stand in lists, but their ids are names."""
    flag = "{id: chest, level: emergency, signs: [pain]}"
    found = problems_of(folder, flags=f"red_flags: [{flag}, {flag}]\n")
    assert len(found) == 1
    assert "'chest' stands already in flags.yaml, line 1" in found[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"intents: [", "not valid YAML"),
        (b"a: b: c", "line 1: The text here has a colon in it; put the whole text in quotes."),
        (b"a:\n  - say: the rule: rest\n", "line 2: The text here has a colon in it"),
        (b"a:\n  b: 'c\n  d: e\n", "line 2: The quote opened in line 2 is not closed"),
        (b"a:\n\tb: c\n", "line 2: There is a tab here; YAML indents with spaces"),
        (b"a:\n  b: c\n  d\n    - e\n  f: g\n", "line 3: Here a colon is missing after a key"),
        (b"a\n  b:\n    c: d\n", "line 2: The line above has no colon after its key"),
        (b"a: \x01", "not valid YAML: control characters are not allowed"),
        (b"a: *nothing", "not valid YAML: found undefined alias"),
        (b"a: 1\n---\nb: 2\n", "not valid YAML"),
        (b"[" * 20_000, "not valid YAML"),
        (b"# only a comment\n", "empty"),
        (b"- a list\n", "A group of 'key: value' lines is expected"),
        (b"intents: &a\n  b: *a\n", "not known here"),
        (b"? [a, b]\n: c\n", "A key must be a single word"),
        ("title: Wadenkrämpfe".encode("latin-1"), "line 1: This is not UTF-8 text"),
        ("title: x".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(folder: Path, content: bytes, message: str) -> None:
    """Bad syntax and wrong encodings give a sentence, never a traceback."""
    found = problems_of(folder, broken=content)
    assert found
    assert all(problem.startswith("broken.yaml") for problem in found)
    assert message in found[0]


def test_a_mark_at_the_start_of_the_file_is_no_mistake(folder: Path) -> None:
    """Some editors begin UTF-8 files with a byte order mark."""
    assert problems_of(folder, why=INTENT.encode("utf-8-sig")) == []


def test_sections_stand_in_the_right_kind_of_file(folder: Path) -> None:
    """Tests beside the content, or start-up would read them; content not among the tests."""
    (folder / "x.test.yaml").write_text("prompts: {}", encoding="utf-8")
    found = problems_of(folder, y="tests: []")
    assert "x.test.yaml, line 1, prompts: The key 'prompts' is not known here. Known are: tests." in found
    assert any(
        problem.startswith("y.yaml, line 1, tests: The key 'tests' is not known here.") for problem in found
    )


def test_a_file_that_would_never_be_read_is_refused(folder: Path) -> None:
    """A .yml file would be forgotten in silence."""
    (folder / "more.yml").write_text("intents: {}", encoding="utf-8")
    assert problems_of(folder) == ["more.yml: Rename the file to end in .yaml, or it is never read."]


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    """What cannot be read is named."""
    (folder / "odd.yaml").mkdir()
    assert problems_of(folder) == ["odd.yaml: The file cannot be read: Is a directory."]


def test_a_missing_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    """There must be something to say."""
    assert "There is no such folder" in problems_of(tmp_path / "nowhere")[0]
    assert "no .yaml files" in problems_of(tmp_path)[0]


def test_the_folder_below_is_suggested(tmp_path: Path) -> None:
    """Whoever copied ``intents`` names the folder above the language."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en/a.yaml").touch()
    assert problems_of(tmp_path)[0].endswith(f"so there is nothing to say. Did you mean {tmp_path / 'en'}?")


def test_a_bundle_without_routine_is_refused(folder: Path) -> None:
    """The routine is the one section that the program cannot do without."""
    (folder / "routine.yaml").unlink()
    assert problems_of(folder) == ["No file has the section 'routine'; add it to one of them."]


def test_load_raises_with_every_problem(folder: Path) -> None:
    """The error carries all problems, its message the first."""
    (folder / "a.yaml").write_text("x: 1\ny: 2\n", encoding="utf-8")
    with pytest.raises(BundleError, match=r"has 2 mistakes; the first: a\.yaml, line 1") as raised:
        reader.load(folder)
    assert len(raised.value.problems) == 2


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(max_examples=80, deadline=None)
def test_no_file_content_ends_in_another_exception(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Whatever a file holds, problems come back, not exceptions."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "x.yaml").write_bytes(content)
    bundle, problems = reader.read(folder)
    assert bundle is None
    assert problems


_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=5))
_KEYS = st.sampled_from(
    ["intents", "prompts", "routine", "red_flags", "a", "title", "phrases", "say", "variants"]
)


@given(
    st.recursive(
        _LEAVES,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
        max_leaves=25,
    )
)
@settings(max_examples=80, deadline=None)
def test_no_shape_ends_in_another_exception(
    tmp_path_factory: pytest.TempPathFactory, content: object
) -> None:
    """Valid YAML of any shape under our own keys is answered with problems."""
    import yaml

    folder = tmp_path_factory.mktemp("bundle")
    (folder / "x.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    bundle, problems = reader.read(folder)
    assert bundle is None
    assert problems
