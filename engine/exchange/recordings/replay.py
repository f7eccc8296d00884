"""The edit that has a client send what was recorded, with the classes and the length that this needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.exchange.recordings.classes import operation_of
from engine.exchange.recordings.recording import (
    RateCurve,
    Recording,
    RecordingError,
    plural,
)
from engine.model.class_names import PLAIN, equal_mix, renaming, without_mix
from engine.model.edits import CompoundEdit, EditError, SetDesign, SetField
from engine.model.names import did_you_mean
from engine.model.units import format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Design, Node
    from engine.model.edits import Applied, Edit

_MOST_ADDED: Final = 12
"""Classes that a recording adds; those that are rarer become one."""
REST: Final = "other"
"""The class of whatever is rarer."""
_WARMUP: Final = 0.1
"""Most of a recording that is not measured."""
_SLIGHT: Final = 1e-9
_SERVICE: Final = "service"
_ROUTERS: Final = frozenset({"load_balancer", "rate_limiter", "api_gateway"})


@dataclass(frozen=True, slots=True)
class Replay:
    """What has a client replay a recording."""

    edit: CompoundEdit
    applied: Applied
    """What the edit makes of the design."""
    about: str
    """What is taken, in one line."""


def replay(design: Design, client: str, recording: Recording | RateCurve) -> Replay:
    """Have a client of a design replay a recording.

    Classes that the design lacks are added, and the scenario becomes as long as the recording.

    Raises:
        RecordingError: where the design cannot hold it, or a class is nearly one that it has.
    """
    classes = _Classes(design, client, recording)
    edits: list[Edit] = [
        *classes.edits(),
        SetField(client, ("config", "arrivals"), _arrivals(recording, classes)),
    ]
    if isinstance(recording, RateCurve) and recording.shares:
        edits.append(SetField(client, ("config", "mix"), classes.mix(recording.shares)))
    edits += _length(design, recording.length)
    served = _served(design, client, recording)
    edits += served.edits
    edit = CompoundEdit.of(edits, "Load a recording")
    try:
        applied = edit.apply(design)
    except EditError as error:
        msg = f"{error}; or import a part of the recording"
        raise RecordingError(msg) from error
    parts = [recording.about, *recording.notes, *classes.notes(), served.note]
    parts.append(f"the scenario lasts {format_quantity(_duration(design, recording.length), 's')}")
    return Replay(edit, applied, "; ".join(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class _Served:
    """What becomes of recorded work."""

    edits: tuple[Edit, ...] = ()
    note: str = ""


def _served(design: Design, client: str, recording: Recording | RateCurve) -> _Served:
    """Have the service that a client calls, at once or over routers, do the work that was recorded."""
    if isinstance(recording, RateCurve) or recording.work is None:
        return _Served()
    services = _services(design, client)
    if len(services) != 1:
        told = "no service" if not services else "several services"
        return _Served(note=f"its work is left out: the client calls {told}")
    law: JsonValue = {
        "law": "empirical",
        "values": list(recording.work),
        "order": "recorded",
    }
    edit = SetField(services[0].id, ("config", "service_time"), law)
    return _Served((edit,), f"{services[0].name or services[0].id} does the recorded work")


def _services(design: Design, client: str) -> list[Node]:
    """The services that the requests of a client reach first."""
    seen, waiting = {client}, [client]
    found: list[Node] = []
    while waiting:
        here = waiting.pop()
        for link in design.links:
            node = design.node_by_id.get(link.target)
            if link.source != here or node is None or node.id in seen:
                continue
            seen.add(node.id)
            if node.kind == _SERVICE:
                found.append(node)
            elif node.kind in _ROUTERS:
                waiting.append(node.id)
    return found


class _Classes:
    """The classes of a recording in a design."""

    def __init__(self, design: Design, client: str, recording: Recording | RateCurve) -> None:
        self._design = design
        self._others = [
            node for node in design.nodes if node.kind == "client" and node.id != client
        ]
        known = [kind.name for kind in design.classes]
        names = list(recording.shares)
        unknown = [name for name in names if name not in (known or [PLAIN])]
        for name in unknown:
            hint = did_you_mean(name, known) if " " not in name else None
            if hint is not None:
                msg = (
                    f"{name!r} is no request class of the design (did you mean {hint!r}?); "
                    "add it, or change the file"
                )
                raise RecordingError(msg)
        room = min(_MOST_ADDED, len(unknown))
        rare = unknown[room - 1 :] if len(unknown) > _MOST_ADDED else []
        self.added = [name for name in unknown if name not in rare]
        if rare and REST not in (*known, *self.added):
            self.added.append(REST)
        self._rare = dict.fromkeys(rare, REST)
        self._merged = len(rare)
        self._spelt = bool(
            not known
            and (PLAIN in names or self._others or any(renaming(design, PLAIN, f"{PLAIN} ")))
        )
        """Whether the one class that all requests had without a word is still used, and has to be named now."""

    def named(self, name: str) -> str:
        """What a class of the recording is called in the design."""
        return self._rare.get(name, name)

    def mix(self, shares: dict[str, float]) -> dict[str, JsonValue]:
        """The shares of the design's classes."""
        mix: dict[str, float] = {}
        for name, share in shares.items():
            mix[self.named(name)] = mix.get(self.named(name), 0.0) + share
        return dict(mix)

    def edits(self) -> list[Edit]:
        """What adds those that the design lacks; other clients send what they sent before."""
        if not self.added:
            return []
        raw = self._design.model_dump(mode="json", exclude_unset=True, include={"classes"})
        before: list[JsonValue] = raw.get("classes") or ([{"name": PLAIN}] if self._spelt else [])
        made: list[JsonValue] = [
            {"name": name, "operation": operation_of(name)} for name in self.added
        ]
        equal = equal_mix(self._design)
        return [
            SetDesign(("classes",), [*before, *made]),
            *(SetField(node.id, ("config", "mix"), equal) for node in without_mix(self._others)),
        ]

    def notes(self) -> list[str]:
        """What was added, in words."""
        if not self.added:
            return []
        shown = ", ".join(self.added[:3]) + (", …" if len(self.added) > 3 else "")
        rare = f"; {self._merged} rare ones as {REST!r}" if self._merged else ""
        return [f"adds {plural(len(self.added), 'class', 'classes')} ({shown}){rare}"]


def _arrivals(recording: Recording | RateCurve, classes: _Classes) -> dict[str, JsonValue]:
    """The arrivals of the client."""
    if isinstance(recording, RateCurve):
        return {"process": "poisson", "rate": [list(point) for point in recording.points]}
    arrivals: dict[str, JsonValue] = {"process": "trace", "times": list(recording.times)}
    if recording.classes is not None:
        arrivals["classes"] = [classes.named(name) for name in recording.classes]
    if recording.keys is not None:
        arrivals["keys"] = list(recording.keys)
    return arrivals


def _duration(design: Design, length: float) -> float:
    """How long the scenario lasts (s): a whole number, and until its last event."""
    events = max(
        (event.at + (event.duration or 0.0) for event in design.scenario.events), default=0.0
    )
    return max(1.0, float(math.ceil(max(length, events) * (1.0 - _SLIGHT))))


def _length(design: Design, length: float) -> list[Edit]:
    """What makes the scenario as long as the recording, most of it measured."""
    duration = _duration(design, length)
    warmup = design.scenario.warmup
    raw = design.model_dump(mode="json", exclude_unset=True, include={"scenario"})
    made = {**raw.get("scenario", {}), "duration": duration}
    if warmup > duration * _WARMUP:
        made["warmup"] = round(duration * _WARMUP, 3)
    return [SetDesign(("scenario",), made)]
