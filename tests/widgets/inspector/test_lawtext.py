"""Laws as text: what a person may type, and that what is shown can be typed."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from engine.model.laws import Law
from widgets.inspector.lawtext import WORDS, law_text, mean_of, read_law, with_law

EXP = {"law": "exponential", "mean": 0.085}
VALID = TypeAdapter(Law)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("exp 90 ms", {"law": "exponential", "mean": 0.09}),
        ("exp 90", {"law": "exponential", "mean": 0.09}),
        ("90", {"law": "exponential", "mean": 0.09}),
        ("2 s", {"law": "exponential", "mean": 2.0}),
        ("exponential 1s", {"law": "exponential", "mean": 1.0}),
        ("const 5", {"law": "constant", "mean": 0.005}),
        ("lognormal 20 ms cv2 3", {"law": "lognormal", "mean": 0.02, "cv2": 3.0}),
        ("logn 20 ms cv² = 3", {"law": "lognormal", "mean": 0.02, "cv2": 3.0}),
        ("gamma", {"law": "gamma", "mean": 0.085}),
        ("pareto 10 ms tail 1.5", {"law": "pareto", "mean": 0.01, "alpha": 1.5}),
        ("unif 5 to 20 ms", {"law": "uniform", "low": 0.005, "high": 0.02}),
        ("uniform 5–20", {"law": "uniform", "low": 0.005, "high": 0.02}),
        ("uniform 10 ms", {"law": "uniform", "low": 0.0, "high": 0.02}),
        ("empirical 1, 2, 4 s", {"law": "empirical", "values": [1.0, 2.0, 4.0]}),
        ("H2 20ms", {"law": "hyperexponential", "mean": 0.02}),
    ],
)
def test_a_typed_law_is_understood(typed: str, expected: dict) -> None:
    made = read_law(typed, "ms", EXP, plain_number=False)
    assert made == expected
    VALID.validate_python(made)


def test_a_bare_number_keeps_the_law_and_its_shape() -> None:
    current = {"law": "lognormal", "mean": 0.02, "cv2": 3.0}
    assert read_law("40", "ms", current, plain_number=False) == {**current, "mean": 0.04}


def test_a_bare_number_stays_one_where_the_field_takes_it() -> None:
    assert read_law("40", "ms", 0.02, plain_number=True) == 0.04
    assert read_law("40", "ms", EXP, plain_number=True) == {"law": "exponential", "mean": 0.04}


@pytest.mark.parametrize("typed", ["", "foo 5", "exp x", "unif 1 to 2 to 3", "ms", "exp 1 cv2"])
def test_what_is_no_law_is_refused_in_one_line(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        read_law(typed, "ms", EXP, plain_number=False)


@pytest.mark.parametrize("name", WORDS)
def test_what_is_shown_can_be_typed_again(name: str) -> None:
    law = with_law(EXP, name)
    text, suffix = law_text(law)
    again = read_law(text, suffix, law, plain_number=False)
    assert VALID.validate_python(again) == VALID.validate_python(law)


@pytest.mark.parametrize("name", WORDS)
def test_another_law_keeps_the_mean(name: str) -> None:
    assert mean_of(with_law(EXP, name)) == pytest.approx(0.085)


def test_a_law_in_force_is_not_touched_by_choosing_it_again() -> None:
    law = {"law": "lognormal", "mean": 0.02, "cv2": 3.0}
    assert with_law(law, "lognormal") is law
