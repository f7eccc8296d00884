"""Quantities in files: ``"400 Mb/s"`` where a number of bytes per second would do."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, model_validator

from engine.model.units import parse_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


def as_numbers(model: type[BaseModel], raw: Any) -> Any:
    """The raw fields of a model, quantities that are written as text as numbers in the base unit.

    What is no quantity of the field's unit stays as it is: the field itself refuses it.
    """
    if not isinstance(raw, dict):
        return raw
    units = _units_of(model)
    numbers: dict[str, Any] = {}
    for name, value in raw.items():
        if name in units and isinstance(value, str | dict):
            number = _read(value, units[name])
            if number is not value:
                numbers[name] = number
    return {**raw, **numbers} if numbers else raw


def _read(value: Any, unit: str) -> Any:
    """A quantity as a number, also each of those that have names; the same thing where there is none."""
    if isinstance(value, dict):
        read = {name: _read(each, unit) for name, each in value.items() if isinstance(each, str)}
        return {**value, **read} if read else value
    with suppress(ValueError):
        return parse_quantity(value, unit)
    return value


@cache
def _units_of(model: type[BaseModel]) -> Mapping[str, str]:
    """The units of the fields that have one, by their names in files."""
    return {
        info.alias or name: str(info.json_schema_extra["unit"])
        for name, info in model.model_fields.items()
        if isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("unit")
    }


class Quantified(BaseModel):
    """Base of models whose numbers that have a unit may be written as text."""

    model_config = ConfigDict(defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _numbers(cls, raw: Any) -> Any:
        """Read quantities."""
        return as_numbers(cls, raw)
