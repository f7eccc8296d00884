"""The help in the window: contents, search, and the page that is read."""

from __future__ import annotations

from widgets.help.panel import HelpPanel

__all__ = ["HelpPanel"]
