"""Reads a bundle folder into ``bundle.Bundle`` and refuses what is malformed.

Every ``<topic>.yaml`` may hold any of the sections below; they are merged over all files.  Every
``<topic>.test.yaml`` holds ``tests`` only.  All mistakes of all files are found in one pass, and
nothing that a file can hold ends in any other exception than ``BundleError``.
Whether well-formed content is also good content is for ``check`` to say.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voice_skill.content.bundle import Bundle, ContentTest, Place, Problem, RedFlag, RoutinePlan
from voice_skill.content.schema import NAMED, RED_FLAG, ROUTINE, SECTIONS, TEST
from voice_skill.content.yaml_nodes import At, Read, RefusedError, open_file
from voice_skill.content.yaml_shapes import note_unknown, pairs, sequence
from voice_skill.errors import BundleError

_TEST_SUFFIX = ".test.yaml"


def read(folder: Path, with_tests: bool = True) -> tuple[Bundle | None, list[Problem]]:
    """Read all files of ``folder``; the bundle is None when there is any problem."""
    merged = _Merged()
    files = _files(folder, with_tests, merged.problems)
    for file in files:
        top = open_file(file, merged.problems)
        if top is not None:
            _merge(top, merged)
    if not merged.problems and merged.routine is None:
        merged.problems.append(Problem(Place(), "No file has the section 'routine'; add it to one of them."))
    if merged.problems or merged.routine is None:
        return None, sorted(merged.problems, key=lambda problem: (problem.place.file, problem.place.line))
    return merged.bundle(merged.routine), []


def load(folder: Path, with_tests: bool = True) -> Bundle:
    """Read a bundle that is expected to be right; raises BundleError with all its problems.

    ``with_tests=False`` skips the test files, which the running skill does not need.
    """
    bundle, problems = read(folder, with_tests)
    if bundle is None:
        count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        message = f"The content bundle in {folder} has {count}; the first: {problems[0]}"
        raise BundleError(message, tuple(str(problem) for problem in problems))
    return bundle


@dataclass(slots=True)
class _Merged:
    """What has been read so far, over all files."""

    problems: list[Problem] = field(default_factory=list)
    named: dict[str, dict[str, Any]] = field(default_factory=lambda: {section: {} for section in NAMED})
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    """Where each name, red flag and the routine was given first."""
    red_flags: list[RedFlag] = field(default_factory=list)
    routine: RoutinePlan | None = None
    tests: list[ContentTest] = field(default_factory=list)

    def is_first(self, section: str, name: str, place: Place) -> bool:
        """Claim a name; a second claim is noted as a problem."""
        first = self.places.setdefault((section, name), place)
        if first is not place:
            message = f"'{name}' stands already in {first.file}, line {first.line}; keep one of them."
            self.problems.append(Problem(place, message))
        return first is place

    def bundle(self, routine: RoutinePlan) -> Bundle:
        return Bundle(**self.named, red_flags=tuple(self.red_flags), routine=routine, tests=tuple(self.tests))


def _files(folder: Path, with_tests: bool, problems: list[Problem]) -> list[Path]:
    if not folder.is_dir():
        problems.append(
            Problem(Place(str(folder)), "There is no such folder; name the folder with the YAML files.")
        )
        return []
    files = sorted(folder.glob("*.yaml"))
    problems.extend(
        Problem(Place(stray.name), "Rename the file to end in .yaml, or it is never read.")
        for stray in sorted(folder.glob("*.yml"))
    )
    if not files:
        below = next((str(each.parent) for each in sorted(folder.glob("*/*.yaml"))), "")
        message = "The folder has no .yaml files, so there is nothing to say."
        hint = f" Did you mean {below}?" if below else ""
        problems.append(Problem(Place(str(folder)), message + hint))
    return [file for file in files if with_tests or not file.name.endswith(_TEST_SUFFIX)]


def _merge(top: At, merged: _Merged) -> None:
    known = ("tests",) if top.file.endswith(_TEST_SUFFIX) else SECTIONS
    try:
        sections = pairs(top)
    except RefusedError:
        return
    note_unknown(sections, known)
    for section in known:
        if section not in sections:
            continue
        with suppress(RefusedError):
            _merge_section(section, sections[section], merged)


def _merge_section(section: str, at: At, merged: _Merged) -> None:
    if section == "tests":
        merged.tests.extend(sequence(TEST)(at))
    elif section == "routine":
        if merged.is_first(section, section, at.place()):
            merged.routine = ROUTINE(at)
    elif section == "red_flags":
        for flag in sequence(RED_FLAG)(at):
            if merged.is_first(section, flag.id, flag.place):
                merged.red_flags.append(flag)
    else:
        for name, entry in pairs(at).items():
            if merged.is_first(section, name, entry.place()):
                _keep(merged.named[section], name, NAMED[section], entry)


def _keep(into: dict[str, Any], name: str, read_entry: Read[Any], at: At) -> None:
    # One refused entry must not hide the mistakes of those after it.
    with suppress(RefusedError):
        into[name] = read_entry(at)
