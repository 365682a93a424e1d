"""What becomes of the answer if a channel is switched off or the layer is bypassed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from networks.core.message import plural
from widgets.controls.check_box import CheckBox
from widgets.controls.share import show_share
from widgets.inside.near.near import Near
from widgets.look import theme
from widgets.look.translation import said, thousands

_SHOWN, _LINE = 3, 22


class Right(NamedTuple):
    """How many of `total` pictures are recognized, with everything on and as it is now."""

    total: int
    intact: int
    changed: int


class Switches(QWidget):
    """Asks for a channel or the layer to be switched off or on, and for the count over many pictures."""

    channel_switched = Signal(int, bool)
    """A channel, and whether it is to be off."""
    layer_switched = Signal(bool)
    """Whether the layer is to be bypassed."""
    all_on_wished = Signal()
    count_wished = Signal()
    cancel_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._near: Near | None = None
        self.channel = CheckBox()
        self.layer = CheckBox(self.tr("The layer is bypassed"))
        self.layer.setToolTip(self.tr("It passes on what it gets"))
        self.all_on = QPushButton(self.tr("Switch everything on"))
        self.answer = _Answer()
        self.counted = QLabel()
        self.counted.setWordWrap(True)
        self.counted.setTextFormat(Qt.TextFormat.PlainText)
        self.count = QPushButton()
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Counting"))
        self.progress.setTextVisible(False)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.channel.clicked.connect(self._switch_channel)
        self.layer.clicked.connect(self.layer_switched)
        self.all_on.clicked.connect(self.all_on_wished)
        self.count.clicked.connect(self.count_wished)
        self.cancel.clicked.connect(self.cancel_wished)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        for widget in (self.channel, self.layer, self.answer, self.counted):
            column.addWidget(widget)
        column.addLayout(line)
        buttons = QHBoxLayout()
        buttons.addWidget(self.count)
        buttons.addWidget(self.all_on)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.show_progress(None)

    def show_near(self, near: Near) -> None:
        """Shows what is off, and the answer."""
        self._near = near
        words = (
            self.tr("Map {channel} is switched off")
            if near.closeup.maps
            else self.tr("Number {channel} is switched off")
        )
        self.channel.setText(words.format(channel=near.closeup.channel))
        self.channel.setChecked(near.is_off)
        self.layer.setVisible(near.bypassable)
        self.layer.setChecked(near.closeup.name in near.off.bypassed)
        self.all_on.setVisible(bool(near.off))
        self.answer.show_near(near)

    def show_count(self, right: Right | None, pictures: int, hindrance: str = "") -> None:
        """Shows what came of counting, or offers to count over this many validation pictures."""
        words = plural(
            "Count over {pictures} picture",
            "Count over {pictures} pictures",
            count=pictures,
            pictures=thousands(pictures),
        )
        self.count.setText(said(words))
        self.count.setEnabled(not hindrance)
        self.count.setToolTip(hindrance)
        self.count.setVisible(right is None)
        self.counted.setVisible(right is not None or bool(hindrance))
        if right is None:
            self.counted.setText(hindrance)
            return
        before, after = (f"{100 * each / max(1, right.total):.2f}" for each in (right.intact, right.changed))
        told = self.tr("Of {count} validation pictures {before} % → {after} % are recognized.")
        self.counted.setText(told.format(count=thousands(right.total), before=before, after=after))

    def show_progress(self, share: float | None) -> None:
        """How far counting is; None where nothing is counted."""
        show_share(self.progress, self.cancel, share)
        if share is not None:
            self.count.hide()

    def _switch_channel(self, off: bool) -> None:
        if self._near is not None:
            self.channel_switched.emit(self._near.closeup.channel, off)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(shade.hair))
        painter.setBrush(QColor(shade.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.end()


class _Answer(QWidget):
    """The likeliest classes: a bar for each, and where something is off, what it was before."""

    def __init__(self) -> None:
        super().__init__()
        self._near: Near | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_near(self, near: Near) -> None:
        self._near = near
        self.setVisible(near.answer is not None)
        self.setAccessibleName(", ".join(" ".join(each[:1] + each[3:]) for each in self._lines()))
        self.update()

    def _lines(self) -> list[tuple[str, float, float, str]]:
        """The name of a class, its probability before and now, and both in words."""
        near = self._near
        if near is None or near.answer is None:
            return []
        before = near.answer if near.intact is None else near.intact
        order = np.argsort(-np.maximum(before, near.answer), kind="stable")[:_SHOWN].tolist()
        if near.label is not None and near.label not in order:
            order[-1] = near.label
        found = []
        for index in order:
            was, now = float(before[index]), float(near.answer[index])
            words = f"{100 * now:.1f} %" if near.intact is None else f"{100 * was:.1f} → {100 * now:.1f} %"
            found.append((near.classes[index], was, now, words))
        return found

    def sizeHint(self) -> QSize:
        return QSize(200, theme.grown(_LINE) * _SHOWN)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, theme.grown(_LINE) * _SHOWN)

    def paintEvent(self, event: QPaintEvent) -> None:
        near = self._near
        if near is None or near.answer is None:
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, wide = theme.grown(_LINE), theme.grown(96)
        name_room = min(theme.grown(90), self.width() * 0.28)
        right = near.classes[near.label] if near.label is not None else ""
        for row, (name, was, now, words) in enumerate(self._lines()):
            line = QRectF(0, row * height, self.width(), height)
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            good = name == right
            painter.setFont(theme.font(theme.DENSE, bold=True))
            painter.setPen(QColor(shade.success if good else shade.text))
            fits = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(name_room) - 6)
            painter.drawText(line, middle, fits)
            track = QRectF(
                name_room, line.center().y() - 3, max(10.0, self.width() - name_room - wide - 8), 6
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.border))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * was, 6), 3, 3)
            painter.setBrush(QColor(shade.success if good else shade.text_dim))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * now, 6), 3, 3)
            painter.setFont(theme.font(theme.SMALL, mono=True))
            painter.setPen(QColor(shade.text))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignRight) | middle, words)
        painter.end()
