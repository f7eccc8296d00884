"""Flowcharts that are pasted: read, laid out, and told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.exchange.diagrams.design import design_of
from engine.exchange.diagrams.mermaid import FlowchartError, is_flowchart, read_flowchart
from engine.model.edits import EditError
from widgets.canvas.clipboard import Clip, PasteError
from widgets.canvas.layout import laying_out
from widgets.canvas.wording import counted

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from engine.model.component import Component

__all__ = ["is_flowchart", "reading_flowchart"]


def reading_flowchart(
    text: str, components: Mapping[str, Component]
) -> Generator[None, None, tuple[Clip, str]]:
    """The items of a flowchart in their places, and a line that tells of them, in steps. Raises ``PasteError``."""
    try:
        drawn = design_of(read_flowchart(text), components)
    except FlowchartError as error:
        raise PasteError(f"Nothing was pasted: {error}") from None
    if not drawn.design.nodes:
        raise PasteError("Nothing was pasted: the flowchart has no nodes")
    yield
    move = yield from laying_out(drawn.design)
    try:
        placed = move.apply(drawn.design).design
    except EditError as error:
        raise PasteError(f"Nothing was pasted: {error}") from None
    about = f"{counted(len(placed.nodes), 'node')} and {counted(len(placed.links), 'link')}"
    left = f"; left out: {drawn.left_out}" if drawn.left_out else ""
    return Clip(placed), f"Pasted a flowchart of {about}{left}"
