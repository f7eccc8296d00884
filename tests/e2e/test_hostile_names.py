"""A file reaches nothing: wherever a name is shown it is text, in every widget of the window."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMenu, QMessageBox, QWidget

from app.banner import Message
from app.dialogs import QtDialogs
from engine.model.edits import SetDesign
from tests.helpers.strategies import rich_raw
from widgets.theme import menu_text, plain_tip, window_title

TRAP = '<img src="file:///etc/hostname"><b>&Save [*]'


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A design whose every text is a trap."""
    raw = rich_raw() | {"title": TRAP, "description": TRAP}
    for sort in ("nodes", "frames"):
        for number, item in enumerate(raw[sort]):
            item["name"] = f"{TRAP} {number}"
    raw["notes"][0]["text"] = TRAP
    raw["classes"] += [{"name": TRAP}]
    raw["links"][1]["config"]["classes"] = [TRAP]
    raw["nodes"][0]["config"]["odd"] = TRAP
    path = tmp_path / "<img src=x>&.windtunnel"
    path.write_text(json.dumps(raw))
    return path


def markup(text: str) -> bool:
    """Whether a text that Qt takes for markup holds the trap itself."""
    return "<img" in text


def trapped(widget: QWidget) -> list[str]:
    """What of a widget would be taken for markup."""
    found: list[str] = []
    if isinstance(widget, QLabel):
        kind = widget.textFormat()
        fixed = bool(widget.objectName())  # of a form that pyqtgraph brings along
        guessing = kind == Qt.TextFormat.AutoText and not fixed and bool(widget.text())
        if guessing or (kind != Qt.TextFormat.PlainText and markup(widget.text())):
            found.append(f"label {kind.name}: {widget.text()!r}")
    if markup(widget.toolTip()):
        found.append(f"tip: {widget.toolTip()!r}")
    for action in widget.actions():
        if "&Save [*]" in action.text().replace("&&", ""):
            found.append(f"action: {action.text()!r}")
        if markup(action.toolTip()) and isinstance(widget, QMenu) and widget.toolTipsVisible():
            found.append(f"action tip: {action.toolTip()!r}")
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(min(model.rowCount(QModelIndex()), 200)):
            tip = model.data(model.index(row, 0), Qt.ItemDataRole.ToolTipRole)
            if markup(str(tip or "")):
                found.append(f"item tip: {tip!r}")
    return [f"{type(widget).__name__} {widget.objectName()} {each}" for each in found]


def walk() -> None:
    """Look at every widget that there is."""
    QApplication.processEvents()
    found = [line for widget in QApplication.allWidgets() for line in trapped(widget)]
    assert not found, "\n".join(found)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_names_are_text_in_every_widget_of_the_window(launch, trap: Path) -> None:
    robot = launch(trap)
    robot.wait(lambda: robot.now > 8.0)
    walk()
    design, views = robot.design, robot.views
    for item in (*design.nodes, *design.links, *design.frames, *design.notes):
        views.canvas.select({item.id})
        walk()
    views.canvas.select_all()
    walk()
    robot.window.show_outline(True)
    walk()
    assert window_title(TRAP) in robot.window.windowTitle()
    for menu in robot.window.findChildren(QMenu):
        menu.aboutToShow.emit()
    walk()
    views.canvas.context_requested.emit("web", QPoint(10, 10))
    walk()
    for popup in robot.window.findChildren(QMenu):
        popup.close()
    robot.window.measure_clicked.emit()
    walk()
    robot.window.study_clicked.emit()
    walk()
    robot.window.search_clicked.emit()
    walk()
    views.status.findings_clicked.emit()
    walk()
    odd = {"at": 8, "target": "db", "change": "set", "path": TRAP, "value": TRAP}
    robot.services.document.push(SetDesign(("scenario", "events"), [odd]))
    robot.services.document.push(SetDesign(("objectives",), [{"metric": TRAP, "below": 1}]))
    robot.wait(lambda: any(each.level == "error" for each in robot.services.findings.findings))
    walk()
    robot.services.files.failed.emit(TRAP)
    views.status.flash(TRAP)
    robot.services.run.failed.emit(TRAP, TRAP)
    trap.unlink()
    robot.services.files.look()
    walk()


OPENING = (
    "file.compare",
    "run.keep",
    "run.history",
    "run.why",
    "run.what_if",
    "run.traces",
    "run.show_p99",
    "run.breakpoints",
    "run.study",
    "view.findings",
    "view.distances",
    "view.steps",
    "insert.comment",
    "insert.citation",
    "view.another",
    "view.present",
    "file.side_by_side",
)
"""Actions that open a card or a window of its own."""


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_names_are_text_in_every_card_and_in_every_further_window(
    launch, dialogs, trap: Path, tmp_path: Path
) -> None:
    raw = json.loads(trap.read_text())
    cited = {"run": TRAP, "metric": f"users.{TRAP}", "value": 1.0}
    raw["notes"][0]["citations"] = [cited]
    raw["comments"] = [
        {"text": TRAP, "author": TRAP, "written": TRAP, "about": "web", "replies": [{"text": TRAP}]}
    ]
    raw["presentation"] = [{"title": TRAP, "text": TRAP}, {"title": f"{TRAP} 2", "at": 3}]
    raw["objectives"] = [{"metric": "users.latency.p99", "below": 1e-9}]
    raw["scenario"]["events"].append({"at": 8, "change": "kill", "target": "region", "duration": 1})
    trap.write_text(json.dumps(raw))
    raw["nodes"][1]["config"][TRAP] = TRAP
    raw["nodes"].append({"id": "more", "kind": TRAP, "name": TRAP})
    raw["comments"], raw["presentation"][0]["text"] = [], "else"
    other = tmp_path / "<img src=y>.windtunnel"
    other.write_text(json.dumps(raw))
    robot = launch(trap)
    robot.wait(lambda: robot.now > 2.0, timeout=50_000)
    dialogs.to_open = other
    actions = robot.opened.bench.actions
    found: set[str] = set()
    for name in OPENING:
        robot.views.canvas.select({"web"})
        actions[name].trigger()
        QApplication.processEvents()
        found |= {f"{name}: {line}" for each in QApplication.allWidgets() for line in trapped(each)}
    robot.settle()
    walk()
    assert not found, "\n".join(sorted(found))


def test_the_question_about_unsaved_changes_is_text(qtbot, qapp) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    seen: list[QMessageBox] = []

    def answer() -> None:
        box = next(each for each in qapp.topLevelWidgets() if isinstance(each, QMessageBox))
        seen.append(box)
        assert box.textFormat() == Qt.TextFormat.PlainText
        labels = [label for label in box.findChildren(QLabel) if label.text()]
        assert not [label for label in labels if label.textFormat() == Qt.TextFormat.RichText]
        assert any(label.text() == f"Save the changes to “{TRAP}”?" for label in labels)
        box.reject()

    QTimer.singleShot(0, answer)
    assert QtDialogs(window).unsaved(TRAP) == "cancel"
    assert seen


def test_names_as_qt_shows_them() -> None:
    assert plain_tip("plain & simple") == "plain & simple"
    assert plain_tip("<b>\nx") == "<span>&lt;b&gt;<br>x</span>"
    assert menu_text("Save & quit\tCtrl+Q") == "Save && quit Ctrl+Q"
    long = menu_text(f"Cut off from {'x' * 200} (web)")
    assert long.startswith("Cut off from xx")
    assert long.endswith("xx (web)")
    assert len(long) < 70
    assert plain_tip("Steps of a request & more. " * 10).startswith(
        "<span>Steps of a request &amp; "
    )
    assert window_title("a [*]\nb") == "a [*][*] b"


def test_a_message_has_few_lines_whatever_is_called_in_it(launch) -> None:
    robot = launch()
    banners = robot.views.banners
    banners.show_message(Message("one", "“Shop” has unsaved changes."))
    low = banners.banner("one").heightForWidth(1000)
    banners.show_message(Message("one", "“" + "Shop\n" * 30 + "” has unsaved changes."))
    assert banners.banner("one").heightForWidth(1000) < 2 * low
    banners.show_message(Message("one", "“" + "Shop " * 3000 + "” has unsaved changes."))
    assert banners.banner("one").heightForWidth(1000) < 4 * low
