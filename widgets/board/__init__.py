"""The board: how every client and node does by the signals that monitoring goes by."""

from widgets.board.panel import BoardPanel
from widgets.board.signals import Reading, readings

__all__ = ["BoardPanel", "Reading", "readings"]
