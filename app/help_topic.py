"""What F1 is about: the field with the cursor, the part of the window, or what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from app.workbench import Workbench

_OF_FAMILY: Final = {
    "links": "components/link",
    "frame": "components/frame",
    "event": "reference/events",
    "design": "objectives",
    "note": "canvas",
}
"""Pages about what is inspected; nodes have one for each kind."""
ABOUT_PAGE: Final = {
    "traces": "traces",
    "study": "studies",
    "versions": "components/key_value_cluster",
    "board": "canvas",
    "charts": "reference/metrics",
    "budget": "objectives",
}
"""Pages about the instruments."""


def topic_of(bench: Workbench) -> tuple[str, int]:
    """Page and section of the help, ``""`` for the first page."""
    window, views = bench.window, bench.views
    focus: QWidget | None = window.focusWidget()
    family, path = views.inspector.asked_about()
    if path:
        return _field(family, path)
    if focus is views.timeline:
        return "events", 0
    if focus is not None and window.instruments.pages.isAncestorOf(focus):
        return ABOUT_PAGE.get(window.instruments.current, ""), 0
    if bench.selection or family == "event":
        return _page_of(family), 0
    return "", 0


def _field(family: str, path: Sequence[str]) -> tuple[str, int]:
    """Where the help tells of a field."""
    from engine.handbook.handbook import handbook  # noqa: PLC0415 - nobody waits for it

    page = _page_of(family)
    if page not in handbook().pages:
        return page, 0
    return handbook().at_field(page, path[1:] if path[0] == "config" else path)


def _page_of(family: str) -> str:
    """The page about a family; of several kinds, about the first."""
    return _OF_FAMILY.get(
        family, f"components/{family.split(' ', maxsplit=1)[0]}" if family else ""
    )
