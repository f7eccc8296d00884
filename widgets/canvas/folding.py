"""Collapsed frames: what hides behind which card, and what lies inside a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from engine.model.limits import MAX_NESTING
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Design, Frame, Node


def frame_chain(design: Design, frame_id: str | None) -> list[Frame]:
    """The frame and those around it, from the inside out; loops in a file are cut."""
    chain: dict[str, Frame] = {}
    while frame_id is not None and frame_id not in chain and len(chain) < MAX_NESTING:
        frame = design.frame_by_id.get(frame_id)
        if frame is None:
            break
        chain[frame_id] = frame
        frame_id = frame.frame
    return list(chain.values())


def fold(design: Design) -> dict[str, str]:
    """Node or frame id -> id of the outermost collapsed frame that hides it."""
    if not any(frame.collapsed for frame in design.frames):
        return {}
    hidden: dict[str, str] = {}
    items: tuple[Node | Frame, ...] = (*design.nodes, *design.frames)
    for item in items:
        for frame in frame_chain(design, item.frame):
            if frame.collapsed:
                hidden[item.id] = frame.id
    return hidden


def contents(design: Design, frame_id: str) -> frozenset[str]:
    """Ids of all nodes and frames inside a frame, at any depth."""
    items: tuple[Node | Frame, ...] = (*design.nodes, *design.frames)
    return frozenset(
        item.id
        for item in items
        if item.id != frame_id
        and any(frame.id == frame_id for frame in frame_chain(design, item.frame))
    )


def frame_rect(frame: Frame) -> QRectF:
    """Outline of an open frame."""
    return QRectF(frame.x, frame.y, frame.width, frame.height)


def folded_rect(frame: Frame) -> QRectF:
    """Outline of the card of a collapsed frame: at its top left corner, where its tab was."""
    return QRectF(frame.x, frame.y, CARD_WIDTH, CARD_HEIGHT)


def innermost(frames: Iterable[Frame], rect: QRectF) -> Frame | None:
    """The smallest open frame that holds the centre of ``rect`` and is larger than it."""
    best: Frame | None = None
    for frame in frames:
        area = frame.width * frame.height
        if frame.collapsed or area <= rect.width() * rect.height():
            continue
        if frame_rect(frame).contains(rect.center()) and (
            best is None or area < best.width * best.height
        ):
            best = frame
    return best
