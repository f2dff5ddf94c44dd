"""The shape of the program: the core stays pure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "voice_skill"
PURE = sorted(
    [
        *PACKAGE.glob("core/**/*.py"),
        *(PACKAGE / "content" / f"{name}.py" for name in ("bundle", "hints", "prompts", "check")),
        *PACKAGE.glob("content/check_*.py"),
        PACKAGE / "messages.py",
        PACKAGE / "errors.py",
        PACKAGE / "hearing/endpoint.py",
        PACKAGE / "hearing/judge.py",
    ]
)
IMPURE = {
    *(
        "threading",
        "queue",
        "time",
        "random",
        "secrets",
        "os",
        "io",
        "pathlib",
        "subprocess",
        "socket",
        "sqlite3",
    ),
    *("asyncio", "multiprocessing", "logging", "tempfile", "vosk", "pyttsx3", "sounddevice", "yaml"),
}
PURE_NAMES = {
    "voice_skill." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    for path in PURE
} | {"voice_skill", "voice_skill.core", "voice_skill.content"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports, by their full names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            module = node.module or ""
            inside = {f"{module}.{alias.name}" for alias in node.names}
            names |= {name for name in inside if name in PURE_NAMES} or {module}
    return names


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_pure_module_imports_only_pure_ones(path: Path) -> None:
    """No clock, file, thread, sound or chance reaches the core, not even through another module."""
    for name in imported(path):
        top = name.split(".")[0]
        assert top not in IMPURE, f"{path.name} imports {name}"
        assert top != "voice_skill" or name in PURE_NAMES, f"{path.name} imports {name}, which is not pure"


NETWORK = {"socket", "http", "urllib", "requests", "ftplib", "ssl", "asyncio", "websockets"}
DOWNLOAD = PACKAGE / "hearing/model_download.py"


def test_nothing_but_the_download_reaches_the_network() -> None:
    """One module imports what talks to a network; no other does."""
    tops = {path: {name.split(".")[0] for name in imported(path)} for path in PACKAGE.rglob("*.py")}
    assert [path for path, names in tops.items() if names & NETWORK] == [DOWNLOAD]


def test_the_download_is_imported_only_when_a_model_is_fetched() -> None:
    """One command imports it, inside its function, so that nothing else can come by the network."""
    name = "model_download"
    users = [path for path in PACKAGE.rglob("*.py") if name in path.read_text() and path != DOWNLOAD]
    assert users == [PACKAGE / "model_commands.py"]
    outside = [node for node in ast.parse(users[0].read_text()).body if not isinstance(node, ast.FunctionDef)]
    assert not [node for node in outside if name in ast.unparse(node)]
