"""The details of a backbone before it is loaded: its paper, why it mattered, a picture and figures."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from networks.core.message import plural
from networks.core.shapes import Shape, show
from networks.graph.check import check
from networks.graph.depth import Depth, depth
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.presets.base import Paper, Preset
from networks.recipes.recipe import Recipe
from widgets.backbones.entries import Entry, Importable, badge, badge_color, badge_help, title
from widgets.backbones.thumbnail import Graph, Thumbnail
from widgets.controls.check_box import CheckBox
from widgets.forms.numerals import show as shown_number
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import declared, layers_counted, said, short, thousands

UNKNOWN = "–"
"""Stands for a figure as long as there is no network to compute it from."""


class Details(QWidget):
    """Shows one entry. A preset's network is built only for this; a model's is shown once it is imported."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._classes = 1
        self._title = QLabel()
        self._title.setObjectName("backbone_title")
        self._title.setFont(theme.font(theme.LARGE + 3, bold=True))
        self._badge = _Badge()
        self._paper = _text("backbone_paper", quiet=True)
        self._why = _text("backbone_why")
        self.thumbnail = Thumbnail()
        self.thumbnail.setToolTip(self.tr("Each bar is a layer: the larger its images, the taller the bar."))
        self._figures = Figures()
        self._origin = _text("backbone_origin", quiet=True)
        self._recipe = CheckBox(self.tr("Use its recipe"))
        self._recipe.setObjectName("use_recipe")
        self._recipe.setChecked(True)
        self._recipe_text = dim()
        self._recipe_text.setObjectName("recipe_text")
        heading, recipe = QHBoxLayout(), QHBoxLayout()
        heading.setSpacing(theme.SPACE)
        heading.addWidget(self._title)
        heading.addWidget(self._badge)
        heading.addStretch(1)
        self._recipe_row = QWidget()
        self._recipe_row.setLayout(recipe)
        recipe.setContentsMargins(0, 0, 0, 0)
        recipe.setSpacing(theme.SPACE)
        recipe.addWidget(self._recipe)
        recipe.addWidget(self._recipe_text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(heading)
        column.addWidget(self._paper)
        column.addWidget(self._why)
        column.addSpacing(theme.SPACE // 2)
        column.addWidget(self.thumbnail, 1)
        column.addWidget(self._figures)
        column.addWidget(self._origin)
        column.addWidget(self._recipe_row)
        self._rest = QWidget()
        column.addWidget(self._rest, 1)

    def show_entry(self, entry: Entry | None, classes: int) -> None:
        """Shows this entry, with figures for data with this many classes; nothing for None."""
        self._entry, self._classes = entry, classes
        for widget in (self.thumbnail, self._figures):
            widget.setVisible(entry is not None)
        self._rest.setVisible(entry is None)
        self._title.setText("" if entry is None else title(entry))
        self._badge.show_entry(entry)
        self._paper.setText("" if entry is None else paper_line(entry.paper))
        self._why.setText("" if entry is None else declared(entry.why))
        recipe = entry.recipe if isinstance(entry, Preset) else None
        self._recipe_row.setVisible(recipe is not None)
        if recipe is not None:
            self._recipe_text.setText(recipe_words(recipe))
        self._origin.setVisible(isinstance(entry, Importable))
        if isinstance(entry, Preset):
            self.show_network(entry.network())
        elif isinstance(entry, Importable):
            self._origin.setText(
                self._origin_of(
                    entry,
                    self.tr(
                        "It is shown only where both, run on random images, are equal in training and in "
                        "evaluation."
                    ),
                )
            )
            self.show_words(self.tr("Tracing the layers of {name}…").format(name=entry.title))

    def show_network(self, network: Network, graph: Graph | None = None) -> None:
        """Shows picture and figures of the entry's network; `graph` is its layout if that is already made."""
        report = check(network, self._classes)
        self.thumbnail.show_graph(graph or Graph(network, report))
        if self._entry is not None:
            name = self.tr("Graph of {name}").format(name=title(self._entry))
            self.thumbnail.setAccessibleName(name)
        self._show_figures(
            thousands(report.weights),
            short(report.multiply_adds),
            *self._depth(depth(network)),
            _input(network),
        )

    def show_comparison(self, model: Importable, network: Network, size: Shape) -> None:
        """Says on random images of which size a model's network was found equal to it."""
        own = _input(network)
        compared = (
            self.tr("Both were run on random images of {size}, and are equal in training and in evaluation.")
            if show(size) == own
            else self.tr(
                "Both were run on random images of {size}, smaller than their own of {own}, and are equal in "
                "training and in evaluation."
            )
        )
        self._origin.setText(self._origin_of(model, compared.format(size=show(size), own=own)))

    def show_words(self, words: str) -> None:
        """Shows words in place of the picture: what it waits for, or why there is none. All figures go."""
        self.thumbnail.show_words(words)
        self._show_figures(UNKNOWN, UNKNOWN, UNKNOWN, "", UNKNOWN)

    def use_recipe(self) -> bool:
        """Whether to take the recipe, too; False if the entry has none."""
        brings = isinstance(self._entry, Preset) and self._entry.recipe is not None
        return brings and self._recipe.isChecked()

    def _show_figures(self, weights: str, multiply_adds: str, layers: str, parts: str, images: str) -> None:
        classes = self.tr("with the data’s {count} classes").format(count=self._classes)
        self._figures.show_figures(
            (
                (self.tr("Weights"), weights, classes),
                (self.tr("Multiply-adds"), multiply_adds, self.tr("per image")),
                (self.tr("Depth"), layers, parts),
                (self.tr("Input"), images, self.tr("channels × height × width")),
            )
        )

    def _depth(self, found: Depth) -> tuple[str, str]:
        layers = layers_counted(found.layers)
        parts = [
            said(plural("{count} convolution", "{count} convolutions", count=found.convolutions)),
        ]
        if found.linear:
            parts.append(self.tr("{count} linear").format(count=found.linear))
        words = " + ".join(parts)
        if found.projections:
            apart = said(plural("{count} projection", "{count} projections", count=found.projections))
            words = self.tr("{parts}, {apart} apart").format(parts=words, apart=apart)
        return layers, words

    def _origin_of(self, model: Importable, compared: str) -> str:
        return self.tr(
            "Built by torchvision as “{name}” and traced layer by layer; the layers keep their names. "
            "{compared} The weights are initialized anew."
        ).format(name=model.name, compared=compared)


class Figures(QWidget):
    """Figures side by side, each with its name above and a quiet remark below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("facts")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, theme.SPACE // 2, 0, 0)
        self._row.setSpacing(2 * theme.SPACE)
        self._labels: list[tuple[QLabel, QLabel, QLabel]] = []

    def show_figures(self, facts: tuple[tuple[str, str, str], ...]) -> None:
        """Shows these, each as name, figure and remark."""
        while len(self._labels) < len(facts):
            self._add()
        for labels, words in zip(self._labels, facts, strict=True):
            for label, text in zip(labels, words, strict=True):
                label.setText(text)

    def texts(self) -> dict[str, str]:
        """The figures as shown, by name."""
        return {name.text(): figure.text() for name, figure, _ in self._labels}

    def _add(self) -> None:
        name, figure, word = QLabel(), QLabel(), dim()
        name.setProperty("role", "section")
        figure.setFont(theme.font(theme.LARGE, bold=True))
        figure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout()
        column.setSpacing(1)
        for label in (name, figure, word):
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        column.addStretch(1)
        self._row.addLayout(column, 1)
        self._labels.append((name, figure, word))


class _Badge(QWidget):
    """The kind of a preset in a small frame."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self.setFont(theme.font(theme.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_entry(self, entry: Entry | None) -> None:
        """Shows the kind of this entry; nothing if it has none."""
        self._entry = entry
        words = "" if entry is None else badge(entry)
        self.setVisible(bool(words))
        self.setToolTip(badge_help(entry) if isinstance(entry, Preset) else "")
        self.setAccessibleName(words)
        self.setFixedSize(self.fontMetrics().horizontalAdvance(words) + 14, theme.grown(20))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._entry is None:
            return
        color = badge_color(self._entry, theme.colors(self))
        faint = QColor(color)
        faint.setAlpha(30)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faint)
        painter.drawRoundedRect(self.rect(), 10, 10)
        painter.setPen(color)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, badge(self._entry))
        painter.end()


def paper_line(paper: Paper) -> str:
    """Authors, year, title and venue, as in a list of references."""
    return f"{paper.authors} {paper.year}, “{paper.title}”, {declared(paper.place)}"


def recipe_words(recipe: Recipe) -> str:
    """The main settings of a recipe: `SGD · learning rate 0.1 · batches of 64 · 20 epochs`."""
    words = QCoreApplication.translate(
        "Backbones", "{optimizer} · learning rate {rate} · batches of {batch} · {epochs} epochs"
    )
    return words.format(
        optimizer=type(recipe.learning.optimizer).__name__,
        rate=shown_number(recipe.learning.optimizer.lr),
        batch=recipe.learning.batch_size,
        epochs=recipe.learning.epochs,
    )


def _input(network: Network) -> str:
    layers = [node.layer for node in network.of_type(Input)]
    return show(layers[0].shape()) if layers else ""


def _text(name: str, *, quiet: bool = False) -> QLabel:
    label = dim() if quiet else QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label
