"""Long things go between processes in parts, and look as they were."""

from engine.model.design import Design, Node
from engine.run.pickling import dumped, loaded


def test_what_is_sent_arrives_as_it_was() -> None:
    design = Design(title="Shop", nodes=(Node(id="web", kind="service"),))
    weight = design.weight
    assert design.node_by_id
    copy = loaded(dumped(design))
    assert copy == design
    assert vars(copy)["weight"] == weight
    assert "node_by_id" not in vars(copy), "it is looked up by whoever needs it, in any thread"


def test_a_long_list_is_handed_over_in_parts() -> None:
    times = [i / 7 for i in range(200_000)]
    assert loaded(dumped(times)) == times
