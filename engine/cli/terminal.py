r"""What the terminal gets to see: text and nothing else, in whatever alphabet it has.

Names, titles and file names come from files that anybody may have made. A terminal obeys escape
sequences, and text that runs backwards reads as something else, so both are shown as what they are:
``\x1b[31m``. A terminal of another alphabet (ASCII, the code pages of Windows) gets the nearest sign.
"""

from __future__ import annotations

import codecs
import sys
import unicodedata
from typing import Final

_ERRORS: Final = "windtunnel"
"""Name of what writes signs that an alphabet has not."""
_NEAREST: Final = {
    "–": "-",
    "—": "-",
    "−": "-",
    "→": ">",
    "←": "<",
    "↓": "v",
    "↑": "^",
    "×": "x",
    "·": "-",
    "•": "*",
    "…": "~",
    "µ": "u",
    "μ": "u",
    "≤": "<",
    "≥": ">",
    "±": "~",
    "≈": "~",
    "ρ": "r",
    "λ": "l",
    "σ": "s",
    "∞": "inf",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "█": "#",
    "░": ".",
    "━": "-",
    "─": "-",
    "╸": "-",
    "╺": "-",
    "✓": "+",
    "✗": "x",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that are obeyed, or not seen: controls, directions, broken halves, line ends."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Hidden too, but words of some languages and many small pictures need them."""


def shown(text: str) -> str:
    """A text on one line, with what a terminal would obey written out."""
    return text if text.isprintable() else without_controls(text)


def prepare_streams() -> None:
    """Have both outputs write what their alphabet has not as the nearest sign, and never fail over it."""
    codecs.register_error(_ERRORS, _nearest)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_ERRORS)


def without_controls(text: str, kept: str = "") -> str:
    """A text with its hidden characters written out."""
    return "".join(
        each
        if each in kept or each in _JOINERS or unicodedata.category(each) not in _HIDDEN
        else ascii(each)[1:-1]
        for each in text
    )


def _nearest(error: UnicodeError) -> tuple[str | bytes, int]:
    """The nearest signs for those that cannot be written: without its accent, or a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs: list[str] = []
    for each in error.object[error.start : error.end]:
        plain = unicodedata.normalize("NFKD", each).encode("ascii", "ignore").decode()
        broken = unicodedata.category(each) == "Cs"
        signs.append(ascii(each)[1:-1] if broken else _NEAREST.get(each) or plain or "?")
    return "".join(signs), error.end
