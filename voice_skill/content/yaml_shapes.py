"""Readers of lists, groups of named things and records, made from the readers of ``yaml_nodes``.

A refused child does not stop its neighbours from being read, so that one pass finds all the mistakes.
Knows nothing of the skill's content; ``bundle_schema`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from typing import Any, Generic, TypeVar

import yaml

from voice_skill.content.hints import nearest
from voice_skill.content.yaml_nodes import EMPTY, At, Read, RefusedError, kind_of, line_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Optional(Generic[T]):
    """A key that may be left out and then means ``default``."""

    read: Read[T]
    default: T


def sequence(read: Read[T], at_least: int = 0) -> Read[tuple[T, ...]]:
    """Read a list of alike things."""

    def read_all(at: At) -> tuple[T, ...]:
        if not isinstance(at.node, yaml.SequenceNode):
            raise at.refuse(
                f"A list is expected here, but this is {kind_of(at.node)}; begin each entry with '- '."
            )
        if len(at.node.value) < at_least:
            raise at.refuse("The list is empty; write at least one entry.")
        children = {str(index): at.child(str(index), node) for index, node in enumerate(at.node.value)}
        return tuple(_all(children, read).values())

    return read_all


def mapping(read: Read[T]) -> Read[dict[str, T]]:
    """Read named alike things; the names are free."""
    return lambda at: _all(pairs(at), read)


def record(make: Callable[..., T], named: str = "", /, **keys: Read[Any] | Optional[Any]) -> Read[T]:
    """Read a dataclass from a group of keys.

    A key may be left out where it is ``Optional`` or the dataclass has a default.  ``named`` is the field
    that takes the key under which the record stands; a field ``place`` is filled in.
    """
    declared = {field.name: field for field in fields(make)}  # type: ignore[arg-type]
    optional = {key: read.default for key, read in keys.items() if isinstance(read, Optional)}
    readers = {key: read.read if isinstance(read, Optional) else read for key, read in keys.items()}
    defaulted = {
        key
        for key, field in declared.items()
        if field.default is not MISSING or field.default_factory is not MISSING
    }

    def read_record(at: At) -> T:
        found = pairs(at)
        unknown = found.keys() - readers.keys()
        known = {
            key: child for key, child in found.items() if key in readers and not _left_out(child, optional)
        }
        note_unknown(found, readers)
        missing = [
            key for key in readers if key not in known and key not in optional and key not in defaulted
        ]
        for key in missing:
            at.refuse(f"The key '{key}' is missing; add it.")
        values = _all_by_key(known, readers)
        if missing or unknown:
            raise RefusedError
        given = {named: at.key} if named else {}
        placed = {"place": at.place()} if "place" in declared else {}
        return make(**{**optional, **values, **given, **placed})

    return read_record


def pairs(at: At) -> dict[str, At]:
    """Give the children of a group of keys; a key that stands twice is noted and its first use kept."""
    if not isinstance(at.node, yaml.MappingNode):
        raise at.refuse(f"A group of 'key: value' lines is expected here, but this is {kind_of(at.node)}.")
    found: dict[str, At] = {}
    for key_node, node in at.node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            at.child("?", key_node).refuse("A key must be a single word.")
            continue
        key = str(key_node.value)
        if key in found:
            first = found[key].line
            at.child(key, key_node).refuse(
                f"The key '{key}' stands here twice (first in line {first}); keep one of them."
            )
            continue
        found[key] = at.child(key, node, key_node)
    return found


def lines_below(at: At, key: str) -> tuple[int, ...]:
    """Give the line of each entry of the list under ``key`` of a record that could be read."""
    return tuple(line_of(entry) for entry in pairs(at)[key].node.value)


def note_unknown(found: Mapping[str, At], known: Collection[str]) -> None:
    """Note every key that nobody reads, with the nearest known one as a hint."""
    for key, child in found.items():
        if key not in known:
            child.refuse(f"The key '{key}' is not known here.{nearest(key, known)}")


def _left_out(at: At, optional: Mapping[str, Any]) -> bool:
    """Whether ``key: null`` says in so many words what leaving the key out would say."""
    return optional.get(at.key, ...) is None and kind_of(at.node) == EMPTY


def _all(children: Mapping[str, At], read: Read[T]) -> dict[str, T]:
    return _all_by_key(children, dict.fromkeys(children, read))


def _all_by_key(children: Mapping[str, At], readers: Mapping[str, Read[T]]) -> dict[str, T]:
    values: dict[str, T] = {}
    for key, child in children.items():
        with suppress(RefusedError):
            values[key] = readers[key](child)
    if len(values) < len(children):
        raise RefusedError
    return values
