"""The regions of providers: sourced, dated, whole, and told in one line where there is no such place."""

from __future__ import annotations

import json
import re

import pytest

from engine.assets import asset_path
from engine.model.places import (
    Place,
    all_places,
    place,
    providers,
    round_trip_table,
    trip_between,
)

TABLES = [table for each in providers() if (table := round_trip_table(each)) is not None]


def test_providers_are_those_with_a_file() -> None:
    assert providers() == ("aws", "aws-2017", "azure", "ibm")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.provider)
class TestEveryTable:
    def test_it_says_where_it_is_from_and_of_when(self, table: object) -> None:
        [found] = [each for each in TABLES if each is table]
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", found.measured)
        assert "." in found.source
        assert found.statistic
        assert found.title
        assert all(found.regions.values())

    def test_it_knows_every_pair_in_either_order(self, table: object) -> None:
        [found] = [each for each in TABLES if each is table]
        for one in found.regions:
            for other in found.regions:
                trip = found.between(one, other)
                assert trip == found.between(other, one)
                assert (trip is None) == (one == other)
                assert trip is None or 0.001 < trip < 0.5

    def test_no_way_is_much_shorter_by_a_third_region(self, table: object) -> None:
        """A number in the wrong cell would make one: measured paths are longer than the best by 3 times at most."""
        [found] = [each for each in TABLES if each is table]
        for (one, other), trip in found.trips.items():
            others = [each for each in found.regions if each not in (one, other)]
            legs = [
                (found.between(one, each) or 1.0) + (found.between(each, other) or 1.0)
                for each in others
            ]
            assert trip < 3.0 * min(legs) + 0.01

    def test_its_file_is_about_it(self, table: object) -> None:
        [found] = [each for each in TABLES if each is table]
        path = asset_path("regions", f"{found.provider}.json")
        raw = json.loads(path.read_text(encoding="utf-8"))
        assert (raw["provider"], raw["unit"]) == (found.provider, "ms")


def test_a_place_is_a_region_of_a_provider() -> None:
    ireland = place("aws/eu-west-1")
    assert ireland == Place("aws", "eu-west-1")
    assert (str(ireland), ireland.town) == ("aws/eu-west-1", "Ireland")
    assert ireland in all_places()
    assert Place("nobody", "nowhere").town == ""


@pytest.mark.parametrize(
    ("one", "other", "seconds"),
    [
        ("aws/us-east-1", "aws/eu-west-1", 0.0696),
        ("aws-2017/us-east-1", "aws-2017/eu-west-1", 0.0805),
        ("aws-2017/eu-west-1", "aws-2017/us-east-1", 0.0805),
        ("azure/eastus", "azure/northeurope", 0.074),
        ("ibm/us-east", "ibm/eu-gb", 0.075),
        ("aws/us-east-1", "azure/eastus", None),
        ("aws/us-east-1", "aws/us-east-1", None),
    ],
)
def test_round_trips_are_those_of_the_files(one: str, other: str, seconds: float | None) -> None:
    assert trip_between(place(one), place(other)) == (
        None if seconds is None else pytest.approx(seconds)
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("aws/eu-wset-1", "did you mean 'aws/eu-west-1'?"),
        ("aws/atlantis", "names no region of Amazon Web Services"),
        ("gcp/europe-west1", "write aws, aws-2017, azure or ibm and a region"),
        ("eu-west-1", "as in 'aws/eu-west-1'"),
        ("../icons/aws/x", "names no provider"),
    ],
)
def test_no_such_place_is_one_line(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        place(text)
    assert "\n" not in str(caught.value)
