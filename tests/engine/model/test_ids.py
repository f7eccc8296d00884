from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.model.ids import fresh_id


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
