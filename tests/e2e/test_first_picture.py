"""What people see before anything works behind the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.opened import equip
from app.shell import open_shell
from tests.helpers.fakes import FakeDialogs, FakeTransport
from widgets.canvas import BEGIN

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.places import Places


def test_the_page_is_not_called_empty_before_the_first_design_is_there(
    qapp: QApplication, places: Places
) -> None:
    shell = open_shell(qapp, places)
    assert shell.views.canvas.hint is None
    shell.window.show()
    qapp.processEvents()
    opened = equip(shell, FakeTransport, lambda _window: FakeDialogs())
    assert shell.views.canvas.hint is BEGIN
    opened.window.close()
    opened.window.deleteLater()
    qapp.processEvents()
