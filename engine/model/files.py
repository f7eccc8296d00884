"""Design files: read strictly, written atomically, the same bytes for the same design.

A file is data: reading one runs nothing, follows nothing, and is bounded in size, depth and counts. A
file that cannot be read wholly is not read at all: ``FileError`` says in one line what is wrong, where,
and what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from engine.model.design import FORMAT, Design
from engine.model.disk import Stamp, read_whole, write_whole
from engine.model.layout import ordered, text_of, whole
from engine.model.limits import MAX_BYTES, MAX_COUNTS, LimitError, printable, too_large, too_many
from engine.model.migrations import MIGRATIONS
from engine.model.reading import ReadError, check_counts, kind_of, read_json
from engine.model.references import reference_problem
from engine.model.words import describe

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SUFFIX = ".windtunnel"


class FileError(Exception):
    """A file that cannot be read or written. The message is one clear line."""


def load(path: Path | str) -> Design:
    """The design in a file. Raises ``FileError``."""
    return load_stamped(Path(path))[0]


def load_stamped(path: Path) -> tuple[Design, Stamp]:
    """The design in a file, and by what the file is known again. Raises ``FileError``."""
    text, stamp = _text_of(path, MAX_BYTES, "design")
    return loads(text, shown_name(path)), stamp


def read_text(path: Path, most: int, sort: str) -> str:
    """The text of a file, at most so many bytes; ``sort`` says what it should be. Raises ``FileError``."""
    return _text_of(path, most, sort)[0]


def _text_of(path: Path, most: int, sort: str) -> tuple[str, Stamp]:
    """The text of a file and its stamp. Raises ``FileError``."""
    name = shown_name(path)
    try:
        data, stamp = read_whole(path, most)
    except (OSError, ValueError) as error:
        msg = f"{name}: cannot be read: {reason_of(error)}; check the path and its permissions"
        raise FileError(msg) from error
    if len(data) > most:
        raise FileError(too_big(name, most, sort))
    try:
        return data.decode("utf-8-sig"), stamp
    except UnicodeDecodeError as error:
        msg = f"{name}: is not UTF-8 text (byte {error.start}); it is no {sort} file"
        raise FileError(msg) from error


def shown_name(path: Path) -> str:
    """The name of a file for messages: printable, whatever bytes it is made of."""
    return printable(path.name)


def reason_of(error: Exception) -> str:
    """Why the system refused to read or write, in its own words."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def loads(text: str, name: str = "design") -> Design:
    """The design in a text; ``name`` stands in messages. Raises ``FileError``."""
    if len(text) > MAX_BYTES or len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise FileError(too_big(name, MAX_BYTES, "design"))
    try:
        raw = read_json(text)
    except ReadError as error:
        msg = f"{name}: {error}"
        raise FileError(msg) from None
    return from_raw(raw, name)


def from_raw(raw: dict[str, Any], name: str = "design") -> Design:
    """The design in an object that ``read_json`` read; ``name`` stands in messages. Raises ``FileError``."""
    try:
        raw = _up_to_date(raw)
        check_counts(raw)
    except ReadError as error:
        msg = f"{name}: {error}"
        raise FileError(msg) from None
    try:
        design = Design.model_validate(raw)
    except ValidationError as error:
        msg = f"{name}: {_located(raw, error.errors(include_url=False))}"
        raise FileError(msg) from None
    problem = unsound(design)
    if problem is not None:
        msg = f"{name}: {problem}"
        raise FileError(msg)
    return design


def unsound(design: Design) -> str | None:
    """Why the file of a design could not be opened again, in one line; None where it could."""
    counts = {name: getattr(design, name) for name in MAX_COUNTS if "." not in name}
    counts["scenario.events"] = design.scenario.events
    problems = (too_many(name, len(items)) for name, items in counts.items())
    problem = next(filter(None, problems), None) or reference_problem(design)
    try:
        if (
            problem is None
            and design.weight > MAX_BYTES
            and len(dumps(design).encode()) > MAX_BYTES
        ):
            return too_large()
    except LimitError as error:
        return str(error)
    return problem


def dumps(design: Design) -> str:
    """The text of a design's file. The same design always gives the same text."""
    raw = design.model_dump(mode="json", by_alias=True)
    sparse = design.model_dump(
        mode="json",
        by_alias=True,
        exclude_unset=True,
        include={"classes", "objectives", "comments", "presentation", "prices"},
    )
    raw |= sparse
    raw["scenario"] = design.scenario.model_dump(mode="json", by_alias=True, exclude={"events"}) | {
        "events": [
            event.model_dump(mode="json", by_alias=True, exclude_unset=True)
            for event in design.scenario.events
        ]
    }
    made = {key: whole(raw[key]) for key in Design.model_fields}
    for items in ("nodes", "links", "frames"):
        for item, raw_item in zip(made[items], raw[items], strict=True):
            item["config"] = ordered(raw_item["config"])
    for frame in made["frames"]:
        if not frame["config"]:
            del frame["config"]  # few frames have one, and older versions wrote none
    for note in made["notes"]:
        if not note["citations"]:
            del note["citations"]  # few notes cite a run, and older versions wrote none
    for name in ("comments", "presentation"):
        if not made[name]:
            del made[name]  # few designs have some, and older versions wrote none
    if made["prices"] is None:
        del made["prices"]  # likewise
    made |= {key: value for key, value in raw.items() if key not in Design.model_fields}
    return text_of(made) + "\n"


def save(design: Design, path: Path | str) -> Stamp:
    """Write a design's file at once or not at all; says by what it is known. Raises ``FileError``."""
    problem = unsound(design)
    if problem is not None:
        msg = f"{shown_name(Path(path))}: cannot be saved: {problem}"
        raise FileError(msg)
    return write(dumps(design), path)


def write(text: str, path: Path | str) -> Stamp:
    """Write a file at once or not at all. Raises ``FileError``."""
    path = Path(path)
    try:
        return write_whole(path, text.encode())
    except (OSError, ValueError) as error:
        name, reason = shown_name(path), reason_of(error)
        msg = f"{name}: cannot be saved: {reason}; choose another name or folder"
        raise FileError(msg) from error


def _up_to_date(raw: dict[str, Any]) -> dict[str, Any]:
    """The raw design in today's format. Raises ``ReadError``."""
    version = raw.get("windtunnel")
    if version is None:
        msg = "is no design: the field 'windtunnel' (the format, 1) is missing; open a .windtunnel file"
        raise ReadError(msg)
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        msg = f"windtunnel should be the format's number, such as {FORMAT}, not {kind_of(version)}"
        raise ReadError(msg)
    if version > FORMAT:
        msg = (
            f"was made by a newer version (format {version}; this one reads up to {FORMAT}); "
            "update Windtunnel to open it"
        )
        raise ReadError(msg)
    for migrate in MIGRATIONS[version:]:
        raw = migrate(raw)
    return raw


def _located(raw: dict[str, Any], errors: list[ErrorDetails]) -> str:
    """The first problem as id, field, what and remedy, and how many more there are."""
    first = errors[0]
    where = [str(part) for part in first["loc"]]
    item: Any = raw
    name = ""
    for depth, part in enumerate(first["loc"]):
        item = item[part] if _holds(item, part) else None
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            name, where = item["id"], [str(each) for each in first["loc"][depth + 1 :]]
    more = f" (and {len(errors) - 1} more problems)" if len(errors) > 1 else ""
    lead = f"{ascii(name)[1:-1][:64]}: " if name else ""
    return f"{lead}{describe('.'.join(where), first)}{more}"


def _holds(item: Any, part: int | str) -> bool:
    """Whether a raw value has something under an index or a key."""
    if isinstance(item, list):
        return isinstance(part, int) and part < len(item)
    return isinstance(item, dict) and part in item


def too_big(name: str, most: int, sort: str) -> str:
    """The message of a file that is larger than any of its sort."""
    return f"{name}: is larger than {most // 1_000_000} MB; a {sort} is far smaller: split it"
