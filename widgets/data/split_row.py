"""How many pictures train and how many are held back: one slider, and the seed that draws them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from networks.recipes.recipe import Recipe, with_settings
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.icon import icon

_LOW, _HIGH = 5, 95
"""Per cent for training; what lies beyond is typed into the data settings."""
_MOST_SEEDS = 2**31


class SplitRow(QWidget):
    """Shows the split of a recipe and asks for another one."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._title, self.shares, self._seed = dim(), QLabel(), dim()
        for label in (self._title, self._seed):
            label.setWordWrap(False)
        self.shares.setFont(theme.font(theme.SMALL, mono=True))
        self.shares.setTextFormat(Qt.TextFormat.PlainText)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("split")
        self.slider.setRange(_LOW, _HIGH)
        self.slider.setPageStep(5)
        self.slider.setFixedWidth(theme.grown(90))
        self.slider.setAccessibleName(self.tr("Per cent of the pictures to train on"))
        self.slider.setToolTip(self.tr("How many pictures train; the others are held back to judge"))
        self.slider.valueChanged.connect(self._slide)
        self.dice = QToolButton()
        self.dice.setObjectName("other_split")
        self.dice.setIcon(icon("dice"))
        self.dice.setAutoRaise(True)
        self.dice.setToolTip(self.tr("Hold back other pictures"))
        self.dice.setAccessibleName(self.tr("Hold back other pictures"))
        self.dice.clicked.connect(self._draw)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addStretch(1)
        for widget in (self._title, self.shares, self.slider, self._seed, self.dice):
            row.addWidget(widget)

    def show_recipe(self, recipe: Recipe) -> None:
        """Shows how the recipe splits the pictures."""
        self._recipe = recipe
        data = recipe.data
        own = data.judged_by == "test"
        self._title.setText(self.tr("Judged by the set’s own test set") if own else self.tr("Split"))
        held = f"{100 * data.validation:.3g}"
        self.shares.setText(f"{100 - float(held):g} : {held}")
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * (1 - data.validation)))
        self._seed.setText(self.tr("seed {seed}").format(seed=data.split_seed))
        for widget in (self.shares, self.slider, self._seed, self.dice):
            widget.setVisible(not own)

    def words(self) -> str:
        """What is said of the split."""
        return (
            f"{self._title.text()} {self.shares.text()}"
            if self.slider.isVisibleTo(self)
            else self._title.text()
        )

    @Slot(int)
    def _slide(self, percent: int) -> None:
        validation = round(1 - percent / 100, 4)
        if validation != self._recipe.data.validation:
            text = self.tr("Hold back {percent} %").format(percent=100 - percent)
            self.edited.emit(with_settings(self._recipe, validation=validation), text, "data.validation")

    @Slot()
    def _draw(self) -> None:
        seed = (self._recipe.data.split_seed + 1) % _MOST_SEEDS
        recipe = with_settings(self._recipe, split_seed=seed)
        self.edited.emit(recipe, self.tr("Hold back other pictures"), "")
