"""All pages of the help, how links lead from one to the next, and the search in them."""

from __future__ import annotations

from functools import cached_property, lru_cache
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Final

from engine.catalog import COMPONENTS
from engine.handbook.catalog import component_pages
from engine.handbook.index import Index
from engine.handbook.reference import reference_pages
from engine.handbook.settings import Records
from engine.handbook.shipped import DECISIONS, SHELVES, shipped_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.handbook.page import Page

FIRST: Final = "first-minutes"
"""The page for whoever asks for help with nothing in particular."""
_OURS: Final = "help:"
_ORDER: Final = (*SHELVES, "Components", "Settings", DECISIONS)


class Handbook:
    """Pages by key."""

    def __init__(self, pages: Iterable[Page]) -> None:
        ranked = sorted(pages, key=lambda page: _ORDER.index(page.shelf))
        self.pages = {page.key: page for page in ranked}

    @cached_property
    def index(self) -> Index:
        """What finds words in all of them."""
        return Index(self.pages.values())

    def at_field(self, key: str, names: Sequence[str]) -> tuple[str, int]:
        """Page and section about a field.

        Args:
            key: page of what it is a field of, such as ``components/link``.
            names: its name, behind those of the fields that it lies in, such as ``retry``, ``attempts``.
        """
        page, found = self.pages[key], (key, 0)
        for name in names:
            section = next((s for s in page.sections if s.text.partition(" ")[0] == name), None)
            if section is None:
                break
            found = (page.key, section.number)
            inside = next((each for each in section.links if each in self.pages), None)
            if inside is None:
                break
            page = self.pages[inside]
        return found

    def follow(self, link: str, page: str) -> tuple[Page, int] | None:
        """The page and section to which a link leads; None where it leads to none of these pages.

        Args:
            link: ``load.md``, ``#heading``, ``help:components/cache#settings``.
            page: key of the page that it stands on.
        """
        target, _hash, slug = link.partition("#")
        if target.startswith(_OURS):
            key = target.removeprefix(_OURS)
        elif target:
            key = normpath(f"{dirname(page)}/{target}".lstrip("/")).removesuffix(".md")
        else:
            key = page
        found = self.pages.get(key)
        return None if found is None else (found, found.section(slug) if slug else 0)


@lru_cache(maxsize=1)
def handbook() -> Handbook:
    """The help of this version."""
    records = Records()
    pages = [
        *shipped_pages(),
        *component_pages(COMPONENTS, records),
        *reference_pages(COMPONENTS),
    ]
    return Handbook([*pages, *records.pages()])
