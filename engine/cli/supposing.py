"""``windtunnel what-if``: what to try about the bottleneck, and what the clients would gain by it."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from engine.cli import studying
from engine.cli.console import output
from engine.cli.errors import MISSED, OK, InputError
from engine.cli.json_out import check_out, write_json
from engine.cli.predicting import load_factor
from engine.cli.tables import airy_table
from engine.cli.terminal import shown
from engine.model.names import name_of
from engine.model.prediction import without_scope
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study import StudyError, UnfitError, Variant
from engine.study.estimates import shown as interval_shown
from engine.study.gain import answered_told, goodput_told
from engine.study.study import checked
from engine.study.what_if import SEEDS, WhatIf
from engine.why.what_if import suppose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from engine.cli.study_options import Common
    from engine.model.design import Design
    from engine.stats.intervals import Interval
    from engine.study import Outcome
    from engine.study.gain import Gain
    from engine.why.ideas import Idea
    from engine.why.what_if import Foretold, Supposed

VERSION: Final = 1
"""Version of the object that ``--json`` writes."""
_UNKNOWN: Final = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfWanted:
    """What the user asked for."""

    common: Common
    node: str | None = None
    load: str | None = None


def what_if(wanted: WhatIfWanted) -> int:
    """Predict and measure what could be tried, and print it, the best first. Raises ``InputError``."""
    common = wanted.common
    check_out(common.json_out)
    variant = _variant(common.variant(), wanted.load)
    design = _checked(variant)
    if wanted.node is not None and wanted.node not in design.node_by_id:
        known = ", ".join(design.node_by_id)
        msg = f"--node: there is no node {wanted.node!r}; there are: {known}"
        raise InputError(msg)
    if wanted.node is not None and design.node_by_id[wanted.node].kind == "client":
        msg = f"--node: {wanted.node} is a client, which sends the load; name a node that serves it"
        raise InputError(msg)
    supposed = suppose(design, wanted.node, variant.load)
    _refuse_nothing(supposed)
    study, outcomes = _measured(supposed, variant, common)
    if common.json_out is not None:
        write_json(what_if_object(design, supposed, study, outcomes), common.json_out)
    if not common.quiet and common.json_out != "-":
        _print(design, supposed, study, outcomes)
    return MISSED if any(each.error is not None for each in outcomes.values()) else OK


def _variant(variant: Variant, load: str | None) -> Variant:
    """The design under the load that was typed."""
    factor = load_factor(load)
    return variant if factor == 1.0 else variant.set(f"load={factor}")


def _checked(variant: Variant) -> Design:
    """The design, which can run. Raises ``InputError``."""
    try:
        return checked(variant)
    except UnfitError as error:
        raise InputError(studying.unfit(error, variant.file)) from error
    except StudyError as error:
        raise InputError(str(error)) from error


def _refuse_nothing(supposed: Supposed) -> None:
    """Say why there is nothing to try. Raises ``InputError``."""
    if supposed.node is None:
        msg = f"theory names no bottleneck: {supposed.doubt}; name a node with --node"
        raise InputError(msg)
    if supposed.client is None:
        msg = f"{supposed.node}: no client's requests reach it; name another node with --node"
        raise InputError(msg)


def _measured(
    supposed: Supposed, variant: Variant, common: Common
) -> tuple[WhatIf, Mapping[str, Outcome]]:
    """The paired runs."""
    made: list[WhatIf] = []

    def make() -> WhatIf:
        seeds = common.seeds_or(SEEDS)
        made.append(WhatIf(variant, supposed.client or "", supposed.ideas, seeds))
        return made[0]

    outcomes = studying.outcomes_of(common, make)
    return made[0], outcomes


def what_if_object(
    design: Design, supposed: Supposed, study: WhatIf, outcomes: Mapping[str, Outcome]
) -> dict[str, Any]:
    """What ``--json`` writes: the ideas, the best first, each with what theory says and what was measured."""
    p99, goodput, answered = study.base(outcomes)
    return {
        "windtunnel_what_if": VERSION,
        "title": design.title,
        "node": supposed.node,
        "client": supposed.client,
        "doubt": supposed.doubt,
        "seeds": study.seeds,
        "now": {
            "theory": _theory(supposed.now),
            "measured": {
                "p99": _interval(p99),
                "goodput": _interval(goodput),
                "answered": _interval(answered),
            },
        },
        "ideas": [
            _idea(study.ideas[gain.place], supposed.foretold[gain.place], gain)
            for gain in study.gains(outcomes)
        ],
    }


def _idea(idea: Idea, foretold: Foretold, gain: Gain) -> dict[str, Any]:
    """One idea."""
    measured = {
        name: _interval(getattr(gain, name))
        for name in ("p99", "p99_after", "goodput", "goodput_after", "answered", "answered_after")
    }
    changes = [asdict(each) for each in idea.edit.edits]  # type: ignore[call-overload]  # fields, all of them
    return {
        "name": idea.name,
        "title": idea.title,
        "changes": [
            {"id": each["id"], "field": ".".join(each["path"][1:]), "value": each["value"]}
            for each in changes
        ],
        "theory": _theory(foretold),
        "measured": measured,
        "helps": gain.helps,
    }


def _theory(foretold: Foretold) -> dict[str, Any]:
    """What theory says, as JSON has it."""
    made: dict[str, Any] = asdict(foretold)
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in made.items()
    }


def _interval(interval: Interval | None) -> dict[str, float | int | None] | None:
    """An interval as JSON has it."""
    if interval is None:
        return None
    low, high = (each if math.isfinite(each) else None for each in (interval.low, interval.high))
    return {"mean": interval.mean, "low": low, "high": high, "count": interval.count}


def _print(
    design: Design, supposed: Supposed, study: WhatIf, outcomes: Mapping[str, Outcome]
) -> None:
    """Show it in the terminal."""
    console = output()
    node, client = (name_of(design, each or "") for each in (supposed.node, supposed.client))
    console.print(shown(f"About {node}, as {client} sees it"), markup=False)
    if supposed.doubt:
        console.print(shown(f"It may be another: {supposed.doubt}"), markup=False)
    console.print(_table(supposed, study, outcomes))
    for sentence in study.findings(outcomes)[0]:
        console.print(shown(sentence), markup=False)
    for gain in study.gains(outcomes):
        doubt = supposed.foretold[gain.place].doubt
        if doubt:
            title = study.ideas[gain.place].title
            console.print(
                shown(f"Theory, {title}: {without_scope(doubt)}"), style="dim", markup=False
            )


def _table(supposed: Supposed, study: WhatIf, outcomes: Mapping[str, Outcome]) -> Table:
    """The design as it is, then the ideas, the best first."""
    table = airy_table("What if", "p99, theory", "p99, measured", "change", "goodput", "answered")
    p99, goodput, answered = study.base(outcomes)
    now = _quantity(supposed.now.p99, "s")
    table.add_row("As it is", now, _mean(p99, "s"), "", _mean(goodput, "rps"), _mean(answered, "%"))
    for gain in study.gains(outcomes):
        table.add_row(
            shown(study.ideas[gain.place].title),
            _quantity(supposed.foretold[gain.place].p99, "s"),
            _mean(gain.p99_after, "s"),
            _UNKNOWN if gain.p99 is None else interval_shown(gain.p99, "s"),
            goodput_told(gain) or _UNKNOWN,
            answered_told(gain) or _UNKNOWN,
        )
    return table


def _quantity(value: float | None, unit: str) -> str:
    """A number, or that nobody knows it."""
    return _UNKNOWN if value is None or not math.isfinite(value) else format_quantity(value, unit)


def _mean(interval: Interval | None, unit: str) -> str:
    """The estimate of an interval."""
    return _quantity(interval.mean if interval else None, unit)
