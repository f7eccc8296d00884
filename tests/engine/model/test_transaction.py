"""Transactions in flows as people write them: what is refused, and what copies and removals do to them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.flow import calls_of, relinked, without_calls
from engine.model.transaction import Transaction
from tests.helpers.builders import design, link, node

SAGA: dict[str, Any] = {"mode": "saga", "participants": ["a", "b"], "compensate": ["c"]}
FLOW: list[Any] = [{"work": "service_time"}, {"transaction": SAGA}]


@pytest.mark.parametrize(
    ("transaction", "says"),
    [
        ({"mode": "saga"}, "has no participants"),
        ({"participants": ["orders-db", "orders-db"]}, "names a participant twice"),
        ({"mode": "three_phase", "participants": ["orders-db"]}, "two_phase"),
        ({"participants": ["orders-db"], "retry": 0}, "retry"),
    ],
)
def test_what_cannot_be_is_refused(transaction: Any, says: str) -> None:
    leader = node("orders", "service", flow=[{"transaction": transaction}])
    made = design([leader, node("db", "sql_database")], [link("orders", "db")])
    from engine.catalog import check

    errors = [each.message for each in check(made) if each.level == "error"]
    assert any(says in each for each in errors), errors


def test_a_copy_calls_the_links_of_the_copy() -> None:
    copied = relinked(FLOW, {"a": "a2", "c": "c2"})
    assert copied[1]["transaction"]["participants"] == ["a2", "b"]
    assert copied[1]["transaction"]["compensate"] == ["c2"]
    assert FLOW[1]["transaction"]["participants"] == ["a", "b"]


def test_participants_go_with_their_links() -> None:
    left = without_calls(FLOW, {"a"})
    assert left[1]["transaction"] == {"mode": "saga", "participants": ["b"], "compensate": [""]}
    assert without_calls(FLOW, {"a", "b"}) == [{"work": "service_time"}]


def test_who_cannot_be_undone() -> None:
    assert [Transaction(**SAGA).undo_of(place) for place in (0, 1)] == ["c", None]
    plain = Transaction(mode="saga", participants=("a", "b"))
    assert [plain.undo_of(place) for place in (0, 1)] == ["a", "b"]
    assert plain.links() == ("a", "b")
    assert Transaction(**SAGA).links() == ("a", "b", "c")


def test_every_link_of_a_transaction_is_a_call() -> None:
    from engine.catalog.service import ServiceConfig

    config = ServiceConfig.model_validate({"flow": FLOW})
    assert [each for _, each in calls_of(config.flow or ())] == ["a", "b", "c"]
