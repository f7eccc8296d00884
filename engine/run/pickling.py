"""Long things into bytes and back without keeping other threads waiting.

Pickling holds the interpreter's lock in one go: 200 000 recorded arrivals take a tenth of a second, in which
a window stands still. The pickler hands over what it has about every 64 kB (the frames of protocol 4), and
asks for as much at a time; where that calls Python, other threads get their turn.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, Final

_PROTOCOL: Final = 5


class _Parts:
    """Takes what is written. A method of Python, since a ``BytesIO`` would keep the lock."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep a part."""
        self.parts.append(bytes(data))
        return len(data)


class _Source:
    """Gives out bytes. Methods of Python, for the same reason."""

    def __init__(self, data: bytes) -> None:
        self._inside = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        """So many bytes."""
        return self._inside.read(size)

    def readinto(self, buffer: bytearray) -> int:
        """Bytes into a buffer."""
        return self._inside.readinto(buffer)

    def readline(self) -> bytes:
        """A line."""
        return self._inside.readline()


def dumped(value: Any) -> bytes:
    """The bytes of a value."""
    target = _Parts()
    pickle.Pickler(target, _PROTOCOL).dump(value)
    return b"".join(target.parts)


def loaded(data: bytes) -> Any:
    """The value of bytes that a process of ours wrote."""
    return pickle.Unpickler(_Source(data)).load()
