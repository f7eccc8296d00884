"""``windtunnel why``: what went wrong in a run, and what it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.cli.advancing import carry_out
from engine.cli.console import output
from engine.cli.errors import InputError
from engine.cli.json_out import check_out, write_json
from engine.cli.preparing import memory_of, prepared, seconds
from engine.cli.tables import airy_table
from engine.cli.terminal import shown
from engine.model.names import name_of
from engine.model.units import format_instant, format_quantity, format_share
from engine.records import dataclass
from engine.run.session import DesignError, Session
from engine.why.chain import explain
from engine.why.fact import chain_object
from engine.why.incident import MARKS, incident_object, mean_after
from engine.why.incidents import incidents
from engine.why.missed import chain_of, missed, missed_object
from engine.why.record import Record

if TYPE_CHECKING:
    from rich.table import Table

    from engine.cli.preparing import Wanted
    from engine.model.design import Design
    from engine.why.fact import Fact
    from engine.why.incident import Incident
    from engine.why.missed import Missed

_NEVER: Final = {
    "cause": "nothing that was recorded",
    "detect": "nobody saw it",
    "page": "nobody was paged",
    "mitigate": "nothing helped",
    "recover": "it goes on",
}
VERSION: Final = 1
"""Version of the object that ``--json`` writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyWanted:
    """What the user asked for."""

    run: Wanted
    moment: str | None = None
    node: str | None = None


def why(wanted: WhyWanted) -> int:
    """Run a design, and print the chain of causes of what went wrong. Raises ``InputError``."""
    check_out(wanted.run.json_out)
    design = prepared(wanted.run)
    moment = None if wanted.moment is None else seconds("--at", wanted.moment)
    _check(design, wanted.node, moment)
    try:
        session = Session(design, memory_of(wanted.run.memory))
        record = Record(session.plan)
        record.add(session.snapshot())
    except DesignError as error:
        msg = f"{wanted.run.file.name}: {error}"
        raise InputError(msg) from error
    code = carry_out(
        wanted.run.file.name,
        session,
        quiet=wanted.run.quiet,
        after=lambda: record.add(session.snapshot()),
    )
    names = {each.id: each.name or each.id for each in design.nodes}
    facts = explain(record, names, moment, wanted.node)
    found = incidents(record, names, design.objectives)
    failed = _missed(record, session) if moment is None and wanted.node is None else []
    facts = facts or chain_of(failed)
    if wanted.run.json_out is not None:
        written = {
            "windtunnel_why": VERSION,
            "title": design.title,
            "chain": chain_object(facts),
            "missed": [missed_object(each) for each in failed],
            "incidents": [incident_object(each) for each in found],
            "mttd": mean_after(found, "detect"),
            "mttr": mean_after(found, "recover"),
        }
        write_json(written, wanted.run.json_out)
    if not wanted.run.quiet and wanted.run.json_out != "-":
        _print(design, facts)
        for each in failed:
            if each.facts[-1] not in facts:
                print("\nMissed objective")
                output().print(_table(design, each.facts))
        if found:
            output().print(_incident_table(design, found))
    return code


def _check(design: Design, node: str | None, moment: float | None) -> None:
    """Refuse to ask about what there is not. Raises ``InputError``."""
    if node is not None and node not in design.node_by_id:
        known = ", ".join(design.node_by_id)
        msg = f"--node: there is no node {node!r}; there are: {known}"
        raise InputError(msg)
    end = design.scenario.duration
    if moment is not None and not 0.0 <= moment <= end:
        msg = f"--at: {format_quantity(moment, 's')} is no time of a run of {format_quantity(end, 's')}"
        raise InputError(msg)


def _missed(record: Record, session: Session) -> list[Missed]:
    """The objectives that were missed, with what led to that."""
    return missed(record, session.design, session.result()["objectives"])


def _print(design: Design, facts: tuple[Fact, ...]) -> None:
    """The chain as a table, or that there is none."""
    if not facts:
        print("Nothing went wrong that would need a reason.")
        return
    output().print(_table(design, facts))


def _table(design: Design, facts: tuple[Fact, ...]) -> Table:
    """One fact a row, first cause first."""
    table = airy_table("At", "Where", "What")
    for fact in facts:
        where = "" if fact.item is None else name_of(design, fact.item)
        what = f"{fact.what} (inferred)" if fact.inferred else fact.what
        table.add_row(format_instant(fact.time), shown(where), shown(what))
    return table


def _incident_table(design: Design, found: tuple[Incident, ...]) -> Table:
    """A mark a row, with the time that it took since the first."""
    table = airy_table("Incident", "At", "After", "Where", "What")
    for place, incident in enumerate(found, 1):
        marks = dict(incident.marks)
        told = f"{place}: {incident.bad:,} requests, {format_share(incident.share)} of those that ended, were bad"
        begun = format_instant(incident.begun)
        table.add_row("", begun, "", "", told, style="bold", end_section=False)
        for name in MARKS:
            mark, after = marks.get(name), incident.after(name)
            if mark is None:
                table.add_row(name, "–", "", "", _NEVER[name])
                continue
            where = "" if mark.item is None else name_of(design, mark.item)
            what = f"{mark.what} (inferred)" if mark.inferred else mark.what
            since = "" if after is None or name == "cause" else f"+{format_quantity(after, 's')}"
            table.add_row(name, format_instant(mark.at), since, shown(where), shown(what))
    return table
