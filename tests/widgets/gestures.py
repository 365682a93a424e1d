"""What a person does with the pointer, as real events: drags, drops, clicks, turning the wheel."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from widgets.palette.drag import LAYER_MIME

COPY = Qt.DropAction.CopyAction
NO_BUTTON = Qt.MouseButton.NoButton
LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def mime(payload: str | bytes, format: str = LAYER_MIME) -> QMimeData:
    """The data of a drag; by default the name of a layer type."""
    data = QMimeData()
    data.setData(format, QByteArray(payload.encode() if isinstance(payload, str) else payload))
    return data


def receiver(widget: QWidget) -> QWidget:
    """The widget that gets the events: for a scroll area, its viewport."""
    return widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget


def drag_over(widget: QWidget, at: QPoint, data: QMimeData) -> bool:
    """Drags something into the widget and on to `at`. Returns whether it would be accepted there."""
    target = receiver(widget)
    enter = QDragEnterEvent(at, COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(at, COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(target, move)
    return move.isAccepted()


def drag_out(widget: QWidget) -> None:
    """Drags out again what was dragged in."""
    QApplication.sendEvent(receiver(widget), QDragLeaveEvent())


def drop(widget: QWidget, at: QPoint, payload: str | QMimeData) -> bool:
    """Drags a layer type (or anything) to `at` and drops it. Returns whether it was accepted."""
    data = mime(payload) if isinstance(payload, str) else payload
    if not drag_over(widget, at, data):
        drag_out(widget)
        return False
    event = QDropEvent(QPointF(at), COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(receiver(widget), event)
    return event.isAccepted()


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NO_KEYS,
    release: bool = True,
) -> None:
    """Presses at `start`, moves to `end` in three steps, and releases there unless told otherwise."""
    target = receiver(widget)
    QTest.mouseMove(target, start)
    QTest.mousePress(target, button, modifiers, start)
    for step in (1, 2, 3):
        QTest.mouseMove(target, start + (end - start) * step / 3)
    if release:
        QTest.mouseRelease(target, button, modifiers, end)


def click(widget: QWidget, at: QPoint, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
    """One click with the left button."""
    target = receiver(widget)
    QTest.mouseMove(target, at)
    QTest.mouseClick(target, LEFT, modifiers, at)


def wheel(
    widget: QWidget,
    at: QPoint,
    angle: int = 0,
    pixels: QPoint | None = None,
    modifiers: Qt.KeyboardModifier = NO_KEYS,
) -> None:
    """A turn of the wheel (120 per notch), or a stroke of a touch pad in pixels."""
    target = receiver(widget)
    event = QWheelEvent(
        QPointF(at),
        QPointF(target.mapToGlobal(at)),
        pixels or QPoint(),
        QPoint(0, angle),
        NO_BUTTON,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(target, event)
