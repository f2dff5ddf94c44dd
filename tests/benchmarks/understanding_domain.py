"""How the skill itself does on the sentences of ``tests/understanding``: typed, misheard and really heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from understanding_heard import Way
from understanding_sets import misheard

from voice_skill.content import reader
from voice_skill.content.bundle import Bundle
from voice_skill.content.learned import learn_once
from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.meaning import NONE, Interpretation
from voice_skill.messages import Heard

SETS = ("questions", "red_flags", "first_contact", "second_contact")
NEAR = "near a red flag"
_BOOLEANS = {True: "yes", False: "no"}
"""YAML takes these two intents for truth values."""
_OUTCOMES = ("acted on, right", "asked back, right", "acted on, wrong", "asked back, wrong", "refused")


def domain_table(root: Path, heard: Mapping[str, Way], every: int = 1) -> list[str]:
    """Lines of Markdown for each set and way; of what is spoken, each ``every``-th sentence."""
    folder = root / "intents" / "en"
    bundle = reader.load(folder, with_tests=False)
    interpreter = Interpreter(bundle, "", learn_once(bundle, folder, folder))
    typed: dict[str, Way] = {
        "typed": lambda texts: [Heard(text) for text in texts],
        "misheard": lambda texts: [Heard(text) for text in misheard(texts, 6)],
    }
    rows = [
        "\n### This skill\n",
        "Near a red flag only an alarm is wrong; at a red flag, another level is wrong, too.\n",
        f"| set | sentences | {' | '.join(_OUTCOMES)} |",
        "|---" * 7 + "|",
    ]
    for name in SETS:
        stored = yaml.safe_load((root / "tests" / "understanding" / f"{name}.yaml").read_text())["sentences"]
        for way, deliver in (typed | dict(heard)).items():
            chosen = stored[:: every if way in heard else 1]
            counts = _count(interpreter, bundle, chosen, deliver)
            for kind, counted in sorted(counts.items()):
                shares = " | ".join(f"{100 * counted[each] / counted.total():.1f}" for each in _OUTCOMES)
                rows.append(f"| {name} | {kind}, {way} ({counted.total()}) | {shares} |")
                print(rows[-1], flush=True)
    return rows


def _count(
    interpreter: Interpreter, bundle: Bundle, stored: list[dict[str, Any]], deliver: Way
) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    delivered = deliver([each["say"] for each in stored])
    for heard, each in zip(delivered, stored, strict=True):
        intent = NEAR if each.get("alarm") is False else _BOOLEANS.get(each["intent"], each["intent"])
        meant = interpreter.interpret(
            heard.text, each.get("state", "idle"), heard.confidence, "", heard.alternatives
        )
        wanted = {intent, *each.get("also", ())}
        counts.setdefault(_kind(intent, bundle), Counter())[_outcome(meant, wanted)] += 1
    return counts


def _kind(intent: str, bundle: Bundle) -> str:
    if intent == NEAR:
        return NEAR
    if intent == NONE:
        return "everyday talk"
    if intent in RED_FLAG_LEVELS:
        return "red flags"
    return "questions" if bundle.intents[intent].kind == "information" else "commands"


def _outcome(meant: Interpretation, wanted: set[str]) -> str:
    if NEAR in wanted:
        alarmed = meant.intent in RED_FLAG_LEVELS and meant.tier == "act"
        return "acted on, wrong" if alarmed else "acted on, right"
    if meant.tier == "none":
        return "refused"
    offered = {meant.intent, *meant.also} if meant.tier == "act" else {meant.intent, meant.runner_up}
    return (
        f"{'acted on' if meant.tier == 'act' else 'asked back'}, {'right' if wanted & offered else 'wrong'}"
    )
