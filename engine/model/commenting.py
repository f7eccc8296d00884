"""Comments as edits: said, answered, resolved, changed and taken back, each one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import UNSET, EditError, SetDesign

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Citation, Comment, Design, Reply
    from engine.model.edits import Edit


def said(design: Design, comment: Comment) -> Edit:
    """A comment more."""
    return _all([*design.comments, comment], "Comment")


def answered(design: Design, place: int, reply: Reply) -> Edit:
    """An answer to the comment at a place."""
    before = design.comments[place]
    return _with(
        design, place, before.model_copy(update={"replies": (*before.replies, reply)}), "Reply"
    )


def resolved(design: Design, place: int, *, done: bool) -> Edit:
    """A comment that is done with, or open again."""
    comment = design.comments[place].model_copy(update={"resolved": done})
    return _with(design, place, comment, "Resolve" if done else "Reopen")


def taken_back(design: Design, place: int) -> Edit:
    """No such comment, nor its answers."""
    kept = [each for i, each in enumerate(design.comments) if i != place]
    return _all(kept, "Delete comment")


def citing(design: Design, place: int, citations: tuple[Citation, ...], label: str) -> Edit:
    """The comment at a place relies on these numbers of runs. Raises ``EditError``."""
    if not 0 <= place < len(design.comments):
        msg = f"there is no comment {place}"
        raise EditError(msg)
    raw = [_raw(each) for each in design.comments]
    raw[place].pop("citations", None)  # who cites nothing has no such field
    if citations:
        raw[place]["citations"] = [each.model_dump(mode="json") for each in citations]
    return SetDesign(("comments",), [*raw], label)


def open_by_item(design: Design) -> dict[str, int]:
    """How many comments are not done with, by the item that they are about."""
    found: dict[str, int] = {}
    for comment in design.comments:
        if comment.about is not None and not comment.resolved:
            found[comment.about] = found.get(comment.about, 0) + 1
    return found


def _with(design: Design, place: int, comment: Comment, label: str) -> Edit:
    """Another comment in the place of one."""
    return _all([comment if i == place else each for i, each in enumerate(design.comments)], label)


def _all(comments: list[Comment], label: str) -> Edit:
    """These comments and no others."""
    raw: list[JsonValue] = [_raw(each) for each in comments]
    return SetDesign(("comments",), raw or UNSET, label)


def _raw(comment: Comment) -> dict[str, JsonValue]:
    """A comment as a file has it."""
    found: dict[str, JsonValue] = comment.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return found
