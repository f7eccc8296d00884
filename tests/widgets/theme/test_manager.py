"""The theme manager: follows the system, obeys an override, dresses real widgets."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.assets import asset_path
from widgets.theme import (
    DARK,
    LIGHT,
    STATES,
    apply,
    section_label,
    set_flag,
    set_role,
    shape_path,
)
from widgets.theme.fonts import MONO_FAMILY, UI_FAMILY


def test_an_override_takes_effect_at_once_and_is_announced(qapp, qtbot, manager) -> None:
    with qtbot.waitSignal(manager.changed) as heard:
        manager.set_preference("light")
    assert heard.args == [LIGHT]
    assert manager.theme is LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.panel
    assert LIGHT.field in qapp.styleSheet()


def test_choosing_the_same_look_again_announces_nothing(qtbot, manager) -> None:
    with qtbot.assertNotEmitted(manager.changed):
        manager.set_preference("dark")


def test_the_system_is_followed_only_when_asked(qapp, qtbot, manager) -> None:
    system = qapp.styleHints().colorSchemeChanged
    system.emit(Qt.ColorScheme.Light)
    assert manager.theme is DARK
    manager.set_preference("system")
    system.emit(Qt.ColorScheme.Light)
    assert manager.theme is LIGHT
    system.emit(Qt.ColorScheme.Dark)
    assert manager.theme is DARK


def test_the_bundled_fonts_load_with_all_weights(manager) -> None:
    assert manager.fonts.ui_family == UI_FAMILY
    assert manager.fonts.mono_family == MONO_FAMILY
    assert len(QFontDatabase.styles(UI_FAMILY)) >= 4
    assert QFontInfo(manager.fonts.mono(13)).fixedPitch()
    assert sum(path.stat().st_size for path in asset_path("fonts").iterdir()) < 2_000_000


def test_numbers_do_not_jitter(manager) -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(manager.fonts.numbers(13))
    widths = {round(metrics.horizontalAdvance(digit * 8), 3) for digit in "0123456789"}
    assert len(widths) == 1


def test_roles_dress_widgets(qtbot, manager) -> None:
    window = set_role(QWidget(), "panel")
    layout = QVBoxLayout(window)
    primary = set_role(QPushButton("Run"), "primary")
    title = section_label("Capacity")
    layout.addWidget(primary)
    layout.addWidget(title)
    qtbot.addWidget(window)
    window.resize(200, 120)
    picture = window.grab().toImage()
    assert picture.pixelColor(1, 1).name() == DARK.panel
    corner = primary.geometry().topLeft()
    assert picture.pixelColor(corner.x() + 20, corner.y() + 3).name() == DARK.accent.colour
    assert title.text() == "Capacity"
    assert title.fontInfo().pixelSize() == 11


def test_an_invalid_field_gets_a_red_outline(qtbot, manager) -> None:
    field = QLineEdit("abc")
    qtbot.addWidget(field)
    field.resize(120, 24)
    calm = field.grab().toImage().pixelColor(60, 0).name()
    set_flag(field, "invalid", "true")
    assert field.grab().toImage().pixelColor(60, 0).name() == DARK.danger.colour != calm


@pytest.mark.parametrize("name", STATES)
def test_state_shapes_fill_their_box_and_stay_inside(name: str) -> None:
    box = QRectF(10, 10, 14, 14)
    path = shape_path(DARK.state(name).shape, box)
    bounds = path.boundingRect()
    assert box.adjusted(-1, -1, 1, 1).contains(bounds)
    assert bounds.width() >= 9


def test_labels_are_transparent_on_any_surface(qtbot, manager) -> None:
    surface = set_role(QWidget(), "canvas")
    label = QLabel("", surface)
    label.resize(50, 20)
    qtbot.addWidget(surface)
    surface.resize(60, 30)
    assert surface.grab().toImage().pixelColor(10, 10).name() == DARK.canvas


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QComboBox])
@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_placeholders_are_written_in_a_colour_that_can_be_read(qapp, qtbot, kind, theme) -> None:
    """Of itself Qt writes them at half strength: 3.1:1 in light fields."""
    apply(qapp, theme)
    field = kind()
    qtbot.addWidget(field)
    field.ensurePolished()
    assert field.palette().color(QPalette.ColorRole.PlaceholderText) == QColor(theme.muted)
    qapp.setStyleSheet("")
