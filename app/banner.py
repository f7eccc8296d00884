"""Messages that stay until they are read, above the canvas, and never stand in the way of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.theme import breakable, menu_text, set_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.theme import ThemeManager


_MOST_DETAILS: Final = 160
"""Height of the details at most (px); what is longer is scrolled."""


_LONGEST: Final = 500
"""Characters of a message: what is longer would take the canvas away."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button on a message."""

    text: str
    act: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Message:
    """What to say. A new message with the same key takes the place of the old one."""

    key: str
    text: str
    level: Literal["offer", "info", "error"] = "error"
    """An offer can wait until everything else is read."""
    choices: tuple[Choice, ...] = ()
    details: str = ""
    """Shown on demand, such as a traceback."""
    is_awaited: bool = False
    """Whether somebody asked to be told: it stands before everything else, which may have been there for long."""


class _Details(QPlainTextEdit):
    """More than the message says: as high as it is long, and no higher than leaves the canvas in view."""

    def __init__(self, text: str) -> None:
        """Show ``text`` as it is."""
        super().__init__(text, readOnly=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        size = self.document().documentLayout()
        if size is not None:
            size.documentSizeChanged.connect(lambda _size: self.updateGeometry())

    def sizeHint(self) -> QSize:
        """All lines, as they are broken at the width that there is."""
        self.ensurePolished()
        lines = round(self.document().size().height())  # Qt counts lines of plain text, not pixels
        edge = self.contentsMargins()
        around = edge.top() + edge.bottom() + 2 * round(self.document().documentMargin())
        wanted = (
            lines * self.fontMetrics().lineSpacing() + around + 1
        )  # of so many Qt scrolls one line
        return QSize(super().sizeHint().width(), min(wanted, _MOST_DETAILS))

    def minimumSizeHint(self) -> QSize:
        """As high as it is wanted: a part of a line says nothing."""
        return QSize(0, self.sizeHint().height())


class Banner(QFrame):
    """One message. The first choice is the one that the message recommends."""

    def __init__(self, message: Message, look: ThemeManager, parent: BannerArea) -> None:
        super().__init__(parent)
        self._area, self._message, self._look = parent, message, look
        set_role(self, "finding" if message.level == "error" else "card")
        self.setAccessibleName(message.text)
        self.next_button = set_role(QPushButton(), "flat")
        self.next_button.setToolTip("Show the next message")
        self.next_button.clicked.connect(parent.show_next)
        self.next_button.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft
        )  # the arrow behind the words
        self.next_button.hide()
        self._picture = QLabel()
        self.close_button = set_role(QToolButton(), "flat")
        self.close_button.setToolTip("Dismiss")
        self.close_button.setAccessibleName("Dismiss")
        self.close_button.clicked.connect(lambda: parent.dismiss(message.key))
        self._details = _Details(message.details)
        self._details.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 6, 8, 6)
        outer.addLayout(self._row())
        outer.addWidget(self._details)
        self.dress()

    @property
    def rank(self) -> int:
        """How urgent it is; 0 is read first."""
        order = ("error", "info", "offer")
        return 0 if self._message.is_awaited else 1 + order.index(self._message.level)

    def count(self, place: int, number: int) -> None:
        """Say which of so many messages it is; nothing of the only one."""
        self.next_button.setText(f"{place} of {number}")
        self.next_button.setAccessibleName(f"Message {place} of {number}, show the next")
        self.next_button.setVisible(number > 1)

    def dress(self) -> None:
        """Draw icons in the colours of the theme."""
        theme, error = self._look.theme, self._message.level == "error"
        colour = theme.warning_text if error else theme.accent.text
        ratio = self.devicePixelRatioF()
        name = "warning" if error else "info"
        self._picture.setPixmap(self._look.icons.pixmap(name, colour, 16, ratio))
        self.close_button.setIcon(self._look.icons.icon("close", theme.muted, 14))
        self.close_button.setIconSize(QSize(14, 14))
        self.next_button.setIcon(self._look.icons.icon("chevron-right", theme.muted, 14))

    def _row(self) -> QHBoxLayout:
        """Icon, text, buttons."""
        said = " ".join(
            self._message.text.split()
        )  # names come from files, and may have many lines
        said = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
        text = QLabel(breakable(said), wordWrap=True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if self._message.level == "error":
            set_role(text, "warning")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._picture)
        row.addWidget(text, 1)
        for i, choice in enumerate(self._message.choices):
            row.addWidget(self._button(choice, "primary" if i == 0 else ""))
        if self._message.details:
            more = QPushButton("Details")
            more.setCheckable(True)
            more.toggled.connect(self._details.setVisible)
            row.addWidget(more)
        row.addWidget(self.next_button)
        row.addWidget(self.close_button)
        return row

    def _button(self, choice: Choice, role: str) -> QPushButton:
        """A button that acts once and takes the message away."""
        button = QPushButton(menu_text(choice.text))
        if role:
            set_role(button, role)

        def act() -> None:
            self._area.dismiss(self._message.key)
            choice.act()

        button.clicked.connect(act)
        return button


class BannerArea(QWidget):
    """The messages there are, one at a time: the most urgent, among those the latest; no room when there is none."""

    keyboard_freed = Signal()
    """The last message went with the keyboard in it."""

    def __init__(self, look: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._banners: dict[str, Banner] = {}
        self._front: Banner | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(10, 8, 10, 8)
        self._layout.setSpacing(0)
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()
        look.changed.connect(self._dress)

    def show_message(self, message: Message) -> None:
        """Show a message, in place of one with the same key; it waits behind more urgent ones."""
        old = self._banners.pop(message.key, None)
        banner = Banner(message, self._look, self)
        banner.hide()
        self._banners[message.key] = banner
        self._layout.addWidget(banner)
        if old is not None:
            self._remove(old)
        self._bring(self._order()[0])

    def dismiss(self, key: str) -> None:
        """Take a message away, if it is there; the next one comes in its place."""
        banner = self._banners.pop(key, None)
        if banner is None:
            return
        stays = self._front is not None and self._front is not banner
        typed = banner.isAncestorOf(self.window().focusWidget())
        if typed and not self._banners:
            self.keyboard_freed.emit()  # before Qt hands it to whatever was made next
        self._remove(banner)
        if self._banners:
            front = self._front if stays and self._front is not None else self._order()[0]
            self._bring(front)
            if typed:
                front.close_button.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.hide()

    def show_next(self) -> None:
        """Show the message behind the one that is shown; behind the last one comes the first."""
        order = self._order()
        if order and self._front in order:
            self._bring(order[(order.index(self._front) + 1) % len(order)])

    def shown(self, key: str) -> str | None:
        """What the message of that key says, if there is one, in front or behind another."""
        found = self._banners.get(key)
        return found.accessibleName() if found is not None else None

    def banner(self, key: str) -> Banner | None:
        """The message of that key, if there is one, in front or behind another."""
        return self._banners.get(key)

    def _order(self) -> list[Banner]:
        """The most urgent first, among those the latest."""
        latest = list(self._banners.values())
        latest.reverse()
        return sorted(latest, key=lambda each: each.rank)

    def _bring(self, banner: Banner) -> None:
        """Show one, and which of how many it is."""
        order, had = self._order(), self._front
        self._front = banner
        for place, each in enumerate(order):
            each.count(place + 1, len(order))
        turns = had is not None and had is not banner and had.next_button.hasFocus()
        banner.show()
        if had is not None and had is not banner:
            had.hide()
        if turns and len(order) > 1:
            banner.next_button.setFocus(Qt.FocusReason.TabFocusReason)
        self.show()

    def _remove(self, banner: Banner) -> None:
        """Take one out of the window."""
        if self._front is banner:
            self._front = None
        banner.hide()
        banner.deleteLater()

    def _dress(self, _theme: object) -> None:
        """Take the colours of the theme."""
        for banner in self._banners.values():
            banner.dress()
