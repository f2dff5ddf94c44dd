"""The states of the conversation and which may follow which."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """What is going on."""

    IDLE = "idle"
    ROUTINE = "routine"
    PAUSED = "paused"
    CRAMP = "cramp"
    EMERGENCY = "emergency"
    STANDBY = "standby"


MOVES: dict[State, frozenset[State]] = {
    State.IDLE: frozenset({State.ROUTINE, State.CRAMP, State.EMERGENCY, State.STANDBY}),
    State.ROUTINE: frozenset({State.IDLE, State.PAUSED, State.CRAMP, State.EMERGENCY, State.STANDBY}),
    State.PAUSED: frozenset({State.IDLE, State.ROUTINE, State.CRAMP, State.EMERGENCY, State.STANDBY}),
    State.CRAMP: frozenset({State.IDLE, State.PAUSED, State.EMERGENCY, State.STANDBY}),
    State.EMERGENCY: frozenset({State.IDLE, State.STANDBY}),
    State.STANDBY: frozenset({State.IDLE, State.CRAMP, State.EMERGENCY}),
}
"""From an emergency nothing leads to the stretches; out of standby nothing starts by itself."""

HELP: dict[State, str] = {
    State.IDLE: "help_idle",
    State.ROUTINE: "help_routine",
    State.PAUSED: "help_paused",
    State.CRAMP: "help_cramp",
    State.EMERGENCY: "help_emergency",
    State.STANDBY: "help_idle",
}
"""The prompt that says what can be said in a state."""


def help_prompt(state: State, asked: bool) -> str:
    """The prompt that says what can be said; ``asked``: while a question of ours is open."""
    return "help_asked" if asked else HELP[state]
