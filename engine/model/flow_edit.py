"""Flows taken apart and put together, step by step: what a list of steps on a screen does to the JSON.

A step is named by its path in the raw flow, such as ``(0,)``, ``(1, "parallel", 0)`` or
``(2, "choice", 0, "do", 1)``; ``(2, "choice", 0)`` is a way of a choice. Nothing is changed in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

Path = tuple[int | str, ...]
KINDS: Final = ("work", "call", "sequence", "parallel", "choice", "loop", "async", "transaction")
"""Sorts of steps, by the key that tells them."""
WRAPS: Final = ("sequence", "parallel", "choice", "loop", "async")
"""Those that hold other steps."""
WAY: Final = "way"
"""A way of a choice: no step, but it holds some."""
_WORK: Final[dict[str, JsonValue]] = {"work": "service_time"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list of steps."""

    path: Path
    kind: str
    """One of ``KINDS``, ``WAY``, or nothing for what is no step."""
    raw: dict[str, Any]
    depth: int
    """How many steps and ways are around it."""


def kind_of(raw: Any) -> str:
    """Sort of a raw step; empty for what is none."""
    found = [key for key in KINDS if isinstance(raw, dict) and key in raw]
    return found[0] if len(found) == 1 else ""


def entries(flow: Any, path: Path = (), depth: int = 0) -> Iterator[Entry]:
    """Every step and every way of a flow, each before what is inside it."""
    if not isinstance(flow, list):
        return
    for place, raw in enumerate(flow):
        here = (*path, place)
        kind = WAY if path and path[-1] == "choice" else kind_of(raw)
        yield Entry(here, kind, raw if isinstance(raw, dict) else {}, depth)
        key = inner_key(kind)
        if key:
            yield from entries(raw.get(key), (*here, key), depth + 1)


def inner_key(kind: str) -> str:
    """Where a sort of step keeps the steps inside it; empty where it has none."""
    if kind in ("loop", WAY):
        return "do"
    return kind if kind in ("sequence", "parallel", "choice", "async") else ""


def made(kind: str, inside: list[Any] | None = None, link: str = "") -> dict[str, JsonValue]:  # noqa: PLR0911 - one return a sort
    """A new step of a sort, around some steps or around a work."""
    steps: list[Any] = inside or [_WORK]
    match kind:
        case "work":
            return dict(_WORK)
        case "call":
            return {"call": link}
        case "loop":
            return {"loop": 2, "do": steps}
        case "choice":
            return {"choice": [{"do": steps}]}
        case "way":
            return {"do": steps}
        case "transaction":
            return {"transaction": {"mode": "two_phase", "participants": [link]}}
        case _:
            return {kind: steps}


def at(flow: Any, path: Path) -> Any:
    """What is at a path; None where there is nothing."""
    for part in path:
        if isinstance(part, int) and isinstance(flow, list) and part < len(flow):
            flow = flow[part]
        elif isinstance(part, str) and isinstance(flow, dict):
            flow = flow.get(part)
        else:
            return None
    return flow


def replaced(flow: Any, path: Path, value: Any) -> Any:
    """The flow with something else at a path."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(head, int):
        return [replaced(each, rest, value) if i == head else each for i, each in enumerate(flow)]
    return {**flow, head: replaced(flow.get(head), rest, value)}


def inserted(flow: list[Any], path: Path, value: Any) -> list[Any]:
    """The flow with a step more, which then has that path."""
    around, place = path[:-1], path[-1]
    steps = list(at(flow, around) or [])
    steps.insert(int(place), value)
    grown: list[Any] = replaced(flow, around, steps)
    return grown


def removed(flow: list[Any], path: Path) -> list[Any]:
    """The flow without a step, and without what is empty then; it may be empty itself."""
    around, place = path[:-1], path[-1]
    steps = [each for i, each in enumerate(at(flow, around)) if i != place]
    if not steps and around:
        return removed(flow, around[:-1])
    shrunk: list[Any] = replaced(flow, around, steps)
    return _needs_met(shrunk, around)


def _needs_met(flow: list[Any], around: Path) -> list[Any]:
    """A parallel of which a step went may not need more than are left."""
    if not around or around[-1] != "parallel":
        return flow
    holder = at(flow, around[:-1])
    need, copies = holder.get("need"), holder.get("copies", 1)
    if not isinstance(need, int) or not isinstance(copies, int):
        return flow
    fewer: list[Any] = replaced(
        flow, (*around[:-1], "need"), min(need, len(holder["parallel"]) * copies)
    )
    return fewer


def moved(flow: list[Any], path: Path, to: Path) -> tuple[list[Any], Path]:
    """The flow with a step elsewhere, and its path there; ``to`` is where it is put, it still being where it was.

    A step cannot be put into itself, nor a way anywhere but among the ways of a choice: nothing is moved then.
    """
    if to[: len(path)] == path or _is_way(path) != _is_way(to):
        return flow, path
    value = at(flow, path)
    grown = inserted(flow, to, value)
    gone, landed = _shifted(path, to), to
    shrunk = removed(grown, gone)
    # What emptied its list took the holder along: then what stands behind that moved up there.
    while at(grown, gone[:-1]) is not None and len(at(grown, gone[:-1])) == 1 and len(gone) > 1:
        gone = gone[:-2]
    landed = _closed(gone, landed)
    return shrunk, landed


def _shifted(path: Path, new: Path) -> Path:
    """The path of a step once another has been put at ``new``."""
    depth = len(new) - 1
    same = len(path) > depth and path[:depth] == new[:depth]
    if same and int(path[depth]) >= int(new[depth]):
        return (*path[:depth], int(path[depth]) + 1, *path[depth + 1 :])
    return path


def _closed(gone: Path, path: Path) -> Path:
    """The path of a step once another one has been taken out."""
    depth = len(gone) - 1
    same = len(path) > depth and path[:depth] == gone[:depth]
    if same and int(path[depth]) > int(gone[depth]):
        return (*path[:depth], int(path[depth]) - 1, *path[depth + 1 :])
    return path


def _is_way(path: Path) -> bool:
    """Whether a path is that of a way of a choice."""
    return len(path) > 1 and path[-2] == "choice"


def wrapped(flow: list[Any], path: Path, kind: str) -> tuple[list[Any], Path]:
    """The flow with a step put into a new one, and the step's path there."""
    inside = made(kind, [at(flow, path)])
    key = inner_key(kind)
    within: Path = (*path, key, 0, "do", 0) if kind == "choice" else (*path, key, 0)
    around: list[Any] = replaced(flow, path, inside)
    return around, within


def unwrapped(flow: list[Any], path: Path) -> tuple[list[Any], Path]:
    """The flow with a step taken out of the one around it, to stand behind that; top steps stay."""
    holder = path[:-2]
    while holder and _is_way(holder):
        holder = holder[:-2]
    if not holder or _is_way(path):
        return flow, path
    return moved(flow, path, (*holder[:-1], int(holder[-1]) + 1))


def shifted(flow: list[Any], path: Path, by: int) -> tuple[list[Any], Path]:
    """The flow with a step one place further up or down in its list."""
    steps, place = at(flow, path[:-1]), int(path[-1])
    new = place + by
    if not 0 <= new < len(steps):
        return flow, path
    order = list(steps)
    order[place], order[new] = order[new], order[place]
    changed: list[Any] = replaced(flow, path[:-1], order)
    return changed, (*path[:-1], new)
