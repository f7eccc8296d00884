"""Everything that Ctrl-K finds: actions, items of the design, their settings, shipped designs."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from app.naming import name_of
from app.searching import Entry
from engine.model.fields import field_help
from engine.model.names import FRAME_KINDS, frame_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pydantic import BaseModel

    from app.actions import ActionSet
    from app.examples import Example
    from engine.handbook.index import Hit
    from engine.model.component import Component
    from engine.model.design import Design, Node
    from widgets.charts import ChartsPanel


def action_entries(actions: ActionSet, names: Collection[str] = ()) -> Iterator[Entry]:
    """What can be done now, with its shortcut; ``names`` are the only actions there are, none for all."""
    for spec, action in actions:
        if action.isEnabled() and spec.name != "edit.find" and (not names or spec.name in names):
            keys = action.shortcut().toString()
            title = action.text().replace("&", "")
            if spec.name.startswith("view.theme_"):
                title = f"Theme: {title.lower()}"
            yield Entry(title, keys, spec.icon or "bolt", action.trigger, spec.name)


def item_entries(
    design: Design, components: Mapping[str, Component], jump: Callable[[str], object]
) -> Iterator[Entry]:
    """Nodes, links and frames; choosing one selects it."""
    for node in design.nodes:
        component = components.get(node.kind)
        kind = component.title if component else node.kind
        icon = component.icon if component else "unknown"
        yield Entry(node.name or node.id, kind, icon, _go(jump, node.id), node.id)
    for link in design.links:
        yield Entry(name_of(design, link.id), "Link", "link", _go(jump, link.id), link.id)
    for frame in design.frames:
        yield Entry(frame_name(frame), "Frame", "frame", _go(jump, frame.id), frame.id)


def setting_entries(
    design: Design, components: Mapping[str, Component], jump: Callable[[str, str], object]
) -> Iterator[Entry]:
    """Every setting of every node; choosing one selects the node and goes to the field."""
    for node in design.nodes:
        component = components.get(node.kind)
        if component is not None:
            yield from _settings_of(node, component, jump)


def component_entries(
    components: Mapping[str, Component], add: Callable[[str], object]
) -> Iterator[Entry]:
    """Components to add."""
    for component in components.values():
        yield Entry(
            f"Add {component.title}",
            component.category,
            component.icon,
            _go(add, component.kind),
            component.summary,
        )


def frame_entries(
    design: Design, chosen: Collection[str], add: Callable[[str], object]
) -> Iterator[Entry]:
    """Kinds of frames to add: around what is selected, or empty in the middle of the view."""
    held = any(each in design.node_by_id or each in design.frame_by_id for each in chosen)
    where = "Around the selection" if held else "In the middle of the view"
    for kind, title in FRAME_KINDS.items():
        if kind != "group":  # the action that frames adds one
            yield Entry(f"Add {title.lower()}", where, "frame", _go(add, kind), f"frame {kind}")


def help_entries(
    hits: Iterable[Hit], opener: Callable[[Hit], Callable[[], object]]
) -> Iterator[Entry]:
    """Places of the help that were found; choosing one opens the page there."""
    for hit in hits:
        text = f"{hit.section.text} help"
        yield Entry(f"Help: {hit.title}", hit.page.shelf, "help", opener(hit), text)


def study_entries(
    kinds: Iterable[tuple[str, str, str]], ask: Callable[[str], object]
) -> Iterator[Entry]:
    """Kinds of studies; choosing one opens its form."""
    for name, title, question in kinds:
        yield Entry(f"Study: {title.lower()}", question, "compare", _go(ask, name), name)


def chart_entries(panel: ChartsPanel) -> Iterator[Entry]:
    """Charts to export."""
    for chart in panel.charts:
        if chart.has_lines:
            words = "PNG, SVG, CSV"
            yield Entry(
                f"Export chart: {chart.name}", words, "export", partial(panel.export, chart)
            )


def example_entries(found: list[Example], show: Callable[[Example], object]) -> Iterator[Entry]:
    """Shipped designs to open."""
    for example in found:
        yield Entry(f"Open {example.title}", "Example", "open", _show(show, example))


def _settings_of(
    node: Node, component: Component, jump: Callable[[str, str], object]
) -> Iterator[Entry]:
    """The settings of one node."""
    for name, title, group in _settings(component.config):

        def go(field: str = name) -> None:
            jump(node.id, field)

        full = f"{node.name or node.id}: {title}"
        yield Entry(full, "Setting", "settings", go, f"{name} {group}")


@cache
def _settings(config: type[BaseModel]) -> tuple[tuple[str, str, str], ...]:
    """Name, title and group of each setting: the same for a thousand nodes of a kind."""
    helps = ((name, field_help(info)) for name, info in config.model_fields.items())
    return tuple((name, about.title or name, about.group) for name, about in helps)


def _go(jump: Callable[[str], object], item_id: str) -> Callable[[], object]:
    """Jump to that item."""
    return lambda: jump(item_id)


def _show(show: Callable[[Example], object], example: Example) -> Callable[[], object]:
    """Open that example."""
    return lambda: show(example)
