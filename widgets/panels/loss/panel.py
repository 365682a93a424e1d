"""The panel of the loss: chosen and set, drawn, judged beside the last layer, and met by the batch itself."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from networks.core.finding import Finding
from networks.explanations.words.figures import hundredths
from networks.graph.check import Report
from networks.graph.network import Network
from networks.recipes.losses import LOSSES, Loss
from networks.recipes.losses.curve import given
from networks.recipes.recipe import Recipe
from networks.runs.glance import Glance
from widgets.controls.column import column_of, stacked
from widgets.controls.icon_line import IconLine
from widgets.forms.form import Form
from widgets.forms.rows import Stack, dim
from widgets.look import theme
from widgets.look.translation import declared
from widgets.panels.loss.callout import Callout
from widgets.panels.loss.drawing import Curve, Points, drawn, points
from widgets.panels.loss.drawn_losses import COLORS, DrawnLosses
from widgets.panels.loss.fit_box import FitBox
from widgets.panels.loss.formula_box import FormulaBox
from widgets.panels.loss.plot import LossPlot
from widgets.panels.recipe_panel import RecipePanel
from widgets.panels.sample_strip import to_image

WIDE = 640
"""From this width on, what is set stands beside what is drawn."""
_SIDE = 236
_EXAMPLE = 0.05
"""The probability that the numbers are about where no batch was measured."""


class LossPanel(RecipePanel):
    """Shows the loss of a recipe, and of a batch under it."""

    mended = Signal(object)
    """The `Mend` that the user wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ("0", "1")
        self._glance: Glance | None = None
        self._trained: Loss = self._recipe.learning.loss
        self._points: Points | None = None
        self._wide: bool | None = None
        choice = self._form("learning", Form(("loss",), rows=Stack, choices_only=True))
        self._parameters = self._form("learning.loss", Form())
        weights = self._form("data", Form(("balance",)))
        self._help = dim()
        self.plot, self.fit, self.formula, self.losses = LossPlot(), FitBox(), FormulaBox(), DrawnLosses()
        self.plot.pointed.connect(self._tell)
        self.fit.mended.connect(self.mended)
        self.losses.changed.connect(self._draw)
        self._lines = [dim() for _ in range(4)]
        heads = IconLine("check", "success"), IconLine("warning", "warning")
        heads[0].show_sentence(self.tr("Good at"))
        heads[1].show_sentence(self.tr("Bad at"))
        self._verdicts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._verdicts.setSpacing(theme.SPACE * 2)
        for head, two in zip(heads, (self._lines[:2], self._lines[2:]), strict=True):
            column = column_of(head, *two, spacing=4)
            column.addStretch(1)
            self._verdicts.addLayout(column, 1)
        lasting = QWidget()
        lasting.setLayout(self._verdicts)
        self._verdicts.setContentsMargins(0, 0, 0, 0)
        setting = stacked(choice, self._parameters, weights, self._help)
        self._parts = (setting, self.fit, self.plot, self.losses, self.formula, lasting)
        self._left, self._right = column_of(), column_of()
        self._left.setSpacing(theme.SPACE + 4)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE + 4)
        row.setSpacing(theme.MARGIN)
        row.addLayout(self._left)
        row.addLayout(self._right, 1)
        self._arrange(False)
        self.show_glance(None, self._trained, "")
        self.show_recipe(self._recipe, self._classes)

    def show_recipe(self, recipe: Recipe, classes: tuple[str, ...]) -> None:
        """Shows the loss of a recipe; `classes` are those of its data."""
        self._show_forms(recipe)
        self._classes = classes
        loss = recipe.learning.loss
        self._parameters.setVisible(bool(self._parameters.fields()))
        self._help.setText(declared(loss.help()))
        self.losses.show_own(type(loss))
        self.formula.show_formula(declared(loss.formula), declared(loss.paper))
        for line, sentence in zip(self._lines, (*loss.good, *loss.bad), strict=True):
            line.setText(declared(sentence))
        self._draw()

    def show_fit(self, network: Network, report: Report, findings: tuple[Finding, ...]) -> None:
        """Judges the loss behind this network."""
        self.fit.show_fit(self._recipe.learning.loss, network, report, findings)

    def show_glance(self, glance: Glance | None, trained: Loss, run: str) -> None:
        """Shows a batch of a run that was trained with a loss; None where there is no run."""
        self._glance, self._trained = glance, trained
        if glance is None:
            self.plot.show_about(self.tr("train, and the last batch’s images lie here"))
        else:
            words = self.tr("step {step}, a batch of {count}, of “{run}”")
            self.plot.show_about(words.format(step=glance.step, run=run, count=len(glance.labels)))
        self._measure()

    # -- drawing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        """Draws the curves: with one wrong class, or evenly where label smoothing wants a bit of each.

        Nothing is drawn while nobody sees it, so that the window opens sooner.
        """
        if not self.isVisible():
            return
        own = self._recipe.learning.loss
        count = len(self._classes)
        spread = bool(getattr(own, "label_smoothing", 0.0))
        words = self.tr("the rest spread evenly") if spread else self.tr("the rest in one wrong class")
        if self._recipe.data.balance == "weights":
            words = self.tr("{rest} · before the class’s weight").format(rest=words)
        curves = [self._curve(kind, count, spread) for kind in self.losses.kinds()]
        self.plot.show_curves(tuple(curves), words)
        self._measure()

    def _curve(self, kind: type[Loss], classes: int, spread: bool) -> Curve:
        return drawn(self._loss(kind), COLORS[kind], classes, spread)

    def _loss(self, kind: type[Loss]) -> Loss:
        """A loss with its usual parameters; the recipe's own as it is."""
        own = self._recipe.learning.loss
        return own if type(own) is kind else kind()

    def _measure(self) -> None:
        """Lays the batch's images on the curve."""
        glance = self._glance
        if glance is None or glance.outputs.shape[1] != len(self._classes):
            self._points = None
            self.losses.show_figures({})
            self.plot.show_points(None, 0, None)
            self._show_example()
            return
        self._points = points(self._recipe.learning.loss, glance, self._trained)
        self.losses.show_figures(
            {kind: float(points(self._loss(kind), glance, self._trained).losses.mean()) for kind in LOSSES}
        )
        self._tell(self._points.worst)

    @Slot(int)
    def _tell(self, image: int) -> None:
        """Tells of one image of the batch, in the plot and with the formula's numbers."""
        found = self._points
        if found is None:
            return
        glance, loss = found.glance, self._recipe.learning.loss
        label, taken = int(glance.labels[image]), int(found.taken[image])
        name, other = (declared(self._classes[each]) for each in (label, taken))
        words = {"image": int(glance.images[image]), "label": name, "taken": other}
        callout = Callout(
            to_image(glance.pictures[image]),
            self.tr("picture {image}:").format(**words),
            f"{found.losses[image]:.3f}",
            self.tr("gave its “{label}” {share} %").format(share=hundredths(float(found.p[image])), **words),
        )
        self.plot.show_points(found, image, callout)
        self.plot.setAccessibleName(callout.words())
        terms = loss.terms(found.outputs[image], label)
        about = (
            self.tr("picture {image}: “{label}”, recognized")
            if taken == label
            else self.tr("picture {image}: “{label}”, taken for “{taken}”")
        )
        self.formula.show_numbers(f"{terms} = {found.losses[image]:.3f}", about.format(**words))

    def _show_example(self) -> None:
        loss = self._recipe.learning.loss
        odds = np.log(_EXAMPLE / (1 - _EXAMPLE))
        scores = np.array([[odds, -odds]]) if loss.per_class else np.array([[odds, 0.0]])
        outputs = given(loss.expects, scores)
        value = float(loss.of_each(outputs, np.array([[1.0, 0.0]]))[0])
        self.formula.show_numbers(
            f"{loss.terms(outputs[0], 0)} = {value:.3f}",
            self.tr("for example: two classes, the right one at {share} %").format(
                share=f"{100 * _EXAMPLE:g}"
            ),
        )
        self.plot.setAccessibleName(self.tr("The loss and its slope over the right class’s probability"))

    # -- room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width() >= theme.grown(WIDE))

    def _arrange(self, wide: bool) -> None:
        if wide is self._wide:
            return
        self._wide = wide
        for layout in (self._left, self._right):
            while layout.count():
                layout.takeAt(0)
        setting, fit, plot, losses, formula, lasting = self._parts
        for part in (setting, formula, fit, losses) if wide else ():
            self._left.addWidget(part)
            part.setMaximumWidth(theme.grown(_SIDE))
        if wide:
            self._left.addStretch(1)
        for part in (plot, lasting) if wide else (setting, plot, fit, losses, formula, lasting):
            self._right.addWidget(part, 1 if part is plot else 0)
            part.setMaximumWidth(16_777_215)
        for part in self._parts if wide else ():
            part.setMinimumWidth(theme.grown(_SIDE) if part in (setting, formula, fit, losses) else 0)
        for part in () if wide else self._parts:
            part.setMinimumWidth(0)
        self.setMinimumWidth(244)
