"""All that works against over-fitting in one place, with the gap that was measured."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from networks.core.message import plural, visible
from networks.doctor.mends import adds_dropout
from networks.graph.network import Network
from networks.layers.regularization import Dropout, Dropout2d, StochasticDepth
from networks.recipes.recipe import Recipe
from networks.runs.gap import Gap
from networks.runs.measures import ACCURACY, LOSS
from widgets.forms.form import Form
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import said
from widgets.panels.recipe_panel import RecipePanel

_LONGEST = 40
"""So many characters of what would be added are shown."""


class RegularizationPanel(RecipePanel):
    """Dropout of all layers, weight decay, label smoothing, and the way to augmentation."""

    dropout_requested = Signal()
    """The network, which has no dropout layer, is to get one."""
    augmentation_requested = Signal()
    """The user wants to see the augmentation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gap = dim()
        self._gap.setObjectName("gap")
        self._dropout = self._form("learning", Form(("dropout",)))
        self._layers = dim()
        self._layers.setObjectName("dropout_layers")
        self._add = QPushButton()
        self._add.setObjectName("add_dropout")
        self._add.clicked.connect(self.dropout_requested)
        self._decay = self._form("learning.optimizer", Form(("weight_decay",)))
        self._smoothing = self._form("learning.loss", Form(("label_smoothing",)))
        self._missing = dim()
        self._missing.setObjectName("no_smoothing")
        self._augmentation = QPushButton()
        self._augmentation.setObjectName("to_augmentation")
        self._augmentation.clicked.connect(self.augmentation_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(theme.SPACE)
        for widget in (
            self._gap,
            self._dropout,
            self._layers,
            self._add,
            self._decay,
            self._smoothing,
            self._missing,
            self._augmentation,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.show_gap(None)
        self.show_recipe(self._recipe, Network())

    def show_recipe(self, recipe: Recipe, network: Network) -> None:
        """Shows a recipe, and how it meets the dropout layers of the network."""
        self._show_forms(recipe)
        shares = [
            node.layer.p
            for node in network.nodes
            if isinstance(node.layer, Dropout | Dropout2d | StochasticDepth)
        ]
        factor = recipe.learning.dropout
        mend = None if shares else adds_dropout(network)
        self._add.setVisible(mend is not None)
        words = "" if mend is None else said(mend.words)
        self._add.setText(visible(words, _LONGEST))
        self._add.setToolTip(plain_hint(words))
        if not shares:
            self._layers.setText(
                self.tr("This network has no dropout layer, so that the factor changes nothing yet.")
            )
        elif factor == 1:
            words = self.tr("Dropout layers: {count}, with shares of {shares}")
            self._layers.setText(words.format(count=len(shares), shares=_shares(shares, 1.0)))
        else:
            words = self.tr("Dropout layers: {count}; they train with {shares} instead of {declared}")
            self._layers.setText(
                words.format(count=len(shares), shares=_shares(shares, factor), declared=_shares(shares, 1.0))
            )
        smooths = hasattr(recipe.learning.loss, "label_smoothing")
        self._missing.setText("" if smooths else self.tr("Label smoothing goes with cross-entropy."))
        self._missing.setVisible(not smooths)
        steps = len(recipe.data.augmentation)
        self._augmentation.setText(
            said(plural("Augmentation: {count} step…", "Augmentation: {count} steps…", count=steps))
            if steps
            else self.tr("Augmentation: none…")
        )

    def show_gap(self, gap: Gap | None) -> None:
        """Shows what the newest run has measured; None as long as there is nothing."""
        if gap is None:
            self._gap.setText(self.tr("The gap between training and validation is shown once a run has one."))
            return
        self._gap.setText(
            self.tr(
                "Epoch {epoch}: loss {training} in training, {validation} in validation; "
                "right {hits} and {held}. With dropout or augmentation, training is the harder of the two."
            ).format(
                epoch=gap.epoch,
                training=LOSS.figure(gap.training_loss),
                validation=LOSS.figure(gap.validation_loss),
                hits=ACCURACY.figure(gap.training_accuracy),
                held=ACCURACY.figure(gap.validation_accuracy),
            )
        )


def _shares(shares: list[float], factor: float) -> str:
    """Each different share once, in rising order, as they are with this factor."""
    found = sorted({min(factor * share, max(share, 0.95)) for share in shares})
    return ", ".join(f"{share:.3g}" for share in found)
