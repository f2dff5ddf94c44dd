"""A logged session can be replayed: the same events give the same effects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from voice_skill import event_log
from voice_skill.content.bundle import Bundle
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.session import Session
from voice_skill.messages import Closed, Effect, SetVoice


def test_the_log_of_a_session_replays_to_the_same_effects(
    bundle: Bundle, interpreter: Interpreter, tmp_path: Path
) -> None:
    """Record a typed session, feed its events into a new session, and compare every effect."""
    log = tmp_path / "night.jsonl"
    typed = "is it calcium\nyes\nstart the routine\nno\nsitting\nhow long left\nit hurts\nyes\n"
    typed += "my chest hurts\nrepeat\n"
    command = [sys.executable, "-m", "voice_skill", "--region", "uk", "type", "--silent", "--log", str(log)]
    subprocess.run(
        command, input=typed, text=True, env={"HOME": str(tmp_path), "PATH": ""} | _python(), check=True
    )
    entries = list(event_log.read(log))
    recorded = [entry.message for entry in entries if entry.kind == "effect"]
    session = Session(bundle, interpreter, bundle.regions["uk"], SetVoice(150, 0.4), quiet_after=None)
    replayed: list[Effect] = session.start(entries[0].at)
    for entry in entries:
        if entry.kind == "event" and not isinstance(entry.message, Closed):
            replayed += session.handle(entry.message, entry.at)  # type: ignore[arg-type]  # kind says event
    assert replayed == recorded
    assert len(recorded) > 20


def _python() -> dict[str, str]:
    """What the child needs to find the packages of this process."""
    return {"PYTHONPATH": ":".join(path for path in sys.path if path)}
