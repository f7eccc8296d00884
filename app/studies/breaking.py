"""The studies that break things, from what a person typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.studies.reading import number, number_or_none, whole, words
from engine.study import Chaos, Metastability, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.study import Variant

_OPTION: Final = re.compile(r"--([a-z]+)")
_CHAOS: Final = {"each": "Each", "target": "Or these", "fault": "How"}
_METASTABILITY: Final = {"target": "Of", "trigger": "Trigger"}
"""Options of the command line that messages name, as each form calls them."""


def chaos_of(here: Variant, values: Mapping[str, str]) -> Chaos:
    """What is broken in turn, how, and when it is too much. Raises ``StudyError``."""
    instances = whole(values, "instances", "Instances") if "instances" in values else None
    try:
        return Chaos(
            here,
            each=words(values, "each"),
            targets=words(values, "target"),
            faults=words(values, "fault"),
            at=number_or_none(values, "at", "s", "Begins at"),
            lasting=number_or_none(values, "for", "s", "Lasts"),
            factor=number_or_none(values, "factor", "", "Slow ×"),
            delay=number_or_none(values, "delay", "s", "Link delay"),
            instances=instances,
            abort=words(values, "abort"),
            window=number(values["window"], "s", "Held for"),
            tolerance=number(values["tolerance"], "%", "May lose"),
            seeds=whole(values, "seeds", "Runs each"),
        )
    except StudyError as error:
        raise StudyError(_in_the_form(str(error), _CHAOS)) from error


def metastability_of(here: Variant, values: Mapping[str, str]) -> Metastability:
    """How the load goes, and what triggers it. Raises ``StudyError``."""
    try:
        return Metastability(
            here,
            over=_loads(values["over"]) if "over" in values else None,
            levels=whole(values, "levels", "Levels"),
            hold=number(values["hold"], "s", "Held"),
            trigger=values.get("trigger"),
            target=values.get("target"),
            lasting=number_or_none(values, "for", "s", "Lasts"),
            factor=number_or_none(values, "factor", "", "Strength ×"),
            watch=number_or_none(values, "watch", "s", "Watched"),
            tolerance=number(values["tolerance"], "%", "May miss"),
            seeds=whole(values, "seeds", "Runs each"),
        )
    except StudyError as error:
        raise StudyError(_in_the_form(str(error), _METASTABILITY)) from error


def _loads(text: str) -> tuple[float, float]:
    """The ends of a ramp."""
    low, colon, high = text.partition(":")
    if not colon:
        msg = (
            f"Loads: “{text}” are not two loads; write the lowest and the highest, such as 0.3:1.2."
        )
        raise StudyError(msg)
    return number(low, "", "Loads"), number(high, "", "Loads")


def _in_the_form(message: str, titles: Mapping[str, str]) -> str:
    """A message in the words of a form, not in options of the command line."""
    return _OPTION.sub(lambda found: f"“{titles.get(found[1], found[1])}”", message)
