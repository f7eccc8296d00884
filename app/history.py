"""The last saved versions of each file, kept aside so that nothing saved is ever lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from engine.model.disk import PRIVATE, read_whole, write_whole
from engine.model.limits import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

KEEP: Final = 20
_NAME: Final = "%Y%m%dT%H%M%S.%f%z"
_SUFFIX: Final = ".windtunnel"


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version of a file."""

    path: Path
    saved_at: datetime


class FileHistory:
    """Versions by file, latest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def record(self, file: Path, now: datetime | None = None) -> None:
        """Keep what the file holds now, unless it is what the latest version holds."""
        self.keep(file, read_whole(file, MAX_BYTES)[0], now)

    def keep(self, file: Path, data: bytes, now: datetime | None = None) -> None:
        """Keep something as a version of a file, unless it is what the latest version holds."""
        versions = self.versions(file)
        if versions and versions[0].path.read_bytes() == data:
            return
        stamp = (now or datetime.now(UTC)).strftime(_NAME)
        folder = self._folder_of(file)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{stamp}{_SUFFIX}", data, PRIVATE)
        for old in self.versions(file)[KEEP:]:
            old.path.unlink(missing_ok=True)

    def versions(self, file: Path) -> list[Version]:
        """What is kept of a file, latest first."""
        found: list[Version] = []
        for path in sorted(self._folder_of(file).glob(f"*{_SUFFIX}"), reverse=True):
            try:
                when = datetime.strptime(path.name.removesuffix(_SUFFIX), "%Y%m%dT%H%M%S.%f%z")
            except ValueError:
                continue  # not one of ours
            found.append(Version(path, when))
        return found

    def _folder_of(self, file: Path) -> Path:
        """The folder of a file's versions: its name for people, a hash of its path for certainty."""
        digest = hashlib.sha256(str(file.absolute()).encode()).hexdigest()[:16]
        return self._folder / f"{file.stem[:40]}-{digest}"
