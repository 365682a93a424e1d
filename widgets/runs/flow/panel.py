"""The room of the gradient over the depth: the chart, what it shows of which runs, and what is seen in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from networks.core.message import plural
from networks.runs.flow_table import flow_csv
from networks.runs.gradient_flow import short_words, to_try, trend, trend_words
from widgets.controls.check_box import CheckBox
from widgets.controls.combo_box import ComboBox
from widgets.controls.segments import Segments
from widgets.curves import export
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import said
from widgets.runs.flow.legend import FlowLegend
from widgets.runs.flow.lines import FlowRun, Live, Wish, flows_of, lines_of
from widgets.runs.flow.plot import FlowPlot, Point

_LOW = 430
"""Below this height some words give way to the chart."""


class FlowPanel(QWidget):
    """Shows the runs that are drawn in Curves: one of them epoch by epoch, or all of them in one epoch."""

    layer_chosen = Signal(str)
    """The name of a layer that is to be seen on the canvas."""
    save_wished = Signal(object, object, str)
    """A path, what the file is to hold, and the sentence to say once it is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gradient_flow")
        self._runs: tuple[FlowRun, ...] = ()
        self._several: bool | None = None
        """What the user has chosen; None where nothing was chosen yet."""
        self._run: FlowRun | None = None
        self.about = ""
        self._live: Live = {}
        self.kind = Segments((self.tr("Epochs of one run"), self.tr("Runs side by side")))
        self.kind.chosen.connect(self._choose_kind)
        self.run_choice = ComboBox()
        self.run_choice.setAccessibleName(self.tr("Run"))
        self.run_choice.activated.connect(self._choose_run)
        self.over_weights = CheckBox(self.tr("Over the weights’ norm"))
        self.over_weights.setToolTip(
            self.tr("Divides the gradient’s norm by that of the weights: how much a step would change them")
        )
        self.all_layers = CheckBox(self.tr("Normalization, too"))
        self.all_layers.setToolTip(self.tr("Also layers with weights that do not count in the depth"))
        for box in (self.over_weights, self.all_layers):
            box.clicked.connect(self._refresh)
        self.epoch = QSlider(Qt.Orientation.Horizontal)
        self.epoch.setToolTip(self.tr("The epoch that is emphasized, and that the words are about"))
        self.epoch.valueChanged.connect(self._choose_epoch)
        self.epoch_words = QLabel()
        self.epoch_words.setFont(theme.font(theme.SMALL, mono=True))
        self._follows = True
        """Whether the newest epoch is shown, whichever that is."""
        self.plot = FlowPlot()
        self.plot.pointed.connect(self._read_out)
        self.plot.chosen.connect(self.layer_chosen)
        self.legend = FlowLegend(self.plot)
        self.reading = QLabel()
        self.seen, self.next = QLabel(), dim()
        for label in (self.reading, self.seen):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.reading.setFont(theme.font(theme.SMALL))
        self.hint = dim()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.caption = dim()
        self.export_button = self._export_button()
        self._arrange()
        self.show_runs(())

    def show_runs(self, runs: Sequence[FlowRun], about: str = "", live: Live | None = None) -> None:
        """Shows these runs, the newest last; `about` names the project in captions.

        `live` has what the epochs that go on have found so far, by the ids of the runs.
        """
        self._runs, self.about, self._live = tuple(runs), about, live or {}
        measured = self._measured
        titles = [run.record.title for run in measured]
        if titles != [self.run_choice.itemText(index) for index in range(self.run_choice.count())]:
            self.run_choice.clear()
            self.run_choice.addItems(titles)
        if self._run is None or self._run.record not in [run.record for run in measured]:
            self._run = None
        self._refresh()

    @property
    def several(self) -> bool:
        """Whether runs are drawn side by side."""
        return len(self._measured) > 1 and self._several is not False

    @property
    def _measured(self) -> tuple[FlowRun, ...]:
        return tuple(run for run in self._runs if flows_of(run.record, self._live))

    @property
    def _wish(self) -> Wish:
        epoch = None if self._follows else self.epoch.value()
        return Wish(self.several, self.over_weights.isChecked(), self.all_layers.isChecked(), epoch)

    @Slot(int)
    def _choose_kind(self, kind: int) -> None:
        self._several = kind == 1
        self._refresh()

    @Slot(int)
    def _choose_run(self, index: int) -> None:
        self._run = self._measured[index]
        self._refresh()

    @Slot(int)
    def _choose_epoch(self, epoch: int) -> None:
        self._follows = epoch == self.epoch.maximum()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        measured = self._measured
        run = measured[-1] if self._run is None and measured else self._run
        drawn = measured if self.several else tuple(each for each in measured if each == run)
        self.kind.setVisible(len(measured) > 1)
        self.kind.show_index(int(self.several))
        self.run_choice.setVisible(len(measured) > 1 and not self.several)
        if run is not None:
            self.run_choice.setCurrentIndex(measured.index(run))
        self._fit_epochs(drawn)
        wish = self._wish
        title = self.tr("Gradient’s norm at each layer’s weights")
        if wish.over_weights:
            title = self.tr("Gradient’s norm over the weights’ norm")
        self.plot.show_lines(lines_of(drawn, wish, self._live), title)
        self.stack.setCurrentIndex(int(bool(drawn)))
        self.export_button.setEnabled(bool(drawn))
        for box in (self.over_weights, self.all_layers):
            box.setVisible(bool(drawn))
        if not drawn:
            self.hint.setText(self._why_nothing())
        self._show_words()
        self._read_out(self.plot.at)

    def _fit_epochs(self, drawn: Sequence[FlowRun]) -> None:
        epochs = [flow.epoch for run in drawn for flow in flows_of(run.record, self._live)]
        self.epoch.blockSignals(True)
        self.epoch.setRange(min(epochs, default=0), max(epochs, default=0))
        if self._follows:
            self.epoch.setValue(self.epoch.maximum())
        self.epoch.blockSignals(False)
        for widget in (self.epoch, self.epoch_words):
            widget.setVisible(self.epoch.maximum() > self.epoch.minimum())
        words = self.tr("epoch {epoch}").format(epoch=self.epoch.value())
        self.epoch_words.setText(words)
        self.epoch.setAccessibleName(words)

    def _why_nothing(self) -> str:
        if any(run.record.measured and run.record.ended is not None for run in self._runs):
            return self.tr(
                "The runs that are ticked in Curves do not tell it: they ended before their first epoch did, "
                "or an earlier version of the program trained them. Train again to see it."
            )
        if self._runs:
            return self.tr(
                "The first epoch is not over yet: its gradients are drawn here as soon as they are known."
            )
        return self.tr("Train the network: step by step, the gradient at every layer is drawn here.")

    def _show_words(self) -> None:
        lines = self.plot.lines
        over = self.over_weights.isChecked()
        found = [trend(line.flow, over_weights=over) for line in lines]
        told = [
            each
            for line, each in zip(lines, found, strict=True)
            if each is not None and (self.several or line.strong)
        ]
        if self.several:
            words = self.tr(
                "From each layer to the one before it, the gradient is multiplied by this factor."
            )
            # what helps the one that has most to gain
            self.next.setText(said(to_try(min(told, key=lambda each: each.whole, default=None))))
        else:
            only = told[0] if told else None
            words = said(trend_words(only)) if lines else ""
            self.next.setText(said(to_try(only)) if lines else "")
        self.seen.setText(words)
        self.legend.show_trends([said(short_words(each)) for each in found])
        parts = [self.about, *dict.fromkeys(line.run.record.title for line in lines if line.strong)]
        parts = parts[:1] if self.several else parts
        if lines:
            strong = next(line for line in lines if line.strong)
            values = {"count": strong.flow.steps, "epoch": strong.flow.epoch}
            mean = plural("epoch {epoch}, one step", "epoch {epoch}, mean over {count} steps", **values)
            if strong.flow not in strong.run.record.flows:
                mean = plural(
                    "epoch {epoch} so far, one step",
                    "epoch {epoch} so far, mean over {count} steps",
                    **values,
                )
            parts.append(said(mean))
        self.caption.setText(" · ".join(part for part in parts if part))

    @Slot(object)
    def _read_out(self, at: Point | None) -> None:
        words = ""
        if at is not None:
            line = self.plot.lines[at[0]]
            layer = line.layers[at[1]]
            ratio = layer.pull.ratio
            told = self.tr(
                "{layer}, {place} of {count}: gradient {gradient}, weights {weights}, ratio {ratio}. "
                "{run}, epoch {epoch}"
            )
            words = told.format(
                layer=layer.name,
                place=at[1] + 1,
                count=len(line.layers),
                gradient=f"{layer.pull.gradient:.3g}",
                weights=f"{layer.pull.weight:.3g}",
                ratio="–" if ratio is None else f"{ratio:.3g}",
                run=line.run.record.title,
                epoch=line.flow.epoch,
            )
        self.reading.setText(
            words or self.tr("Point at a layer to read its numbers; a click shows its card.")
        )
        self.plot.tell(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = sum(box.sizeHint().width() for box in (self.over_weights, self.all_layers))
        side_by_side = self.width() > wide + self.export_button.sizeHint().width() + 5 * theme.SPACE
        directions = QBoxLayout.Direction
        self._boxes.setDirection(directions.LeftToRight if side_by_side else directions.TopToBottom)
        # in a low window the chart is worth more than what explains it
        low = self.height() < theme.grown(_LOW)
        for label in (self.next, self.caption):
            label.setVisible(not low)

    # out

    def parts(self) -> tuple[QWidget, ...]:
        """What a saved picture shows."""
        return self.plot, self.legend, self.seen, self.caption

    @Slot()
    def _copy_picture(self) -> None:
        export.copy_picture(self.parts())

    @Slot()
    def _copy_csv(self) -> None:
        export.copy_csv(flow_csv(run.record for run in self._measured))

    @Slot()
    def _save_picture(self) -> None:
        export.save_picture(self, self.parts(), self.save_wished.emit, "gradient-flow.png")

    @Slot()
    def _save_csv(self) -> None:
        text = flow_csv(run.record for run in self._measured)
        export.save_csv(self, text, self.save_wished.emit, "gradient-flow.csv")

    def _export_button(self) -> QToolButton:
        button = QToolButton(self)
        words = self.tr("Copy or save the chart")
        button.setIcon(icon("copy"))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction(self.tr("Copy as picture"), self._copy_picture)
        menu.addAction(self.tr("Copy as CSV"), self._copy_csv)
        menu.addSeparator()
        menu.addAction(self.tr("Save as PNG, SVG or PDF…"), self._save_picture)
        menu.addAction(self.tr("Save CSV…"), self._save_csv)
        button.setMenu(menu)
        return button

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        head.addWidget(self.kind)
        head.addWidget(self.run_choice, 1)
        boxes = QHBoxLayout()
        boxes.setSpacing(theme.SPACE)
        self._boxes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._boxes.setSpacing(theme.SPACE)
        for box in (self.over_weights, self.all_layers):
            self._boxes.addWidget(box)
        boxes.addLayout(self._boxes, 1)
        # beside them: where there is one run, nothing stands in the line above
        boxes.addWidget(self.export_button)
        line = QHBoxLayout()
        line.addWidget(self.epoch, 1)
        line.addWidget(self.epoch_words)
        chart = QWidget()
        column = QVBoxLayout(chart)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE // 2)
        column.addWidget(self.plot, 1)
        column.addWidget(self.legend)
        column.addLayout(line)
        for widget in (self.reading, self.seen, self.next, self.caption):
            column.addWidget(widget)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(chart)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(theme.SPACE + 4, theme.SPACE, theme.SPACE + 4, theme.SPACE)
        rows.setSpacing(theme.SPACE // 2)
        rows.addLayout(head)
        rows.addLayout(boxes)
        rows.addWidget(self.stack, 1)
