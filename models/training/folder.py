"""Writes the folder that the recogniser loads: acoustic model, settings, graphs."""

from __future__ import annotations

import shutil
from pathlib import Path

from .features import CONF
from .fst import save_const
from .graph import write_lexicon_graph
from .language import language_graph, trigram
from .lexicon import bundle_sentences, common_words, make_lexicon

COMMON_WORDS = 21800
FEWEST = 10
"""Pairs of words seen less often say nothing of the third.  This graph is for who uses the model without the
skill, which makes a finer one of its own at its first start."""
GARBAGE_PRICE = 3.3
"""What 30 ms of `[unk]` cost; see models/README.md for how it was chosen."""
ACOUSTIC_SCALE = 1.0
"""How much sounds count against words; with 0.5, nearly twice as many words were wrong."""
SETTINGS = """--min-active=200
--max-active=3000
--beam=11.0
--lattice-beam=6.0
--acoustic-scale={scale}
--frame-subsampling-factor=3
--frames-per-chunk={chunk}
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


def write_model(folder: Path, acoustic: bytes, bundle: Path, chunk: int = 9) -> int:
    """Writes a whole model beside `folder` and puts it in its place at once; returns its size in bytes.

    `chunk`: frames of 10 ms that are worked on together; few answer sooner, many cost less.
    """
    draft = _draft(folder)
    (draft / "am").mkdir(parents=True)
    (draft / "conf").mkdir()
    (draft / "am" / "final.mdl").write_bytes(acoustic)
    (draft / "conf" / "mfcc.conf").write_text(CONF)
    (draft / "conf" / "model.conf").write_text(SETTINGS.format(scale=ACOUSTIC_SCALE, chunk=chunk))
    write_graphs(draft / "graph", bundle)
    _put_in_place(draft, folder)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def replace_graphs(folder: Path, bundle: Path) -> None:
    """Writes the graphs of a model for the words and sentences that the bundle has now.

    Both at once: the words are numbered anew, and an old graph would take one for another.
    """
    draft = _draft(folder / "graph")
    write_graphs(draft, bundle)
    _put_in_place(draft, folder / "graph")


def write_graphs(graph: Path, bundle: Path) -> None:
    """Writes both graphs into a folder."""
    sentences, common = bundle_sentences(bundle), common_words(COMMON_WORDS)
    lexicon = make_lexicon({word for sentence in sentences for word in sentence.split()} | set(common))
    words = write_lexicon_graph(lexicon, graph)
    save_const(language_graph(trigram(sentences, common, fewest=FEWEST), words), graph / "Gr.fst")


def _draft(folder: Path) -> Path:
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    return draft


def _put_in_place(draft: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
