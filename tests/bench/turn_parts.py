"""What somebody does in many situations while the turns of the window are measured (see ``tests.bench.turns``)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.turns import Steps

    Raw = dict[str, Any]


def pair(steps: Steps, other: Raw) -> None:
    """Compare with another design, then side by side."""
    from engine.model.files import load
    from tests.bench.interface import file_of

    path = file_of(other, steps.home / "other.windtunnel")
    before = load(path)
    commands = steps.opened.commands
    steps.do("compare", lambda: commands.comparison.begin(before, path))
    steps.do("end of comparison", commands.comparison.leave)
    steps.do("side by side", lambda: commands.pair.begin(before, path))
    steps.do("end of side by side", commands.pair.close)


def edits(steps: Steps, chosen: str) -> None:
    """Everything that hands do to a design of many items."""
    canvas, services = steps.canvas, steps.services
    commands = canvas._commands
    document = services.document
    steps.do("fit", canvas.fit)
    steps.do("select one", lambda: canvas.select({chosen}))
    from engine.model.edits import SetField

    steps.do("rename one", lambda: document.push(SetField(chosen, ("name",), "Other")))
    steps.press("edit.undo", "edit.redo")
    steps.do("nudge one", lambda: commands.nudge(8.0, 0.0))
    steps.do("delete one", commands.delete)
    steps.press("edit.undo")
    steps.do("select all", canvas.select_all)
    steps.do("nudge all", lambda: commands.nudge(8.0, 0.0))
    steps.press("edit.undo", "edit.redo", "align.across", "edit.undo", "edit.copy")
    steps.press("edit.paste", "edit.undo", "edit.redo", "edit.undo")
    steps.do("select all again", canvas.select_all)
    steps.press("edit.duplicate", "edit.undo", "insert.frame", "edit.undo")
    steps.do("select all for deletion", canvas.select_all)
    steps.press("edit.delete", "edit.undo", "edit.redo", "edit.undo", "view.layout", "edit.undo")
    steps.press("edit.find")
    search = steps.opened.commands.search
    for text in ("w", "w1", "w12"):
        steps.do(f"type {text!r} in Ctrl+K", partial(search.field.setText, text))
    steps.do("close Ctrl+K", search.close_card)
    steps.press("view.outline", "view.findings", "edit.copy_picture")
    path = document.path
    assert path is not None
    steps.do("save", services.files.save)
    pictures = steps.opened.commands
    for suffix in ("svg", "png"):
        target = steps.home / f"picture.{suffix}"
        steps.do(
            f"export {suffix}",
            lambda target=target: pictures._paint(pictures._exporting(target)),  # type: ignore[misc]
            lambda: not pictures.pictures.is_busy,
        )
    steps.do("change the title", lambda: document.push(SetField("", ("title",), "Title")))
    steps.do("reload", lambda: services.files.open(path), lambda: not document.is_dirty)


def run(steps: Steps) -> None:
    """Run, look back, and ask about the run."""
    steps.do("run", lambda: steps.services.run.set_running(True))
    steps.wait(least=3.0)
    steps.do("go on running", lambda: None)
    steps.do("pause", lambda: steps.services.run.set_running(False))
    steps.press("run.back", "run.forward", "run.live", "run.why")
    steps.do("page board", lambda: steps.opened.window.instruments.show_page("board"))
    steps.do("page study", lambda: steps.opened.window.instruments.show_page("study"))
    steps.do("page traces", lambda: steps.opened.window.instruments.show_page("traces"))
    steps.press("run.restart")


def views(steps: Steps, other: Raw) -> None:
    """Further windows of a large design."""
    steps.press("view.another")
    steps.do("close the view", steps.opened.commands.views.close)
    steps.press("view.present")
    steps.do("end the presentation", steps.opened.commands.presenting.close)
    pair(steps, other)
