"""What a study asks to be told, as data: fields of a form, kinds of studies, and what a person asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Editor = Literal["text", "setting", "metric", "file", "files", "word", "words", "item", "items"]
"""What a field holds: ``word`` and ``words`` one or several of those that it offers, ``item`` and ``items`` ids
of the open design. All but files and plain texts come with a list to choose from."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A metric, a setting, an item of the open design, or a word that a field may name."""

    value: str
    """As the field holds it: ``web.workers``, ``users.latency.p99``, ``kill``."""
    text: str
    """As people call it: ``Web · Workers per instance``."""


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a form. All values are texts, as typed; the study reads them."""

    name: str
    title: str
    default: str
    help: str
    editor: Editor = "text"
    optional: bool = False
    usual: str = "optional"
    """What an optional field stands for while it is empty."""
    offers: tuple[Choice, ...] = ()
    """What a field of ``word`` or ``words`` may name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of study."""

    name: str
    title: str
    question: str
    """What it answers, in a line."""
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class StudyRequest:
    """What a person asks for."""

    kind: str
    values: Mapping[str, str]
    """By name of the field; an optional one that is empty is left out."""
