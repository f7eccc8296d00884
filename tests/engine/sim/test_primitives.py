"""Each primitive has one adapter, and what people switch on is what the simulator knows."""

from __future__ import annotations

from engine.catalog import COMPONENTS
from engine.control.overlay import with_changes
from engine.model.admission import Admission
from engine.model.link import LinkConfig
from engine.model.policies.breaker import Breaker
from engine.model.policies.policy import policies_in
from engine.plan.primitives import LinkPlan
from engine.sim.primitives import CLIENT, FLOWS, GATES, NETWORK, RULES, STATION, STORE


def test_names_are_unique_among_their_sort() -> None:
    for adapters in ((NETWORK, *RULES), (STATION, *FLOWS, STORE, CLIENT), GATES):
        names = [each.name for each in adapters]
        assert len(names) == len(set(names))


def test_every_policy_of_links_has_its_adapter() -> None:
    assert set(policies_in(LinkConfig)) <= {each.name for each in RULES}


def test_gates_are_passed_in_the_order_of_the_fields() -> None:
    """Some are none of them: autoscalers bring the activator, failovers and backups the log of writes, auth servers theirs."""
    known = policies_in(Admission)
    names = [each.name for each in GATES if each.name in known]
    assert list(known) == names


def test_whoever_is_called_can_have_gates_and_counts_at_them() -> None:
    for component in COMPONENTS:
        named = {metric.name for metric in component.metrics}
        called = component.input == "calls" and component.kind != "dns"  # which requests pass by
        assert ("admission" in component.config.model_fields) == called
        for policy in policies_in(Admission).values():
            assert ({metric.name for metric in policy.metrics} <= named) == called


def test_changes_to_different_fields_of_a_policy_all_hold() -> None:
    def link(breaker: Breaker, timeout: float = 1.0) -> LinkPlan:
        return LinkPlan(id="a-b", source="a", target="b", timeout=timeout, policies=(breaker,))

    base = link(Breaker())
    merged = with_changes(link(Breaker(open=5.0)), base, link(Breaker(window=7), timeout=2.0))
    assert merged == link(Breaker(open=5.0, window=7), timeout=2.0)
