"""Which words follow which: a trigram of our own sentences that falls back on every word of the language.

Probabilities are smoothed by Witten and Bell's method: what follows a pair of words often is trusted, what
follows it by many different words makes new ones likely. At the bottom, a share goes to all words by how
common they are, and a share to `[unk]`: speech that is not about cramps must have something better to be
taken for than our phrases.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from .fst import Graph
from .lexicon import UNKNOWN

BEGIN, END = "<s>", "</s>"
GENERAL, GARBAGE = 0.25, 0.03
"""Shares of the unigram that go to the whole language and to `[unk]`."""

Context = tuple[str, ...]
Model = dict[Context, dict[str, float]]


def trigram(sentences: Sequence[str], common: Sequence[str], order: int = 3, fewest: int = 1) -> Model:
    """Probability of each word (END included) after each context of 0 to order - 1 words that was seen.

    `common`: the words of the language, commonest first. A seen word's value already includes what the
    shorter context says; a word that is not listed is to be looked up in the context without its first word.
    Contexts of two words and more that were seen less than `fewest` times are left out.
    """
    counts: defaultdict[Context, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        words = [BEGIN, *sentence.split(), END]
        for position in range(1, len(words)):
            for length in range(min(order, position + 1)):
                counts[tuple(words[position - length : position])][words[position]] += 1
    model: Model = {(): _unigram(counts[()], common)}
    for context in sorted((c for c in counts if c), key=len):
        seen = counts[context]
        total, kinds = sum(seen.values()), len(seen)
        if len(context) > 1 and total < fewest:
            continue
        model[context] = {
            word: (count + kinds * _probability(model, context[1:], word)) / (total + kinds)
            for word, count in seen.items()
        }
    return model


def _unigram(seen: Counter[str], common: Sequence[str]) -> dict[str, float]:
    rank_weight = {word: 1.0 / (10 + rank) for rank, word in enumerate(common)}
    whole, ours = sum(rank_weight.values()), sum(seen.values())
    table = {word: GENERAL * weight / whole for word, weight in rank_weight.items()}
    for word, count in seen.items():
        table[word] = table.get(word, 0.0) + (1 - GENERAL - GARBAGE) * count / ours
    table[UNKNOWN] = GARBAGE
    return table


def _probability(model: Model, context: Context, word: str) -> float:
    """Of a word after a context, by way of shorter contexts where it was not seen."""
    table = model.get(context)
    if table is None:
        return _probability(model, context[1:], word)
    return (
        table[word] if word in table else _fall_back(model, context) * _probability(model, context[1:], word)
    )


def _fall_back(model: Model, context: Context) -> float:
    """The factor for words that were not seen after `context`; it makes the probabilities sum to one."""
    seen = model[context]
    left = 1.0 - sum(seen.values())
    covered = 1.0 - sum(_probability(model, context[1:], word) for word in seen)
    return max(left, 1e-6) / max(covered, 1e-6)


def language_graph(model: Model, words: dict[str, int]) -> Graph:
    """The model as Gr.fst: a state for each context, unlabelled arcs fall back; other words are left out."""
    graph = Graph()
    begin: Context = (BEGIN,)
    states = {begin: 0}
    for context in model:
        if context not in states:
            states[context] = graph.state()
    for context, state in states.items():
        for word, probability in model[context].items():
            if word == END:
                graph.finals[state] = -math.log(probability)
            elif word in words:
                target = (*context, word)
                while target not in states:
                    target = target[1:]
                graph.arc(state, states[target], words[word], words[word], -math.log(probability))
        if context:
            shorter = context[1:]
            while shorter not in states:
                shorter = shorter[1:]
            graph.arc(state, states[shorter], 0, 0, -math.log(_fall_back(model, context)))
    return graph
