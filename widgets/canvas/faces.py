"""What items show is compared with what they should, and those that differ are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from widgets.canvas.link_painter import has_pills
from widgets.canvas.pill_places import PillPlaces
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from PySide6.QtCore import QObject, QRectF

    from widgets.canvas.backdrop import Backdrop
    from widgets.canvas.card_presenter import CardPresenter
    from widgets.canvas.items import CardItem, FrameItem, LinkItem, NoteItem
    from widgets.canvas.link_painter import LinkFace
    from widgets.canvas.look import Look
    from widgets.canvas.note_painter import NoteChip
    from widgets.canvas.outdated import Outdated

_AT_ONCE: Final = 500
"""Items that are looked at without a break."""
_STEP: Final = 50
"""Items that are looked at in one step of many: a link with a new pill takes a tenth of a millisecond."""


class Scene(Protocol):
    """What there is to be looked at, what it should show, and what is to be painted again."""

    presenter: CardPresenter
    look: Look
    cards: dict[str, CardItem]
    frames: dict[str, FrameItem]
    notes: dict[str, NoteItem]
    chips: Mapping[str, tuple[NoteChip, ...]]
    backdrop: Backdrop
    stale: Outdated

    @property
    def links(self) -> dict[str, LinkItem]:
        """Drawn links by id."""

    def update(self) -> None:
        """Paint it again."""


class Faces:
    """The faces of a scene's items."""

    def __init__(self, scene: Scene, parent: QObject) -> None:
        """Nothing is shown yet.

        Args:
            scene: whose items these are.
            parent: the owner.
        """
        self._scene = scene
        self._places = PillPlaces()
        self._turns = Turns(parent)

    def clear(self) -> None:
        """Nothing is there any more."""
        self._places = PillPlaces()
        self._turns.forget()

    def refresh_in_turns(self, ids: Iterable[str]) -> None:
        """Refresh items of which there may be thousands, where it is seen one after the other."""
        chosen = list(ids)
        self._turns.do(in_turns(self._refreshing(chosen)), is_long=len(chosen) > _AT_ONCE)

    def _refreshing(self, ids: list[str]) -> Iterator[None]:
        """Refresh items, some a step."""
        for place in range(0, len(ids), _STEP):
            self.refresh(ids[place : place + _STEP])
            yield

    def refresh(self, ids: Iterable[str], *, live: bool = False) -> None:
        """Compare what items show with what they should, and paint those that differ.

        Args:
            ids: of the items.
            live: whether only numbers of a run changed: these may come some frames late, with what moves.
        """
        scene = self._scene
        edited: list[QRectF] = []
        for item_id in ids:
            if item_id in scene.cards:
                scene.cards[item_id].outdate()
                scene.stale.add(scene.cards[item_id], urgent=not live)
            elif item_id in scene.links:
                edited += self._set_link(scene.links[item_id])
            elif item_id in scene.frames:
                self._set_frame(scene.frames[item_id])
            elif item_id in scene.notes:
                self._set_note(scene.notes[item_id])
        scene.backdrop.touch_all(edited)
        if not live:
            scene.update()

    def _set_frame(self, frame: FrameItem) -> None:
        face = self._scene.presenter.frame(frame.item_id)
        if face != frame.face:
            frame.face = face
            self._scene.backdrop.touch(frame.outline())

    def _set_note(self, note: NoteItem) -> None:
        scene = self._scene
        shown = (note.item_id in scene.presenter.selection, scene.chips.get(note.item_id, ()))
        if (note.selected, note.chips) != shown:
            note.selected, note.chips = shown
            scene.stale.add(note)

    def _set_link(self, link: LinkItem) -> tuple[QRectF, ...]:
        """Have a link show its face; returns what is to be painted at once."""
        face = self._scene.presenter.link(link.link)
        if face == link.face:
            return ()
        edited = _drawn(face) != _drawn(link.face)
        link.face = face
        self.show_pill(link)
        if edited:
            return (link.outline(),)
        self._scene.backdrop.fade(link.outline())
        return ()

    def show_pill(self, link: LinkItem) -> None:
        """Say on a link what there is to say, where no other link does so."""
        if not (has_pills(link.face) or link.pill.is_visible):
            self.forget_pill(link.item_id)
            return
        look = self._scene.look
        at = self._places.middle(link, look)
        if link.pill.show_face(link.face, link.ends, at, look):
            self._scene.stale.add(link.pill, urgent=not link.pill.is_new)

    def forget_pill(self, link_id: str) -> None:
        """Where a link said something there is room again."""
        self._places.forget(link_id)


def _drawn(face: LinkFace) -> tuple[object, ...]:
    """What of a link is seen at once when it changes; the rest fades, since it changes all the time."""
    return (face.selected, face.pills, face.under_map, face.pale)
