"""Pages of the help, and the sections into which their headings divide them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from engine.records import dataclass

_HEADING: Final = re.compile(r"^(#{1,6}) +(.+)$")
_MARKS: Final = re.compile(r"[`*|]|\]\([^)]*\)|\[|^[-#>]+ |:?-{3,}:?", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(help:([^)#]+)")
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading of a page."""

    number: int
    """Which heading of the page, from 0; 0 is the title of the page itself."""
    title: str
    text: str
    """Its words, without marks."""
    links: tuple[str, ...] = ()
    """Pages to which it leads."""


@dataclass(frozen=True)
class Page:
    """One page."""

    key: str
    """Name by which links lead here, such as ``load`` or ``components/cache``."""
    title: str
    shelf: str
    """Heading of the contents under which it stands."""
    markdown: str
    """All of it, the title included."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Its parts, in order."""
        found: list[tuple[str, list[str]]] = []
        fenced = False
        for line in self.markdown.splitlines():
            fenced ^= line.startswith("```")
            heading = None if fenced else _HEADING.match(line)
            if heading is not None:
                found.append((plain(heading[2]), []))
            elif found:
                found[-1][1].append(line)
        return tuple(
            Section(number, title, plain("\n".join(lines)), tuple(_LINK.findall("\n".join(lines))))
            for number, (title, lines) in enumerate(found)
        )

    def section(self, slug: str) -> int:
        """Number of the section that a link calls ``slug``; 0 where there is none of that name."""
        return next((each.number for each in self.sections if slug_of(each.title) == slug), 0)


def plain(markdown: str) -> str:
    """The words of Markdown on one line."""
    return _SPACE.sub(" ", _MARKS.sub(" ", markdown)).strip()


def slug_of(title: str) -> str:
    """How links name a heading, as forges do: ``What if`` is ``what-if``."""
    return re.sub(r"[^\w\- ]", "", title.casefold()).strip().replace(" ", "-")
