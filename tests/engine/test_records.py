"""Data classes of the engine: whatever the library's do, these do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, replace

import pytest

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers and what is kept beside them."""

    x: float
    y: float = 0.0
    seen: list[str] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Base:
    """What can be inherited."""

    name: str = "base"


@dataclass(frozen=True)
class Derived(Base):
    """More of it."""

    size: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Farther(Derived):
    """Of the library's own kind."""

    far: bool = True


@dataclass(slots=True, kw_only=True)
class Mutable:
    """What changes, and what is worked out."""

    size: int
    twice: int = field(init=False)
    kind: str = field(default="plain", init=False)

    def __post_init__(self) -> None:
        self.twice = 2 * self.size


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """What has an order."""

    major: int
    minor: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Itself:
    """The same as nothing else."""

    size: int = 0


@dataclass
class Plain:
    """Without options."""

    size: int = 0


@dataclass(frozen=True, slots=True)
class Nothing:
    """No field at all."""


def test_defaults_are_made_anew_for_every_object():
    first, second = Point(1.0), Point(1.0)
    first.seen.append("here")
    assert (first.y, second.seen) == (0.0, [])
    assert Point(1.0, 2.0, ["a"]) == Point(x=1.0, y=2.0)


def test_equal_fields_make_equal_objects_of_one_class_only():
    assert Point(1.0) == Point(1.0) != Point(2.0)
    assert hash(Point(1.0)) == hash(Point(1.0))
    assert Base("a") != Derived("a")
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1
    assert Itself() != Itself()
    assert Plain(1) == Plain(1) != Plain()
    assert Version(1, 2) < Version(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Mutable(size=1))


def test_frozen_means_frozen():
    point = Point(1.0)
    with pytest.raises(FrozenInstanceError, match="'x'"):
        point.x = 2.0
    with pytest.raises(FrozenInstanceError, match="'x'"):
        del point.x
    changed = Mutable(size=1)
    changed.size = 3
    assert (changed.size, changed.twice, changed.kind) == (3, 2, "plain")


def test_wrong_arguments_are_refused():
    with pytest.raises(TypeError, match=r"Point\.__init__"):
        Point()
    with pytest.raises(TypeError, match="unexpected keyword"):
        Point(1.0, z=1.0)
    with pytest.raises(TypeError, match="positional"):
        Mutable(1)


def test_copies_and_pickles_are_equal():
    for each in (Point(1.0, 2.0), Derived("a", 2), Farther("b", 3), Version(1), Nothing()):
        assert pickle.loads(pickle.dumps(each)) == each == copy.deepcopy(each) == copy.copy(each)


def test_tools_of_the_library_know_them():
    point = Point(1.0)
    assert replace(point, y=3.0) == Point(1.0, 3.0)
    assert asdict(point) == {"x": 1.0, "y": 0.0, "seen": []}
    assert dataclasses.is_dataclass(point)
    assert [each.name for each in fields(Derived)] == ["name", "size"]
    assert Derived() == Derived("base", 1)
    assert Farther("a") == Farther(name="a", size=1, far=True)
    with pytest.raises(TypeError, match="cannot inherit"):
        dataclass(frozen=False)(type("Thawed", (Base,), {}))
    match point:
        case Point(x, y):
            assert (x, y) == (1.0, 0.0)


def test_texts_are_those_of_the_library():
    assert repr(Point(1.0)) == "Point(x=1.0, y=0.0, seen=[])"
    assert repr(Mutable(size=2)) == "Mutable(size=2, twice=4, kind='plain')"
    assert repr(Nothing()) == "Nothing()"
    circle = Point(1.0)
    circle.seen.append(circle)
    assert repr(circle) == "Point(x=1.0, y=0.0, seen=[...])"
