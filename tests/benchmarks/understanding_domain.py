"""How the skill itself does on held-out sentences about cramps (``tests/understanding/questions.yaml``)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml
from understanding_sets import misheard

from voice_skill.content import reader
from voice_skill.content.bundle import Bundle
from voice_skill.core.interpreter import NONE, Interpretation, Interpreter

_BOOLEANS = {True: "yes", False: "no"}
"""YAML takes these two intents for truth values."""
_OUTCOMES = ("acted on, right", "asked back, right", "acted on, wrong", "asked back, wrong", "refused")


def domain_table(root: Path) -> list[str]:
    """Lines of Markdown: what became of the questions, the commands and everyday talk."""
    bundle = reader.load(root / "intents" / "en", with_tests=False)
    interpreter = Interpreter(bundle)
    stored = yaml.safe_load((root / "tests" / "understanding" / "questions.yaml").read_text())["sentences"]
    rows = [
        "\n### This skill, held-out sentences\n",
        f"| sentences | {' | '.join(_OUTCOMES)} |",
        "|---" * 6 + "|",
    ]
    for noisy in (False, True):
        counts: dict[str, Counter[str]] = {}
        heard = misheard([each["say"] for each in stored], 6) if noisy else [each["say"] for each in stored]
        for said, each in zip(heard, stored, strict=True):
            intent = _BOOLEANS.get(each["intent"], each["intent"])
            meant = interpreter.interpret(said, each.get("state", "idle"))
            counts.setdefault(_kind(intent, bundle), Counter())[_outcome(meant, intent)] += 1
        for kind, counted in sorted(counts.items()):
            shares = " | ".join(f"{100 * counted[each] / counted.total():.1f}" for each in _OUTCOMES)
            rows.append(f"| {kind}{', misheard' if noisy else ''} ({counted.total()}) | {shares} |")
    print("\n".join(rows), flush=True)
    return rows


def _kind(intent: str, bundle: Bundle) -> str:
    if intent == NONE:
        return "everyday talk"
    return "questions" if bundle.intents[intent].kind == "information" else "commands"


def _outcome(meant: Interpretation, intent: str) -> str:
    if meant.tier == "none":
        return "refused"
    offered = {meant.intent, *meant.also} if meant.tier == "act" else {meant.intent, meant.runner_up}
    return (
        f"{'acted on' if meant.tier == 'act' else 'asked back'}, {'right' if intent in offered else 'wrong'}"
    )
