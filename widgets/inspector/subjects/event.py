"""One event of the scenario: when, to what, and what happens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.design import Event
from engine.model.edits import SetDesign, Unset
from widgets.inspector.fields import Field, Option, config_fields
from widgets.inspector.shapes import Shape
from widgets.inspector.subjects.base import edit_label, label_of
from widgets.inspector.writing import check

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit
    from widgets.inspector.fields import Path

_CHANGES = (
    Option("kill", "Kill", "Instances die; they come back when the event ends."),
    Option("slow", "Slow down", "Work takes longer by a factor."),
    Option("error", "Errors", "A share of the requests fails."),
    Option("delay", "Delay", "Each crossing takes longer."),
    Option("loss", "Packet loss", "A share of the crossings is lost."),
    Option("partition", "Partition", "Two sides no longer reach each other."),
    Option("flush", "Flush", "A store forgets everything."),
    Option("traffic", "Traffic", "The load is multiplied."),
    Option("set", "Set a field", "A config field has another value meanwhile."),
)
_PARTS = {
    "kill": ("instances",),
    "slow": ("factor", "instances"),
    "error": ("probability",),
    "delay": ("seconds",),
    "loss": ("probability",),
    "partition": ("with",),
    "flush": (),
    "traffic": ("factor",),
    "set": ("path", "value"),
}
_FIRST: dict[str, JsonValue] = {
    "factor": 2.0,
    "probability": 0.1,
    "seconds": 0.1,
    "path": "instances",
}
"""Values that a changed event starts with, where its change needs one."""


class EventSubject:
    """The event at an index of the scenario."""

    family = "event"
    help = ""
    renamable = False
    ids: tuple[str, ...] = ()

    def __init__(self, design: Design, index: int) -> None:
        """Show event ``index`` of ``design``."""
        self._design = design
        self._index = index
        self._event = design.scenario.events[index]
        self._raw: dict[str, JsonValue] = self._event.model_dump(
            mode="json", by_alias=True, exclude_unset=True
        )
        change = next(option for option in _CHANGES if option.value == self._event.change)
        self.title = change.label
        self.icon = str(change.value)
        self.key = f"event {index}"
        target = self._event.target
        self.kind = "everything" if target is None else label_of(design, target)

    def rename(self, text: str) -> Edit:
        """Events have no names."""
        raise NotImplementedError(text)

    def fields(self) -> list[Field]:
        """When, what and where, then what this change needs."""
        needed = ("change", "target", "at", "duration", *_PARTS[self._event.change])
        by_key = {field.path[-1]: field for field in config_fields(Event, self._raw)}
        return [self._adapted(by_key[key]) for key in needed]

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Write one field; another change brings what it needs."""
        title = next((field.title for field in self.fields() if field.path == path), path[-1])
        raw = dict(self._raw)
        if path[0] == "change" and isinstance(value, str):
            raw = self._changed(value)
        check(Event, raw, path, value)
        if not isinstance(value, Unset):
            raw[path[0]] = value
        where = ("scenario", "events", str(self._index))
        return SetDesign(where, raw, edit_label(title))

    def _changed(self, change: str) -> dict[str, JsonValue]:
        """The event as another change: what that change does not know is dropped."""
        raw: dict[str, JsonValue] = {
            key: value
            for key, value in self._raw.items()
            if key in ("at", "duration", "target", *_PARTS[change])
        }
        for key in _PARTS[change]:
            if key in _FIRST and raw.get(key) is None:
                raw[key] = _FIRST[key]
        if change == "partition" and raw.get("with") is None:
            raw["with"] = self._other()
        if change != "traffic" and raw.get("target") is None:
            raw["target"] = self._design.nodes[0].id if self._design.nodes else None
        return raw

    def _other(self) -> str | None:
        """A second side for a partition."""
        ids = [node.id for node in self._design.nodes if node.id != self._event.target]
        return ids[0] if ids else None

    def _adapted(self, field: Field) -> Field:
        """Choices from the design, and one group for all."""
        field = replace(field, group="Event", changed=False)
        if field.path == ("change",):
            return replace(field, options=_CHANGES)
        if field.path in (("target",), ("with",)):
            design = self._design
            ids = [node.id for node in design.nodes] + [link.id for link in design.links]
            ids += [frame.id for frame in design.frames]
            options = [Option(each, label_of(self._design, each)) for each in ids]
            if field.path == ("target",) and self._event.change == "traffic":
                options.insert(0, Option(None, "Everything"))
            return replace(field, shape=Shape("choice", nullable=True), options=tuple(options))
        return field
