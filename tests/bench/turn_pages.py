"""The pages, cards and lists of a large design (see ``tests.bench.turns``)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.bench.designs import grid

if TYPE_CHECKING:
    from tests.bench.turns import Steps

PAGES = ("study", "traces", "board", "budget", "versions", "help", "charts")


def large_pages(steps: Steps) -> None:
    """2000 nodes and 6000 links at work: every page and card, and edits while each page is open."""
    from engine.model.edits import SetField

    steps.open(grid(2000, 6000), run=True)
    steps.wait(least=2.0)
    canvas, window = steps.canvas, steps.opened.window
    push = steps.services.document.push
    for page in PAGES:
        steps.do(f"page {page}", partial(window.instruments.show_page, page))
        steps.do("rename", lambda page=page: push(SetField("w3", ("name",), page)))  # type: ignore[misc]
        edit = SetField("w3", ("config", "workers"), 5 + len(page))
        steps.do("set workers", lambda edit=edit: push(edit))  # type: ignore[misc]
        steps.do("select", lambda: canvas.select({"w4"}))
        steps.do("select nothing", lambda: canvas.select(set()))
        steps.do(f"own window: {page}", partial(window.instruments.detach, page))
        steps.do(f"back from it: {page}", partial(window.instruments.attach, page))
    steps.press("view.outline", "view.findings", "view.distances", "view.path", "view.path")
    steps.press("run.breakpoints", "run.history", "run.why", "run.what_if", "insert.citation")
    steps.press("insert.comment", "view.steps", "run.keep", "run.measure")
    steps.press("view.theme_light", "view.theme_dark", "run.back", "run.forward", "run.live")
    for action in window.menuBar().actions():
        menu = action.menu()
        steps.do(f"menu {action.text()}", lambda menu=menu: menu.popup(window.pos()))  # type: ignore[misc]
        menu.close()
    steps.services.document.stack.setClean()
    steps.do("new design", steps.services.files.new)
