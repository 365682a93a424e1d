"""Below the grid: whether the classes are balanced, and how the recipe weighs them."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from networks.recipes.contents import Contents, balance_in_words, is_balanced
from networks.recipes.recipe import Recipe, with_settings
from widgets.controls.icon_line import IconLine
from widgets.controls.segments import Segments
from widgets.data.head import ROOMY
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import said, thousands

_BALANCES = ("equal", "weights", "sampler")


class Foot(QWidget):
    """Says what was counted and asks for another recipe."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._balanced, self._unbalanced = IconLine("check", "success"), IconLine("warning", "warning")
        self._titles = (self.tr("equally"), self.tr("by 1 ÷ size"), self.tr("sampler"))
        self.balance = Segments(self._titles)
        self.balance.setObjectName("weigh_classes")
        self.balance.chosen.connect(self._choose)
        for index, help in enumerate(
            (
                self.tr("Every picture counts the same"),
                self.tr("The loss of each class is weighed by 1 ÷ its size"),
                self.tr("Every class is drawn equally often"),
            )
        ):
            self.balance.button(index).setToolTip(help)
        words = dim(self.tr("Weigh classes"))
        words.setWordWrap(False)
        weighing = QHBoxLayout()
        weighing.setSpacing(theme.SPACE)
        weighing.addWidget(words)
        weighing.addWidget(self.balance)
        sentences = QVBoxLayout()
        sentences.setContentsMargins(0, 0, 0, 0)
        sentences.addStretch(1)
        sentences.addWidget(self._balanced)
        sentences.addWidget(self._unbalanced)
        sentences.addStretch(1)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(theme.SPACE)
        self._line.addLayout(sentences, 1)
        self._line.addLayout(weighing)

    def show_contents(self, contents: Contents, recipe: Recipe) -> None:
        """Says how the training pictures are spread over the classes."""
        self._recipe = recipe
        training = contents.parts[0]
        words = said(balance_in_words(training, contents.classes))
        left_out = int((contents.owner < 0).sum())
        if left_out:
            more = self.tr("{count} are left out, so that at most {most} of each class are learned from.")
            words += " " + more.format(count=thousands(left_out), most=recipe.data.per_class)
        good = is_balanced(training)
        self._balanced.setVisible(good)
        self._unbalanced.setVisible(not good)
        (self._balanced if good else self._unbalanced).show_sentence(words)
        self.balance.show_index(_BALANCES.index(recipe.data.balance))

    def sentence(self) -> str:
        """What is said of the balance of the classes."""
        return (self._unbalanced if self._balanced.isHidden() else self._balanced).sentence()

    @Slot(int)
    def _choose(self, index: int) -> None:
        text = self.tr("Weigh classes: {how}").format(how=self._titles[index])
        self.edited.emit(with_settings(self._recipe, balance=_BALANCES[index]), text, "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= theme.grown(ROOMY) - 2 * theme.MARGIN
        direction = QBoxLayout.Direction.LeftToRight if roomy else QBoxLayout.Direction.TopToBottom
        if direction != self._line.direction():
            self._line.setDirection(direction)
