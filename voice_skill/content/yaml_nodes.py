"""Small readers that turn single YAML nodes into values and note every mistake with file, line and path.

A reader is a function from ``At`` to a value.  What it cannot read it notes through ``At.refuse`` and
raises ``RefusedError``.  ``yaml_shapes`` has the readers of lists and groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml

from voice_skill.content.bundle import Place, Problem
from voice_skill.content.yaml_mistakes import explain

T = TypeVar("T")

# The C parser reads the whole bundle in a tenth of the time; PyYAML is sometimes built without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_WORDS_READ_AS_BOOL = frozenset({"yes", "no", "on", "off"})
EMPTY = "empty"
_KINDS = {
    "str": "text",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "null": EMPTY,
    "timestamp": "a date",
    "map": "a group of keys",
    "seq": "a list",
}


class RefusedError(Exception):
    """A value could not be read; the reason has been noted already."""


@dataclass(frozen=True, slots=True)
class At:
    """A YAML node, where it stands, and the list in which problems are noted."""

    node: yaml.Node
    file: str
    keys: tuple[str, ...]
    line: int
    """1-based; for a named thing the line of its name."""
    problems: list[Problem]

    @property
    def key(self) -> str:
        """The last key of the path: the name of a named thing."""
        return self.keys[-1] if self.keys else ""

    def place(self) -> Place:
        """File, path and line of the node."""
        return Place(self.file, ".".join(self.keys), self.line)

    def refuse(self, message: str) -> RefusedError:
        """Note a problem here and give back what to raise."""
        self.problems.append(Problem(self.place(), message))
        return RefusedError()

    def child(self, key: str, node: yaml.Node, key_node: yaml.Node | None = None) -> At:
        """Take the node below under ``key``."""
        return At(node, self.file, (*self.keys, key), line_of(key_node or node), self.problems)


Read: TypeAlias = Callable[[At], T]


def open_file(path: Path, problems: list[Problem]) -> At | None:
    """Parse one YAML file; unreadable, badly encoded, empty or broken files are noted and give None."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problems.append(Problem(Place(path.name), f"The file cannot be read: {error.strerror or error}."))
        return None
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        place = Place(path.name, line=content.count(b"\n", 0, error.start) + 1)
        problems.append(Problem(place, "This is not UTF-8 text; save the file with the encoding UTF-8."))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        line, message = explain(error, content.decode("utf-8-sig"))
        problems.append(Problem(Place(path.name, line=line), message))
        return None
    if node is None:
        problems.append(Problem(Place(path.name), "The file is empty; fill it or delete it."))
        return None
    return At(node, path.name, (), line_of(node), problems)


def text(at: At) -> str:
    """Read one line of text, white space joined; ``yes`` and ``no`` without quotes count as words."""
    node = at.node
    is_word = isinstance(node, yaml.ScalarNode) and (
        node.tag == f"{_TAG}str" or node.value.lower() in _WORDS_READ_AS_BOOL
    )
    if not is_word:
        raise at.refuse(f"Text is expected here, but this is {kind_of(node)}; {_way_to_text(node)}.")
    joined = " ".join(str(node.value).split())
    if not joined:
        raise at.refuse("The text is empty; write it, or remove the entry.")
    return joined


def number(at: At) -> float:
    """Read a number of zero or more."""
    node = at.node
    if isinstance(node, yaml.ScalarNode) and node.tag in (f"{_TAG}int", f"{_TAG}float"):
        try:
            value = float(node.value)
        except ValueError:
            value = -1.0
        if 0 <= value < 100_000:
            return value
        raise at.refuse(f"{node.value} is out of range; write a plain number from 0 to 100000.")
    raise at.refuse(f"A number is expected here, but this is {kind_of(node)}; write it without quotes.")


def whole_number(at: At) -> int:
    """Read a whole number of zero or more."""
    value = number(at)
    if not value.is_integer():
        raise at.refuse(f"A whole number is expected here, not {value}.")
    return int(value)


def truth(at: At) -> bool:
    """Read ``true`` or ``false``."""
    if isinstance(at.node, yaml.ScalarNode) and at.node.value.lower() in ("true", "false"):
        return bool(at.node.value.lower() == "true")
    raise at.refuse("Write true or false here.")


def iso_date(at: At) -> str:
    """Read a date such as 2026-11-22, kept as text."""
    try:
        return date.fromisoformat(at.node.value).isoformat()
    except (TypeError, ValueError):
        raise at.refuse("A date is expected here; write it as year-month-day, such as 2026-11-22.") from None


def one_of(*choices: T) -> Read[T]:
    """Read one of a few fixed words."""

    def read(at: At) -> T:
        for choice in choices:
            if at.node.value == choice:
                return choice
        known = [str(choice) for choice in choices]
        given = at.node.value if isinstance(at.node, yaml.ScalarNode) else kind_of(at.node)
        raise at.refuse(f"'{given}' is not one of {', '.join(known)}.")

    return read


def line_of(node: yaml.Node) -> int:
    """Give the line in which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def kind_of(node: yaml.Node) -> str:
    """Name what a node is, for messages."""
    return _KINDS.get(node.tag.removeprefix(_TAG), "something else")


def _way_to_text(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return "write the words in quotes" if node.value else "write the words, or remove the key"
    return "an unquoted colon or a stray indent often causes this"
