"""Pages about components, links, frames and scenarios, out of their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.handbook.page import Page
from engine.model.frame import FrameConfig
from engine.model.link import LinkConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel

    from engine.handbook.settings import Records
    from engine.model.component import Component

SHELF: Final = "Components"
_LINK: Final = (
    "A link carries the network between two nodes and the policy of who calls: how long it waits, how often it tries "
    "again, when it stops calling. What it measures is under [metrics](help:reference/metrics)."
)
_FRAME: Final = (
    "A frame is a region, a zone, a host, a trust zone, a cell or a plain group: what is drawn inside lies in it. Frames "
    "say how far apart things are, what fails together and what it costs."
)


def component_pages(components: Iterable[Component], records: Records) -> Iterator[Page]:
    """A page for each kind, then for links and frames."""
    for component in components:
        lines = [f"# {component.title}", "", component.summary, "", component.help.strip(), ""]
        lines += _fields(component.config, records)
        if component.metrics:
            lines += ["## What it measures", ""]
            lines += [
                f"- `{each.name}`: {each.title}" + (f" ({each.unit})" if each.unit else "")
                for each in component.metrics
            ]
        yield Page(f"components/{component.kind}", component.title, SHELF, "\n".join(lines))
    for key, title, said, config in (
        ("link", "Links", _LINK, LinkConfig),
        ("frame", "Frames", _FRAME, FrameConfig),
    ):
        text = [f"# {title}", "", said, "", *_fields(config, records)]
        yield Page(f"components/{key}", title, SHELF, "\n".join(text))


def _fields(config: type[BaseModel], records: Records) -> Iterator[str]:
    """The settings of a kind, by the headings under which forms show them."""
    yield "## Settings"
    yield ""
    yield from records.lines_of(config, 3)
