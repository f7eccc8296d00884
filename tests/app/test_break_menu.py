"""Break it: the right faults for each thing, as events at the current time; repair ends them."""

import pytest

from app.break_menu import Fault, break_edit, faults_for, repair_edit
from engine.catalog import COMPONENTS
from engine.model.design import Design
from engine.model.event_kinds import EVENT_KINDS, event_kind

BY_KIND = {component.kind: component for component in COMPONENTS}
KILL = Fault("Kill one instance", "kill", {"change": "kill", "instances": 1})


@pytest.fixture
def design() -> Design:
    return Design.model_validate(
        {
            "nodes": [
                {"id": "users", "kind": "client", "name": "Users"},
                {"id": "web", "kind": "service", "name": "Web"},
                {"id": "cache", "kind": "cache", "name": "Cache"},
                {"id": "kv", "kind": "key_value_cluster", "name": "Carts"},
                {"id": "idp", "kind": "auth", "name": "Accounts"},
            ],
            "links": [
                {"id": "users-web", "source": "users", "target": "web"},
                {"id": "web-cache", "source": "web", "target": "cache"},
            ],
            "frames": [{"id": "zone", "kind": "zone"}],
            "notes": [{"id": "note"}],
        }
    )


def changes(design: Design, item: str) -> set[object]:
    return {fault.fields["change"] for fault in faults_for(design, item, BY_KIND)}


def test_sessions_of_a_service_can_be_ended(design: Design) -> None:
    raw = design.model_dump(exclude_unset=True)
    raw["nodes"][1]["config"] = {"sessions": {"where": "memory"}}
    assert "expire" in changes(Design.model_validate(raw), "web")
    assert "rotate" not in changes(Design.model_validate(raw), "web")


def test_each_thing_is_offered_what_can_happen_to_it(design: Design) -> None:
    assert changes(design, "users") == {"traffic", "hot_key"}
    usual = {"kill", "drain", "slow", "freeze", "error", "wrong", "omission", "leak", "partition"}
    usual |= {"compromise"}
    assert changes(design, "web") == usual
    assert changes(design, "cache") == usual | {"flush"}
    assert changes(design, "kv") == usual - {"partition"} | {"flush", "split", "clock"}
    assert changes(design, "idp") == usual - {"partition"} | {"revoke", "rotate", "expire"}
    assert changes(design, "web-cache") == {"delay", "loss", "partition"}
    inside = {"kill", "drain", "slow", "freeze", "error", "delay", "loss", "partition"}
    assert changes(design, "zone") == inside
    assert changes(design, "note") == set()


@pytest.mark.parametrize("item", ["users", "web", "cache", "kv", "idp", "web-cache", "zone"])
def test_every_fault_makes_a_valid_event_at_the_time_asked_for(design: Design, item: str) -> None:
    for fault in faults_for(design, item, BY_KIND):
        broken = break_edit(design, item, fault, 12.3456, 30.0).apply(design)
        (event,) = broken.design.scenario.events
        assert event.at == 12.346
        assert event.duration == (None if fault.instant else 30.0)
        assert broken.inverse.apply(broken.design).design == design


def test_a_frame_can_be_parted_from_those_that_its_links_lead_to(design: Design) -> None:
    parted = design.model_dump(exclude_unset=True)
    parted["frames"] = [{"id": "zone", "kind": "zone"}, {"id": "other", "kind": "zone"}]
    for each in parted["nodes"]:
        each["frame"] = "other" if each["id"] == "cache" else "zone"
    made = Design.model_validate(parted)
    titles = {fault.title for fault in faults_for(made, "zone", BY_KIND)}
    assert {"Cut off from other", "Delay + 200 ms to other", "Lose 5 % to other"} <= titles
    cut = next(each for each in faults_for(made, "zone", BY_KIND) if "Cut off" in each.title)
    (event,) = break_edit(made, "zone", cut, 1.0, None).apply(made).design.scenario.events
    assert (event.target, event.with_) == ("zone", "other")


def test_cutting_a_link_parts_its_two_ends(design: Design) -> None:
    cut = next(each for each in faults_for(design, "web-cache", BY_KIND) if each.title == "Cut it")
    (event,) = break_edit(design, "web-cache", cut, 1.0, None).apply(design).design.scenario.events
    assert {event.target, event.with_} == {"web", "cache"}


def test_faults_add_up(design: Design) -> None:
    once = break_edit(design, "web", KILL, 1.0, 10.0).apply(design).design
    twice = break_edit(once, "cache", KILL, 2.0, 10.0).apply(once).design
    assert [event.target for event in twice.scenario.events] == ["web", "cache"]


def test_repair_ends_now_what_is_in_force_and_keeps_the_record(design: Design) -> None:
    broken = break_edit(design, "web", KILL, 10.0, None).apply(design).design
    repaired = repair_edit(broken, "web", 14.5).apply(broken).design
    (event,) = repaired.scenario.events
    assert (event.at, event.duration) == (10.0, 4.5)
    assert repair_edit(repaired, "web", 14.6) is None


def test_repair_touches_no_other_item_unless_asked_for_all(design: Design) -> None:
    broken = break_edit(design, "web", KILL, 10.0, None).apply(design).design
    assert repair_edit(broken, "cache", 11.0) is None
    assert repair_edit(broken, None, 11.0) is not None


def test_a_fault_repaired_at_once_leaves_nothing(design: Design) -> None:
    broken = break_edit(design, "web", KILL, 10.0, 30.0).apply(design).design
    assert repair_edit(broken, "web", 10.0).apply(broken).design.scenario.events == ()


def test_a_cut_is_repaired_from_either_end_and_from_the_link(design: Design) -> None:
    cut = next(each for each in faults_for(design, "web-cache", BY_KIND) if each.title == "Cut it")
    broken = break_edit(design, "web-cache", cut, 1.0, None).apply(design).design
    for item in ("web", "cache", "web-cache"):
        assert repair_edit(broken, item, 2.0) is not None
    assert repair_edit(broken, "users-web", 2.0) is None


def test_what_is_offered_comes_from_the_records_with_their_defaults(design: Design) -> None:
    offered = {
        fault.title: fault
        for item in ("users", "web", "cache", "kv", "idp", "web-cache", "zone")
        for fault in faults_for(design, item, BY_KIND)
    }
    assert {fault.fields["change"] for fault in offered.values()} == {
        kind.name for kind in EVENT_KINDS if kind.menu
    }
    for fault in offered.values():
        kind = event_kind(str(fault.fields["change"]))
        assert fault.icon == kind.icon
        assert fault.instant == kind.instant
        assert fault.fields.keys() - {"change"} <= {field.name for field in kind.fields}
    assert {"Slow × 10", "Errors 20 %", "Delay + 200 ms", "Lose 5 %", "Traffic × 2"} <= set(offered)
    assert {"Cut off from Users", "Cut off from Cache", "Kill everything inside"} <= set(offered)
