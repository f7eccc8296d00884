"""In which frames the instances of one node lie: in turn, so that instance i of n frames lies in frame i modulo n."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.fields import setting

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from engine.model.design import Node

FIELD: Final = "spread"
"""The name of the field in the config of a node."""
POINTS: Final = "pops"
"""The field of a CDN, which may name frames in place of a number."""
MOST: Final = 100
"""Frames that one node may be spread over."""


def spreading(group: str) -> Any:
    """The field, under a heading of a form."""
    return setting(
        (),
        title="Spread over",
        group=group,
        help="Frames in which the instances lie, in turn: of three zones the first instance lies in the first, the second "
        "in the second, the fourth in the first again; a frame that is named twice has twice as many. Links without a "
        "delay of their own take the way to the frame of each instance, and what happens to a frame happens to the "
        "instances inside alone. None: all lie in the frame that the node is drawn in.",
        lax=True,
        max_length=MOST,
        editor="frames",
    )


SPREAD: Final[Any] = spreading("Capacity")
"""The field, for every component with instances."""


def spread_of(node: Node) -> tuple[str, ...]:
    """The frames over which a node's instances are spread, as its file says; none where they lie together."""
    raw = node.config.get(FIELD)
    if not isinstance(raw, list):
        raw = node.config.get(POINTS)
    if not isinstance(raw, list):
        return ()
    return tuple(each for each in raw if isinstance(each, str))


def homes_of(node: Node) -> tuple[str | None, ...]:
    """The frame of each of a node's places, of which instance i takes i modulo their number; None is no frame."""
    return spread_of(node) or (node.frame,)


def without(config: Mapping[str, Any], gone: Container[str]) -> list[Any] | None:
    """What is left of a config's spread without some frames; None where it names none of them."""
    raw = config.get(FIELD)
    if not isinstance(raw, list):
        return None
    left = [each for each in raw if not (isinstance(each, str) and each in gone)]
    return None if len(left) == len(raw) else left
