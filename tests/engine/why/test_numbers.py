"""The lines of a chain: their numbers are those of that time, and none is older than its cause, or somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.chains import chain_of

if TYPE_CHECKING:
    from engine.model.design import Design

AT = 40.0


def event(target: str, change: str, **fields: Any) -> dict[str, Any]:
    return {"at": AT, "duration": 20.0, "target": target, "change": change, **fields}


def row(events: list[dict[str, Any]], rate: float = 100.0, **changes: dict[str, Any]) -> Design:
    """Users, a gateway, a shop and a bank: each with a timeout to the next, the innermost the shortest."""
    nodes = [
        client("users", rate),
        node("gate", "service", instances=2, workers=100, service_time=exponential(0.002)),
        node("shop", "service", workers=100, service_time=exponential(0.005)),
        node(
            "bank",
            "service",
            **{"workers": 20, "service_time": exponential(0.02)} | changes.pop("bank", {}),
        ),
    ]
    links = [
        link("users", "gate", timeout=3.0, **changes.pop("users_gate", {})),
        link("gate", "shop", timeout=2.0),
        link("shop", "bank", timeout=1.0, **changes.pop("shop_bank", {})),
    ]
    return design(nodes, links, events=events, duration=80.0, warmup=5.0, seed=4)


def test_only_who_gave_up_says_so() -> None:
    """Whoever only hears of a timeout further on has waited for a second, and not for its own two or three."""
    facts = chain_of(row([event("bank", "slow", factor=400.0)]))
    told = [fact.link for fact in facts if "longer than the timeout" in fact.what]
    assert told == ["shop-bank"], [(fact.time, fact.what) for fact in facts]


def test_a_timeout_and_connections_are_told_as_they_were_then() -> None:
    facts = chain_of(row([event("shop-bank", "set", path="timeout", value=0.005)]))
    (told,) = [fact for fact in facts if "longer than the timeout" in fact.what]
    assert told.value == pytest.approx(0.005)
    few = event("shop-bank", "set", path="connection.max_connections", value=1)
    plenty = {"connection": {"max_connections": 50}}
    facts = chain_of(row([few], shop_bank=plenty))
    (told,) = [fact for fact in facts if "connections are taken" in fact.what]
    assert told.value == pytest.approx(1.0)
    assert told.what.endswith(": 1 of 1 connections are taken")


def test_whoever_waits_while_connections_are_set_up_is_not_told_that_all_are_taken() -> None:
    """The shop has a hundred workers: it can never have two hundred connections in use."""
    many = {"connection": {"max_connections": 200, "round_trips": 2}, "delay": constant(0.02)}
    facts = chain_of(row([event("bank", "slow", factor=100.0)], shop_bank=many))
    assert facts[0].item == "bank"
    assert not [fact for fact in facts if "connections are taken" in fact.what]


@pytest.mark.parametrize("change", ["slow", "freeze"])
def test_no_line_is_older_than_the_event_behind_it(change: str) -> None:
    """The bank is 90 % busy, so that it has a line now and then: that is not what the event has done."""
    fields = {"factor": 20.0} if change == "slow" else {}
    facts = chain_of(row([event("bank", change, **fields)], rate=900.0 / 10, bank={"workers": 2}))
    assert facts[0].item == "bank"
    assert facts[0].time == pytest.approx(AT)
    full = [fact for fact in facts if "Bank is full" in fact.what]
    assert full
    assert AT < full[0].time <= AT + 2.0


def test_whoever_never_answers_is_named_though_nobody_near_gives_up() -> None:
    """Two links with no timeout lie between the users, who give up, and the bank, which keeps still."""
    made = row([event("bank", "omission", probability=0.3)])
    raw = made.model_dump(exclude_unset=True, by_alias=True)
    for each in raw["links"][1:]:
        each["config"] = {"delay": constant(0.0)}
    facts = chain_of(type(made).model_validate(raw))
    assert [fact.item for fact in facts if fact.first] == ["bank"]
    assert facts[0].time == pytest.approx(AT)
