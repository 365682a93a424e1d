"""A part of a column that folds under its heading, and a line in it that folds away what is seldom set."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.plain import plain_hint

_MARGIN, _ARROW = 16, 12


class Heading(QAbstractButton):
    """One line: an arrow, the title, and at the right what the part below it contains."""

    def __init__(self, title: str, margin: int = _MARGIN, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._margin = margin
        self._summary = ""
        self._link = False
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._tell_accessibly)
        self._tell_accessibly()

    def show_summary(self, summary: str) -> None:
        """What the part contains, in a few words."""
        if summary != self._summary:
            self._summary = summary
            self._tell_accessibly()
            self.update()

    def summary(self) -> str:
        """The words at the right."""
        return self._summary

    def set_link(self, link: bool) -> None:
        """Whether it looks like a link within a section, not like the title of one."""
        self._link = link

    def sizeHint(self) -> QSize:
        height = self.fontMetrics().height() + 2 * theme.SPACE
        return QSize(120, max(theme.grown(26 if self._link else 34), height - (6 if self._link else 0)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @Slot()
    def _tell_accessibly(self) -> None:
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(self._summary)
        self.setToolTip(plain_hint(self._summary))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, middle = self.height(), self.height() / 2
        if self.underMouse() and not self._link:
            painter.fillRect(self.rect(), QColor(shade.card_hover))
        if self.hasFocus():
            painter.setPen(QColor(shade.accent))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(self._margin / 2, 2.5, -self._margin / 2, -2.5), 4, 4
            )
        arrow = "chevron-down" if self.isChecked() else "chevron-right"
        ink = QColor(shade.accent_text if self._link else shade.text_dim)
        paint_icon(painter, arrow, QRectF(self._margin - 3, middle - _ARROW / 2, _ARROW, _ARROW), ink)
        left = self._margin + _ARROW + 3
        size = theme.DENSE if self._link else theme.BODY
        painter.setFont(theme.font(size, bold=True))
        painter.setPen(QColor(shade.accent_text if self._link else shade.text))
        room = QRectF(left, 0, self.width() - left - self._margin, height)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        used = painter.fontMetrics().horizontalAdvance(self.text()) + (6 if self._link else theme.SPACE * 2)
        painter.setFont(theme.font(theme.DENSE))
        painter.setPen(QColor(shade.text_dim))
        room.setLeft(left + used)
        words = painter.fontMetrics().elidedText(
            self._summary, Qt.TextElideMode.ElideRight, int(room.width())
        )
        side = Qt.AlignmentFlag.AlignLeft if self._link else Qt.AlignmentFlag.AlignRight
        if room.width() > 24:
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, words)
        painter.end()


class Section(QWidget):
    """A heading and the body under it, which it shows and hides."""

    folded = Signal(bool)

    def __init__(self, name: str, title: str, body: QWidget, parent: QWidget | None = None) -> None:
        """The name is the section's object name; it is kept between starts."""
        super().__init__(parent)
        self.setObjectName(name)
        self.heading = Heading(title)
        self.heading.setObjectName(f"{name}_heading")
        self.body = body
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(body)
        self.heading.toggled.connect(self._fold)

    def is_folded(self) -> bool:
        """Whether only the heading is shown."""
        return not self.heading.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Shows or hides the body."""
        self.heading.setChecked(not folded)

    @Slot(bool)
    def _fold(self, opened: bool) -> None:
        self.body.setVisible(opened)
        self.folded.emit(not opened)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.colors(self).hair))
        bottom = self.height() - 1
        painter.drawLine(0, bottom, self.width(), bottom)
        painter.end()


class Disclosure(QWidget):
    """Folds away what is seldom set, and says how much that is: “8 more: clipping, seed, threads …”."""

    def __init__(self, name: str, body: QWidget, parent: QWidget | None = None) -> None:
        """It is closed at first; its object name is kept between starts with whether it is open."""
        super().__init__(parent)
        self.setObjectName(name)
        self.heading = Heading("", margin=3)
        self.heading.set_link(True)
        self.heading.setChecked(False)
        self.body = body
        body.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.heading)
        column.addWidget(body)
        self.heading.toggled.connect(body.setVisible)

    def show_words(self, title: str, summary: str) -> None:
        """How many there are, and the names of some."""
        self.heading.setText(title)
        self.heading.show_summary(summary)
        self.heading.setAccessibleName(title)
        self.heading.update()

    def is_open(self) -> bool:
        """Whether what it folds away is shown."""
        return self.heading.isChecked()

    def set_open(self, opened: bool) -> None:
        """Shows or folds away."""
        self.heading.setChecked(opened)


class ShowWatch(QObject):
    """Tells whenever a widget becomes visible or hidden."""

    seen = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self.seen.emit()
        return False
