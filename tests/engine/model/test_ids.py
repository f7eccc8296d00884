from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.model.ids import FreshIds, fresh_id


def test_the_first_is_plain_and_the_rest_are_numbered() -> None:
    assert fresh_id("service", ()) == "service"
    assert fresh_id("service", {"service"}) == "service-2"
    assert fresh_id("service", {"service", "service-2"}) == "service-3"
    assert fresh_id("service-2", {"service", "service-2"}) == "service-3"


@given(st.text(max_size=200), st.sets(st.text("abc-2", max_size=6), max_size=8))
def test_any_prefix_gives_a_free_id_that_files_accept(prefix: str, taken: set[str]) -> None:
    made = fresh_id(prefix, taken)
    assert made not in taken
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", made)


def test_many_ids_are_those_that_would_come_one_after_the_other() -> None:
    wanted = ["web", "web", "web-2", "web-9", "web", "a b", "a b", "more-12", "more-12", "more-3"]
    taken = {"web", "web-3", "more-12", "more-3", "a b"}
    known, alone = set(taken), []
    for each in wanted:
        alone.append(fresh_id(each, known) if each in known else each)
        known.add(alone[-1])
    fresh = FreshIds(taken)
    assert [fresh.take(each) for each in wanted] == alone
    assert len(set(alone)) == len(alone)


class Counted(set[str]):
    """A set that counts how often it is asked."""

    asked = 0

    def __contains__(self, name: object) -> bool:
        self.asked += 1
        return super().__contains__(name)


def test_ids_of_a_thousand_items_take_no_more_than_some_looks_each() -> None:
    fresh = FreshIds(f"more-{place}" for place in range(1000))
    fresh._numbering.taken = counted = Counted(fresh._numbering.taken)
    made = [fresh.take(f"more-{place}") for place in range(1000)]
    assert len(set(made)) == 1000
    assert counted.asked < 5000
