"""The faults of a chaos study: what can be broken in a design, and the events that break it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ValidationError

from engine.catalog.inside import Beyond, Side, members, pairs_between
from engine.catalog.links import dns_nodes
from engine.model.design import Event
from engine.model.event_kinds import event_kind
from engine.model.findings import message_of
from engine.model.names import did_you_mean, one_of
from engine.model.spread import homes_of
from engine.records import dataclass
from engine.study.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.model.design import Design, Link

Sort = Literal["node", "link", "frame"]
FAULTS: Final = ("kill", "slow", "cut")
"""In the order in which they are tried."""
_USUAL: Final[dict[Sort, str]] = {"node": "kill", "frame": "kill", "link": "cut"}
"""The fault of a sort where none is named."""
_FRAMES: Final = ("region", "zone", "host", "trust_zone", "cell", "group")
EACH: Final = ("node", "link", "frame", *_FRAMES)
"""What ``--each`` takes; a kind of frames stands for the frames of that kind."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be broken."""

    id: str
    sort: Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """When a fault comes, for how long, and how strong it is."""

    at: float
    """Simulated time (s)."""
    duration: float
    """Seconds; it may last to the end of the run and beyond."""
    factor: float = float(str(event_kind("slow").fields[0].default))
    """Times longer work of what is slow."""
    delay: float = 0.2
    """Seconds that are added to each crossing of a link that is slow."""
    instances: int | None = None
    """How many instances of a node are killed or slow; None is all."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One target and what is done to it."""

    target: Target
    fault: str

    @property
    def label(self) -> str:
        """Such as ``kill db``."""
        return f"{self.fault} {self.target.id}"

    def told(self, name_of: Callable[[str], str]) -> str:
        """The same with what people call the target: ``kill Orders DB``."""
        return f"{self.fault} {name_of(self.target.id)}"


def targets_in(design: Design, each: Iterable[str], named: Iterable[str]) -> list[Target]:
    """What is to be broken, in the order of the design, none twice.

    Args:
        design: where it is.
        each: of ``EACH``; clients are no targets of ``node``, since they tell what everybody else is worth.
        named: ids of nodes, links and frames, in their order, clients included.

    Raises:
        StudyError: a sort or an id that is not known.
    """
    found: dict[str, Target] = {}
    for word in each:
        if word not in EACH:
            hint = did_you_mean(word, EACH)
            msg = f"--each {word}: write {one_of(EACH)}" + (
                f"; did you mean {hint!r}?" if hint else ""
            )
            raise StudyError(msg)
        found |= {target.id: target for target in _each(design, word)}
    for item_id in named:
        found[item_id] = _named(design, item_id)
    return list(found.values())


def _each(design: Design, word: str) -> list[Target]:
    """All targets of a sort, or of a kind of frames."""
    if word == "node":
        return [Target(node.id, "node") for node in design.nodes if node.kind != "client"]
    if word == "link":
        return [Target(link.id, "link") for link in design.links]
    kinds = {word} if word != "frame" else set(_FRAMES)
    frames = [frame for frame in design.frames if frame.kind in kinds]
    if word == "zone" and not frames:
        # Whoever draws one sort of frames only means these.
        frames = list(design.frames)
    return [Target(frame.id, "frame") for frame in frames if members(design, frame.id)]


def _named(design: Design, item_id: str) -> Target:
    """A target by its id."""
    for sort, items in (
        ("node", design.node_by_id),
        ("link", design.link_by_id),
        ("frame", design.frame_by_id),
    ):
        if item_id in items:
            return Target(item_id, sort)  # type: ignore[arg-type]  # the words above are the sorts
    known = [*design.node_by_id, *design.link_by_id, *design.frame_by_id]
    hint = did_you_mean(item_id, known)
    tail = f"; did you mean {hint!r}?" if hint else f"; write {one_of(known)}"
    msg = f"{item_id}: there is no such node, link or frame{tail}"
    raise StudyError(msg)


def experiments_of(
    design: Design, targets: Iterable[Target], faults: Sequence[str]
) -> list[Experiment]:
    """Every target with every fault that it can have; without any named, with the usual one of its sort.

    Raises:
        StudyError: a fault that is not known.
    """
    for fault in faults:
        if fault not in FAULTS:
            hint = did_you_mean(fault, FAULTS)
            tail = f"; did you mean {hint!r}?" if hint else ""
            msg = f"--fault {fault}: write {one_of(FAULTS)}{tail}"
            raise StudyError(msg)
    return [
        Experiment(target, fault)
        for target in targets
        for fault in (dict.fromkeys(faults) if faults else (_USUAL[target.sort],))
        if _can(design, target, fault)
    ]


def _can(design: Design, target: Target, fault: str) -> bool:
    """Whether there is something of a target that a fault hits: links have no instances to kill."""
    if fault == "kill":
        return target.sort != "link"
    if fault != "cut":
        return True
    return (
        _is_parted(design, target.id) if target.sort == "frame" else bool(links_cut(design, target))
    )


def events_of(design: Design, experiment: Experiment, dose: Dose) -> tuple[str, ...]:
    """The events of an experiment, each as the JSON of one in a design file. Raises ``StudyError``."""
    target, fault = experiment.target, experiment.fault
    common: dict[str, Any] = {"at": dose.at, "duration": dose.duration}
    some = {} if dose.instances is None else {"instances": dose.instances}
    made: list[dict[str, Any]]
    if fault == "cut" and target.sort == "frame":
        made = [common | {"target": target.id, "change": "partition"}]
    elif fault == "cut":
        made = [
            common | {"target": each, "change": "partition", "with": design.link_by_id[each].target}
            for each in links_cut(design, target)
        ]
    elif fault == "slow" and target.sort == "link":
        made = [common | {"target": target.id, "change": "delay", "seconds": dose.delay}]
    elif fault == "slow":
        slow = {"target": target.id, "change": "slow", "factor": dose.factor}
        made = [common | slow | some]
    else:
        made = [common | {"target": target.id, "change": "kill"} | some]
    try:
        for each in made:
            Event.model_validate(each)
    except ValidationError as error:
        raise StudyError(f"{experiment.label}: {message_of(error)}") from error
    return tuple(json.dumps(each, sort_keys=True) for each in made)


def links_cut(design: Design, target: Target) -> list[str]:
    """The links over which a cut lets nothing: a link itself, all at a node, those that lead into or out of a frame.

    A link over which some instances still reach each other is not among them.
    """
    if target.sort == "link":
        return [target.id]
    if target.sort == "node":
        return [link.id for link in design.links if target.id in (link.source, link.target)]
    nowhere = dns_nodes(design)
    one = Side(design, target.id)
    one.names -= nowhere
    outside = Beyond(one, nowhere)
    return [
        link.id
        for link in design.links
        if len(list(pairs_between(design, link, one, outside))) == _ways(design, link)
    ]


def _ways(design: Design, link: Link) -> int:
    """How many ways a link stands for: from each place of its source to each of its target."""
    ends = (design.node_by_id[link.source], design.node_by_id[link.target])
    return math.prod(len(homes_of(end)) for end in ends)


def _is_parted(design: Design, frame: str) -> bool:
    """Whether anything leads out of a frame: a link, or the way between instances of one node."""
    one = Side(design, frame)
    outside = Beyond(one, dns_nodes(design))
    ways = (next(pairs_between(design, link, one, outside), None) for link in design.links)
    return bool(one.parts) or any(way is not None for way in ways)
