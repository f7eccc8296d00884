"""Everything painters need to know of the theme, prepared once: colours, pens and fonts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from widgets.theme.fonts import Fonts

if TYPE_CHECKING:
    from widgets.theme.icons import IconSet
    from widgets.theme.tokens import Theme


class Look:
    """A theme with its icons and fonts, as painters want them. Made anew when the theme changes."""

    def __init__(self, theme: Theme, icons: IconSet) -> None:
        """Prepare the theme; fonts are those the theme registered with Qt."""
        self.theme = theme
        self.icons = icons
        self._fonts = Fonts()
        self._colours: dict[tuple[str, float], QColor] = {}

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
