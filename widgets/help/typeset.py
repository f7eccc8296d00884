"""How a page of Markdown looks: headings, code, tables and links in the colours of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from widgets.theme import BODY, SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from widgets.theme import Theme, ThemeManager

_SIZES: Final = {1: 18, 2: 15, 3: 13}
"""Of headings by their level (logical pixels)."""
_ABOVE: Final = {1: 0, 2: 14, 3: 10}
_BELOW: Final = 6
_CELL: Final = 5
_FEATURES: Final = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


def typeset(document: QTextDocument, markdown: str, look: ThemeManager) -> None:
    """Put a page into a document."""
    document.setDefaultFont(look.fonts.ui(BODY))
    document.setDocumentMargin(16)
    document.setMarkdown(markdown, _FEATURES)
    cursor = QTextCursor(document)
    cursor.beginEditBlock()  # else the page is laid out anew for each of its stretches
    for block in blocks_of(document):
        _dress_block(block)
        for start, length, shape in list(_runs_of(block)):
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(_dressed(shape, look, block.blockFormat().headingLevel()))
    for frame in document.rootFrame().childFrames():
        _dress_frame(frame, look.theme)
    cursor.endEditBlock()


def blocks_of(document: QTextDocument) -> Iterator[QTextBlock]:
    """All paragraphs, in order."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def headings_of(document: QTextDocument) -> list[QTextBlock]:
    """The headings, in order."""
    return [block for block in blocks_of(document) if block.blockFormat().headingLevel()]


def _dress_block(block: QTextBlock) -> None:
    """Air around a paragraph."""
    cursor = QTextCursor(block)
    if cursor.currentTable() is not None:
        return
    shape = block.blockFormat()
    level = shape.headingLevel()
    shape.setTopMargin(_ABOVE.get(level, 8) if level else 0)
    shape.setBottomMargin(_BELOW if cursor.currentList() is None else 3)
    cursor.setBlockFormat(shape)


def _runs_of(block: QTextBlock) -> Iterator[tuple[int, int, QTextCharFormat]]:
    """Stretches of a paragraph that look alike: place, length, look."""
    walk = block.begin()
    while not walk.atEnd():
        piece = walk.fragment()
        if piece.isValid():
            yield piece.position(), piece.length(), piece.charFormat()
        walk += 1


def _dressed(shape: QTextCharFormat, look: ThemeManager, level: int) -> QTextCharFormat:
    """How a stretch looks."""
    theme, added = look.theme, QTextCharFormat(shape)
    # Markdown makes headings larger by steps of the default size, whatever else is said of their size.
    added.clearProperty(QTextCharFormat.Property.FontSizeAdjustment)
    added.setForeground(QColor(theme.text))
    if shape.fontFixedPitch():
        added.setFont(look.fonts.mono(SMALL))
        added.setForeground(QColor(theme.text))
        added.setBackground(QColor(theme.field))
    if level:
        size, family = _SIZES.get(level, 13), look.fonts
        font = family.mono(size) if shape.fontFixedPitch() else family.ui(size)
        font.setWeight(QFont.Weight.Bold)
        added.setFont(font)
    if shape.isAnchor():
        added.setForeground(QColor(theme.accent.text))
        added.setFontUnderline(True)
    return added


def _dress_frame(frame: QTextFrame, theme: Theme) -> None:
    """Tables have hairlines, and as much room as there is."""
    if not isinstance(frame, QTextTable):
        return
    shape = frame.format()
    shape.setBorderBrush(QBrush(QColor(theme.hairline)))
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorder(1)
    shape.setBorderCollapse(True)
    shape.setCellPadding(_CELL)
    shape.setCellSpacing(0)
    shape.setTopMargin(4)
    shape.setBottomMargin(10)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    frame.setFormat(shape)
