"""Everything to know of a design before it runs: errors, warnings and risks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.checks.connections import idle_races
from engine.catalog.checks.hot_rows import hot_rows
from engine.catalog.checks.keys import keys_unread
from engine.catalog.checks.loops import loop_findings
from engine.catalog.checks.networks import network_findings
from engine.catalog.checks.objectives import objective_findings
from engine.catalog.checks.policies import policy_findings
from engine.catalog.checks.queries import query_findings
from engine.catalog.checks.renewals import renewal_risks
from engine.catalog.checks.risks import risks
from engine.catalog.checks.stores import store_warnings
from engine.catalog.checks.transactions import transaction_findings
from engine.catalog.checks.warnings import warnings
from engine.catalog.citing import citation_findings
from engine.catalog.lowering import endless_errors, plan_of, read_whole
from engine.plan.largest import at_largest

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.findings import Finding


def check(design: Design) -> tuple[Finding, ...]:
    """Findings of a design: errors first, then warnings, then risks of what would run."""
    reading = read_whole(design)
    if reading.errors:
        return (*reading.errors, *warnings(reading))
    plan = plan_of(reading)
    largest = at_largest(plan)
    endless = endless_errors(reading, plan)
    goes_round = any(each.code == "endless-loop" for each in endless)
    loops = () if goes_round else tuple(loop_findings(reading, plan))
    return (
        *endless,
        *warnings(reading),
        *store_warnings(reading, plan),
        *renewal_risks(reading, plan),
        *loops,
        *risks(reading, plan),
        *network_findings(reading, largest),
        *idle_races(reading, largest),
        *policy_findings(largest),
        *query_findings(reading, plan),
        *hot_rows(reading, largest),
        *keys_unread(reading, plan),
        *transaction_findings(reading, plan),
        *objective_findings(reading, plan),
        *citation_findings(design),
    )
