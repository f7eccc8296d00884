"""Charts and studies are both to be seen: on tabs, taller, or in windows of their own."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QVBoxLayout, QWidget

from app.instruments import Instruments
from widgets.theme import ThemeManager


@pytest.fixture
def instruments(qtbot: Any, qapp: Any) -> Instruments:
    window = QMainWindow()
    made = Instruments(ThemeManager(qapp, "dark"), QLabel("timeline"))
    window.setCentralWidget(made)
    window.resize(900, 400)
    qtbot.addWidget(window)
    window.show()
    made.fill_page("charts", lambda: QLabel("charts"))
    made.fill_page("study", lambda: QLabel("study"), height=250)
    made.window_kept = window  # type: ignore[attr-defined]  # it owns what is tested
    return made


def label(instruments: Instruments, text: str) -> QLabel | None:
    found = [each for each in instruments.findChildren(QLabel) if each.text() == text]
    return found[0] if found else None


def test_a_page_is_made_when_it_is_first_wanted(instruments: Instruments) -> None:
    shown: list[str] = []
    wanted: list[int] = []
    instruments.page_shown.connect(shown.append)
    instruments.height_wanted.connect(wanted.append)
    assert label(instruments, "study") is None
    instruments.show_page("study")
    found = label(instruments, "study")
    assert found is not None
    assert found.isVisible()
    assert (shown, wanted) == (["study"], [250])
    assert instruments.is_shown("study")
    assert not instruments.is_shown("charts")


def test_pages_are_made_and_dressed_before_somebody_opens_them(instruments: Instruments) -> None:
    made: list[str] = []

    def help_page() -> QWidget:
        made.append("help")
        page = QWidget()
        QVBoxLayout(page).addWidget(QLabel("help"))
        return page

    instruments.fill_page("help", help_page)
    charts = label(instruments, "charts")
    steps = instruments.make_ahead()
    for _ in steps:
        assert instruments.current == "charts"
    assert charts is label(instruments, "charts")
    found = label(instruments, "help")
    assert found is not None
    assert found.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)
    assert not found.isVisible()
    assert not instruments.is_shown("help")
    instruments.show_page("help")
    assert found.isVisible()
    assert made == ["help"]


def test_whoever_is_faster_than_what_is_made_ahead_sees_the_page(instruments: Instruments) -> None:
    steps = instruments.make_ahead()
    next(steps)  # made, and not yet in its place
    instruments.show_page("study")
    instruments.own.click()
    for _ in steps:
        pass
    study = label(instruments, "study")
    assert study is not None
    assert study.isVisible()
    assert study.window() is not instruments.window()


def test_a_page_in_a_window_of_its_own_is_seen_beside_the_others(instruments: Instruments) -> None:
    instruments.show_page("study")
    instruments.own.click()
    study, charts = label(instruments, "study"), label(instruments, "charts")
    assert study is not None
    assert charts is not None
    assert study.isVisible()
    assert charts.isVisible()
    assert study.window() is not charts.window()
    assert instruments.is_shown("study")
    assert instruments.current == "charts"
    instruments.tabs.setCurrentIndex(1)
    assert not instruments.own.isEnabled()
    study.window().close()
    assert study.window() is charts.window()
    assert instruments.current == "study"
    assert study.isVisible()


def test_nothing_has_a_window_of_its_own_once_all_are_back(instruments: Instruments) -> None:
    instruments.detach("charts")
    instruments.detach("study")
    instruments.attach_all()
    for name in ("charts", "study"):
        found = label(instruments, name)
        assert found is not None
        assert found.window() is instruments.window()
    words = label(instruments, "Charts: in a window of its own")
    assert words is None or words.isHidden()
