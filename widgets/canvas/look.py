"""Everything painters need to know of the theme, prepared once: colours, pens and fonts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from widgets.theme.fonts import Fonts

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.theme.icons import IconSet
    from widgets.theme.tokens import Theme

_FAR_SIZES: Final = (32, 28, 25, 22)
"""Font sizes of names from afar, the largest that fits is taken (scene units). They are close to each other, so that
cards in a column look alike."""
_FAR_LINE: Final = 1.18
"""Height of a line of such a name, in sizes of its font."""


class Look:
    """A theme with its icons and fonts, as painters want them. Made anew when the theme changes."""

    def __init__(self, theme: Theme, icons: IconSet) -> None:
        """Prepare the theme; fonts are those the theme registered with Qt."""
        self.theme = theme
        self.icons = icons
        self._fonts = Fonts()
        self._colours: dict[tuple[str, float], QColor] = {}
        self._far_names: dict[tuple[str, float, float], tuple[QFont, tuple[str, ...]]] = {}

    def colour(self, token: str, alpha: float = 1.0) -> QColor:
        """A token's colour with an opacity; callers must not change it."""
        key = (token, alpha)
        if key not in self._colours:
            colour = QColor(token)
            colour.setAlphaF(alpha)
            self._colours[key] = colour
        return self._colours[key]

    def faded(self, token: str, share: float) -> QColor:
        """A token's colour over the canvas, mixed beforehand.

        Opaque strokes are painted three times as fast as translucent ones.
        """
        key = (f"{token}/canvas", share)
        if key not in self._colours:
            ink, paper = QColor(token), QColor(self.theme.canvas)
            self._colours[key] = QColor.fromRgbF(
                share * ink.redF() + (1.0 - share) * paper.redF(),
                share * ink.greenF() + (1.0 - share) * paper.greenF(),
                share * ink.blueF() + (1.0 - share) * paper.blueF(),
            )
        return self._colours[key]

    def pen(self, token: str, width: float, alpha: float = 1.0) -> QPen:
        """A solid pen with round caps."""
        pen = QPen(self.colour(token, alpha), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    @cached_property
    def name_font(self) -> QFont:
        """Names of cards."""
        return self._fonts.ui(13, QFont.Weight.DemiBold)

    @cached_property
    def live_font(self) -> QFont:
        """The live line."""
        return self._fonts.ui(12)

    @cached_property
    def narrow_font(self) -> QFont:
        """The live line where it is long."""
        return self._fonts.ui(11)

    @cached_property
    def state_font(self) -> QFont:
        """State words, frame tabs."""
        return self._fonts.ui(11, QFont.Weight.DemiBold)

    @cached_property
    def badge_font(self) -> QFont:
        """Badges and policy pills."""
        return self._fonts.numbers(11, QFont.Weight.Bold)

    @cached_property
    def pill_font(self) -> QFont:
        """Policy pills on links."""
        return self._fonts.numbers(10, QFont.Weight.DemiBold)

    @cached_property
    def far_font(self) -> QFont:
        """Words on cards that are read from afar."""
        return self._fonts.ui(26, QFont.Weight.DemiBold)

    def name_from_afar(self, name: str, room: QSizeF) -> tuple[QFont, tuple[str, ...]]:
        """The largest font in which a name fits, and its lines; remembered, since every zoom step asks again."""
        key = (name, room.width(), room.height())
        if key not in self._far_names:
            self._far_names[key] = self._fitted(name, room)
        return self._far_names[key]

    def _fitted(self, name: str, room: QSizeF) -> tuple[QFont, tuple[str, ...]]:
        """Try the sizes from the largest on; in the smallest, the last line is cut."""
        for size in _FAR_SIZES[:-1]:
            font, lines = self._far_lines(name, size, room.width())
            width = QFontMetricsF(font).horizontalAdvance
            if len(lines) <= _lines_in(room, size) and all(
                width(line) <= room.width() for line in lines
            ):
                return font, tuple(lines)
        font, lines = self._far_lines(name, _FAR_SIZES[-1], room.width())
        most = _lines_in(room, _FAR_SIZES[-1])
        kept = lines if len(lines) <= most else [*lines[: most - 1], " ".join(lines[most - 1 :])]
        elided = QFontMetricsF(font).elidedText
        elide = Qt.TextElideMode.ElideRight
        return font, tuple(elided(line, elide, room.width()) for line in kept)

    def _far_lines(self, name: str, size: int, room: float) -> tuple[QFont, list[str]]:
        """A font of a size, and a name in its lines."""
        font = self._fonts.ui(size, QFont.Weight.DemiBold)
        return font, wrapped(name, QFontMetricsF(font).horizontalAdvance, room)

    @cached_property
    def note_font(self) -> QFont:
        """Text of notes."""
        return self._fonts.ui(12)

    @cached_property
    def note_title_font(self) -> QFont:
        """First line of notes."""
        return self._fonts.ui(12, QFont.Weight.Bold)

    @cached_property
    def title_font(self) -> QFont:
        """Headline of the empty canvas."""
        return self._fonts.ui(18, QFont.Weight.DemiBold)

    @cached_property
    def body_font(self) -> QFont:
        """Ordinary text."""
        return self._fonts.ui(13)

    @cached_property
    def name_metrics(self) -> QFontMetricsF:
        """Widths in the name font."""
        return QFontMetricsF(self.name_font)

    @cached_property
    def live_metrics(self) -> QFontMetricsF:
        """Widths in the live line's font."""
        return QFontMetricsF(self.live_font)

    @cached_property
    def narrow_metrics(self) -> QFontMetricsF:
        """Widths in the font of long live lines."""
        return QFontMetricsF(self.narrow_font)

    @cached_property
    def state_metrics(self) -> QFontMetricsF:
        """Widths in the font of state words and tabs."""
        return QFontMetricsF(self.state_font)

    @cached_property
    def badge_metrics(self) -> QFontMetricsF:
        """Widths in the badge font."""
        return QFontMetricsF(self.badge_font)

    @cached_property
    def pill_metrics(self) -> QFontMetricsF:
        """Widths in the pill font."""
        return QFontMetricsF(self.pill_font)


def _lines_in(room: QSizeF, size: int) -> int:
    """How many lines of a font size find room."""
    return max(1, int(room.height() / (size * _FAR_LINE)))


def wrapped(text: str, width: Callable[[str], float], room: float) -> list[str]:
    """A text in lines, broken between words where it does not fit; a word is never broken."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
