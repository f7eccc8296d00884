"""The icon set: complete, one line style, tinted, sharp at every density."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.assets import asset_path
from widgets.theme import DARK, LIGHT, IconSet, app_icon

KINDS = [
    "client",
    "population",
    "attacker",
    "dns",
    "cdn",
    "waf",
    "load_balancer",
    "gateway",
    "rate_limiter",
    "service",
    "function",
    "worker",
    "cache",
    "sql_database",
    "key_value",
    "object_storage",
    "queue",
    "topic",
    "auth",
    "external_api",
    "unknown",
]
ACTIONS = [
    "play",
    "pause",
    "step",
    "restart",
    "search",
    "plus",
    "close",
    "undo",
    "redo",
    "save",
    "open",
    "copy",
    "paste",
    "trash",
    "kill",
    "slow",
    "error",
    "delay",
    "loss",
    "traffic",
    "flush",
    "set",
    "bolt",
    "break",
    "zoom-in",
    "zoom-out",
    "fit",
    "frame",
    "note",
    "timeline",
    "pin",
    "chevron-right",
    "chevron-down",
    "warning",
    "info",
    "check",
    "reset",
    "link",
    "sun",
    "moon",
    "outline",
    "layout",
]
FILES = sorted(asset_path("icons").glob("*.svg"))


def inked(image: QImage) -> list[QColor]:
    """Colours of the pixels that are fully covered."""
    return [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    ]


@pytest.mark.parametrize("name", KINDS + ACTIONS)
def test_the_promised_icons_are_drawn(name: str) -> None:
    assert IconSet().has(name)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_icon_is_tintable_and_on_the_grid(path) -> None:
    root = ElementTree.parse(path).getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    colours = {
        element.get(key)
        for element in root.iter()
        for key in ("fill", "stroke")
        if element.get(key) is not None
    }
    assert colours <= {"currentColor", "none"}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_icon_paints_inside_its_square_in_the_asked_colour(qapp, path) -> None:
    image = QImage(96, 96, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    IconSet().paint(painter, path.stem, QRectF(0, 0, 96, 96), "#ff0000")
    painter.end()
    pixels = inked(image)
    assert len(pixels) > 60
    assert {pixel.name() for pixel in pixels} == {"#ff0000"}
    border = [image.pixelColor(i, j).alpha() for i in range(96) for j in (0, 95)]
    border += [image.pixelColor(j, i).alpha() for i in range(96) for j in (0, 95)]
    assert max(border) == 0


def test_pixmaps_are_cached_and_carry_their_density(qapp) -> None:
    icons = IconSet()
    twice = icons.pixmap("play", DARK.text, 20, 2.0)
    assert twice.width() == 40
    assert twice.devicePixelRatio() == 2.0
    assert icons.pixmap("play", DARK.text, 20, 2.0) is twice
    assert icons.pixmap("play", LIGHT.text, 20, 2.0) is not twice
    assert {size.width() for size in icons.icon("play", DARK.text, 20).availableSizes()} >= {20}


def test_an_unknown_name_shows_the_unknown_icon(qapp) -> None:
    icons = IconSet()
    assert not icons.has("warp_drive")
    drawn = icons.pixmap("warp_drive", DARK.text, 24).toImage()
    assert drawn == icons.pixmap("unknown", DARK.text, 24).toImage()


@pytest.mark.parametrize(
    ("theme", "tint"), [(DARK, DARK.muted), (LIGHT, LIGHT.muted)], ids=["dark", "light"]
)
def test_style_sheet_glyphs_are_tinted_with_the_tokens(theme, tint) -> None:
    for name, colour in (
        ("chevron-down", tint),
        ("chevron-up", tint),
        ("chevron-right", tint),
        ("check", theme.on_accent),
    ):
        text = asset_path("icons", "qss", f"{name}-{theme.name}.svg").read_text(encoding="utf-8")
        assert colour in text


def test_the_application_icon_exists(qapp) -> None:
    assert not app_icon().pixmap(64, 64).isNull()
