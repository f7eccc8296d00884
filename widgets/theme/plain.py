"""Names as text: where Qt would take a text for markup, a mnemonic or a placeholder, it gets what stands."""

from __future__ import annotations

import re
from html import escape
from unicodedata import bidirectional

_STRONG = frozenset({"L", "R", "AL"})
"""Characters that say in which direction a text is read."""
_RIGHT_TO_LEFT, _END = "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_LEADS = " \N{NO-BREAK SPACE}\N{EM SPACE}→•–·"
"""What stands before a name, whatever its direction: the indentation of a tree, an arrow."""
_LONG_LINE, _LONG_ENTRY = 100, 64
"""Characters of a line of a tooltip, and of an entry of a menu, that are read at a glance."""
_MODIFIED = "[*]"
_LONG_WORD = re.compile(r"(\S{24})(?=\S)")


def plain_tip(text: str) -> str:
    """A tooltip that shows a text as it is. Qt takes whatever looks like markup for markup, images and all.

    Long lines are wrapped, which Qt does with markup alone: others would be as wide as the window.
    """
    if "<" not in text and max(map(len, text.split("\n"))) <= _LONG_LINE:
        return text
    return f"<span>{escape(text)}</span>".replace("\n", "<br>")


def breakable(text: str) -> str:
    """A text whose long words may be broken: a wrapped label is never narrower than its longest word."""
    return _LONG_WORD.sub("\\1\N{ZERO WIDTH SPACE}", text)


def directed(text: str) -> str:
    """A name that keeps its own direction wherever it stands.

    One that is read from right to left also ends, with its ellipsis, at the left.
    """
    first = next((way for each in text if (way := bidirectional(each)) in _STRONG), "L")
    if first == "L":
        return text
    name = text.lstrip(_LEADS)
    return f"{text[: len(text) - len(name)]}{_RIGHT_TO_LEFT}{name}{_END}"


def menu_text(text: str) -> str:
    """A name as an entry of a menu, or on a button: an ampersand stays one, and a tab divides nothing.

    Of a long one the middle is left out: what is done with a name stands before it, or behind.
    """
    if len(text) > _LONG_ENTRY:
        half = _LONG_ENTRY // 2
        text = f"{text[:half].rstrip()}…{text[-half:].lstrip()}"
    return " ".join(text.split("\t")).replace("&", "&&")


def window_title(text: str) -> str:
    """A name in the title of a window, where ``[*]`` would stand for the mark of unsaved changes."""
    return " ".join(text.split()).replace(_MODIFIED, _MODIFIED * 2)
