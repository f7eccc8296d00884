"""One event of the scenario: when, to what, and what happens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.design import Event
from engine.model.edits import SetDesign, Unset
from engine.model.event_kinds import EVENT_KINDS, event_kind
from widgets.inspector.fields import Field, Option, config_fields
from widgets.inspector.shapes import Shape
from widgets.inspector.subjects.base import KnownAtOnce, edit_label, label_of
from widgets.inspector.writing import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit
    from engine.model.event_record import Target
    from widgets.inspector.fields import Path

_COMMON = ("change", "target", "at", "duration")


class EventSubject(KnownAtOnce):
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
        self.title = self._event.kind.title
        self.icon = self._event.kind.icon
        self.key = f"event {index}"
        target = self._event.target
        self.kind = "everything" if target is None else label_of(design, target)

    def rename(self, text: str) -> Edit:
        """Events have no names."""
        raise NotImplementedError(text)

    def fields(self) -> list[Field]:
        """When, what and where, then what this kind reads."""
        kind = self._event.kind
        common = [name for name in _COMMON if name != "duration" or not kind.instant]
        by_key = {field.path[-1]: field for field in config_fields(Event, self._raw)}
        lines = [self._adapted(by_key[key]) for key in common]
        for own in kind.fields:
            line = self._adapted(by_key[own.name])
            lines.append(replace(line, title=own.title, help=own.help, unit=own.unit))
        return lines

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
        """The event as one of another kind: what that kind does not read is dropped."""
        kind = event_kind(change)
        names = {field.name for other in EVENT_KINDS for field in other.fields}
        raw = {key: value for key, value in self._raw.items() if key not in names}
        raw |= {
            field.name: self._other() if field.sort == "item" else field.default
            for field in kind.fields
            if field.required or field.default is not None
        }
        if kind.instant:
            raw.pop("duration", None)
        if "everything" not in kind.targets and raw.get("target") is None:
            raw["target"] = self._design.nodes[0].id if self._design.nodes else None
        return raw

    def _other(self) -> str | None:
        """Another item than the target, for a field that names one."""
        ids = [node.id for node in self._design.nodes if node.id != self._event.target]
        return ids[0] if ids else None

    def _adapted(self, field: Field) -> Field:
        """Choices from the design, and one group for all."""
        field = replace(field, group="Event", changed=False)
        if field.path == ("change",):
            kinds = tuple(Option(each.name, each.title, each.help) for each in EVENT_KINDS)
            return replace(field, shape=Shape("choice"), options=kinds)
        items = {each.name: each for each in self._event.kind.fields if each.sort == "item"}
        if field.path[-1] in {"target", *items}:
            other = items.get(field.path[-1])
            event = self._event
            if other is not None and other.of:
                options = tuple(self._items(other.of, event.through))
            else:
                options = tuple(self._items(event.kind.targets, event.target, event.with_))
            if other is not None:
                none = () if other.required else (Option(None, other.hint.capitalize()),)
                options = (*none, *(each for each in options if each.value is not None))
            return replace(field, shape=Shape("choice", nullable=True), options=options)
        return field

    def _items(self, targets: Sequence[Target], *named: str | None) -> Iterator[Option]:
        """What may be named, and what is."""
        design = self._design
        of: dict[str, Iterable[str]] = {
            "node": design.node_by_id,
            "link": design.link_by_id,
            "frame": design.frame_by_id,
        }
        if "everything" in targets:
            yield Option(None, "Everything")
        ids = [each for target in targets for each in of.get(target, ())]
        known = [each for each in named if each is not None]
        for each in dict.fromkeys([*ids, *known]):
            yield Option(each, label_of(design, each))
