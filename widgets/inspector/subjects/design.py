"""The design itself: title, description, scenario, request classes, objectives."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from engine.model.class_names import renaming
from engine.model.design import Design, Objective, Scenario
from engine.model.edits import CompoundEdit, SetDesign, Unset
from engine.model.metrics import metrics_of, named
from engine.model.names import name_of
from engine.model.traffic import RequestClass
from widgets.inspector.fields import Field, Option, config_fields
from widgets.inspector.reach import NOTHING, WHOLE
from widgets.inspector.shapes import Shape
from widgets.inspector.subjects.base import KnownAtOnce, edit_label
from widgets.inspector.writing import check, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import JsonValue

    from engine.model.component import Component
    from engine.model.edits import Edit
    from engine.model.metric import Metric
    from engine.model.metrics import Sort
    from widgets.inspector.fields import Path
    from widgets.inspector.reach import Reach

_CHECKED = ("from", "to", "alerts")
"""Fields of an objective beside its metric and bounds."""
DESIGN_KEY = "design"
"""Identity of the one subject that is the design."""
_LIST = dict[str, "JsonValue"]


class DesignSubject(KnownAtOnce):
    """What is inspected while nothing is selected."""

    family = DESIGN_KEY
    icon = "settings"
    kind = "design"
    help = ""
    renamable = True
    ids: tuple[str, ...] = ()
    key = DESIGN_KEY

    def __init__(self, design: Design, components: Mapping[str, Component]) -> None:
        """Show ``design``; the records by kind say what is measured of its nodes."""
        self._components = components
        self._by_kind: dict[str, tuple[Metric, ...]] = {}
        self._reach: Reach | None = None
        self._lines: tuple[Field, ...] = ()
        self._design = design
        self._raw = design.model_dump(
            mode="json",
            by_alias=True,
            exclude_unset=True,
            include={"classes", "scenario", "objectives", "prices"},
        )
        self.title = design.title

    def rename(self, text: str) -> Edit:
        """Change the title."""
        return SetDesign(("title",), text, "Rename the design")

    def fields(self) -> list[Field]:
        """All sections."""
        return self.lines(WHOLE)

    def lines(self, reach: Reach) -> list[Field]:
        """All sections; of entries that nobody looks at their heads. Found out once, as far as was asked last."""
        if self._reach != reach:
            self._reach = reach
            self._lines = (
                *self._about(),
                *self._scenario(),
                *self._classes(reach),
                *self._objectives(reach),
                *self._prices(),
            )
        return [*self._lines]

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Write one field, or add to and take from a list."""
        near = self.lines(NOTHING.to(path))
        title = next((field.title for field in near if field.path == path), path[-1])
        if path[0] == "scenario":
            raw = dict(self._raw.get("scenario", {}))
            check(Scenario, raw, path[1:], value)
            return SetDesign(path, value, edit_label(title))
        if path[0] in ("classes", "objectives"):
            return self._edit_list(path, value, edit_label(title))
        if path[0] == "prices":
            value = written(Design, self._raw, path, value)
            check(Design, self._raw, path, value)
            return SetDesign(path[:1], value, edit_label(title))
        return SetDesign(path, value, edit_label(title))

    def _about(self) -> list[Field]:
        """Description."""
        return [
            Field(
                ("description",),
                Shape("lines"),
                "Description",
                help="What the design shows and what to try with it.",
                group="About",
                value=self._design.description,
                default="",
            )
        ]

    def _scenario(self) -> list[Field]:
        """Length, warm-up and seed of a run; events live on the timeline."""
        raw = dict(self._raw.get("scenario", {}))
        fields = config_fields(Scenario, raw, ("scenario",))
        return [replace(f, group="Scenario") for f in fields if f.path[-1] != "events"]

    def _prices(self) -> list[Field]:
        """What things cost."""
        return [each for each in config_fields(Design, self._raw) if each.path[0] == "prices"]

    def _classes(self, reach: Reach) -> list[Field]:
        """Each class with a head that removes it, and a button that adds one."""
        group = "Request classes"

        def head(path: Path, raw: _LIST) -> Field:
            name = str(raw.get("name", "request"))
            changed = bool(raw.keys() - {"name"})
            return Field(path, Shape("item"), name, group=group, value=name, changed=changed)

        def inside(path: Path, raw: _LIST) -> list[Field]:
            own = config_fields(RequestClass, raw, path)
            return [replace(f, group=group, level=f.level + 1) for f in own]

        lines = _entries("classes", self._list("classes"), reach.of(group), reach, head, inside)
        return [*lines, Field(("classes", "+"), Shape("add"), "Add a class", group=group)]

    def _objectives(self, reach: Reach) -> list[Field]:
        """Each objective as its metric and bounds, and a button that adds one."""
        group = "Objectives"

        def head(path: Path, raw: _LIST) -> Field:
            metric = str(raw.get("metric", ""))
            title, changed = self._called(metric), not raw.keys().isdisjoint(_CHECKED)
            return Field(path, Shape("item"), title, group=group, value=metric, changed=changed)

        lines = _entries(
            "objectives", self._list("objectives"), reach.of(group), reach, head, self._objective
        )
        return [*lines, Field(("objectives", "+"), Shape("add"), "Add an objective", group=group)]

    def _objective(self, path: Path, raw: _LIST) -> list[Field]:
        """What is below the head of an objective."""
        group, metric = "Objectives", str(raw.get("metric", ""))
        unit = self._unit(metric)
        lines = [
            Field(
                (*path, "metric"),
                Shape("text"),
                "Metric",
                help="A path into the results, such as users.latency.p99, or the share of requests "
                "that took longer than some seconds: users.latency.above.0.25.",
                group=group,
                level=1,
                value=metric,
                options=self._metrics,
            ),
        ]
        for bound, title in (("below", "Below"), ("above", "Above"), ("equals", "Equals")):
            shape = Shape("number", nullable=True)
            lines.append(
                Field((*path, bound), shape, title, unit, "", group, 1, raw.get(bound), None)
            )
        inside = config_fields(Objective, raw, path)
        lines += [
            replace(f, group=group, level=f.level + 1) for f in inside if f.path[2] in _CHECKED
        ]
        return lines

    def _unit(self, metric: str) -> str:
        """The unit of a bound on a metric; none where nobody knows the metric."""
        found = self._known(metric)
        return "" if found is None else found.unit

    def _called(self, metric: str) -> str:
        """What people call a metric: ``Shoppers: p99 latency``; its path where nobody knows it."""
        found, item = self._known(metric), metric.partition(".")[0]
        return metric if found is None else f"{name_of(self._design, item)}: {found.title}"

    def _known(self, metric: str) -> Metric | None:
        """The record of a metric; None where nothing is measured so."""
        item_id, _, name = metric.partition(".")
        node = self._design.node_by_id.get(item_id)
        if node is None and item_id not in self._design.link_by_id:
            return None
        try:
            return named(name, self._measured("" if node is None else node.kind))
        except KeyError:
            return None

    def _measured(self, kind: str) -> tuple[Metric, ...]:
        """What is measured of nodes of a kind; of links for the empty one."""
        known = self._by_kind.get(kind)
        if known is None:
            found = self._components.get(kind)
            sort: Sort = "client" if kind == "client" else "node" if kind else "link"
            known = metrics_of(sort, found.metrics, found.times) if found else metrics_of(sort)
            self._by_kind[kind] = known
        return known

    @cached_property
    def _metrics(self) -> tuple[Option, ...]:
        """Metrics that people bound most, of the nodes of this design, and those that it bounds by now.

        For thousands of nodes this takes a turn, and where nobody looks at an objective nobody chooses.
        """
        names = [str(raw.get("metric", "")) for raw in self._list("objectives")]
        first = len(names)
        for node in self._design.nodes:
            if node.kind == "client":
                told = ("latency.p99", "availability", "latency.p50", "goodput")
                names += [f"{node.id}.{each}" for each in told]
            else:
                names += [f"{node.id}.utilization", f"{node.id}.residence.p99"]
        listed = dict.fromkeys((*names[first:], *(name for name in names[:first] if name)))
        return tuple(Option(name, self._called(name), help=name) for name in listed)

    def _list(self, name: str) -> list[_LIST]:
        """Raw entries of a list of the design."""
        entries = self._raw.get(name, [])
        return [dict(entry) for entry in entries]

    def _edit_list(self, path: Path, value: JsonValue | Unset, label: str) -> Edit:
        """A new list with an entry added, removed or changed."""
        entries = self._list(path[0])
        if path[1] == "+":
            entries.append(self._new(path[0], entries))
            label = "Add a class" if path[0] == "classes" else "Add an objective"
        elif len(path) == 2:
            gone = entries.pop(int(path[1]))
            label = f"Remove {gone.get('name') or gone.get('metric') or 'entry'}"
        else:
            entry = entries[int(path[1])]
            renamed = str(entry.get("name", "request")) if path[2] == "name" else ""
            if path[0] == "classes":
                new = written(RequestClass, entry, path[2:], value)
                check(RequestClass, entry, path[2:], new)
                value, path = new, path[:3]
            elif path[2] in _CHECKED:
                new = written(Objective, entry, path[2:], value)
                check(Objective, entry, path[2:], new)
                value, path = new, path[:3]
            if isinstance(value, Unset):
                entry.pop(path[2], None)
            else:
                entry[path[2]] = value
            if path[0] == "classes" and renamed and isinstance(value, str):
                return self._rename(renamed, value, SetDesign(("classes",), list(entries), label))
        return SetDesign((path[0],), list(entries), label)

    def _rename(self, old: str, new: str, edit: SetDesign) -> Edit:
        """Give a class another name everywhere at once, unless another class has one of the two already."""
        names = [str(entry.get("name", "request")) for entry in self._list("classes")]
        if names.count(old) > 1 or new in names:
            return edit
        return CompoundEdit.of([edit, *renaming(self._design, old, new)], edit.label)

    def _new(self, name: str, entries: list[_LIST]) -> _LIST:
        """A new entry of a list."""
        if name == "objectives":
            metrics = self._metrics
            metric = metrics[0].value if metrics else "users.latency.p99"
            return {"metric": metric, "below": 0.25}
        taken = {entry.get("name") for entry in entries}
        number = next(i for i in range(1, len(taken) + 2) if f"class {i}" not in taken)
        first = [word for word in ("read", "write") if word not in taken]
        if first:
            return {"name": first[0], "operation": first[0]}
        return {"name": f"class {number}"}


def _entries(
    name: str,
    entries: list[_LIST],
    most: float,
    reach: Reach,
    head: Callable[[Path, _LIST], Field],
    inside: Callable[[Path, _LIST], list[Field]],
) -> list[Field]:
    """The entries of a list with what is in them, as far as somebody looks; the heads of the others.

    Args:
        name: of the list.
        entries: raw.
        most: lines that are wanted, from the beginning of the list on.
        reach: says which entries are wanted besides.
        head: makes the first line of an entry. Where it has nothing else, it says for all whether they are changed.
        inside: makes the others.
    """
    lines: list[Field] = []
    for place, raw in enumerate(entries):
        path = (name, str(place))
        first = head(path, raw)
        if len(lines) <= most or reach.wants(path):
            lines += [replace(first, changed=False), *inside(path, raw)]
        else:
            lines.append(first)
    return lines
