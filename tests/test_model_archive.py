"""Archives: those that were published, and those that were made to do harm."""

from __future__ import annotations

import resource
import stat
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from toy_model import FILES, archive, published

from voice_skill.errors import ModelError
from voice_skill.hearing import model_archive

LIMIT = 100_000


def zipped(*files: tuple[str | ZipInfo, bytes], method: int = ZIP_DEFLATED) -> bytes:
    """Pack files under any name."""
    packed = BytesIO()
    with ZipFile(packed, "w", method) as written:
        for name, content in files:
            written.writestr(name, content)
    return packed.getvalue()


def special(mode: int) -> bytes:
    """Pack something that is no ordinary file."""
    entry = ZipInfo("top/final.mdl")
    entry.external_attr = mode << 16
    return zipped((entry, b"/etc/passwd"))


def tampered(old: bytes, new: bytes, content: bytes | None = None) -> bytes:
    """Change bytes of an archive, of its names or its headers."""
    content = content or zipped(("top/plainQname", b"x" * 100))
    assert old in content
    return content.replace(old, new)


def lying() -> bytes:
    """Make an archive whose directory announces 10 bytes of a file that unpacks to many."""
    content = bytearray(zipped(("top/final.mdl", b"\0" * 50_000)))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(content)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Give a folder to unpack in; beside it nothing may appear."""
    folder = tmp_path / "kept"
    folder.mkdir()
    yield folder
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "kept"]


def unpack(content: bytes, place: Path, limit: int = LIMIT) -> Path:
    """Unpack an archive into ``place``/new."""
    file = place.parent / "a.zip"
    file.write_bytes(content)
    model_archive.unpack(file, place / "new", limit)
    return place / "new"


def test_a_good_archive_is_unpacked_without_its_folder(place: Path) -> None:
    """All files are there, with their contents."""
    folder = unpack(archive(), place)
    for name, content in FILES.items():
        assert (folder / name).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zipped(("../outside", b"x")), "could lead out"),
        (zipped(("top/../../outside", b"x")), "could lead out"),
        (zipped(("/outside", b"x")), "could lead out"),
        (zipped(("C:/outside", b"x")), "could lead out"),
        (zipped(("top\\..\\outside", b"x")), "could lead out"),
        (zipped(("top/.hidden", b"x")), "could lead out"),
        (zipped(("top//x", b"x")), "could lead out"),
        (zipped(("top/CON", b"x")), "something else on Windows"),
        (zipped(("top/NUL.txt", b"x")), "something else on Windows"),
        (zipped(("top/nul .tar.gz", b"x")), "something else on Windows"),
        (zipped(("top/Com1/x", b"x")), "something else on Windows"),
        (zipped(("aux/x", b"x")), "something else on Windows"),
        (zipped(("top/final.mdl.", b"x")), "something else on Windows"),
        (zipped(("top /x", b"x")), "something else on Windows"),
        (tampered(b"plainQname", b"plain\0name"), "could lead out"),
        (special(stat.S_IFLNK | 0o777), "link or a device"),
        (special(stat.S_IFBLK | 0o666), "link or a device"),
        (zipped(("top/x", b"x"), ("TOP/y", b"x")), "2 folders instead of one"),
        (zipped(("top/x", b"x"), ("y/", b"")), "2 folders instead of one"),
        (zipped(("x", b"x")), "outside the model's folder"),
        (zipped(("top/x", b"x"), ("top/X", b"y")), "there twice"),
        (zipped(("top/x", b"x"), method=ZIP_BZIP2), "packed in an unusual way"),
        (zipped(*((f"top/{number}", b"") for number in range(1001))), "1001 files"),
        (zipped(("top/zeros", b"\0" * (LIMIT + 1))), "more than the 100000 bytes"),
        (zipped(), "0 folders"),
    ],
)
def test_a_harmful_archive_is_refused_before_anything_is_written(
    place: Path, content: bytes, why: str
) -> None:
    """Ways out of the folder, links, twins and bombs end in one sentence."""
    with pytest.raises(ModelError, match=f"was not unpacked, because .*{why}"):
        unpack(content, place)
    assert not list(place.iterdir())


def test_names_that_only_look_like_those_of_devices_are_good(place: Path) -> None:
    """A device's name is the whole of it, up to a dot."""
    names = ["conf", "console.txt", "null", "com", "com12", "lpt1x", "my.con"]
    folder = unpack(zipped(*((f"top/{name}", b"x") for name in names)), place)
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"<html>Please log in</html>",
        lambda: b"",
        lambda: archive()[:-30],
        lambda: tampered(b"weights", b"weighty", archive()),
        lying,
    ],
    ids=["web page", "empty", "cut short", "damaged", "announces less"],
)
def test_an_unsound_archive_is_named(place: Path, make: Callable[[], bytes]) -> None:
    """What is no ZIP file, or a damaged one, is told in one sentence."""
    with pytest.raises(ModelError, match=r"a\.zip is not a sound ZIP archive: .* Fetch it again\."):
        unpack(make(), place)


def test_an_encrypted_file_is_refused(place: Path) -> None:
    """Nobody is asked for a password at night."""
    content = bytearray(zipped(("top/x", b"x")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ModelError, match="is encrypted"):
        unpack(bytes(content), place)


def test_nothing_is_overwritten(place: Path) -> None:
    """A folder that is there stays as it is; a file can't become a folder half way."""
    (place / "new").mkdir()
    (place / "new/mine").write_bytes(b"mine")
    with pytest.raises(ModelError, match="cannot be unpacked into"):
        unpack(archive(), place)
    assert (place / "new/mine").read_bytes() == b"mine"
    (place / "new/mine").unlink()
    (place / "new").rmdir()
    with pytest.raises(ModelError, match="cannot be unpacked into"):
        unpack(zipped(("top/a", b"x"), ("top/a/b", b"x")), place)


def test_a_disk_that_fills_up_is_reported(place: Path) -> None:
    """Writing fails in the middle of a file."""
    file = place.parent / "a.zip"
    file.write_bytes(zipped(("top/big", b"\0" * 50_000)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(ModelError, match=r"cannot be unpacked .* Make room there"):
            model_archive.unpack(file, place / "new", LIMIT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_only_the_published_archive_passes(tmp_path: Path) -> None:
    """Another size, another bit, no file, a folder."""
    content = archive()
    known = published(content)
    file = tmp_path / "model.zip"
    file.write_bytes(content)
    model_archive.check(file, known)
    file.write_bytes(content + b"x")
    with pytest.raises(ModelError, match=rf"has {len(content) + 1} bytes instead of {len(content)}"):
        model_archive.check(file, known)
    file.write_bytes(content.replace(b"weights", b"weighty"))
    with pytest.raises(ModelError, match="its checksum differs"):
        model_archive.check(file, known)
    with pytest.raises(ModelError, match=r"none\.zip cannot be read: No such file"):
        model_archive.check(tmp_path / "none.zip", known)
    with pytest.raises(ModelError, match="is not vosk-model-small"):
        model_archive.check(tmp_path, known)
