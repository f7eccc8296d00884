"""What all field editors have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets.inspector.fields import Field
from widgets.inspector.shapes import Shape

if TYPE_CHECKING:
    from widgets.theme import ThemeManager


class Editor(QWidget):
    """Shows and edits one value.

    An editor never writes anywhere: it says :attr:`committed` with a JSON value, or :attr:`refused`
    with one line about what was typed. It must not touch what a person is typing: ``show_field``
    leaves a line alone while it holds text that was not accepted yet.
    """

    committed = Signal(object)
    """A new JSON value, or ``UNSET`` for the default."""
    refused = Signal(str)
    """What is wrong with what was typed; empty when it is right again."""

    file_wanted = Signal()
    """A person wants to take the value from a file."""

    def __init__(self, look: ThemeManager) -> None:
        """Paint with ``look``."""
        super().__init__()
        self.look = look
        self.field = Field((), Shape("json"), "")
        # No focus proxy: Tab halts at whatever has one, and would come back here from behind the form.
        self.entrance: QWidget | None = None

    def show_field(self, field: Field) -> None:
        """Take over a field's value; keeps what is being typed."""
        self.field = field
        self.setToolTip(field.help)
        self.refresh()

    def take_focus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Put the keyboard where editing begins."""
        (self.entrance or self).setFocus(reason)

    def wide(self) -> bool:
        """Whether it wants the whole width, below its title, for the value it shows."""
        return False

    def needed_width(self) -> int:
        """Logical pixels beside its title in which the value can be read whole; 0 where any width does."""
        return 0

    def refresh(self) -> None:
        """Show ``self.field``."""

    def commit(self) -> None:
        """Take what was typed as final, where that is not so on every key already."""

    def reject(self) -> None:
        """The last committed value was not accepted: mark it and keep it."""

    def draft(self) -> str | None:
        """Text that was typed and not accepted, or nothing."""
        return None

    def restore(self, draft: str) -> None:
        """Bring back a draft from before the form was rebuilt."""

    def forget(self) -> None:
        """Drop what was typed and not accepted: the form is about to show another item."""
