"""The README is kept true: its generated blocks, commands, files and figures.

Run ``UPDATE_README=1 pytest tests/test_readme.py`` to write the generated blocks anew.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest

from voice_skill.cli import _parser
from voice_skill.config import load
from voice_skill.content import check, reader, word_vectors
from voice_skill.content.bundle import Bundle
from voice_skill.content.learned import learn_once
from voice_skill.core.asking import Asker
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.states import MOVES

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def block(name: str) -> str:
    """What stands between the marks of a block."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README.read_text(), re.DOTALL)
    assert found, f"README.md has no block '{name}'"
    return found[1]


def hold(name: str, expected: str) -> None:
    """Compare a block with what it should be, or write it."""
    if os.environ.get("UPDATE_README"):
        text = README.read_text()
        marked = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        README.write_text(re.sub(marked, lambda m: m[1] + expected + m[2], text, flags=re.DOTALL))
    assert block(name) == expected, f"the block '{name}' has drifted; UPDATE_README=1 writes it anew"


def states_diagram() -> str:
    """The table of states as Mermaid."""
    lines = [
        f"    {state.name.lower()} --> {following.name.lower()}"
        for state, followers in MOVES.items()
        for following in sorted(followers, key=lambda each: each.name)
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> idle", *lines, "```", ""])


def summary(path: Path) -> str:
    """First sentence of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return docstring.split("\n\n")[0].replace("\n", " ")


def layout() -> str:
    """The packages and the modules beside them, each with the first sentence of its docstring."""
    package = ROOT / "voice_skill"
    rows = ["| where | what |", "|---|---|"]
    folders = sorted(path.parent for path in package.glob("*/__init__.py"))
    rows += [f"| `voice_skill/{folder.name}/` | {summary(folder / '__init__.py')} |" for folder in folders]
    modules = sorted(package.glob("[!_]*.py"))
    rows += [f"| `voice_skill/{module.name}` | {summary(module)} |" for module in modules]
    rows += [
        "| `intents/` | The content bundle: YAML files, each with its tests beside it. |",
        "| `models/` | The speech model, its card, and the programs that make it. |",
        "| `tests/` | Tests; `tests/room/` on real sound streams, `tests/benchmarks/` for the figures. |",
    ]
    return "\n".join(rows) + "\n"


def test_the_states_are_drawn_as_they_are() -> None:
    """The diagram of states is drawn from the table."""
    hold("states", states_diagram())


def test_the_layout_is_listed_as_it_is() -> None:
    """The table of modules is made from their docstrings."""
    hold("layout", layout())


def shell_lines() -> list[str]:
    """Every line of the README's shell blocks, without comments."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    return [line.split("#")[0].strip() for part in blocks for line in part.splitlines() if line.strip()]


def test_every_command_of_the_readme_exists() -> None:
    """Each voice-skill line of the README is one that the parser accepts."""
    commands = [line for line in shell_lines() if line.startswith("voice-skill ")]
    assert len(commands) >= 7
    for line in commands:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)[1:]]
        assert _parser().parse_args(words).run


def test_the_test_command_is_the_script() -> None:
    """The README's test command is the script that CI runs too, and the script is sound shell."""
    assert "bash tests/run" in shell_lines()
    subprocess.run(["bash", "-n", str(ROOT / "tests/run")], check=True)
    assert "README" in (ROOT / ".ci/run").read_text()


def test_the_settings_of_the_readme_are_valid(tmp_path: Path) -> None:
    """The example of a settings file is accepted as it stands."""
    found = re.search(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    settings = tmp_path / "config.toml"
    settings.write_text(found[1])
    assert load(settings, {}).region == "uk"


def with_files(bundle_folder: Path, tmp_path: Path, content: str, tests: str) -> list[str]:
    """Give the problems of a copy of the bundle to which a new pair of files has been added."""
    for file in (*bundle_folder.glob("*.yaml"), bundle_folder / word_vectors.FILE):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "extra.yaml").write_text(content)
    (tmp_path / "extra.test.yaml").write_text(tests)
    bundle, problems = reader.read(tmp_path)
    assert bundle is not None, problems
    interpreter = Interpreter(bundle, "", learn_once(bundle, tmp_path, tmp_path))
    asker = Asker(bundle, bundle.regions["uk"], interpreter)
    return [str(problem) for problem in check.find_problems(bundle, None, asker.understand)]


def test_the_example_intent_passes_the_check(bundle_folder: Path, tmp_path: Path) -> None:
    """Whoever adds the README's example to the bundle meets no problem, in it or in its neighbours."""
    content, tests = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert not with_files(bundle_folder, tmp_path, content, tests)


@pytest.mark.parametrize(
    "phrases",
    [
        (
            "do compression socks work",
            "should i wear tight stockings in bed",
            "would flight socks stop my cramps",
            "are support stockings any use",
            "do knee socks help at night",
        ),
        (
            "the cat sleeps on my legs",
            "could my dog lying on my feet cause it",
            "is it the cat on the bed",
            "should i keep the dog off the bed",
            "my pet lies on my calves",
        ),
        (
            "i wear high heels all day",
            "are my heels the reason",
            "would flat pumps work",
            "is it my stilettos",
            "should i give up heels",
        ),
    ],
    ids=["socks", "pets", "heels"],
)
def test_a_new_intent_leaves_its_neighbours_alone(
    bundle_folder: Path, tmp_path: Path, phrases: tuple[str, ...]
) -> None:
    """No test of the bundle holds by so little that five phrases on another subject break it."""
    listed = "".join(f"      - {phrase}\n" for phrase in phrases)
    asked = "".join(f"      - so {phrase}\n" for phrase in phrases)
    content = (
        f"intents:\n  extra:\n    title: something else\n    phrases:\n{listed}"
        "    replies: [That may well be.]\n    sources: [N1]\n    reviewed: 2026-11-22\n"
    )
    tests = f"tests:\n  - intent: extra\n    say:\n{asked}"
    assert not with_files(bundle_folder, tmp_path, content, tests)


def test_every_region_is_listed(bundle: Bundle) -> None:
    """Whoever sets a region has to know its name."""
    listed = re.search(r"The regions are (.*?)\.\n", README.read_text())
    assert listed
    assert re.findall(r"`(\w+)`", listed[1]) == sorted(bundle.regions)


def test_figures_are_measured_not_promised() -> None:
    """The figures name the machine and the command that made them."""
    figures = block("figures")
    if not figures.strip():
        pytest.fail("README.md has no figures; run the command of its section 'Figures' and put its table in")
    assert "tests/benchmarks/" in figures
    assert "cores" in figures
