"""What every subject of the inspector answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from engine.model.names import name_of

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit, Unset
    from widgets.inspector.fields import Field, Path
    from widgets.inspector.reach import Reach


class Subject(Protocol):
    """Something whose fields the inspector shows; plain data, made anew when the design changes."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Items it is about, for findings and measurements; empty for the design and events."""

    @property
    def key(self) -> str:
        """Identity over design changes: what was typed and not accepted is kept under it."""

    @property
    def family(self) -> str:
        """Subjects of one family have about the same fields and share one form."""

    @property
    def icon(self) -> str:
        """Icon of the header."""

    @property
    def title(self) -> str:
        """Name in the header."""

    @property
    def kind(self) -> str:
        """What it is, in small letters at the right of the header."""

    @property
    def help(self) -> str:
        """Markdown about the kind, or nothing."""

    @property
    def renamable(self) -> bool:
        """Whether the title can be edited."""

    def rename(self, text: str) -> Edit:
        """Edit that changes the title."""

    def advance(self, seconds: float) -> bool:
        """Find out more of its fields, for about so long; tells whether all are known."""

    def fields(self) -> list[Field]:
        """Lines of the form, however long it takes to find them out."""

    def lines(self, reach: Reach) -> list[Field]:
        """The same without what is in entries of long lists that nobody looks at: their heads stand for them."""

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Edit that writes ``value`` at ``path``. Raises ``InvalidValueError``."""


class WithoutLists:
    """A subject that has no long lists of things."""

    def fields(self) -> list[Field]:
        """All lines."""
        raise NotImplementedError

    def lines(self, reach: Reach) -> list[Field]:
        """The same, however far somebody looks."""
        del reach
        return self.fields()


class KnownAtOnce(WithoutLists):
    """A subject whose fields take no time worth mentioning."""

    def advance(self, seconds: float) -> bool:
        """There is nothing to wait for."""
        del seconds
        return True


def label_of(design: Design, item_id: str) -> str:
    """Name of an item as people know it: its name, its ends for a link, else its id."""
    return name_of(design, item_id)


def edit_label(title: str) -> str:
    """What the undo menu calls a change of the field ``title``."""
    return f"Set {title[:1].lower()}{title[1:]}" if title[1:2].islower() else f"Set {title}"


def class_names(design: Design) -> list[str]:
    """Names of the design's request classes."""
    return [each.name for each in design.classes]
