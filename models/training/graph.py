"""The recogniser's graphs: HCLr.fst (sounds to words) and Gr.fst (words to sentences), to be joined later.

Kept apart and joined while listening, they let the skill swap Gr for a small grammar of its own at any time.

From a lexicon: a loop over all words, each a row of phones, with optional silence in between; determinised
and minimised into a tree; then each phone becomes Kaldi's transition ids (2p to enter phone p, 2p - 1 to stay
in it). The word numbers are those that look-ahead composition wants (`relabel`), so words.txt is written here
too.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from pathlib import Path

from . import fst
from .lexicon import Lexicon, Pronunciation
from .phones import SIL, positioned, positioned_names, word_boundaries

HALF = math.log(2.0)
PHONES = {name: number for number, name in enumerate(positioned_names(), start=1)}


def with_marks(lexicon: Lexicon) -> tuple[list[tuple[str, Pronunciation, int]], int]:
    """(word, phones, mark) for each pronunciation, and the highest mark.

    Equal pronunciations, and those with which another begins, get different marks (1, 2, ...), others 0:
    without, the graph could not be made deterministic.
    """
    entries = sorted({(word, variant) for word, variants in lexicon.items() for variant in variants})
    same = Counter(variant for _, variant in entries)
    begins = {variant[:length] for _, variant in entries for length in range(1, len(variant))}
    used: Counter[Pronunciation] = Counter()
    marked: list[tuple[str, Pronunciation, int]] = []
    for word, variant in entries:
        if same[variant] > 1 or variant in begins:
            used[variant] += 1
        marked.append((word, variant, used[variant]))
    return marked, max(used.values(), default=0)


def lexicon_graph(lexicon: Lexicon, words: dict[str, int]) -> tuple[fst.Graph, int]:
    """Phones to words, and how many marks it uses; mark k is label len(PHONES) + k, the last is silence's."""
    marked, highest = with_marks(lexicon)
    graph = fst.Graph()
    loop, pause, paused = graph.state(), graph.state(), graph.state()
    mark = len(PHONES)
    graph.arc(0, loop, 0, 0, HALF)
    graph.arc(0, pause, 0, 0, HALF)
    graph.arc(pause, paused, PHONES[SIL], 0)
    graph.arc(paused, loop, mark + highest + 1, 0)
    graph.finals[loop] = 0.0
    for word, variant, number in marked:
        labels = [PHONES[phone] for phone in positioned(list(variant))] + ([mark + number] if number else [])
        state, output = loop, words[word]
        for label in labels[:-1]:
            following = graph.state()
            graph.arc(state, following, label, output)
            state, output = following, 0
        graph.arc(state, loop, labels[-1], output, HALF)
        graph.arc(state, pause, labels[-1], output, HALF)
    return graph, highest + 1


def with_transitions(graph: fst.Graph) -> fst.Graph:
    """Phones replaced by transition ids, with a loop on the state after each; marks move behind the last id.

    Arcs of several phones into one state get a state of their own each, because the loops differ.
    """
    result = fst.Graph(states=graph.states, finals=dict(graph.finals))
    entered: dict[int, set[int]] = {}
    for _, target, label, _, _ in graph.arcs:
        entered.setdefault(target, set()).add(label if label <= len(PHONES) else 0)
    own: dict[tuple[int, int], int] = {}
    for source, target, label, output, cost in graph.arcs:
        if label == 0 or label > len(PHONES):
            result.arc(source, target, label + len(PHONES) if label else 0, output, cost)
            continue
        key = (target, label)
        if key not in own:
            alone = entered[target] == {label} and target != 0
            own[key] = target if alone else result.state()
            result.arc(own[key], own[key], 2 * label - 1, 0)
            if not alone:
                result.arc(own[key], target, 0, 0)
        result.arc(source, own[key], 2 * label, output, cost)
    return result


def write_lexicon_graph(lexicon: Lexicon, folder: Path) -> dict[str, int]:
    """Writes HCLr.fst, disambig_tid.int, words.txt and phones/ into `folder`; returns the words' numbers."""
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    (folder / "phones" / "word_boundary.int").write_text("\n".join(word_boundaries()) + "\n")
    old = {word: number for number, word in enumerate(sorted(lexicon), start=1)}
    graph, marks = lexicon_graph(lexicon, old)
    binary = fst.run("fstdeterminize", given=fst.compile_graph(graph))
    minimal = fst.parse(fst.run("fstprint", given=fst.run("fstminimize", given=binary)).decode())
    binary = fst.run("fstarcsort", "--sort_type=olabel", given=fst.compile_graph(with_transitions(minimal)))
    with tempfile.TemporaryDirectory() as scratch:
        pairs = Path(scratch) / "pairs"
        binary = fst.run(
            "fstconvert", "--fst_type=olabel_lookahead", f"--save_relabel_opairs={pairs}", given=binary
        )
        renamed = {int(a): int(b) for a, b in (line.split() for line in pairs.read_text().splitlines())}
    (folder / "HCLr.fst").write_bytes(binary)
    first = 2 * len(PHONES) + 1
    (folder / "disambig_tid.int").write_text("".join(f"{first + k}\n" for k in range(marks)))
    words = {word: renamed[number] for word, number in old.items()}
    lines = ["<eps> 0", *(f"{word} {number}" for word, number in sorted(words.items(), key=lambda w: w[1]))]
    (folder / "words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return words


def read_words(folder: Path) -> dict[str, int]:
    """The numbers of the words of a graph that was written before."""
    lines = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
    return {word: int(number) for word, number in (line.split() for line in lines if line) if word != "<eps>"}


def phrase_graph(phrases: list[str], words: dict[str, int]) -> fst.Graph:
    """A Gr that allows exactly these phrases, for measuring. Raises KeyError on unknown words."""
    graph = fst.Graph()
    last = graph.state()
    graph.finals[last] = 0.0
    for phrase in phrases:
        state = 0
        for word in phrase.split():
            following = graph.state()
            graph.arc(
                state, following, words[word], words[word], math.log(len(phrases)) if state == 0 else 0.0
            )
            state = following
        graph.arc(state, last, 0, 0)
    return graph
