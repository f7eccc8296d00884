"""How a configuration field describes itself: title, unit, bounds and help live on the field, once.

The inspector form, the JSON schema, the findings and the documentation are all read from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticKnownError

from engine.model.quantities import Quantified
from engine.records import dataclass

if TYPE_CHECKING:
    from pydantic.config import JsonDict
    from pydantic.fields import FieldInfo


class Config(Quantified):
    """Base of every typed configuration: frozen, strict about types, no NaN and no infinity.

    Numbers with a unit may be written as text, such as ``"400 Mb/s"``.

    Unknown fields are ignored here and survive in the design's raw config; the checks report them.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", strict=True, allow_inf_nan=False, defer_build=True
    )


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """What a form needs to know of a field beside its type and its bounds."""

    title: str
    """Short label, in sentence case."""
    unit: str
    """SI unit of the stored value: ``s``, ``B``, ``rps``, ``%`` (stored 0 to 1) or empty."""
    help: str
    """One or two sentences: what it does, what it assumes, where the default comes from."""
    group: str
    """Heading under which a form shows it."""
    editor: str = ""
    """What shows it in a form, where the type alone does not say."""
    columns: tuple[tuple[str, str], ...] = ()
    """Title and unit of each number of a row, for a list of rows."""


def setting(  # noqa: PLR0913 - one keyword a facet of a field, all optional
    default: Any = ...,
    *,
    title: str,
    help: str,  # noqa: A002 - the word the readers of a field use
    unit: str = "",
    group: str = "General",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    max_length: int | None = None,
    lax: bool | None = None,
    editor: str = "",
    columns: tuple[tuple[str, str], ...] = (),
) -> Any:
    """Declare a config field with everything a form has to know of it.

    Args:
        default: the documented default; left out for a required field.
        title: short label, in sentence case.
        help: what it does, what it assumes, where the default comes from.
        unit: SI unit of the stored value (``s``, ``B``, ``rps``, ``%`` stored as 0 to 1).
        group: heading under which a form shows it.
        ge: smallest value allowed.
        gt: value that must be exceeded.
        le: largest value allowed.
        max_length: most items of a list or characters of a text.
        lax: true for a field of tuple type, which JSON delivers as a list.
        editor: what shows it in a form, where the type alone does not say: ``recording``.
        columns: title and unit of each number of a row, for a field that is a list of rows.
    """
    facts: JsonDict = {"unit": unit, "group": group}
    if editor:
        facts["editor"] = editor
    if columns:
        facts["columns"] = [list(column) for column in columns]
    return Field(
        default,
        title=title,
        description=help,
        ge=ge,
        gt=gt,
        le=le,
        max_length=max_length,
        strict=False if lax else None,
        json_schema_extra=facts,
    )


def exactly(literal: Any) -> BeforeValidator:
    """Have one of the options of a ``Literal``, of the same type: Python takes 1 and 1.0 for true, a file must not."""
    options = get_args(literal)
    *first, last = (_shown(each) for each in options)
    expected = f"{', '.join(first)} or {last}"

    def check(value: Any) -> Any:
        if not any(type(value) is type(each) and value == each for each in options):
            raise PydanticKnownError("literal_error", {"expected": expected})
        return value

    return BeforeValidator(check)


def _shown(option: str | int) -> str:
    """An option as a file has it, texts in quotes."""
    return str(option).lower() if isinstance(option, bool) else repr(option)


def field_help(info: FieldInfo) -> FieldHelp:
    """Read back what ``setting`` wrote on a field."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return FieldHelp(
        title=info.title or "",
        unit=str(extra.get("unit", "")),
        help=info.description or "",
        group=str(extra.get("group", "General")),
        editor=str(extra.get("editor", "")),
        columns=_columns(extra.get("columns")),
    )


def _columns(raw: object) -> tuple[tuple[str, str], ...]:
    """The columns that ``setting`` wrote on a field."""
    pairs = raw if isinstance(raw, list) else []
    return tuple((str(title), str(unit)) for title, unit in pairs)
