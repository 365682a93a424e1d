"""Shows a selected block, a row of equal blocks or a group, and asks for another network."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from networks.blocks.base import Block
from networks.core.fields import changed, fields_of
from networks.graph import groups
from networks.graph.folds import Repeat, repeat, set_blocks
from networks.graph.network import Network
from networks.graph.presentation import Folding
from networks.graph.totals import sums_known
from widgets.forms.field_words import set_words
from widgets.forms.form import Form
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import declared, layers_counted, short, weights_counted
from widgets.panels.layer_heading import LayerHeading
from widgets.panels.layer_panel import facts_label, shape_words
from widgets.panels.name_row import NameRow


class BlockPanel(QWidget):
    """One fold: its name, the block's parameters, its figures, and what can be done with it."""

    edited = Signal(object, str, str)
    """The new network, the text for the history, and the key that merges turns of one field."""
    renamed = Signal(str, str)
    opening_wished = Signal()
    ungrouping_wished = Signal()
    saving_wished = Signal(str)
    """The name of the fold that is to be kept under “My blocks”."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folding: Folding | None = None
        self._classes: int | None = None
        self._folds: tuple[str, ...] = ()
        self._heading = LayerHeading()
        self._help = dim()
        self._title = NameRow(
            "fold_name", self.tr("What it is called here; the layers keep their names."), self._with_name
        )
        self._title.renamed.connect(self._rename)
        self._form, self._repeat = Form(), Form()
        self._form.edited.connect(self._edit)
        self._repeat.edited.connect(self._edit_repeat)
        self._facts = facts_label()
        self._open = _button(self, self.tr("Open"), self.opening_wished)
        self._ungroup = _button(self, self.tr("Ungroup"), self.ungrouping_wished)
        self._keep = QPushButton(self.tr("Add to My blocks"))
        self._keep.setToolTip(self.tr("Keeps a copy on the palette, for other networks too."))
        self._keep.clicked.connect(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(6)
        for widget in (self._heading, self._help, self._title, self._form, self._repeat, self._facts):
            column.addWidget(widget)
        pair = QHBoxLayout()
        pair.addWidget(self._open)
        pair.addWidget(self._ungroup)
        column.addLayout(pair)
        column.addWidget(self._keep)
        column.addStretch(1)

    def give_up(self) -> None:
        """Drops what was typed and refused: something else is shown now."""
        self._title.show_name("")
        self._form.give_up()
        self._repeat.give_up()

    def show_folds(self, folding: Folding, classes: int | None, name: str) -> None:
        """Shows the fold, or the row of equal blocks, that a card or frame of this name stands for."""
        self._folding, self._classes = folding, classes
        before, self._folds = self._folds, folding.folds_of(name)
        if self._folds != before:
            self.give_up()
        fold = folding.network.by_fold[self._folds[0]]
        block = fold.block
        if block is None:
            self._heading.show_words(fold.name)
            self._help.setText(self.tr("A group of layers that is yours to change."))
        else:
            self._heading.show_type(type(block), 1)
            self._help.setText(declared(block.help()))
        self._title.show_name(fold.name if len(self._folds) == 1 else "")
        self._title.setVisible(len(self._folds) == 1)
        self._form.setVisible(block is not None)
        self._repeat.setVisible(block is not None and not block.ends)
        if block is not None:
            self._form.show_value(block)
            self._repeat.show_value(Repeat(len(self._folds)))
        self._open.setText(self.tr("Close") if name not in folding.shown else self.tr("Open"))
        self._keep.setVisible(len(self._folds) == 1)
        self._facts.setText(self._facts_of(folding))

    def _facts_of(self, folding: Folding) -> str:
        inside = [name for fold in self._folds for name in folding.network.folded[fold]]
        facts = [folding.whole.nodes[name] for name in inside]
        sources = groups.sources_of(folding.network, inside)
        leaves = groups.leaves_of(folding.network, inside)
        shapes = [folding.whole.nodes[name].output for name in sources]
        out = [folding.whole.nodes[name].output for name in leaves]
        ends = (" + ".join(map(shape_words, each)) for each in (shapes, out))
        lines = [" → ".join(filter(None, ends)), layers_counted(len(inside))]
        if sums_known(facts):
            weights, sums = sum(each.weights for each in facts), sum(each.multiply_adds for each in facts)
            lines.append(weights_counted(weights))
            lines.append(self.tr("{count} multiply-adds per image").format(count=short(sums)))
        return "\n".join(lines)

    @property
    def _network(self) -> Network:
        assert self._folding is not None
        return self._folding.network

    def _block(self) -> Block:
        block = self._network.by_fold[self._folds[0]].block
        assert block is not None
        return block

    @Slot(str, object)
    def _edit(self, field: str, value: object) -> None:
        block = changed(self._block(), **{field: value})
        network = set_blocks(self._network, dict.fromkeys(self._folds, block), self._classes)
        declaration = next(each for each in fields_of(type(block)) if each.name == field)
        self.edited.emit(network, set_words(declaration, value), f"{','.join(self._folds)}.{field}")

    @Slot(str, object)
    def _edit_repeat(self, field: str, value: object) -> None:
        assert isinstance(value, int)
        network = repeat(self._network, self._folds, value, self._classes)
        text = self.tr("Repeat {block} {count} times").format(
            block=declared(self._block().name()), count=value
        )
        self.edited.emit(network, text, f"{self._folds[0]}.repeat")

    def _with_name(self, old: str, new: str) -> Network:
        return groups.rename_fold(self._network, old, new)

    @Slot(str, str, object)
    def _rename(self, old: str, new: str, network: Network) -> None:
        self.renamed.emit(old, new)
        self.edited.emit(network, self.tr("Rename {old} to {new}").format(old=old, new=new), "")

    @Slot()
    def _save(self) -> None:
        self.saving_wished.emit(self._folds[0])


def _button(panel: QObject, words: str, wished: object) -> QPushButton:
    button = QPushButton(words)
    button.clicked.connect(wished)
    return button
