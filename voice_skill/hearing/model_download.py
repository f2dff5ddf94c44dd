"""Fetches a model's archive: the only module of the program that uses the network.

Only ``voice-skill models get`` calls it.  What has come of a broken-off fetch stays in the file and is gone
on with; whether the whole is what was published is for ``model_archive`` to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from shutil import disk_usage
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from voice_skill import __version__
from voice_skill.errors import ModelError
from voice_skill.hearing.known_models import KnownModel, megabytes

_BLOCK = 1 << 16
_WEB = ("https", "http")
_FULL = (ENOSPC, EDQUOT, EFBIG)
"""How a system says that there is no room for more."""
_CONNECTIONS = 8
"""How often a fetch that breaks off on its way is gone on with by itself."""


class _BrokenOffError(Exception):
    """The host could not be reached, or the connection broke; says why."""


class _Elsewhere(Exception):  # noqa: N818  # no error: the host just can't go on from where we are
    """The host does not go on at the place that was asked for."""


class _OnlyWeb(HTTPRedirectHandler):
    """Goes where a host sends us, but never off the web, nor back to where anybody can read along."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        new = urlsplit(newurl).scheme
        if new not in _WEB or (new == "http" and req.type == "https"):
            raise HTTPError(newurl, code, msg, headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    known: KnownModel, part: Path, host: str, tell: Callable[[str], None], patience: float = 30.0
) -> None:
    """Fetch the archive of ``known`` from ``host`` into the file ``part``, after what is there already.

    ``tell`` gets a line every ten percent; ``patience`` is how long the host may be silent, in seconds.
    Raises ModelError, and whatever ``tell`` raises.  ``part`` is kept when the connection breaks off or
    something else ends the fetch, but not when the disk is full.
    """
    address = f"{host.rstrip('/')}/{known.archive}"
    if urlsplit(address).scheme not in _WEB:
        raise ModelError(f"{host} is not a web address; it must begin with https:// or http://.")
    if _size(part) > known.size:
        part.unlink()
    _require_room(known, part)
    tell(f"{known.name}: fetching {megabytes(known.size)} from {urlsplit(address).hostname}.")
    reason = _gather(known, part, address, tell, patience)
    if _size(part) != known.size:
        raise _broken_off(known, part, address, reason)


def _gather(known: KnownModel, part: Path, address: str, tell: Callable[[str], None], patience: float) -> str:
    """Connect again as long as more comes each time; says why the last connection ended."""
    reason, restarted = "the host sent less than it should", False
    for _ in range(_CONNECTIONS):
        before = _size(part)
        if before == known.size:
            break
        if before:
            tell(f"{known.name}: going on at {before * 100 // known.size} percent.")
        try:
            _go_on(known, part, address, tell, patience)
        except _Elsewhere:
            if restarted:
                raise _something_else(known, address, "pieces that do not fit together") from None
            restarted = True
            tell(f"{known.name}: the host cannot go on in the middle, so it starts again.")
            part.unlink(missing_ok=True)
            continue
        except _BrokenOffError as error:
            reason = str(error)
        if _size(part) <= before:
            break
    return reason


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise _unwritable(part, error) from error


def _require_room(known: KnownModel, part: Path) -> None:
    room = disk_usage(part.parent).free
    if known.size - _size(part) > room:
        raise ModelError(
            f"The model {known.name} needs {megabytes(known.size)} in {part.parent} and only "
            f"{megabytes(room)} are free. Free some room and try again."
        )


def _go_on(known: KnownModel, part: Path, address: str, tell: Callable[[str], None], patience: float) -> None:
    """One connection: append to ``part`` what the host sends."""
    start = _size(part)
    with _open(known, address, start, patience) as response:
        have = _start(response, start, known, address)
        while block := _read(response):
            before, have = have, have + len(block)
            if have > known.size:
                part.unlink(missing_ok=True)
                raise _something_else(known, address, "more bytes than it has")
            _write(part, block, "ab" if before else "wb")
            tenth = have * 10 // known.size
            if tenth > before * 10 // known.size:
                tell(f"{known.name}: {tenth * 10} percent.")


def _write(part: Path, block: bytes, mode: str) -> None:
    """Write and close, since some disks say only then that they are full."""
    try:
        with part.open(mode) as file:
            file.write(block)
    except OSError as error:
        if error.errno in _FULL:
            # Room on the disk is worth more than a fetch that has to be begun again.
            with suppress(OSError):
                part.unlink()
        raise _unwritable(part, error) from error


def _open(known: KnownModel, address: str, start: int, patience: float) -> HTTPResponse:
    headers = {"User-Agent": f"voice-skill/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        response = _opener().open(Request(address, headers=headers), timeout=patience)  # noqa: S310
    except HTTPError as error:
        error.close()
        if start and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _Elsewhere from error
        raise _refused(known, address, error) from error
    except URLError as error:
        raise _BrokenOffError(_words(error.reason)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise _BrokenOffError(_words(error)) from error
    assert isinstance(response, HTTPResponse)
    return response


def _opener() -> OpenerDirector:
    """What opens web addresses and no others; urllib's usual one reads files and FTP as well."""
    opener = OpenerDirector()
    for kind in (
        *(ProxyHandler, HTTPHandler, HTTPSHandler, UnknownHandler),
        *(_OnlyWeb, HTTPDefaultErrorHandler, HTTPErrorProcessor),
    ):
        opener.add_handler(kind())
    return opener


def _start(response: HTTPResponse, asked: int, known: KnownModel, address: str) -> int:
    """Say at which byte the answer begins; refuse one that cannot be ours."""
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if span is None or int(span[1]) != asked or span[2] not in ("*", str(known.size)):
            if asked:
                raise _Elsewhere
            raise _something_else(known, address, "only a piece of it")
        return asked
    announced = response.headers.get("Content-Length", str(known.size))
    if announced != str(known.size):
        kind = response.headers.get_content_type()
        raise _something_else(known, address, f"{announced} bytes of {kind} instead of {known.size}")
    return 0


def _read(response: HTTPResponse) -> bytes:
    try:
        return response.read1(_BLOCK)
    except (OSError, HTTPException, ValueError) as error:
        raise _BrokenOffError(_words(error)) from error


def _words(reason: object) -> str:
    """What went wrong, in one line of words."""
    if isinstance(reason, TimeoutError):
        return "the host does not answer"
    said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return " ".join(str(said).split())


def _otherwise(known: KnownModel, address: str) -> str:
    return (
        f"Or fetch {address} on another machine and give it with: "
        f"voice-skill models get {known.name} --from {known.archive}"
    )


def _broken_off(known: KnownModel, part: Path, address: str, reason: str) -> ModelError:
    host, have = urlsplit(address).hostname, _size(part)
    if have:
        return ModelError(
            f"Fetching the model {known.name} from {host} broke off at {have * 100 // known.size} percent "
            f"({reason}). What has come is kept: run the same command again to go on."
        )
    return ModelError(
        f"The model {known.name} could not be fetched, because {host} cannot be reached ({reason}). "
        f"Connect this machine to the network and try again. {_otherwise(known, address)}"
    )


def _refused(known: KnownModel, address: str, error: HTTPError) -> ModelError:
    if 300 <= error.code < 400:
        return _sent_elsewhere(known, address, urlsplit(error.url).scheme)
    said = f"answers {error.code}"
    if error.code in {status.value for status in HTTPStatus} and error.code >= 400:
        said += f", {HTTPStatus(error.code).phrase}"
    return ModelError(
        f"The model {known.name} could not be fetched, because {urlsplit(address).hostname} {said}. "
        f"Try again later. {_otherwise(known, address)}"
    )


def _sent_elsewhere(known: KnownModel, address: str, scheme: str) -> ModelError:
    """The host sends us round and round, or to an address of a kind that is not followed."""
    said = "keeps sending us elsewhere"
    if scheme not in _WEB:
        said = f"sends us to an address that begins with {scheme[:20]}: and is not on the web"
    elif scheme == "http" and urlsplit(address).scheme == "https":
        said = "sends us from https to http, where anybody can read along"
    return ModelError(
        f"The model {known.name} could not be fetched, because {urlsplit(address).hostname} {said}. "
        f"Name another host with --host. {_otherwise(known, address)}"
    )


def _something_else(known: KnownModel, address: str, what: str) -> ModelError:
    return ModelError(
        f"{urlsplit(address).hostname} sends something else than the model {known.name}: {what}. Perhaps "
        f"the network asks you to log in first. {_otherwise(known, address)}"
    )


def _unwritable(part: Path, error: OSError) -> ModelError:
    return ModelError(
        f"The model cannot be written to {part.parent}: {error.strerror or error}. "
        "Free some room there, or make it writable, and try again."
    )
