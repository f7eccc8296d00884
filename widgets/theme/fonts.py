"""The bundled fonts: Inter for the interface, JetBrains Mono for clocks and counters.

Both are under the SIL Open Font License (texts beside the files in ``assets/fonts``) and subset to
Latin, Greek, arrows and a few symbols, so the app looks the same on a machine without any font.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontDatabase

from engine.assets import asset_path

UI_FAMILY = "Inter"
MONO_FAMILY = "JetBrains Mono"
BODY = 13
"""Size of ordinary text, in logical pixels."""
SMALL = 12
"""Size of secondary text on cards and in forms, in logical pixels."""
CAPTION = 11
"""Size of section titles, axis labels and badges, in logical pixels."""

_FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "Inter-Bold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
    "JetBrainsMono-SemiBold.ttf",
    "JetBrainsMono-Bold.ttf",
)


@dataclass(frozen=True, slots=True)
class Fonts:
    """Makes fonts of the two families; sizes are logical pixels."""

    ui_family: str = UI_FAMILY
    mono_family: str = MONO_FAMILY

    def ui(self, size: int = BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Text font."""
        return _font(self.ui_family, size, weight)

    def numbers(self, size: int = BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Text font whose digits are all equally wide, so that live values do not jitter."""
        font = _font(self.ui_family, size, weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def mono(self, size: int = BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Fixed-width font for clocks."""
        return _font(self.mono_family, size, weight)


def load_fonts() -> Fonts:
    """Register the bundled fonts with Qt; call once a QGuiApplication exists.

    A file that cannot be read costs looks, not function: the system's font takes its place.
    """
    families: set[str] = set()
    for name in _FILES:
        number = QFontDatabase.addApplicationFont(str(asset_path("fonts", name)))
        if number >= 0:
            families.update(QFontDatabase.applicationFontFamilies(number))
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    general = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    return Fonts(
        UI_FAMILY if UI_FAMILY in families else general,
        MONO_FAMILY if MONO_FAMILY in families else fixed,
    )


def _font(family: str, size: int, weight: QFont.Weight) -> QFont:
    """Font by family, pixel size and weight."""
    font = QFont(family)
    font.setPixelSize(size)
    font.setWeight(weight)
    return font
