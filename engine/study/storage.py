"""Where a study keeps what is done, so that it can go on after anything.

One file of JSON lines: a design's text the first time it is used, then an outcome a line. A line is
written in one piece and only at the end, so a kill can tear the last line and nothing else; a torn line
is dropped, and its point is computed again.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.study.points import Outcome, Point, Variant, digest_of, engine_version

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

FILE: Final = "study.jsonl"
"""Name of the file in a study's folder."""
SUFFIX: Final = ".jsonl"


class StorageError(Exception):
    """A study's file that cannot be read or written. The message is one line: what, where, remedy."""


class Storage:
    """The outcomes of one or more studies in a folder, or in a ``.jsonl`` file.

    Outcomes of another version of the engine are left alone and computed again: numbers of two versions
    are never mixed. The same point twice: the later line counts.
    """

    def __init__(self, place: Path | str) -> None:
        """Open it, with everything that is done. Raises ``StorageError``."""
        given = Path(place)
        self.path = given if given.suffix == SUFFIX else given / FILE
        self.outcomes: dict[str, Outcome] = {}
        self._points: dict[str, dict[str, Any]] = {}
        self._designs: dict[str, str] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise StorageError(_problem(self.path, "opened", error)) from error
        try:
            self._read()
        except OSError as error:
            self.close()
            raise StorageError(_problem(self.path, "read", error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, *done: tuple[Point, Outcome]) -> None:
        """Keep outcomes; when this returns they are on the disk. Raises ``StorageError``."""
        lines: list[dict[str, Any]] = []
        abouts = [self._about(point, lines) for point, _ in done]
        for about, (_, outcome) in zip(abouts, done, strict=True):
            lines.append(asdict(outcome) | {"point": about})
        try:
            self._write("".join(json.dumps(line, allow_nan=False) + "\n" for line in lines))
        except OSError as error:
            raise StorageError(_problem(self.path, "written", error)) from error
        for about, (point, outcome) in zip(abouts, done, strict=True):
            self._designs[about["design"]] = point.variant.design
            self._points[point.key] = about
            self.outcomes[point.key] = outcome

    def _about(self, point: Point, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """What a line says of its point; a design that is new gets a line of its own."""
        variant = point.variant
        new = {"design": variant.digest, "text": variant.design}
        if variant.digest not in self._designs and new not in lines:
            lines.append(new)
        return {
            "design": variant.digest,
            "settings": list(variant.settings),
            "load": variant.load,
            "seed": point.seed,
        }

    def point(self, key: str) -> Point:
        """The point whose key begins like this. Raises ``StorageError``."""
        found = [each for each in self._points if each.startswith(key)]
        if len(found) != 1 or not key:
            count = "no" if not found else f"{len(found)}"
            msg = f"{self.path}: holds {count} points {key!r}; take a key from the list of failures"
            raise StorageError(msg)
        about = self._points[found[0]]
        variant = Variant(self._designs[about["design"]], tuple(about["settings"]), about["load"])
        return Point(variant, about["seed"])

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write(self, text: str) -> None:
        """Write at the end, all of it, and wait for the disk."""
        data = text.encode()
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)

    def _read(self) -> None:
        """Take in every whole line; cut off what a kill has left of the last."""
        with self.path.open("rb") as file:
            whole = 0
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                self._take(line)
        if whole < self.path.stat().st_size:
            os.ftruncate(self._file, whole)

    def _take(self, line: bytes) -> None:
        """A line; one that is damaged says nothing, and its point is computed again."""
        try:
            raw = json.loads(line)
            if "text" in raw:
                if digest_of(raw["text"]) == raw["design"]:
                    self._designs[raw["design"]] = raw["text"]
                return
            about = raw.pop("point")
            outcome = Outcome(**raw)
            made = Variant(self._designs[about["design"]], tuple(about["settings"]), about["load"])
            if Point(made, about["seed"]).key != outcome.key:
                return
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return
        self._points[outcome.key] = about
        if outcome.engine == engine_version():
            self.outcomes[outcome.key] = outcome


def _problem(path: Path, verb: str, error: OSError) -> str:
    """What is wrong with the file."""
    reason = (error.strerror or str(error)).lower()
    return f"{path}: cannot be {verb}: {reason}; choose another place with --output"
