"""The methods for heat maps, with two lines on each, and how its test ended."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from networks.xray.heat import Description, Randomization
from widgets.inside.explanation.ink import Ink, g
from widgets.inside.heat.choice import Outcome
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import said

_INSIDE = 10
Told = Literal["all", "of the chosen", "names"]
"""Of which methods it says more than the name and how the test went."""


class MethodList(QWidget):
    """Tells the id of the method that is chosen; the up and down keys change it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, MethodRow] = {}
        self._told: Told = "all"
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def show_methods(self, methods: Sequence[Description]) -> None:
        """Offers these, once."""
        if self.rows:
            return
        for method in methods:
            row = MethodRow(method)
            row.set_told(self._told)
            row.clicked.connect(partial(self.chosen.emit, method.id))
            self.rows[method.id] = row
            self._group.addButton(row)
            self._column.addWidget(row)

    def set_told(self, told: Told) -> None:
        """Of which methods more is told; what is not stands on hover."""
        self._told = told
        for row in self.rows.values():
            row.set_told(told)

    def show_choice(self, method: str, tests: Mapping[str, Outcome]) -> None:
        """Marks the chosen method, and says how the test of each ended."""
        for name, row in self.rows.items():
            row.setChecked(name == method)
            test = tests.get(name)
            row.show_test(None if test is None else test.found)


class MethodRow(QAbstractButton):
    """The name of a method, what it shows and where it fails; framed when it is chosen."""

    def __init__(self, method: Description, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shows, self._weakness = said(method.shows), said(method.weakness)
        self._verdict, self._refused = "", False
        self._told: Told = "all"
        self.setCheckable(True)
        self.toggled.connect(self._fit)
        self.setText(said(method.title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_test(self, test: Randomization | None) -> None:
        """Says how similar the map stayed when the weights were drawn anew."""
        similarity = None if test is None else test.similarity
        self._refused = test is not None and test.unmoved
        if test is None:
            words = ""
        elif similarity is None:
            words = self.tr("Test: nothing to compare")
        elif self._refused:
            words = self.tr("Failed its test here: stays the same, {similarity}").format(
                similarity=f"{similarity:.2f}"
            )
        else:
            words = self.tr("Passed its test here: changes, {similarity}").format(
                similarity=f"{similarity:.2f}"
            )
        if words != self._verdict:
            self._verdict = words
            self._tell()
            self._fit()
            self.update()

    def set_told(self, told: Told) -> None:
        """Whether it says more than its name and how its test went: always, while it is chosen, or never."""
        if told != self._told:
            self._told = told
            self._fit()
            self.update()

    @property
    def _says_more(self) -> bool:
        return self._told == "all" or (self._told == "of the chosen" and self.isChecked())

    def _tell(self) -> None:
        self.setAccessibleName(self.text())
        told = " ".join(filter(None, (self._shows, self._weakness, self._verdict)))
        self.setAccessibleDescription(told)
        self.setToolTip(plain_hint(told))

    def _texts(self) -> list[tuple[str, QFont, str]]:
        ink, shade = Ink(theme.colors(self)), theme.colors(self)
        found = [(self.text(), ink.strong, shade.text)]
        if self._says_more:
            found += [(self._shows, ink.small, shade.text), (self._weakness, ink.small, shade.text_dim)]
        if self._verdict:
            found.append((self._verdict, ink.small, shade.warning if self._refused else shade.success))
        return found

    @Slot()
    def _fit(self) -> None:
        # a layout in a scroll area asks only the first time how high a width makes it
        self.setFixedHeight(self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fit()

    def heightForWidth(self, width: int) -> int:
        room = QRectF(0, 0, width - 2 * g(_INSIDE), 4000)
        heights = [
            QFontMetricsF(font).boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height() + g(2)
            for text, font, _ in self._texts()
        ]
        return round(sum(heights) + 2 * g(7))

    def sizeHint(self) -> QSize:
        # its name stands in one line; what else it says is broken between words
        name = QFontMetricsF(Ink(theme.colors(self)).strong).horizontalAdvance(self.text())
        return QSize(math.ceil(name + 2 * g(_INSIDE)), self.heightForWidth(self.width() or 220))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(120, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = shade.accent_soft if self.isChecked() else shade.card_hover if self.underMouse() else ""
        painter.setPen(QPen(QColor(shade.accent), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, theme.RADIUS + 1, theme.RADIUS + 1)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.accent))
            painter.drawRoundedRect(QRectF(frame.left(), frame.top() + 8, 3, frame.height() - 16), 1.5, 1.5)
        top = g(7)
        for text, font, color in self._texts():
            room = QRectF(g(_INSIDE), top, self.width() - 2 * g(_INSIDE), 4000)
            high = QFontMetricsF(font).boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()
            painter.setFont(font)
            painter.setPen(QColor(color))
            painter.drawText(
                QRectF(room.left(), top, room.width(), high + 2), int(Qt.TextFlag.TextWordWrap), text
            )
            top += high + g(2)
        painter.end()
