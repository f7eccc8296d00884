"""Frames in an automatic layout: around their members, and around nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF

from widgets.canvas.folding import contents, frame_chain
from widgets.canvas.geometry import FRAME_PADDING, FRAME_TAB, card_rect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design

_APART: Final = 1.6
"""Rows between a frame and what lies below it."""


def framed(design: Design, centres: Mapping[str, tuple[float, float]]) -> dict[str, QRectF]:
    """Outlines of frames around their members, inner frames first; empty frames stay."""
    boxes: dict[str, QRectF] = {}
    for frame in sorted(design.frames, key=lambda f: -len(frame_chain(design, f.id))):
        inside = QRectF()
        for node_id, (x, y) in centres.items():
            if design.node_by_id[node_id].frame == frame.id:
                inside = inside.united(card_rect(x, y))
        for inner in design.frames:
            if inner.frame == frame.id and inner.id in boxes:
                inside = inside.united(boxes[inner.id])
        if not inside.isEmpty():
            pad = FRAME_PADDING
            boxes[frame.id] = inside.adjusted(-pad, -pad - FRAME_TAB / 2, pad, pad)
    return boxes


def keep_frames_apart(design: Design, columns: Mapping[str, int], rows: dict[str, float]) -> None:
    """Move frames below each other, and strangers out of them, where they overlap; inner frames first."""
    inner: dict[str | None, list[str]] = {}
    for frame in design.frames:
        around = frame.frame if frame.frame in design.frame_by_id else None
        inner.setdefault(around, []).append(frame.id)
    depth = {frame.id: len(frame_chain(design, frame.id)) for frame in design.frames}
    for around in [*sorted(depth, key=lambda each: -depth[each]), None]:
        groups = [sorted(contents(design, each) & columns.keys()) for each in inner.get(around, ())]
        loners = [node.id for node in design.nodes if _lies_in(design, node.frame) == around]
        _keep_apart([group for group in groups if group], loners, columns, rows)


def _lies_in(design: Design, frame_id: str | None) -> str | None:
    """The frame that a node names, if there is one."""
    return frame_id if frame_id in design.frame_by_id else None


def _keep_apart(
    groups: list[list[str]],
    loners: list[str],
    columns: Mapping[str, int],
    rows: dict[str, float],
) -> None:
    """Move groups of one level below each other, and the single nodes beside them out of them."""
    placed: list[list[str]] = []
    for group in sorted(groups, key=lambda each: min(rows[e] for e in each)):
        for other in placed:
            _below(group, other, columns, rows)
        placed.append(group)
    for each in sorted(loners, key=lambda e: rows[e]):
        for group in placed:
            _below([each], group, columns, rows)
    _spread(loners, columns, rows)


def _below(
    group: list[str], other: list[str], columns: Mapping[str, int], rows: dict[str, float]
) -> None:
    """Move a group under another where their boxes overlap."""
    if min(columns[e] for e in group) > max(columns[e] for e in other) or max(
        columns[e] for e in group
    ) < min(columns[e] for e in other):
        return
    top, bottom = min(rows[e] for e in group), max(rows[e] for e in group)
    low = max(rows[e] for e in other)
    if top >= low + _APART or bottom <= min(rows[e] for e in other) - _APART:
        return
    shift = low + _APART - top
    for each in group:
        rows[each] += shift


def _spread(loners: list[str], columns: Mapping[str, int], rows: dict[str, float]) -> None:
    """Move single nodes down until none lies on another of its column."""
    by_column: dict[int, list[str]] = {}
    for each, place in columns.items():
        by_column.setdefault(place, []).append(each)
    for each in sorted(loners, key=lambda e: rows[e]):
        column = by_column[columns[each]]
        for _ in column:
            here = rows[each]
            clash = [rows[o] for o in column if abs(rows[o] - here) < 0.99 and o != each]
            if not clash:
                break
            rows[each] = max(clash) + 1.0
