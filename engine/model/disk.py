"""Whole files, and only regular ones: read within bounds, written at once or not at all.

Opening a pipe would wait for ever and a device has no end, so neither is opened. What is written replaces
the old file in one step, after it is on the disk: a crash at any moment leaves the old one or the new one.
Permissions, symbolic links and hard links stay as they are.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from typing import TYPE_CHECKING, Final, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

State = Literal["same", "changed", "gone"]
PRIVATE: Final = 0o600
"""Permissions of files that are nobody else's business."""
_SHARED: Final = 0o666
_NAME: Final = 40
"""Characters of a file's name in that of its temporary file; names have at most 255 bytes."""
_NONBLOCKING: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotRegularError(OSError):
    """A directory, a pipe, a device or a socket where a file should be."""

    def __init__(self, mode: int) -> None:
        kinds = (
            (stat.S_ISDIR, "a folder"),
            (stat.S_ISFIFO, "a pipe"),
            (stat.S_ISSOCK, "a socket"),
        )
        sort = next((words for is_kind, words in kinds if is_kind(mode)), "a device")
        super().__init__(errno.EINVAL, f"it is {sort}, not a file")


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file is known again: where it lies, when it was written, and what was in it."""

    inode: int
    size: int
    written: int
    """Nanoseconds since 1970."""
    digest: str

    @classmethod
    def of(cls, info: os.stat_result, data: bytes) -> Stamp:
        """The stamp of a file that holds some bytes."""
        return cls(info.st_ino, info.st_size, info.st_mtime_ns, hashlib.sha256(data).hexdigest())

    def state(self, path: Path, most: int) -> State:
        """Whether a file still holds what it held; a file that was only touched does."""
        if self.seems_same(path):
            return "same"
        try:
            return "same" if read_whole(path, most)[1].digest == self.digest else "changed"
        except FileNotFoundError:
            return "gone"
        except OSError:
            return "changed"

    def seems_same(self, path: Path) -> bool:
        """Whether a file still holds what it held, as far as shows without reading it."""
        try:
            info = path.stat()
        except OSError:
            return False
        return (info.st_ino, info.st_size, info.st_mtime_ns) == (
            self.inode,
            self.size,
            self.written,
        )


def read_whole(path: Path, most: int) -> tuple[bytes, Stamp]:
    """The first ``most`` bytes of a regular file, and one more where it is longer. Raises ``OSError``."""
    data, info = _read(path, most)
    return data, Stamp.of(info, data)


def read_bytes(path: Path, most: int) -> bytes:
    """The same bytes without the file's stamp. Raises ``OSError``."""
    return _read(path, most)[0]


def _read(path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """Bytes of a regular file, and what is known of it. Raises ``OSError``."""
    info = path.stat()
    if not stat.S_ISREG(info.st_mode):
        raise NotRegularError(info.st_mode)
    with os.fdopen(os.open(path, os.O_RDONLY | _NONBLOCKING), "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise NotRegularError(info.st_mode)
        data: bytes | None = file.read(most + 1)
    if (
        data is None
    ):  # a queue that only looks like a file, such as the kernel's messages, and is empty by now
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return data, info


def write_to(path: Path, data: bytes) -> None:
    """Write what a person asked for: a file as a whole, an open pipe or a terminal as it is. Raises ``OSError``."""
    if _is_stream(path):
        with _opened(path) as file:
            file.write(data)
    else:
        write_whole(path, data)


def check_place(path: Path) -> None:
    """Refuse before long work what `write_to` would refuse after it; nothing is left there. Raises ``OSError``."""
    if _is_stream(path):  # opening one could wait for a reader, or tell one that this was all
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    target = _target(path)
    _old(target)
    with _temporary(target, b"", PRIVATE):
        pass


def _is_stream(path: Path) -> bool:
    """Whether a path is a pipe that we were given or a terminal: ``/dev/stdout``, ``/dev/null``, ``>(jq .)``.

    A pipe of which nothing is open here may have no reader, and would be waited for for ever.
    """
    try:
        info = path.stat()
    except FileNotFoundError:
        return False
    if not stat.S_ISFIFO(info.st_mode):
        return stat.S_ISCHR(info.st_mode)
    return any(os.path.samestat(info, each) for each in _open_files())


def _open_files() -> Iterator[os.stat_result]:
    """The files that are open in this process."""
    try:
        numbers = [int(each) for each in os.listdir("/dev/fd")]  # noqa: PTH208 - only their names are wanted
    except OSError:
        numbers = [0, 1, 2]
    for number in numbers:
        with contextlib.suppress(OSError):
            yield os.fstat(number)


def _opened(path: Path) -> BinaryIO:
    """A stream to write to. Raises ``BrokenPipeError`` where nobody reads from it any more."""
    try:
        handle = os.open(path, os.O_WRONLY | _NONBLOCKING)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error
        raise
    if hasattr(os, "set_blocking"):
        os.set_blocking(handle, True)
    return os.fdopen(handle, "wb")


def write_whole(path: Path, data: bytes, mode: int = _SHARED) -> Stamp:
    """Have a file hold these bytes; when this returns they are on the disk. Raises ``OSError``.

    Args:
        path: the file; a symbolic link stays one, and what it points to is written.
        data: everything that the file is to hold.
        mode: permissions of a new file, less what the umask takes away. An old file keeps its own.
    """
    target = _target(path)
    old = _old(target)
    if old is None:
        return _replaced(target, data, mode)
    if old.st_nlink > 1:
        return _overwritten(target, data)
    return _replaced(target, data, PRIVATE, old)


def _target(path: Path) -> Path:
    """The file that a path leads to. Raises ``OSError`` where symbolic links lead in a circle."""
    try:
        return path.resolve()
    except RuntimeError as error:  # what older versions of Python say
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from error


def _old(target: Path) -> os.stat_result | None:
    """What is known of the file that would be replaced; None where there is none. Raises ``OSError``."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(old.st_mode):
        raise NotRegularError(old.st_mode)
    if not old.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    return old


def _replaced(target: Path, data: bytes, mode: int, old: os.stat_result | None = None) -> Stamp:
    """Put a new file in the place of the old one."""
    with _temporary(target, data, mode) as (temporary, info):
        if old is not None:
            with contextlib.suppress(OSError, AttributeError):
                os.chown(temporary, old.st_uid, old.st_gid)
            temporary.chmod(stat.S_IMODE(old.st_mode))
        temporary.replace(target)
        _sync_folder(target.parent)
    return Stamp.of(info, data)


def _overwritten(target: Path, data: bytes) -> Stamp:
    """Write into the old file, which has other names as well; until that is done a copy lies beside it."""
    with _temporary(target, data, PRIVATE) as (temporary, _), target.open("r+b") as file:
        _sync_folder(target.parent)
        try:
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            kept = temporary.with_suffix(".kept")
            temporary.replace(kept)
            reason = error.strerror or str(error)
            raise OSError(error.errno, f"{reason}; all of it is in {kept.name}") from error
        info = os.fstat(file.fileno())
    return Stamp.of(info, data)


@contextlib.contextmanager
def _temporary(target: Path, data: bytes, mode: int) -> Iterator[tuple[Path, os.stat_result]]:
    """A file beside the target that holds the bytes, on the disk; afterwards it is gone."""
    name = f".{target.name[:_NAME]}.{secrets.token_hex(6)}.part"
    temporary = target.with_name(name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            info = os.fstat(file.fileno())
        yield temporary, info
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _sync_folder(folder: Path) -> None:
    """Have the folder's own entries on the disk, where a folder can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
