"""Reading the text of a recording: a file or standard input, plain or packed by gzip, of any encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.recording import RecordingError, spaced
from engine.model.disk import NotRegularError, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT: Final = Path("-")
"""What stands for standard input on a command line."""
_MAX_BYTES: Final = 256_000_000
"""Most text that is read, unpacked: a million lines of an access log."""
MAX_LINES: Final = 10_000_000
"""Most lines that are read: each takes some microseconds, however short it is."""
_GZIP: Final = b"\x1f\x8b"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before that of UTF-16, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GATLING: Final = re.compile(rb"\x00{4}[\x05-\x12]\d+\.\d+\.\d")
"""The record of a run and the length of its version, which stands behind."""
_SAMPLE: Final = 4096
"""Bytes by which text without a mark of its encoding is told from what is no text."""
_MOSTLY: Final = 0.4
"""Share of zero bytes from which they are half of a wider encoding; a stray one in a log is none."""


def read_text(path: Path) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        RecordingError: where it cannot be read, is no regular file, is too large or is no text.
    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:  # closed before the start
            msg = "standard input: is closed; name a file of recorded arrivals"
            raise RecordingError(msg)
        data = sys.stdin.buffer.read(_MAX_BYTES + 1)
        return _text(_unpacked(data, "standard input"), "standard input")
    try:
        data = read_bytes(path, _MAX_BYTES)
    except NotRegularError as error:
        msg = f"{path.name}: is no regular file; name a file of recorded arrivals"
        raise RecordingError(msg) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"{path.name}: cannot be read: {reason}; check the path and its permissions"
        raise RecordingError(msg) from error
    return _text(_unpacked(data, path.name), path.name)


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text, each with its end; only what ends a line in a file does, no form feed in a name."""
    return iter(io.StringIO(text, newline=None))


def name_of(path: Path) -> str:
    """What messages call a source."""
    return "standard input" if path == STANDARD_INPUT else path.name


def _unpacked(data: bytes, name: str) -> bytes:
    """Bytes unpacked where they are packed; bounded."""
    if data.startswith(_GZIP):
        try:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(_MAX_BYTES + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            msg = f"{name}: is packed by gzip, but broken; fetch it again"
            raise RecordingError(msg) from error
    if len(data) > _MAX_BYTES:
        msg = f"{name}: is larger than {_MAX_BYTES // 1_000_000} MB; import a part of the recording"
        raise RecordingError(msg)
    return data


def _text(data: bytes, name: str) -> str:
    """Bytes as text of so many lines at most. Raises ``RecordingError``."""
    text = _decoded(data, name)
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        msg = (
            f"{name}: has more than {spaced(MAX_LINES)} lines; import a part of the recording, or give the client its "
            "rate curve [[t, rps], …] instead"
        )
        raise RecordingError(msg)
    return text


def _decoded(data: bytes, name: str) -> str:
    """Bytes as text."""
    _refuse_gatling(data, name)
    sample = data[:_SAMPLE]
    encoding = next((each for bom, each in _BOMS if data.startswith(bom)), "utf-8")
    if encoding == "utf-8" and sample.count(0) > _MOSTLY * len(sample):
        encoding = "utf-16-be" if sample[:1] == b"\x00" else "utf-16-le"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in data:
            raise _no_text(name) from error
        return data.decode("cp1252", errors="replace")
    if encoding != "utf-8" and "\x00" in text[:_SAMPLE]:
        raise _no_text(name)
    return text


def _no_text(name: str) -> RecordingError:
    """A file of another kind: a picture, a database, a program."""
    msg = f"{name}: is no text; give a CSV file or an access log, plain or packed by gzip"
    return RecordingError(msg)


def _refuse_gatling(data: bytes, name: str) -> None:
    """Say what a log of Gatling is that begins with the number of a newer version. Raises ``RecordingError``."""
    if _GATLING.match(data) is not None:
        msg = (
            f"{name}: is a binary log of Gatling, as it writes them from 3.12 on; turn it into a CSV file, "
            "or record with an older version"
        )
        raise RecordingError(msg)
