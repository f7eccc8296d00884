"""Files broken by chance: one clear line or a design that can be saved again, never anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog import DesignError, check, lower
from engine.model.files import FileError, dumps, loads
from engine.run.session import Session
from tests.helpers.strategies import broken_raw, rich_raw

if TYPE_CHECKING:
    from engine.model.design import Design


def test_the_design_that_gets_broken_is_whole() -> None:
    design = loads(json.dumps(rich_raw()))
    assert [finding for finding in check(design) if finding.level != "risk"] == []
    session = Session(design)
    session.advance(12)
    assert session.result()["clients"]["users"]["succeeded"] > 50


def read(content: str) -> Design | None:
    """The design in a text, or nothing where it was refused in one line."""
    try:
        return loads(content, "broken")
    except FileError as error:
        refusal = str(error)
    assert refusal.startswith("broken: ")
    assert "\n" not in refusal
    return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken_raw())
def test_a_broken_design_is_refused_in_one_line_or_read_whole(raw: Any) -> None:
    design = read(json.dumps(raw))
    if design is None:
        return
    assert loads(dumps(design)) == design
    findings = check(design)
    errors = [finding for finding in findings if finding.level == "error"]
    assert all("\n" not in each.message for each in findings)
    if errors:
        with pytest.raises(DesignError) as caught:
            lower(design)
        assert caught.value.findings == tuple(errors)
        assert "\n" not in str(caught.value)
    else:
        assert lower(design).title == design.title


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken_raw())
def test_what_passes_the_checks_runs(raw: Any) -> None:
    design = read(json.dumps(raw))
    if design is None or any(finding.level == "error" for finding in check(design)):
        return
    session = Session(design)
    until = min(design.scenario.duration, 3.0)
    session.advance(until)
    assert session.now == pytest.approx(until)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["cut", "insert", "flip"]), st.text(max_size=3))
def test_text_broken_anywhere_is_refused_or_read(at: int, how: str, junk: str) -> None:
    content = json.dumps(rich_raw())
    at %= len(content)
    changed = {
        "cut": content[:at],
        "insert": content[:at] + junk + content[at:],
        "flip": content[:at] + (junk or "}") + content[at + 1 :],
    }[how]
    design = read(changed)
    assert design is None or loads(dumps(design)) == design


ANY_JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=100, deadline=None)
@given(ANY_JSON)
def test_any_json_is_refused_or_read(value: Any) -> None:
    assert read(json.dumps(value)) is None
    design = read(json.dumps({"windtunnel": 1, "nodes": value}))
    assert design is None or design.nodes == ()
