"""What files have to say that stays until it is read: changed outside, open twice, no design, left by a crash."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app import conflict, other_files
from app.banner import Choice, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.banner import BannerArea
    from app.differing import Conflict
    from app.recognition import OtherFile
    from app.recovery import Leftover
    from app.services import Services

NOT_SAVED: Final = "not-saved"
"""Key of the message that the design could not be written."""
MAX_RECOVERED: Final = 3
"""Crashed windows offered at once."""


class FileMessages(QObject):
    """Hears of files, and puts messages above the canvas."""

    def __init__(
        self,
        services: Services,
        banners: BannerArea,
        paste: Callable[[str], object],
        say: Callable[[str], None],
    ) -> None:
        """``paste`` puts copied items onto the canvas; ``say`` reports what did not work."""
        files = services.files
        super().__init__(files)
        self._services, self._banners = services, banners
        self._paste, self._say = paste, say
        for over in (files.opened, files.saved, files.settled):
            over.connect(lambda: banners.dismiss(conflict.KEY))
        for over in (files.opened, files.saved):
            over.connect(lambda: banners.dismiss(NOT_SAVED))
        files.not_saved.connect(lambda text: banners.show_message(Message(NOT_SAVED, text)))
        files.opened.connect(self._show_presence)
        files.settled.connect(self._end_presence)
        files.conflict.connect(self._show_conflict)
        files.foreign.connect(self._show_foreign)

    def offer_recovery(self, leftovers: list[Leftover]) -> None:
        """Offer what crashed windows left behind."""
        for number, leftover in enumerate(leftovers[:MAX_RECOVERED]):
            self._offer(leftover, f"recovery-{number}")
        for leftover in leftovers[MAX_RECOVERED:]:
            leftover.lock.unlock()

    def _show_presence(self) -> None:
        """Say that the file is open in another window as well."""
        path, banners = self._services.document.path, self._banners
        banners.dismiss(conflict.ELSEWHERE)
        if path is not None and self._services.presence.is_elsewhere:
            banners.show_message(conflict.elsewhere(path))

    def _end_presence(self) -> None:
        """The other window with the file may have closed it meanwhile."""
        if self._banners.shown(conflict.ELSEWHERE) and not self._services.presence.is_elsewhere:
            self._banners.dismiss(conflict.ELSEWHERE)

    def _show_foreign(self, found: OtherFile) -> None:
        """A file is no design: say what it is, and offer what can be done with it."""
        files = self._services.files
        add = partial(other_files.add_items, paste=self._paste, fail=self._say)
        message = other_files.message_of(
            found, self._services.document.design, files.replay, files.begin, add
        )
        self._banners.show_message(message)

    def _show_conflict(self, found: Conflict) -> None:
        """Somebody else changed the file: say how, and ask whose version is kept."""
        dirty = self._services.document.is_dirty
        message = conflict.message_of(found, self._services.files, is_dirty=dirty)
        if self._banners.shown(conflict.KEY) != message.text:
            self._banners.show_message(message)

    def _offer(self, leftover: Leftover, key: str) -> None:
        """Offer one crashed window's work."""
        when = leftover.saved_at.astimezone().strftime("%H:%M")
        title = leftover.title or "An untitled design"
        text = f"Windtunnel was closed unexpectedly. “{title}” has unsaved changes from {when}."
        choices = (
            Choice("Restore", lambda: self._restore(leftover, key)),
            Choice("Discard", leftover.discard),
        )
        self._banners.show_message(Message(key, text, "info", choices))

    def _restore(self, leftover: Leftover, key: str) -> None:
        """Open a crashed window's work; its copy, the only one, goes once ours is on the disk."""
        recovery = self._services.recovery

        def keep() -> None:
            if not recovery.take_over(leftover):
                leftover.lock.unlock()
                self._say("Restored, but not backed up. It is offered again at the next start.")

        self._services.files.restore(leftover, keep, lambda: self._offer(leftover, key))
