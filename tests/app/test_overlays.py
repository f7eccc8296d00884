"""Floating cards and messages: they come, do one thing, go, and give the focus back."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.banner import BannerArea, Choice, Message
from app.command_palette import CommandPalette
from app.findings_panel import FindingsPanel
from app.searching import AT_ONCE, MAX_SHOWN, Entry
from app.status_bar import StatusBar
from engine.model.design import Design, Node
from engine.model.edits import SetField
from engine.model.findings import Finding
from tests.helpers.robot import Robot
from widgets.theme import ThemeManager

KEY = Qt.Key


@pytest.fixture
def look(qapp) -> ThemeManager:
    return ThemeManager(qapp, "dark")


@pytest.fixture
def host(qtbot) -> QWidget:
    """A window with a field that has the focus."""
    window = QWidget()
    window.resize(900, 600)
    field = QLineEdit(window)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    return window


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def palette(host, look, done) -> CommandPalette:
    titles = ("Save", "Save as", "Checkout: Queue limit", "Checkout", "Orders DB")
    entries = [Entry(title, "", "bolt", lambda title=title: done.append(title)) for title in titles]
    return CommandPalette(host, look, lambda: entries)


def test_the_palette_says_when_nothing_matches(palette) -> None:
    palette.open()
    assert not palette.nothing.isVisible()
    palette.field.setText("zzz qqq")
    assert palette.list.count() == 0
    assert palette.nothing.isVisible()
    assert palette.nothing.text() == "Nothing matches “zzz qqq”"
    palette.field.setText("")
    assert palette.list.isVisible()


def test_typing_narrows_and_enter_runs_the_best(palette, done) -> None:
    palette.open()
    QTest.keyClicks(palette.field, "che")
    assert [palette.list.item(i).text() for i in range(palette.list.count())] == [
        "Checkout",
        "Checkout: Queue limit",
    ]
    QTest.keyClick(palette.field, KEY.Key_Return)
    assert done == ["Checkout"]
    assert not palette.isVisible()


def test_arrows_choose_and_stop_at_the_ends(palette, done) -> None:
    palette.open()
    QTest.keyClick(palette.field, KEY.Key_Up)
    QTest.keyClick(palette.field, KEY.Key_Down)
    QTest.keyClick(palette.field, KEY.Key_Return)
    assert done == ["Save as"]


def test_nothing_found_runs_nothing(palette, done) -> None:
    palette.open()
    QTest.keyClicks(palette.field, "zzz")
    QTest.keyClick(palette.field, KEY.Key_Return)
    assert done == []
    assert palette.isVisible()


def test_escape_gives_the_focus_back(palette, host, qtbot) -> None:
    palette.open()
    assert palette.field.hasFocus()
    QTest.keyClick(palette.field, KEY.Key_Escape)
    assert not palette.isVisible()
    assert isinstance(host.focusWidget(), QLineEdit)
    assert host.focusWidget() is not palette.field


def test_a_click_elsewhere_closes(palette, host) -> None:
    palette.open()
    QTest.mouseClick(host, Qt.MouseButton.LeftButton, pos=host.rect().bottomLeft())
    assert not palette.isVisible()


def finding(level: str, **more: object) -> Finding:
    return Finding(level=level, code="x", message=f"A {level}.", **more)


def test_findings_say_where_and_their_fix_is_asked_for(host, look) -> None:
    panel, fixes, jumps = FindingsPanel(host, look), [], []
    panel.fix_requested.connect(fixes.append)
    panel.jump_requested.connect(jumps.append)
    design = Design(nodes=(Node(id="web", kind="service", name="Checkout"),))
    fix = SetField("web", ("config", "workers"), 4)
    panel.set_findings(design, (finding("risk", id="web", fix=fix), finding("warning")))
    panel.open()
    assert [row.findChildren(QPushButton) != [] for row in panel.rows] == [False, True]
    QTest.mouseClick(Robot.button(panel, "Fix"), Qt.MouseButton.LeftButton)
    assert fixes == [fix]
    QTest.mouseClick(panel.rows[1], Qt.MouseButton.LeftButton)
    assert jumps == ["web"]


def test_an_open_list_follows_the_design(host, look) -> None:
    panel = FindingsPanel(host, look)
    panel.open()
    assert panel.rows == []
    panel.set_findings(Design(), (finding("error"), finding("risk")))
    assert len(panel.rows) == 2


def test_a_message_takes_the_place_of_its_predecessor_and_acts_once(qtbot, look, done) -> None:
    area = BannerArea(look)
    qtbot.addWidget(area)
    choice = Choice("Restart", lambda: done.append("restart"))
    area.show_message(Message("engine", "It broke."))
    area.show_message(Message("engine", "It broke again.", choices=(choice,), details="Traceback"))
    area.show_message(Message("file", "Bad file."))
    assert area.banner("engine").accessibleName() == "It broke again."
    QTest.mouseClick(Robot.button(area.banner("engine"), "Restart"), Qt.MouseButton.LeftButton)
    assert done == ["restart"]
    assert area.banner("engine") is None
    assert not area.isHidden()
    area.dismiss("file")
    assert area.isHidden()


def test_what_was_waited_for_stands_before_an_old_error(qtbot, look) -> None:
    area = BannerArea(look)
    qtbot.addWidget(area)
    area.show_message(Message("message", "The list of runs is damaged."))
    area.show_message(Message("paused", "Paused at 20 s.", "info", is_awaited=True))
    area.show_message(Message("later", "Not saved."))
    assert not area.banner("paused").isHidden()
    assert area.banner("later").isHidden()
    area.dismiss("paused")
    assert not area.banner("later").isHidden()


def test_messages_come_one_at_a_time_and_the_most_urgent_first(qtbot, look) -> None:
    area = BannerArea(look)
    qtbot.addWidget(area)
    area.resize(900, 60)

    def front() -> list[str]:
        keys = ("tour", "crash", "late", "engine")
        return [key for key in keys if (each := area.banner(key)) and not each.isHidden()]

    area.show_message(Message("tour", "New here?", "offer"))
    height = area.sizeHint().height()
    assert not area.banner("tour").next_button.isVisibleTo(area)
    area.show_message(Message("crash", "Unsaved changes.", "info"))
    assert front() == ["crash"]
    assert area.sizeHint().height() <= height + 2
    area.show_message(Message("late", "Two windows.", "info"))
    area.show_message(Message("engine", "It broke."))
    area.show_message(Message("tour", "New here? Really?", "offer"))
    assert front() == ["engine"]
    seen = []
    for _ in range(4):
        seen += front()
        QTest.mouseClick(area.banner(front()[0]).next_button, Qt.MouseButton.LeftButton)
    assert seen == ["engine", "late", "crash", "tour"]
    assert front() == ["engine"]
    assert area.banner("engine").next_button.text() == "1 of 4"
    area.dismiss("late")  # behind: what is read stays
    assert front() == ["engine"]
    assert area.banner("engine").next_button.text() == "1 of 3"
    area.dismiss("engine")
    assert front() == ["crash"]
    area.dismiss("crash")
    assert front() == ["tour"]
    assert not area.banner("tour").next_button.isVisibleTo(area)
    area.dismiss("tour")
    assert area.isHidden()


def test_the_last_save_is_told_by_the_clock(qtbot, look) -> None:
    now = [100.0]
    bar = StatusBar(look, clock=lambda: now[0])
    qtbot.addWidget(bar)
    assert bar.saved_text == "no changes"
    bar.set_saved(dirty=True)
    assert bar.saved_text == "not saved"
    bar.set_saved(dirty=False, saved_now=True)
    now[0] += 4.2
    bar.set_saved(dirty=False)
    assert bar.saved_text == "saved 4 s ago"
    bar.set_saved(dirty=True)
    assert bar.saved_text == "changed · saved 4 s ago"
    bar.forget_saved()
    assert bar.saved_text == "not saved"


def test_findings_are_counted_errors_first(qtbot, look) -> None:
    bar = StatusBar(look)
    qtbot.addWidget(bar)
    bar.set_findings(())
    assert bar.findings_button.text() == "No findings"
    bar.set_findings((finding("error"), finding("risk"), finding("warning")))
    assert bar.findings_button.text() == "1 error · 2 findings"


def test_a_message_in_the_status_bar_gives_way_to_the_run_again(qtbot, look) -> None:
    bar = StatusBar(look)
    qtbot.addWidget(bar)
    bar.set_run_text("Running 1×")
    bar.flash("A queue takes no calls.")
    bar.set_run_text("Running 2×")
    assert bar.left_text == "A queue takes no calls."
    bar._flash.timeout.emit()
    assert bar.left_text == "Running 2×"


@pytest.fixture
def made() -> list[int]:
    """Entries that were made, by their places."""
    return []


@pytest.fixture
def huge(host, look, done, made) -> CommandPalette:
    """A palette with more entries than are looked at in some turns; the one that matches best is the last."""

    def entries():
        for place in range(5 * AT_ONCE + 1):
            made.append(place)
            title = "Needle" if place == 5 * AT_ONCE else f"Hay {place}, needle {place % 7}"
            yield Entry(title, "", "bolt", lambda title=title: done.append(title))

    return CommandPalette(host, look, entries)


def test_a_hundred_thousand_entries_are_looked_at_some_a_turn(huge, made) -> None:
    huge.open()
    assert huge.list.count() == MAX_SHOWN
    assert len(made) <= MAX_SHOWN + 1, "nobody asked for the others"
    QTest.keyClicks(huge.field, "needle 3")
    counts = [len(made)]
    while not huge._search.is_done:
        huge._go_on()
        counts.append(len(made))
    assert max(after - before for before, after in pairwise(counts)) <= AT_ONCE
    assert len(made) == 5 * AT_ONCE + 1
    assert huge.list.item(0).text() == "Hay 3, needle 3"
    QTest.keyClick(huge.field, KEY.Key_Down)
    huge.field.setText("needle 4")
    while not huge._search.is_done:
        huge._go_on()
    assert len(made) == 5 * AT_ONCE + 1, "none is made twice"


def test_enter_waits_until_the_best_is_found(huge, done, qtbot) -> None:
    huge.open()
    QTest.keyClicks(huge.field, "needle")
    QTest.keyClick(huge.field, KEY.Key_Return)
    assert done == []
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["Needle"]
    assert not huge.isVisible()


def test_what_is_typed_meanwhile_is_looked_for_from_the_beginning(huge, qtbot) -> None:
    huge.open()
    QTest.keyClicks(huge.field, "zzz")
    assert huge.nothing.text() == "Looking …"
    huge.field.setText("needle 5")
    qtbot.waitUntil(lambda: huge._search.is_done)
    assert huge.list.item(0).text() == "Hay 5, needle 5"
    huge.field.setText("zzz")
    qtbot.waitUntil(lambda: huge._search.is_done)
    assert huge.nothing.text() == "Nothing matches “zzz”"


def test_a_card_of_a_window_that_is_closed_hears_of_no_theme_any_more(qapp, look, qtbot) -> None:
    window = QWidget()
    card = FindingsPanel(window, look)
    gone: list[bool] = []
    card.destroyed.connect(lambda: gone.append(True))
    window.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    look.changed.emit(look.theme)  # an error in a slot fails the test
