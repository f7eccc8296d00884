"""Automatic layout: columns along the links, few crossings, rows apart."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.design import Design, Frame, Link, Node
from widgets.canvas.folding import frame_chain, frame_rect
from widgets.canvas.geometry import card_rect
from widgets.canvas.layers import columns_of
from widgets.canvas.layout import arranged, layout_edit
from widgets.canvas.ordering import crossings, laid_out, ordered
from widgets.canvas.rows import spread

nodes = st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True).map(
    lambda found: [str(each) for each in found]
)


@st.composite
def graphs(draw):
    """Nodes and links between them, loops included."""
    found = draw(nodes)
    ends = draw(st.lists(st.tuples(st.sampled_from(found), st.sampled_from(found)), max_size=25))
    return found, ends


@given(graphs())
def test_links_lead_to_the_right_unless_they_close_a_loop(graph) -> None:
    found, ends = graph
    column = columns_of(found, ends)
    assert set(column) == set(found)
    assert set(column.values()) == set(range(max(column.values()) + 1))
    kept = [(a, b) for a, b in ends if column[a] < column[b]]
    back = [(a, b) for a, b in ends if column[a] >= column[b] and a != b]
    assert all(column[a] != column[b] for a, b in back)
    # What leads back does close a loop: without it there is a way from its target to its source.
    for source, target in back:
        reached, rest = {target}, [target]
        while rest:
            here = rest.pop()
            new = {b for a, b in ends if a == here} - reached
            reached |= new
            rest += new
        assert source in reached
    assert len(kept) + len(back) + sum(a == b for a, b in ends) == len(ends)


@given(graphs())
def test_crossings_are_counted_as_by_hand(graph) -> None:
    found, ends = graph
    column = columns_of(found, ends)
    layers = [[e for e in found if column[e] == at] for at in range(max(column.values()) + 1)]
    made = laid_out(layers, ends, {})
    rank = {each: i for line in made.columns for i, each in enumerate(line)}
    by_hand = 0
    for line in made.columns[:-1]:
        ways = [(rank[a], rank[b]) for a in line for b in made.after[a]]
        by_hand += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ways, 2))
    assert crossings(made) == by_hand
    ordered(made)
    assert crossings(made) <= by_hand
    assert sorted(map(sorted, made.columns)) == sorted(map(sorted, made.columns))


def random_design(count: int, wide: int, seed: int) -> Design:
    """Layers of nodes with links onward, one to three columns far, and a few back."""
    dice = random.Random(seed)
    ids = [f"n{i}" for i in range(count)]
    ends: set[tuple[str, str]] = set()
    for i in range(wide, count):
        for _ in range(dice.choice([1, 1, 2, 2, 3])):
            layer = max(0, i // wide - dice.choice([1, 1, 1, 2, 3]))
            ends.add((ids[layer * wide + dice.randrange(wide)], ids[i]))
    for _ in range(count // 50):
        a, b = sorted(dice.sample(range(count), 2))
        ends.add((ids[b], ids[a]))
    dice.shuffle(ids)
    return Design(
        nodes=tuple(Node(id=each, kind="service", y=float(i)) for i, each in enumerate(ids)),
        links=tuple(Link(id=f"e{i}", source=a, target=b) for i, (a, b) in enumerate(sorted(ends))),
    )


def crossed(design: Design, places: dict[str, tuple[float, float]]) -> int:
    """Pairs of straight links that cross."""

    def side(a, b, c) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    ways = [(places[link.source], places[link.target]) for link in design.links]
    return sum(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for (a, b), (c, d) in combinations(ways, 2)
    )


def test_the_chain_of_a_frame_is_found_without_comparing_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Frames are compared field by field, which took seconds where many lie inside each other."""
    frames = tuple(Frame(id=f"f{n}", frame=f"f{n + 1}" if n < 9 else "f3") for n in range(10))
    made = Design(frames=frames)
    monkeypatch.setattr(Frame, "__eq__", None)
    assert [each.id for each in frame_chain(made, "f0")] == [f"f{n}" for n in range(10)]
    assert frame_chain(made, "nowhere") == []


@pytest.mark.parametrize(("seed", "most"), [(1, 300), (2, 310)])
def test_few_links_cross(seed, most) -> None:
    """Sorting by mean places alone, without places in between and without swaps, left 20 to 40 % more."""
    design = random_design(100, 8, seed)
    assert crossed(design, arranged(design)) <= most


def test_what_can_be_drawn_without_a_crossing_is() -> None:
    design = Design(
        nodes=tuple(Node(id=each, kind="service", y=float(i)) for i, each in enumerate("dcbafe")),
        links=tuple(
            Link(id=way, source=way[0], target=way[1]) for way in ("ac", "bd", "ce", "df", "ae")
        ),
    )
    assert crossed(design, arranged(design)) == 0


def test_a_client_stays_at_the_left() -> None:
    design = Design(
        nodes=(
            Node(id="users", kind="client"),
            Node(id="late", kind="client", y=200.0),
            *(Node(id=each, kind="service") for each in "abc"),
        ),
        links=tuple(
            Link(id=f"{a}-{b}", source=a, target=b)
            for a, b in (("users", "a"), ("a", "b"), ("b", "c"), ("late", "c"))
        ),
    )
    places = arranged(design)
    assert places["late"][0] == places["users"][0] < places["a"][0]


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 3), st.sampled_from([1.0, 4.0])), min_size=1)
)  # fmt: skip
def test_heights_are_apart_and_move_no_further_than_they_must(found) -> None:
    wanted, apart, weight = ([each[i] for each in found] for i in range(3))
    apart[0] = 0.0
    placed = spread(wanted, apart, weight)
    assert all(
        b - a >= gap - 1e-6 for a, b, gap in zip(placed, placed[1:], apart[1:], strict=False)
    )

    def cost(heights) -> float:
        return sum(w * (h - v) ** 2 for h, v, w in zip(heights, wanted, weight, strict=True))

    for shift in (-0.1, 0.1):  # the whole line cannot be placed better
        assert cost(placed) <= cost([height + shift for height in placed]) + 1e-6


def boxed(design: Design) -> Design:
    """The design laid out, frames around their members."""
    return layout_edit(design).apply(design).design


@pytest.mark.parametrize("seed", range(12))
def test_frames_hold_their_members_and_nobody_else(seed) -> None:
    dice = random.Random(seed)
    frames = (
        Frame(id="east"),
        Frame(id="a", frame="east"),
        Frame(id="b", frame="east"),
        Frame(id="west"),
    )
    nodes = tuple(
        Node(
            id=f"n{i}",
            kind="service",
            y=float(i),
            frame=dice.choice(["east", "a", "b", "west", None]),
        )
        for i in range(14)
    )
    ends = {(f"n{dice.randrange(i)}", f"n{i}") for i in range(1, 14) for _ in range(2)}
    links = tuple(Link(id=f"{a}-{b}", source=a, target=b) for a, b in sorted(ends))
    design = boxed(Design(nodes=nodes, links=links, frames=frames))
    rects = {frame.id: frame_rect(frame) for frame in design.frames}
    for node in design.nodes:
        card = card_rect(node.x, node.y)
        inside = {each.id for each in frame_chain(design, node.frame)}
        for each, rect in rects.items():
            if any(other.frame == each for other in design.nodes) or each == "east":
                assert rect.contains(card) if each in inside else not rect.intersects(card)
    cards = [card_rect(node.x, node.y) for node in design.nodes]
    assert not any(a.intersects(b) for a, b in combinations(cards, 2))


def test_links_over_very_many_columns_are_left_to_themselves() -> None:
    """A row of nodes, each called by its neighbour and by ever farther ones: all that pass by would be millions."""
    names = [f"n{i}" for i in range(600)]
    layers = [[name] for name in names]
    near = list(pairwise(names))
    far = [(names[i], names[j]) for i in range(0, 600, 5) for j in range(i + 2, 600, 20)]
    group = dict(zip(names, names, strict=True))
    graph = laid_out(layers, [*near, *far], group)
    passed = len(graph.before) - len(names)
    assert 10_000 < passed <= 20_000
    assert all(graph.after[each] for each in range(599)), "neighbours are looked at all the same"
    few = laid_out(layers, [*near, (names[0], names[-1])], group)
    assert len(few.before) - len(names) == 598
