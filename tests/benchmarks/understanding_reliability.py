"""Whether scores are what they say: of all answers with a score of 0.9, nine in ten shall be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from understanding_rivals import matcher_of
from understanding_sets import Task, misheard

Outcome = tuple[float, bool]
"""A score, and whether that answer was right; an answer to a foreign request never is."""


def outcomes(task: Task, noisy: bool) -> list[Outcome]:
    """What the matcher says to the test requests and to as many foreign ones."""
    matcher = matcher_of(task.train)
    texts = [text for text, _ in task.test] + task.foreign[:: max(1, len(task.foreign) // len(task.test))]
    wanted = [intent for _, intent in task.test] + [""] * (len(texts) - len(task.test))
    found = [matcher.rank(text)[0] for text in (misheard(texts, 4) if noisy else texts)]
    return [(each.score, each.intent == intent) for each, intent in zip(found, wanted, strict=True)]


def calibration_error(found: Sequence[Outcome], bins: int = 10) -> float:
    """Mean distance of score and share of right answers, over bins of equal width, by their size."""
    score, right = np.array(found, float).T
    place = np.minimum((score * bins).astype(int), bins - 1)
    gaps = [abs(score[place == i].sum() - right[place == i].sum()) for i in range(bins)]
    return float(sum(gaps) / len(found))


def calibrate(tasks: Sequence[Task]) -> str:
    """Fit score and lead to probability, on validation requests and as many foreign ones, half misheard."""
    from sklearn.linear_model import LogisticRegression

    seen: list[tuple[float, float]] = []
    right: list[bool] = []
    for task in tasks:
        matcher = matcher_of(task.train)
        foreign = task.foreign_validation[:: max(1, len(task.foreign_validation) // 200)]
        asked = [*task.validation, *((text, "") for text in foreign)]
        texts = [text for text, _ in asked]
        for variant in (texts, misheard(texts, 5)):
            for text, (_, intent) in zip(variant, asked, strict=True):
                ranked = sorted(matcher.evidence(text).items(), key=lambda pair: -pair[1])
                seen.append((ranked[0][1], ranked[0][1] - ranked[1][1]))
                right.append(ranked[0][0] == intent)
    fitted = LogisticRegression(C=100).fit(np.array(seen), np.array(right))
    base, (by_score, by_lead) = fitted.intercept_[0], fitted.coef_[0]
    return f"BASE, BY_SCORE, BY_LEAD = {base:.1f}, {by_score:.1f}, {by_lead:.1f}"


def draw(curves: Mapping[str, Sequence[Outcome]], file: Path, bins: int = 10) -> None:
    """The reliability diagram: score against the share of right answers; honest is the diagonal."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 6))
    axes.plot([0, 1], [0, 1], color="0.7", label="honest")
    for label, found in curves.items():
        score, right = np.array(found, float).T
        place = np.minimum((score * bins).astype(int), bins - 1)
        full = [i for i in range(bins) if (place == i).sum() >= 20]
        axes.plot(
            [score[place == i].mean() for i in full],
            [right[place == i].mean() for i in full],
            "o-",
            label=label,
        )
    axes.set(xlabel="score", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.legend(fontsize=8)
    figure.savefig(file, dpi=120, bbox_inches="tight")
    plt.close(figure)
