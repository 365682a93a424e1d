"""How a run ended and what came of it, in a sentence that stays until the next run begins."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from networks.runs.events import Failed
from networks.runs.record import Record
from networks.runs.verdict import Mark, verdict
from widgets.controls.elided_label import first_that_fits
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.plain import plain_hint
from widgets.look.translation import said

_ICON = 16
_MOST_LINES = 2
"""Lines that the sentence may take from the curves."""


class Outcome(QWidget):
    """An icon and a sentence, with a button for a failure's details, or for what helps against over-fitting.

    Hidden if there is nothing to say.
    """

    help_wished = Signal()
    """The user wants to see what works against over-fitting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record: Record | None = None
        """The run whose end is told."""
        self._mark: Mark = "running"
        self._forms: tuple[str, ...] = ("",)
        """All that is to say, and the same in fewer and fewer words."""
        self._compact = False
        self._text = QLabel()
        self._text.setObjectName("outcome_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.details_button = QPushButton(self.tr("Details…"))
        self.details_button.setObjectName("details_button")
        self.details_button.clicked.connect(self._show_details)
        self.help_button = QPushButton(self.tr("What helps…"))
        self.help_button.setObjectName("help_button")
        self.help_button.setToolTip(self.tr("Shows all that works against over-fitting in one place"))
        self.help_button.clicked.connect(self.help_wished)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE * 2 + _ICON, theme.SPACE // 2, theme.SPACE // 2, theme.SPACE // 2)
        row.addWidget(self._text, 1)
        row.addWidget(self.details_button)
        row.addWidget(self.help_button)
        self.setMinimumHeight(theme.grown(34))
        self.hide()

    def show_end(self, record: Record | None) -> None:
        """Says how a run ended and judges it; None, or a run that goes on, hides the sentence."""
        self.record = record if record is not None and record.ended is not None else None
        found = None if self.record is None else verdict(self.record)
        sentence = "" if found is None else said(found.sentence)
        self._mark = "running" if found is None else found.mark
        self._forms = ("",) if found is None else tuple(said(form) for form in found.forms)
        self.setAccessibleName(sentence)
        ended = None if self.record is None else self.record.ended
        self.details_button.setVisible(isinstance(ended, Failed) and bool(ended.details))
        self.help_button.setVisible(found is not None and found.overfits)
        self.setVisible(ended is not None)
        # a button beside the words takes some of their room
        self._row.activate()
        self._write()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Whether there is room for one line only, and not for two; the rest is told on hover."""
        if compact != self._compact:
            self._compact = compact
            self._text.setWordWrap(not compact)
            self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._row.activate()
        self._write()

    def _write(self) -> None:
        whole, metrics = self._forms[0], self._text.fontMetrics()
        if self._compact:
            text = first_that_fits(self._forms, metrics, self._text.width())
        else:
            high = [form for form in self._forms if _lines(form, metrics, self._text.width()) <= _MOST_LINES]
            # what is still too long is told whole: nothing that went wrong is left out
            text = next(iter(high), self._forms[-1])
        self._text.setText(text)
        self.setToolTip(plain_hint(whole) if text != whole else "")

    def sentence(self) -> str:
        """The sentence shown."""
        return self._forms[0]

    @property
    def mark(self) -> Mark:
        """How good the run was that is told of."""
        return self._mark

    @property
    def wrong(self) -> bool:
        """Whether something went wrong."""
        return self._mark == "bad"

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        icon, color, edge, ground = {
            "good": ("check", shade.success, shade.border, shade.window),
            "advice": ("warning", shade.warning, shade.warning, shade.warning_panel),
            "bad": ("error", shade.error, shade.error, shade.error_panel),
        }.get(self._mark, ("stop", shade.text_dim, shade.border, shade.window))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(edge))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS
        )
        place = QRectF(theme.SPACE, (self.height() - _ICON) / 2, _ICON, _ICON)
        paint_icon(painter, icon, place, QColor(color))
        painter.end()

    @Slot()
    def _show_details(self) -> None:
        if self.record is not None and isinstance(self.record.ended, Failed):
            _Details(self.record.ended, self).open()


def _lines(words: str, metrics: QFontMetrics, width: int) -> int:
    """How many lines a label of this width needs for the words."""
    room = metrics.boundingRect(0, 0, width, 1_000_000, int(Qt.TextFlag.TextWordWrap), words)
    return round(room.height() / metrics.lineSpacing())


class _Details(QDialog):
    """The sentence and the traceback below it, to be selected and copied."""

    def __init__(self, failed: Failed, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("details_dialog")
        self.setWindowTitle(self.tr("Why training broke off"))
        sentence = QLabel(said(failed.message))
        sentence.setTextFormat(Qt.TextFormat.PlainText)
        sentence.setWordWrap(True)
        details = QPlainTextEdit(failed.details)
        details.setReadOnly(True)
        details.setFont(theme.font(theme.SMALL, mono=True))
        details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        details.setAccessibleName(self.tr("Technical details"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE)
        for widget in (sentence, details, buttons):
            column.addWidget(widget)
        self.resize(640, 360)
