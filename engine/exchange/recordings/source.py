"""Reading the text of a recording: a file or standard input, plain or packed by gzip, of any encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.recording import RecordingError

if TYPE_CHECKING:
    from typing import BinaryIO

STANDARD_INPUT: Final = Path("-")
"""What stands for standard input on a command line."""
_MAX_BYTES: Final = 256_000_000
"""Most text that is read, unpacked: a million lines of an access log."""
_GZIP: Final = b"\x1f\x8b"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        RecordingError: where it cannot be read, is no regular file, is too large or is no text.
    """
    if path == STANDARD_INPUT:
        return _decoded(_unpacked(sys.stdin.buffer, "standard input"), "standard input")
    try:
        if path.exists() and not path.is_file():
            msg = f"{path.name}: is no regular file; name a file of recorded arrivals"
            raise RecordingError(msg)
        with path.open("rb") as file:
            data = _unpacked(file, path.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"{path.name}: cannot be read: {reason}; check the path and its permissions"
        raise RecordingError(msg) from error
    return _decoded(data, path.name)


def name_of(path: Path) -> str:
    """What messages call a source."""
    return "standard input" if path == STANDARD_INPUT else path.name


def _unpacked(file: BinaryIO, name: str) -> bytes:
    """The bytes of a file, unpacked where they are packed; bounded."""
    data = file.read(_MAX_BYTES + 1)
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


def _decoded(data: bytes, name: str) -> str:
    """Bytes as text."""
    encoding = next((each for bom, each in _BOMS if data.startswith(bom)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in data:
            msg = f"{name}: is no text; give a CSV file or an access log, plain or packed by gzip"
            raise RecordingError(msg) from error
    return data.decode("cp1252", errors="replace")
