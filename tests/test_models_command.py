"""``voice-skill models``: fetching from a good host and bad ones, choosing, verifying, deleting."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from errno import EACCES, EDQUOT, EIO, ENOSPC
from pathlib import Path, PosixPath
from typing import Any

import pytest
from model_host import GOOD, Answer, ModelHost
from toy_model import FILES, LGRAPH, SMALL, archive, published, write

from voice_skill import cli
from voice_skill.errors import ModelError
from voice_skill.hearing import model_download, model_shelf, model_store
from voice_skill.hearing.known_models import HOST, KnownModel, megabytes
from voice_skill.model_commands import obtain

ARCHIVE = archive(changes={"README": bytes(range(256)) * 80})
TOY = published(ARCHIVE)
HALF = len(ARCHIVE) // 2


class Skill:
    """The command with a data folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Write its settings."""
        self.kept = folder / "data/models"
        self.settings = folder / "settings.toml"
        self.settings.write_text('data_folder = "data"\ncache_folder = "cache"\n')
        self._capsys = capsys

    def run(self, *words: str | Path, expect: int = 0) -> str:
        """Call ``voice-skill models``; returns what it printed."""
        code = cli.main(["--config", str(self.settings), "models", *map(str, words)])
        out, err = self._capsys.readouterr()
        assert code == expect, out + err
        assert len(err.splitlines()) == int(code != 0 and "broken." not in out), err
        return out + err

    def obtain(self, known: KnownModel, host: str = HOST, file: Path | None = None) -> list[str]:
        """Fetch a toy model; returns the lines of progress."""
        lines: list[str] = []
        obtain(known, self.kept, host, file, lines.append)
        return lines

    def refuses(self, known: KnownModel, host: str = HOST, file: Path | None = None) -> str:
        """Try to fetch one; returns the sentence it ends with, having seen that nothing half is left."""
        with pytest.raises(ModelError) as caught:
            self.obtain(known, host, file)
        assert "\n" not in str(caught.value)
        assert not [path for path in self.kept.glob("[!.]*") if path.is_dir()]
        assert not (self.kept / ".new").exists()
        return str(caught.value)

    @property
    def part(self) -> Path:
        """Where an archive is gathered."""
        return model_shelf.part_file(self.kept, TOY)

    def begun(self, size: int = HALF) -> None:
        """Pretend that an earlier fetch broke off after ``size`` bytes."""
        self.kept.mkdir(parents=True, exist_ok=True)
        self.part.write_bytes(ARCHIVE[:size])


@pytest.fixture
def skill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skill:
    """The command in an environment without anybody's models and proxies."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("VOICE_SKILL_MODEL", raising=False)
    return Skill(tmp_path, capsys)


def closed_address() -> str:
    """Name a host that was there and is gone."""
    with ModelHost(b"") as host:
        return host.address


# --- fetching -------------------------------------------------------------------------------------


def test_a_fetched_model_is_whole_and_in_use(skill: Skill) -> None:
    """Progress comes in plain lines; the files are there, nothing else; the list tells why it is used."""
    with ModelHost(ARCHIVE) as host:
        lines = skill.obtain(TOY, host.address)
        assert host.paths == [f"/models/{SMALL}.zip"]
    assert lines[0] == "small: fetching less than 1 megabyte from 127.0.0.1."
    assert lines[-2:] == ["small: 100 percent.", "small: checking and unpacking."]
    folder = skill.kept / SMALL
    assert all((folder / name).read_bytes() == content for name, content in FILES.items())
    assert sorted(path.name for path in skill.kept.iterdir()) == [".lock", SMALL]
    listed = skill.run("list")
    assert f"small: here, less than 1 megabyte, in {folder}" in listed
    assert "In use: small, because it is the best of those here" in listed


def test_progress_is_told_every_ten_percent(skill: Skill) -> None:
    """One line for each tenth of a longer archive, in order."""
    content = archive(changes={"README": bytes(1_000_000)})
    with ModelHost(content) as host:
        lines = skill.obtain(published(content, 2_000_000), host.address)
    told = [int(line.split()[1]) for line in lines if line.endswith(" percent.")]
    assert told == sorted(set(told))
    assert told[-1] == 100
    assert len(told) >= 5


def test_a_broken_off_fetch_is_gone_on_with(skill: Skill) -> None:
    """Only the missing piece is asked for."""
    skill.begun()
    with ModelHost(ARCHIVE) as host:
        assert "small: going on at 49 percent." in skill.obtain(TOY, host.address)
        assert host.ranges == [f"bytes={HALF}-"]
    assert not model_shelf.damage(skill.kept / SMALL)


def test_a_shaky_connection_is_gone_on_with_at_once(skill: Skill) -> None:
    """As long as something comes each time, nobody has to do anything."""
    with ModelHost(ARCHIVE, Answer(cut=9_000), Answer(cut=9_000), GOOD) as host:
        skill.obtain(TOY, host.address)
        assert host.ranges == [None, "bytes=9000-", "bytes=18000-"]


def test_an_archive_that_is_there_already_needs_no_host(skill: Skill) -> None:
    """All bytes had come before the unpacking was broken off."""
    skill.begun(len(ARCHIVE))
    skill.obtain(TOY, closed_address())
    assert (skill.kept / SMALL).is_dir()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(ranges=False),
        Answer(status=416, body=b"no"),
        Answer(span=f"bytes 0-{len(ARCHIVE) - 1}/{len(ARCHIVE)}"),
        Answer(span=f"bytes {HALF}-{len(ARCHIVE)}/{len(ARCHIVE) + 1}"),
        Answer(span="bytes anything"),
    ],
    ids=["sends all", "refuses", "other place", "other size", "nonsense"],
)
def test_a_host_that_cannot_go_on_starts_again(skill: Skill, answer: Answer) -> None:
    """Whatever it makes of the wish for a piece, the model ends up whole."""
    skill.begun()
    with ModelHost(ARCHIVE, answer, GOOD) as host:
        skill.obtain(TOY, host.address)
        assert host.ranges[0] == f"bytes={HALF}-"
    assert not model_shelf.damage(skill.kept / SMALL)


def test_a_part_longer_than_the_model_is_thrown_away(skill: Skill) -> None:
    """It can't be the beginning of this archive."""
    skill.begun()
    skill.part.write_bytes(ARCHIVE + b"x")
    with ModelHost(ARCHIVE) as host:
        skill.obtain(TOY, host.address)
        assert host.ranges == [None]


def test_a_redirect_is_followed(skill: Skill) -> None:
    """The piece that is asked for stays the same."""
    skill.begun()
    with ModelHost(ARCHIVE) as real, ModelHost(b"", Answer(status=302, location=f"{real.address}/x")) as host:
        skill.obtain(TOY, host.address)
        assert (real.paths, real.ranges) == (["/models/x"], [f"bytes={HALF}-"])


# --- bad hosts ------------------------------------------------------------------------------------


def test_a_host_that_goes_away_leaves_the_part(skill: Skill) -> None:
    """The sentence says how far it came and what to do; doing that ends well."""
    with ModelHost(ARCHIVE, Answer(cut=HALF), Answer(cut=0)) as host:
        said = skill.refuses(TOY, host.address)
    assert "broke off at 49 percent" in said
    assert "run the same command again" in said
    assert skill.part.stat().st_size == HALF
    with ModelHost(ARCHIVE) as host:
        skill.obtain(TOY, host.address)


def test_a_host_that_falls_silent_is_given_up(skill: Skill) -> None:
    """It sends half and nothing more, and keeps the connection."""
    skill.kept.mkdir(parents=True)
    with ModelHost(ARCHIVE, Answer(cut=HALF, stall=True), Answer(cut=0, stall=True)) as host:
        with pytest.raises(ModelError, match="the host does not answer"):
            model_download.fetch(TOY, skill.part, host.address, print, patience=0.2)
        host.released.set()


def test_a_host_that_cannot_be_reached(skill: Skill) -> None:
    """The command says so in one sentence, with the way round; its exit code is that of models."""
    said = skill.run("get", "small", "--host", closed_address(), expect=5)
    assert "127.0.0.1 cannot be reached (Connection refused)" in said
    assert f"voice-skill models get small --from {SMALL}.zip" in said
    assert "In use" not in said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=404, body=b"none"), "answers 404, Not Found"),
        (Answer(status=503, body=b"busy"), "answers 503, Service Unavailable"),
        (Answer(status=799, body=b"?"), "answers 799."),
        (Answer(status=302, location="/models/again"), "keeps sending us elsewhere"),
        (Answer(body=b"<p>Log in"), "9 bytes of text/html instead of"),
        (Answer(body=ARCHIVE + b"x", length=False), "more bytes than it has"),
        (Answer(status=206, span=f"bytes 5-9/{len(ARCHIVE)}", body=b"piece"), "only a piece of it"),
        (Answer(body=ARCHIVE[:HALF], length=False, ranges=False), "broke off at 49 percent"),
        (Answer(body=ARCHIVE[:HALF], length=False), "pieces that do not fit together"),
        (Answer(body=ARCHIVE.replace(b"weights", b"weighty")), "its checksum differs"),
        (Answer(cut=0), "cannot be reached"),
        (Answer(status=302, location="file:///etc/passwd"), "begins with file: and is not on the web"),
        (Answer(status=302, location="ftp://127.0.0.1/x"), "begins with ftp: and is not on the web"),
        (Answer(status=302, location="data:,x"), "begins with data: and is not on the web"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_host_that_sends_something_else(skill: Skill, answer: Answer, said: str) -> None:
    """Whatever comes, it is told in one sentence and nothing of it is taken for a model."""
    with ModelHost(ARCHIVE, answer) as host:
        assert said in skill.refuses(TOY, host.address)
    assert not skill.part.exists() or skill.part.read_bytes() == ARCHIVE[: skill.part.stat().st_size]


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Make a certificate for this machine, and trust it."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", *made, *named, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_redirect_never_leads_from_https_to_http(skill: Skill, secret: ssl.SSLContext) -> None:
    """Up to https is fine, down from it is told and not followed."""
    with ModelHost(ARCHIVE) as plain:
        with ModelHost(b"", Answer(status=302, location=plain.address), secret=secret) as host:
            assert "from https to http, where anybody can read along" in skill.refuses(TOY, host.address)
        assert plain.paths == []
    with ModelHost(ARCHIVE, secret=secret) as hidden:
        with ModelHost(b"", Answer(status=302, location=hidden.address)) as host:
            skill.obtain(TOY, host.address)
        assert hidden.paths == ["/models"]


@pytest.mark.parametrize("host", ["ftp://127.0.0.1/", "file:///etc", "models", ""])
def test_only_web_addresses_are_fetched_from(skill: Skill, host: str) -> None:
    """Others are refused before anything is tried."""
    assert "must begin with https://" in skill.refuses(TOY, host)


def test_the_official_checksum_holds_for_any_host(skill: Skill) -> None:
    """A host of one's own can't slip in another model."""
    with ModelHost(ARCHIVE) as host:
        said = skill.run("get", "small", "--host", host.address, expect=5)
    assert f"{len(ARCHIVE)} bytes of application/zip instead of 41205931" in said


def test_too_little_room_is_told_beforehand(skill: Skill) -> None:
    """A model bigger than the disk is not begun."""
    with ModelHost(ARCHIVE) as host:
        assert "are free. Free some room" in skill.refuses(replace(TOY, size=10**18), host.address)
        assert host.paths == []


def test_a_disk_that_fills_up_is_cleared_again(skill: Skill) -> None:
    """What had come is deleted, so that the rest of the skill can go on storing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with ModelHost(ARCHIVE) as host:
        resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, before[1]))
        try:
            said = skill.refuses(TOY, host.address)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be written" in said
    assert not skill.part.exists()


class Unwritable(PosixPath):
    """A file that cannot be written, for a reason that is to be given."""

    reason = 0

    def open(self, *_: Any, **__: Any) -> Any:
        """Fail as the system does."""
        raise OSError(self.reason, "no more")


@pytest.mark.parametrize(("reason", "left"), [(ENOSPC, False), (EDQUOT, False), (EIO, True), (EACCES, True)])
def test_the_part_is_deleted_only_where_there_is_no_room(skill: Skill, reason: int, left: bool) -> None:
    """What has come may be gone on with after any other trouble."""
    skill.begun()
    part = Unwritable(skill.part)
    part.reason = reason
    with ModelHost(ARCHIVE) as host, pytest.raises(ModelError, match=r"cannot be written to .*: no more\."):
        model_download.fetch(TOY, part, host.address, print)
    assert skill.part.exists() == left


def test_an_output_that_was_closed_leaves_the_part(skill: Skill) -> None:
    """``voice-skill models get small | head -1`` is no full disk and no fault of the folder."""

    def tell(line: str) -> None:
        if line.endswith("percent."):
            raise BrokenPipeError(32, "Broken pipe")

    content = archive(changes={"README": bytes(1_000_000)})
    with ModelHost(content) as host, pytest.raises(BrokenPipeError):
        obtain(published(content, 2_000_000), skill.kept, host.address, None, tell)
    assert skill.part.stat().st_size > 0


@pytest.mark.parametrize(
    ("inside", "error", "said"),
    [
        (
            ".x.part",
            lambda file: PermissionError(EACCES, "Permission denied", str(file)),
            "cannot be changed: Perm",
        ),
        ("locked/x", lambda file: OSError(EIO, "Input/output error", str(file)), "cannot be changed: Input"),
        ("../x", lambda file: OSError(EIO, "Input/output error", str(file)), None),
        ("", lambda _: OSError(ENOSPC, "No space left on device"), None),
    ],
)
def test_only_errors_of_the_folder_are_told_as_such(
    skill: Skill, inside: str, error: Callable[[Path], OSError], said: str | None
) -> None:
    """Others of the same kind, as of the output, stay what they are."""
    with pytest.raises(ModelError if said else OSError, match=said), model_shelf.alone(skill.kept):
        raise error(skill.kept.parent / "x" if inside == "../x" else skill.kept / inside)


# --- from a file ----------------------------------------------------------------------------------


def test_an_archive_on_disk_is_taken_and_left_there(skill: Skill, tmp_path: Path) -> None:
    """No network is needed."""
    file = tmp_path / "got.zip"
    file.write_bytes(ARCHIVE)
    assert skill.obtain(TOY, file=file) == [f"small: checking and unpacking {file}"]
    assert file.read_bytes() == ARCHIVE
    assert not model_shelf.damage(skill.kept / SMALL)


def test_a_wrong_file_is_refused(skill: Skill, tmp_path: Path) -> None:
    """Something else, nothing, or a right archive without a model in it."""
    file = tmp_path / "got.zip"
    assert "cannot be read" in skill.run("get", "small", "--from", file, expect=5)
    file.write_bytes(ARCHIVE)
    assert "instead of 41205931" in skill.run("get", "small", "--from", file, expect=5)
    assert file.exists()
    hollow = archive(changes={"am/final.mdl": None})
    file.write_bytes(hollow)
    assert "final.mdl is missing" in skill.refuses(published(hollow), file=file)


# --- the old model --------------------------------------------------------------------------------


def test_the_old_model_stays_until_the_new_one_is_good(skill: Skill) -> None:
    """A wrong fetch changes nothing; a good one takes its place at once."""
    old = write(skill.kept / SMALL, {"am/final.mdl": b"\0Bold"})
    with ModelHost(ARCHIVE, Answer(body=ARCHIVE.replace(b"weights", b"weighty")), GOOD) as host:
        with pytest.raises(ModelError, match="checksum"):
            skill.obtain(TOY, host.address)
        assert (old / "am/final.mdl").read_bytes() == b"\0Bold"
        skill.obtain(TOY, host.address)
    assert (old / "am/final.mdl").read_bytes() == FILES["am/final.mdl"]
    assert sorted(path.name for path in skill.kept.iterdir()) == [".lock", SMALL]


def test_a_good_model_is_not_fetched_again(skill: Skill) -> None:
    """The command sees that it is there; a damaged one is fetched."""
    folder = write(skill.kept / SMALL)
    assert "it is here already, complete" in skill.run("get", "small", "--host", closed_address())
    (folder / "am/final.mdl").write_bytes(b"")
    skill.run("get", "small", "--host", closed_address(), expect=5)


def test_a_power_cut_leaves_no_half_model(skill: Skill) -> None:
    """What was being unpacked or deleted is cleared; what was being replaced comes back."""
    write(skill.kept / ".new")
    write(skill.kept / ".gone")
    write(skill.kept / f".replaced-{LGRAPH}")
    write(skill.kept / f".replaced-{SMALL}", {"am/final.mdl": b"\0Bold"})
    write(skill.kept / SMALL)
    skill.run("use", "best")
    assert sorted(path.name for path in skill.kept.iterdir()) == [".lock", LGRAPH, SMALL]
    assert (skill.kept / SMALL / "am/final.mdl").read_bytes() == FILES["am/final.mdl"]


def test_only_one_command_changes_models_at_a_time(skill: Skill) -> None:
    """A second one is told so, and changes nothing."""
    write(skill.kept / SMALL)
    with closing(sqlite3.connect(skill.kept / ".lock", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "Another voice-skill is changing" in skill.run("remove", "small", expect=5)
    assert (skill.kept / SMALL).is_dir()


def test_a_data_folder_that_cannot_be_made(skill: Skill) -> None:
    """A file stands in its place."""
    skill.kept.parent.write_bytes(b"")
    assert "'data_folder'" in skill.run("get", "small", "--host", closed_address(), expect=5)


# --- choosing and deleting ------------------------------------------------------------------------


def test_the_list_without_anything_fetched(skill: Skill) -> None:
    """What is here, what could be, how to get it, what is used; the bare command lists too."""
    listed = skill.run("list")
    assert skill.run() == listed
    assert "embedded: here, " in listed
    assert "lgraph: not here, 131 megabytes to fetch" in listed
    assert "voice-skill models get small" in listed
    assert "In use: embedded, because it is the only usable one." in listed


def test_a_broken_model_is_listed_as_such(skill: Skill) -> None:
    """It is not hidden, and not used."""
    write(skill.kept / SMALL, {"am/final.mdl": b"<html>"})
    listed = skill.run("list")
    assert "small: here but broken: " in listed
    assert "In use: embedded" in listed


def test_a_model_can_be_chosen_and_the_choice_taken_back(skill: Skill) -> None:
    """The choice is stored beside the models; the list gives the reason."""
    write(skill.kept / SMALL)
    said = skill.run("use", "embedded")
    assert "embedded: chosen. To go back to the best one here: voice-skill models use best" in said
    assert "In use: embedded, because it was chosen" in skill.run("list")
    assert "In use: small, because it is the best" in skill.run("use", "best")


def test_what_is_not_there_cannot_be_chosen(skill: Skill) -> None:
    """A model to fetch, a misspelt name, a broken model: each with what to do."""
    assert "voice-skill models get lgraph" in skill.run("use", "lgraph", expect=5)
    assert "No model is called 'embeded'. There is: embedded." in skill.run("use", "embeded", expect=5)
    write(skill.kept / SMALL, {"am/final.mdl": b""})
    assert "final.mdl is empty" in skill.run("use", "small", expect=5)
    assert model_store.chosen(skill.kept) == ""


def test_a_model_named_in_the_settings_comes_first(skill: Skill, tmp_path: Path) -> None:
    """It is listed, and who chooses another is told why nothing changes."""
    own = write(tmp_path / "own")
    skill.settings.write_text('data_folder = "data"\nmodel = "own"\n')
    assert f"In use: {own}, because '--model', VOICE_SKILL_MODEL or the settings file" in skill.run("list")
    assert "'model' in the settings file name none" in skill.run("use", "embedded")


def test_a_fetched_model_can_be_deleted(skill: Skill) -> None:
    """With it goes the choice of it."""
    write(skill.kept / SMALL)
    skill.run("use", "small")
    said = skill.run("remove", "small")
    assert "small: deleted" in said
    assert "the best one here is used" in said
    assert not (skill.kept / SMALL).exists()
    assert model_store.chosen(skill.kept) == ""
    assert "get small" in skill.run("remove", "small", expect=5)


def test_a_link_is_deleted_without_what_it_points_to(skill: Skill, tmp_path: Path) -> None:
    """Somebody keeps the model elsewhere."""
    elsewhere = write(tmp_path / "elsewhere")
    skill.kept.mkdir(parents=True)
    (skill.kept / SMALL).symlink_to(elsewhere)
    skill.run("remove", "small")
    assert (elsewhere / "am/final.mdl").exists()
    assert not (skill.kept / SMALL).exists()


@pytest.mark.parametrize("leads", [True, False], ids=["to a model", "nowhere"])
def test_a_link_gives_way_to_a_fetched_model(skill: Skill, tmp_path: Path, leads: bool) -> None:
    """What it leads to stays, and nothing is left that could be in the way later."""
    elsewhere = tmp_path / "elsewhere"
    if leads:
        write(elsewhere, {"am/final.mdl": b""})
    skill.kept.mkdir(parents=True)
    (skill.kept / SMALL).symlink_to(elsewhere)
    with ModelHost(ARCHIVE) as host:
        skill.obtain(TOY, host.address)
    assert sorted(path.name for path in skill.kept.iterdir()) == [".lock", SMALL]
    assert not (skill.kept / SMALL).is_symlink()
    assert not model_shelf.damage(skill.kept / SMALL)
    assert (elsewhere / "am/final.mdl").exists() == leads
    skill.run("remove", "small")


@pytest.mark.parametrize("leads", [True, False], ids=["to a model", "nowhere"])
def test_a_power_cut_while_a_link_is_replaced(skill: Skill, tmp_path: Path, leads: bool) -> None:
    """Before the new model is there the link comes back, after that it goes."""
    elsewhere = tmp_path / "elsewhere"
    if leads:
        write(elsewhere)
    skill.kept.mkdir(parents=True)
    for name in (SMALL, LGRAPH):
        (skill.kept / f".replaced-{name}").symlink_to(elsewhere)
    write(skill.kept / SMALL)
    skill.run("use", "best")
    assert sorted(path.name for path in skill.kept.iterdir()) == [".lock", LGRAPH, SMALL]
    assert (skill.kept / LGRAPH).is_symlink()
    assert (elsewhere / "am/final.mdl").exists() == leads


def test_what_had_come_of_a_model_can_be_deleted(skill: Skill) -> None:
    """The part of a broken-off fetch."""
    skill.begun()
    assert "what had been fetched of it is deleted" in skill.run("remove", "small")
    assert not skill.part.exists()


def test_other_models_are_not_deleted(skill: Skill, tmp_path: Path) -> None:
    """The embedded one and those of other programs are left alone; a path is no name."""
    shared = write(tmp_path / ".cache/vosk" / SMALL)
    assert "left alone" in skill.run("remove", "embedded", expect=5)
    assert "left alone" in skill.run("remove", "small", expect=5)
    assert "No model is called '../..'" in skill.run("remove", "../..", expect=5)
    assert shared.is_dir()


# --- verifying ------------------------------------------------------------------------------------


def test_a_good_model_is_verified_by_loading_it(skill: Skill, model_folder: Path) -> None:
    """Vosk itself loads a copy of the real one."""
    shutil.copytree(model_folder, skill.kept / "mine")
    assert skill.run("verify", "mine") == "mine: good. Files complete, no checksums known, Vosk loads it.\n"


def test_damage_is_found_by_the_checksums(skill: Skill) -> None:
    """A file that changed or is gone since it was unpacked is named, with what to do."""
    with ModelHost(ARCHIVE) as host:
        skill.obtain(TOY, host.address)
    folder = skill.kept / SMALL
    (folder / "README").write_bytes(b"other")
    said = skill.run("verify", "small", expect=5)
    assert "README was changed or damaged" in said
    assert "voice-skill models get small" in said
    (folder / "README").unlink()
    assert "README is missing" in skill.run("verify", "small", expect=5)


def test_a_file_without_a_checksum_is_damage(skill: Skill) -> None:
    """A list that was emptied or that lacks one file does not count as right."""
    with ModelHost(ARCHIVE) as host:
        skill.obtain(TOY, host.address)
    folder = skill.kept / SMALL
    (folder / "am/more").write_bytes(b"slipped in")
    said = skill.run("verify", "small", expect=5)
    assert f"The list of checksums {folder / 'SHA256SUMS'} lacks am/more." in said
    (folder / "SHA256SUMS").write_bytes(b"")
    assert "SHA256SUMS lacks README and 8 more." in skill.run("verify", "small", expect=5)


def test_a_model_that_vosk_cannot_load_is_broken(skill: Skill) -> None:
    """Files that look right may still bring Vosk down; that happens elsewhere."""
    write(skill.kept / "toy")
    said = skill.run("verify", "toy", expect=5)
    assert said.startswith("toy: broken. ")
    assert "Vosk" in said


def test_sizes_are_words() -> None:
    """As a screen reader should say them."""
    assert [megabytes(size) for size in (0, 1_000_000, 41_205_931)] == [
        *("less than 1 megabyte", "1 megabyte", "41 megabytes")
    ]
