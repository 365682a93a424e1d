"""What is cut off in the window: words, buttons and whole widgets that have less room than they need."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QLabel,
    QMenu,
    QWidget,
)

_SLACK = 2
"""Pixels by which roundings differ."""


def told(window: QWidget) -> Iterator[str]:
    """A line for each widget in sight that shows less than it has to show."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not window or isinstance(widget, QMenu):
            continue
        where = f"{_path(widget)}"
        yield from (f"{where}: {words}" for words in _lacking(widget))


def _lacking(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and widget.text():
        yield from _label(widget)
    elif isinstance(widget, QAbstractButton) and widget.text():
        least = widget.sizeHint()
        if widget.width() < least.width() - _SLACK or widget.height() < least.height() - _SLACK:
            yield f"button “{widget.text()}” has {_size(widget)} of {least.width()}×{least.height()}"
    yield from _clipped(widget)


def _label(label: QLabel) -> Iterator[str]:
    room = label.contentsRect()
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        if needed > label.height() + _SLACK:
            yield f"text “{label.text()[:60]}” has {label.height()} of {needed} pixels of height"
        longest = max(label.text().split(), key=len, default="")
        if label.fontMetrics().horizontalAdvance(longest) > room.width() + _SLACK:
            yield f"the word “{longest}” has only {room.width()} pixels"
        return
    needed = label.sizeHint()
    if needed.width() > label.width() + _SLACK or needed.height() > label.height() + _SLACK:
        yield f"text “{label.text()[:60]}” has {_size(label)} of {needed.width()}×{needed.height()}"


def _clipped(widget: QWidget) -> Iterator[str]:
    """Whether it lies outside of what it lies in, where that does not scroll."""
    parent = widget.parentWidget()
    if parent is None or widget.isWindow() or widget.size().isEmpty():
        return
    above = parent.parentWidget()
    if isinstance(above, QAbstractScrollArea) and above.viewport() is parent:
        return
    if not parent.rect().contains(widget.geometry()):
        yield f"lies at {widget.geometry().getRect()} in {parent.rect().getRect()}"


def _size(widget: QWidget) -> str:
    return f"{widget.width()}×{widget.height()}"


def _path(widget: QWidget) -> str:
    names: list[str] = []
    here: QWidget | None = widget
    while here is not None and len(names) < 4:
        names.append(here.objectName() or type(here).__name__)
        here = here.parentWidget()
    return "/".join(reversed(names))
