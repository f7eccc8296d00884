"""Findings of designs in tests: looking for them, and taking their fixes at their word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog import check

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.findings import Finding


def found(made: Design, code: str) -> list[Finding]:
    return [finding for finding in check(made) if finding.code == code]


def one(made: Design, code: str) -> Finding:
    findings = found(made, code)
    assert len(findings) == 1, [finding.message for finding in check(made)]
    return findings[0]


def settled(made: Design, finding: Finding) -> Design:
    """The design after the finding's fix, which must make that finding go away."""
    assert finding.fix is not None
    after = finding.fix.apply(made).design
    left = [
        each
        for each in found(after, finding.code)
        if (each.id, each.field) == (finding.id, finding.field)
    ]
    assert left == []
    return after
