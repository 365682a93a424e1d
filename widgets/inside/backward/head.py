"""What the network said of the picture that is followed, where its gradient begins, and what it lost."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from networks.explanations.traces.step import SeenStep
from networks.explanations.words.figures import figure, hundredths
from networks.runs.judgement.judgement import Reals
from widgets.controls.column import column_of
from widgets.controls.elided_label import ElidedLabel
from widgets.forms.rows import dim
from widgets.inside.backward.answer import AnswerGradient
from widgets.inside.backward.batch_losses import BatchLosses
from widgets.look import theme
from widgets.panels.sample_strip import to_image

_PICTURE, _SMALL = 84, 26
_NARROW = 780
"""In less width the losses stand below what was said, so that the gradient of each class can be read."""


class StepHead(QWidget):
    """Shows it in full, or in one line where the layers need the room more."""

    followed = Signal(int)
    """Another picture of the batch is to be followed, by its place in the order of the losses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.answer_words = QLabel(), QLabel()
        self.picture.setFixedSize(theme.grown(_PICTURE), theme.grown(_PICTURE))
        self.answer_words.setTextFormat(Qt.TextFormat.PlainText)
        self.answer_words.setWordWrap(True)
        self.answer_words.setMinimumWidth(theme.grown(110))
        self.answer, self.losses = AnswerGradient(), BatchLosses()
        self.losses.chosen.connect(self.followed)
        self.loss_words = QLabel()
        self.loss_words.setTextFormat(Qt.TextFormat.PlainText)
        self._small, self.brief_words = QLabel(), ElidedLabel()
        self._small.setFixedSize(theme.grown(_SMALL), theme.grown(_SMALL))
        self.brief_words.setFont(theme.font(theme.BODY))
        self._arrange()
        self.set_brief(False)

    def _arrange(self) -> None:
        self._row = whole = QHBoxLayout()
        whole.setSpacing(theme.SPACE + 4)
        whole.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self._words = column_of(self.answer_words, spacing=4)
        self._words.addStretch(1)
        whole.addLayout(self._words)
        self._title = dim()
        self._title.setText(self.tr("Probability minus what it should be: here the gradient starts"))
        middle = QVBoxLayout()
        middle.setSpacing(2)
        middle.addWidget(self._title)
        middle.addWidget(self.answer)
        whole.addLayout(middle, 1)
        self._lost = QWidget()
        self._lost.setLayout(column_of(self.loss_words, self.losses, spacing=2))
        whole.addWidget(self._lost, 0, Qt.AlignmentFlag.AlignTop)
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE)
        line.addWidget(self._small)
        line.addWidget(self.brief_words, 1)
        self._whole, self._line = QWidget(), QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget, layout in ((self._whole, whole), (self._line, line)):
            layout.setContentsMargins(0, 0, 0, 0)
            widget.setLayout(layout)
            column.addWidget(widget)

    @property
    def brief(self) -> bool:
        """Whether all of it stands in one line."""
        return self._whole.isHidden()

    def set_brief(self, brief: bool) -> None:
        """Whether the layers below need the room more."""
        self._whole.setVisible(not brief)
        self._line.setVisible(brief)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.grown(_NARROW)
        if narrow is (self._words.indexOf(self._lost) < 0):
            for each in (self._row, self._words):
                each.removeWidget(self._lost)
            if narrow:
                self._words.insertWidget(1, self._lost)
            else:
                self._row.addWidget(self._lost, 0, Qt.AlignmentFlag.AlignTop)

    def show_begun(self, begun: bool) -> None:
        """Whether the story has come to the loss, at which the gradient begins."""
        self.answer.setEnabled(begun)
        self.answer.setVisible(begun)
        self._title.setVisible(begun)

    def show_picture(self, seen: SeenStep, place: int, names: tuple[str, ...]) -> None:
        """Follows the picture at this place in the order of the losses."""
        image = int(seen.order[place])
        pixels = to_image(np.ascontiguousarray(seen.pictures[image]))
        for label in (self.picture, self._small):
            label.setPixmap(
                QPixmap.fromImage(pixels).scaled(
                    label.width(),
                    label.height(),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.FastTransformation,
                )
            )
            words = self.tr("Picture {row} of the data set, as the step saw it")
            label.setAccessibleName(words.format(row=int(seen.rows[image])))
            label.setToolTip(label.accessibleName())
        said_of, label_of = seen.said[image], int(seen.labels[image])
        best = int(np.argmax(np.nan_to_num(said_of)))
        sure = hundredths(float(said_of[best]))
        words = self.tr("It is a {name}.\nIt says {other},\n{share} % sure.")
        self.answer_words.setText(words.format(name=names[label_of], other=names[best], share=sure))
        main = next(iter(seen.trace.losses.values()))
        end = next(iter(seen.trace.losses))
        # the gradient of this picture's own loss: in the batch's it counts for one of so many
        gradient = seen.trace.gradients[end][image].astype(np.float64) * len(seen.rows)
        self.answer.show_answer(said_of, main.targets[image].astype(np.float64), gradient, names, label_of)
        losses: Reals = seen.losses[seen.order]
        own = figure(float(losses[place]))
        self.losses.show_losses(losses, place)
        self.losses.setVisible(len(losses) > 1)
        self.loss_words.setText(
            self.tr("Loss of this picture\n{own}").format(own=own)
            if seen.alone
            else self.tr("Loss of the batch {batch}\nthis picture {own}").format(
                batch=figure(seen.trace.loss), own=own
            )
        )
        brief = self.tr("It is a {name}. It says {other}, {share} % sure. Its loss: {own}")
        self.brief_words.set_text(
            brief.format(name=names[label_of], other=names[best], share=sure, own=own), "text"
        )
