"""Where a study keeps what is done, so that it can go on after anything.

One file of JSON lines: a design's text the first time it is used, then an outcome a line. A line is
written in one piece and only at the end, so a kill can tear the last line and nothing else; a torn line
is dropped, and its point is computed again.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.model.memory import DEFAULT_MEMORY
from engine.model.reading import finite_json
from engine.release import engine_version
from engine.study.points import Outcome, Point, Variant, digest_of
from engine.study.trial import CROSSED, Trial

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

FILE: Final = "study.jsonl"
"""Name of the file in a study's folder."""
SUFFIX: Final = ".jsonl"
_FIELDS: Final[dict[str, type | tuple[type, ...]]] = {
    "key": str,
    "result": (dict, type(None)),
    "error": (str, type(None)),
    "trace": str,
    "engine": str,
}
"""What each field of an outcome holds."""
_LONGEST: Final = 100_000_000
"""Bytes of the longest line that is read: a design or the result of a run is far shorter."""


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
        if not stat.S_ISREG(os.fstat(self._file).st_mode):
            self.close()
            msg = f"{self.path}: is no regular file; choose another place with --output"
            raise StorageError(msg)
        try:
            self._read()
        except StorageError:
            self.close()
            raise
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
            **({"asked": list(variant.asked)} if variant.asked else {}),
            **({"trial": variant.trial.to_json} if variant.trial != Trial() else {}),
            **({"memory": variant.memory} if variant.memory != DEFAULT_MEMORY else {}),
        }

    def point(self, key: str) -> Point:
        """The point whose key begins like this. Raises ``StorageError``."""
        found = [each for each in self._points if each.startswith(key)]
        if len(found) != 1 or not key:
            count = "no" if not found else f"{len(found)}"
            msg = f"{self.path}: holds {count} points {key!r}; take a key from the list of failures"
            raise StorageError(msg)
        about = self._points[found[0]]
        return Point(self._variant(about), about["seed"])

    def _variant(self, about: dict[str, Any]) -> Variant:
        """What a line says of its point. Raises ``KeyError`` or ``TypeError`` where that is not enough."""
        design, asked = self._designs[about["design"]], tuple(map(str, about.get("asked", ())))
        trial = Trial.read(about.get("trial", {}))
        made = Variant(design, tuple(about["settings"]), about["load"], asked, trial)
        return made.within(float(about.get("memory", DEFAULT_MEMORY)))

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
        """Take in every whole line; cut off what a kill has left of the last.

        A file in which nothing is of a study belongs to somebody else, and is not touched.
        """
        whole, rest, known, strange = 0, b"", 0, 0
        with self.path.open("rb") as file:
            while line := file.readline(_LONGEST + 1):
                if not line.endswith(b"\n"):
                    rest = line
                    break
                whole += len(line)
                taken = self._take(line)
                known, strange = known + taken, strange + (not taken)
        torn = rest and not (known or _begins_a_line(rest))
        if torn or len(rest) > _LONGEST or (strange and not known):
            msg = f"{self.path}: holds something else than a study; choose another place with --output"
            raise StorageError(msg)
        if rest:
            os.ftruncate(self._file, whole)

    def _take(self, line: bytes) -> bool:
        """Whether a line is one of a study; one that is damaged says nothing, and is computed again."""
        try:
            raw = finite_json(line)
            if "text" in raw:
                sound = digest_of(raw["text"]) == raw["design"]
                if sound:
                    self._designs[raw["design"]] = raw["text"]
                return bool(sound)
            about = raw.pop("point")
            outcome = _outcome(raw)
            if Point(self._variant(about), about["seed"]).key != outcome.key:
                return False
            if outcome.engine == engine_version() and not _is_sound(outcome.result):
                return False
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
            return False
        self._points[outcome.key] = about
        if outcome.engine == engine_version():
            self.outcomes[outcome.key] = outcome
        return True


def _begins_a_line(rest: bytes) -> bool:
    """Whether a torn line could be the beginning of one that a study writes."""
    starts = (b'{"design": "', b'{"key": "')
    return any(rest.startswith(start) or start.startswith(rest) for start in starts)


def _outcome(raw: dict[str, Any]) -> Outcome:
    """An outcome as it was written; ``TypeError`` where a field holds something else."""
    for name, sorts in _FIELDS.items():
        if name in raw and not isinstance(raw[name], sorts):
            raise TypeError(name)
    return Outcome(**raw)


def _is_sound(result: dict[str, Any] | None) -> bool:
    """Whether a result is what a run has measured: it has the hash that it says."""
    if result is None:
        return True
    # Here, not above: whoever only makes studies, as the window does, must not load the simulator for it.
    from engine.sim.report import hash_of  # noqa: PLC0415

    asked = (result.get("series"), result.get("metrics"))
    if any(each is not None and not isinstance(each, dict) for each in asked):
        return False
    measured = {name: value for name, value in result.items() if name != CROSSED}
    return bool(hash_of(measured) == result["hash"])


def _problem(path: Path, verb: str, error: OSError) -> str:
    """What is wrong with the file."""
    reason = (error.strerror or str(error)).lower()
    return f"{path}: cannot be {verb}: {reason}; choose another place with --output"
