"""The console that tables are printed on. Commands that print none do without it, and start faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.segment import Segment

from engine.cli.terminal import without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType

WIDE: Final = 110
"""Columns where nobody watches: in a file, a pipe or a log."""


class PlainConsole(Console):
    """A console on which data stays data: no markup in texts, and no control characters."""

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Whatever is printed comes through here; what the console itself commands is left alone."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable() or segment.text == "\n":
                yield segment
            else:
                yield Segment(without_controls(segment.text, kept="\n"), segment.style)


def output() -> PlainConsole:
    """Standard output, as wide as the terminal."""
    console = PlainConsole()
    return console if console.is_terminal else PlainConsole(width=WIDE)
