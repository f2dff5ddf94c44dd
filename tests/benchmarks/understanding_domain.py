"""How the skill itself does on the sentences of ``tests/understanding``: typed, misheard and really heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from understanding_heard import Way
from understanding_reliability import Outcome
from understanding_sets import misheard

from models.training.lexicon import tidy
from voice_skill.content import reader
from voice_skill.content.bundle import Bundle
from voice_skill.content.learned import learn_once
from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.meaning import NONE, Interpretation
from voice_skill.core.text import words
from voice_skill.messages import Heard

SETS = ("questions", "red_flags", "first_contact", "second_contact")
NEAR = "near a red flag"
_BOOLEANS = {True: "yes", False: "no"}
"""YAML takes these two intents for truth values."""
_OUTCOMES = ("acted on, right", "asked back, right", "acted on, wrong", "asked back, wrong", "refused")
_RIGHT = _OUTCOMES[:2]
_CAUSES = (
    "not understood as it is typed",
    "a word that the model lacks",
    "another word heard",
    "heard word for word, and doubted",
)


@dataclass
class Findings:
    """What became of all sentences."""

    rows: list[str]
    """Lines of Markdown."""
    curves: dict[str, list[Outcome]]
    """By way: score and truth of what likeness has decided."""


def domain_findings(root: Path, heard: Mapping[str, Way], known: Collection[str], every: int = 1) -> Findings:
    """Count for each set and way, and tell what went wrong in hearing.

    Of what is spoken, each ``every``-th sentence.  ``known``: the words of the speech model.
    """
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
    causes: dict[str, Counter[str]] = {way: Counter() for way in heard}
    curves: dict[str, list[Outcome]] = {}
    for name in SETS:
        stored = yaml.safe_load((root / "tests" / "understanding" / f"{name}.yaml").read_text())["sentences"]
        stored = [each for each in stored if "say" in each]  # the others are reports in two turns
        for way, deliver in (typed | dict(heard)).items():
            chosen = stored[:: every if way in heard else 1]
            counts: dict[str, Counter[str]] = {}
            for arrived, each in zip(deliver([each["say"] for each in chosen]), chosen, strict=True):
                intent = NEAR if each.get("alarm") is False else _BOOLEANS.get(each["intent"], each["intent"])
                wanted = {intent, *each.get("also", ())}
                meant = interpreter.hear(arrived, each.get("state", "idle"))
                outcome = _outcome(meant, wanted)
                counts.setdefault(_kind(intent, bundle), Counter())[outcome] += 1
                if meant.lane == "likeness" and intent != NEAR:
                    curves.setdefault(f"our sentences, {way}", []).append(
                        (meant.score, meant.intent in wanted)
                    )
                if way in heard and intent not in (NEAR, NONE) and outcome not in _RIGHT:
                    as_typed = _outcome(interpreter.interpret(each["say"], each.get("state", "idle")), wanted)
                    causes[way][_cause(each["say"], arrived.text, as_typed, known)] += 1
            for kind, counted in sorted(counts.items()):
                shares = " | ".join(f"{100 * counted[each] / counted.total():.1f}" for each in _OUTCOMES)
                rows.append(f"| {name} | {kind}, {way} ({counted.total()}) | {shares} |")
                print(rows[-1], flush=True)
    if causes:
        rows += [
            "\nWhat was neither acted on nor asked about rightly, by cause:\n",
            f"| way | {' | '.join(_CAUSES)} |",
            "|---" * 5 + "|",
        ]
    for way, counted in causes.items():
        rows.append(f"| {way} | {' | '.join(str(counted[cause]) for cause in _CAUSES)} |")
        print(rows[-1], flush=True)
    return Findings(rows, curves)


def _cause(said: str, heard: str, as_typed: str, known: Collection[str]) -> str:
    """The first of the causes that holds."""
    if as_typed not in _RIGHT:
        return _CAUSES[0]
    if any(word not in known for word in tidy(said)):
        return _CAUSES[1]
    return _CAUSES[3 if words(said) == words(heard) else 2]


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
