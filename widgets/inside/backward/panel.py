"""One training step, seen: a story from the scores down to one weight, and the same batch once more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from networks.explanations.pages.descent import DescentRow, descent
from networks.explanations.pages.gradient_page import largest_gradient
from networks.explanations.traces.step import SeenStep, StepGradient, TensorStep
from networks.explanations.words.figures import figure, line
from networks.xray.value_place import GradientPlace
from widgets.controls.elided_label import ElidedLabel
from widgets.controls.player import Chapter, Player
from widgets.controls.scrolled import scrolled
from widgets.controls.segments import Segments
from widgets.forms.rows import dim
from widgets.inside.backward.descent_view import DescentView
from widgets.inside.backward.head import StepHead
from widgets.inside.backward.weight_card import WeightCard
from widgets.inside.backward.words import about_words, again_words, row_words
from widgets.look import theme
from widgets.look.translation import layers_counted, said, weights_counted

_CARD = 300
_LAYERS, _WEIGHT = 0, 1
"""What `parts` offers where the layers and the weight have no room beside each other."""
_LOW = 560
"""In a lower room, the answer folds to a line once the layers are told of, whose rows are lower as well."""
_ANY_WIDTH = 16_777_215
"""Qt's own largest width: none is set."""
_FORWARD, _LOSS = 0, 1
"""The first steps of the story; then come the layers, the weights, and the batch once more."""


class BackwardPanel(QWidget):
    """Tells the story of a step. Before the first it says how to make one."""

    step_wished = Signal()
    alone_wished = Signal()
    """A copy is to learn from the probe alone."""
    origin_wished = Signal(object)
    """A `StepGradient`: where it comes from is to be shown."""
    layer_reached = Signal(str)
    """The layer that the story has come to."""
    way_reached = Signal()
    """The story has come to another place on its `way`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("one_step")
        self._seen: SeenStep | None = None
        self._names: tuple[str, ...] = ()
        self._place = 0
        self._rows: tuple[DescentRow, ...] = ()
        self.heading = QLabel(self.tr("One training step, seen"))
        self.heading.setProperty("role", "heading")
        self.about = ElidedLabel(lines=2)
        self.button = QPushButton(self.tr("Next step"))
        self.button.setObjectName("next_step")
        self.button.clicked.connect(self._wish)
        self.on = Segments((self.tr("Next batch"), self.tr("Probe alone")))
        self.on.chosen.connect(self._choose)
        self._alone, self._reason, self._note = False, "", ""
        self.hint = dim()
        self.head = StepHead()
        self.head.followed.connect(self._follow)
        self.descent = DescentView()
        self.descent.chosen.connect(self._go_to_row)
        self.descent.asked.connect(self._ask_for_value)
        self.card = WeightCard()
        self.card.moved.connect(self._explain_gradient)
        self.card.asked.connect(self._ask_for_weight)
        self.story, self.again = dim(), QLabel()
        self.parts = Segments((self.tr("Layers"), self.tr("One weight")))
        self.parts.chosen.connect(self._turn)
        self._part, self._narrow = _LAYERS, False
        self.again.setTextFormat(Qt.TextFormat.PlainText)
        self.again.setWordWrap(True)
        self.player = Player()
        self.player.moved.connect(self._show_moment)
        self._arrange()
        self.show_step(None, ())

    def _top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE)
        top.addWidget(self.heading)
        top.addWidget(self.about, 1)
        top.addWidget(self.on)
        top.addWidget(self.button)
        return top

    def _arrange(self) -> None:
        top = self._top()
        self._scroll = _in_column(self.descent)
        side = QWidget()
        self._told = QVBoxLayout(side)
        self._told.setContentsMargins(theme.SPACE, 0, 0, 0)
        self._told.setSpacing(theme.SPACE)
        for widget in (self.story, self.again, self.card):
            self._told.addWidget(widget)
        self._told.addStretch(1)
        self._side = _in_column(side)
        self._side.setFixedWidth(theme.grown(_CARD))
        self._line = QHBoxLayout()
        self._line.setSpacing(theme.SPACE)
        self._line.addWidget(self.parts)
        self.parts.hide()
        body = QHBoxLayout()
        body.setSpacing(theme.SPACE)
        body.addWidget(self._scroll, 1)
        body.addWidget(self._side)
        self._body = QWidget()
        self._body.setLayout(body)
        body.setContentsMargins(0, 0, 0, 0)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
        whole.setSpacing(theme.SPACE)
        whole.addLayout(top)
        whole.addWidget(self.hint)
        whole.addWidget(self.head)
        whole.addLayout(self._line)
        whole.addWidget(self._body, 1)
        whole.addWidget(self.player)
        whole.addStretch(0)

    @property
    def seen(self) -> SeenStep | None:
        """The step that is told."""
        return self._seen

    @property
    def way(self) -> frozenset[str] | None:
        """The layers that the gradient has come through so far, or all that a pass forward goes through.

        None where no step is told.
        """
        seen, position = self._seen, self.player.position
        if seen is None:
            return None
        walked = position - _LOSS
        if walked < 0 or walked > len(self._rows) + 1:
            return frozenset(seen.trace.network.order)
        return frozenset((*seen.trace.losses, *(row.name for row in self._rows[:walked])))

    def show_reason(self, reason: str) -> None:
        """Why no batch can be trained now; empty if one can. A copy can always learn from the probe."""
        self._reason = reason
        self._show_hint()
        if self._alone:
            self.button.setEnabled(True)
            self.button.setToolTip(
                self.tr("A copy of the network learns from the probe alone: the run does not change")
            )
            return
        self.button.setEnabled(not reason)
        self.button.setToolTip(reason or self.tr("Train exactly one batch, and see all that it does"))

    def _show_hint(self) -> None:
        """Says why there is no story, why none can be begun, or else what it would be."""
        usual = self.tr(
            "Step trains exactly one batch and stops. Here it is told from the scores down: where the "
            "gradient starts, what each layer makes of it, and how the optimizer changes a weight. With "
            "“Probe alone” a copy learns from the probe picture, and the run does not change."
        )
        reason = "" if self._alone else self._reason
        self.hint.setText(self._note or "\n\n".join(filter(None, (reason, usual))))

    @Slot(int)
    def _choose(self, index: int) -> None:
        self._alone = index == 1
        self.show_reason(self._reason)
        self._show_button()

    def _show_button(self) -> None:
        there = self._seen is not None
        words = self.tr("Next step") if there else self.tr("Step")
        self.button.setText(self.tr("Step of a copy") if self._alone else words)

    @Slot()
    def _wish(self) -> None:
        (self.alone_wished if self._alone else self.step_wished).emit()

    def show_step(self, seen: SeenStep | None, names: Sequence[str], note: str = "") -> None:
        """Tells this step. `names` are those of the classes, `note` why there is none to tell."""
        self._seen, self._names, self._place = seen, tuple(names), 0
        there = seen is not None
        for widget in (self.head, self._body, self.player):
            widget.setVisible(there)
        self.hint.setVisible(not there)
        self._fold()
        self._show_button()
        self._note = note
        self._show_hint()
        if seen is None:
            self.about.set_text("")
            return
        whole = about_words(seen)
        self.about.set_text(whole, shorter="  ·  ".join(whole.split("  ·  ")[:2]))
        self._show_picture()
        backward = layers_counted(len(self._rows))
        chapters = (
            Chapter(self.tr("Forward"), 1),
            Chapter(self.tr("Loss"), 1, figure(seen.trace.loss)),
            Chapter(self.tr("Backward"), max(1, len(self._rows)), backward, back=True),
            Chapter(self.tr("Update"), 1, self._learned_words(seen)),
            Chapter(self.tr("Once more"), 1, figure(seen.loss_again)),
        )
        self.player.show_story(chapters)

    def _learned_words(self, seen: SeenStep) -> str:
        count = sum(step.after.size for step in seen.tensors.values())
        return weights_counted(count)

    # the picture that is followed

    @property
    def _image(self) -> int:
        assert self._seen is not None
        return int(self._seen.order[self._place])

    @Slot(int)
    def _follow(self, place: int) -> None:
        self._place = place
        self._show_picture()
        self._show_moment(self.player.position)

    def _show_picture(self) -> None:
        seen = self._seen
        assert seen is not None
        image = self._image
        self._rows = descent(seen, image)
        self.descent.show_rows(self._rows)
        self.head.show_picture(seen, self._place, self._names)

    # the story

    @Slot(int)
    def _go_to_row(self, row: int) -> None:
        self.player.go(_LOSS + 1 + row)

    @Slot(int)
    def _show_moment(self, position: int) -> None:
        seen = self._seen
        if seen is None or position < 0:
            return
        rows = len(self._rows)
        walked = min(max(0, position - _LOSS), rows)
        self.descent.show_walked(walked)
        self.head.show_begun(position >= _LOSS)
        self._share_room()
        self._bring()
        self._tell(position, walked)
        row = self._rows[walked - 1] if walked else None
        updated, once_more = position > _LOSS + rows, position > _LOSS + rows + 1
        if updated and row is not None and not self._tensors_of(row.name):
            row = next((each for each in reversed(self._rows) if self._tensors_of(each.name)), row)
        self.card.setVisible(row is not None)
        if row is not None:
            self.card.show_layer(row.name, self._tensors_of(row.name))
            self.layer_reached.emit(row.name)
        self.way_reached.emit()
        self._part = _WEIGHT if updated else _LAYERS
        self._fold()
        self.again.setVisible(once_more)
        if once_more:
            self.again.setText(again_words(seen, self._image, self._names))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()
        self._share_room()
        self._whole.activate()
        self._bring()

    @Slot(int)
    def _turn(self, part: int) -> None:
        self._part = part
        self._fold()

    def _fold(self) -> None:
        """Shows the layers or the weight, where there is no room for both and the gradients' pictures."""
        there, both = self._seen is not None, theme.grown(_CARD) + self.descent.width_with_pictures()
        narrow = there and self.width() < both + 3 * theme.SPACE + 2 * theme.MARGIN
        if narrow is not self._narrow:
            self._narrow = narrow
            self._side.setMinimumWidth(0 if narrow else theme.grown(_CARD))
            self._side.setMaximumWidth(_ANY_WIDTH if narrow else theme.grown(_CARD))
            # what happens is told beside the switch, so that it stands above the layers as well
            if narrow:
                self._line.insertWidget(0, self.story, 1)
            else:
                self._told.insertWidget(0, self.story)
            self.story.show()
            self._told.setContentsMargins(0 if narrow else theme.SPACE, 0, 0, 0)
            self.card.set_beside(narrow)
        self.parts.setVisible(narrow and not self.card.isHidden())
        self.parts.show_index(self._part)
        weight = self._part == _WEIGHT and not self.card.isHidden()
        self._side.setVisible(not narrow or weight)
        self._scroll.setVisible(not narrow or not weight)

    def _bring(self) -> None:
        """Brings the layer that is told of into sight."""
        if self._seen is not None and (walked := min(self.player.position - _LOSS, len(self._rows))) > 0:
            place = self.descent.place(walked - 1)
            self._scroll.ensureVisible(0, int(place.center().y()), 0, theme.grown(60))

    def _share_room(self) -> None:
        """Gives the layers the room of the answer, where there is not enough for both."""
        low = self.height() < theme.grown(_LOW)
        self.descent.set_dense(low)
        brief = low and self._seen is not None and self.player.position > _LOSS
        if brief is not self.head.brief:
            self.head.set_brief(brief)
            # before anything is brought into sight, it lies where it is going to
            self._whole.activate()

    def _tensors_of(self, layer: str) -> dict[str, TensorStep]:
        assert self._seen is not None
        return {name: step for (owner, name), step in self._seen.tensors.items() if owner == layer}

    def _tell(self, position: int, walked: int) -> None:
        seen = self._seen
        assert seen is not None
        if position == _FORWARD and seen.alone:
            words = self.tr("The picture goes forward through {layers}, as while training.").format(
                layers=layers_counted(len(self._rows))
            )
        elif position == _FORWARD:
            words = self.tr(
                "The batch goes forward through {layers}. The picture that is followed is the one with "
                "the largest loss; the bars choose another."
            ).format(layers=layers_counted(len(self._rows)))
        elif position == _LOSS:
            words = self.tr(
                "The loss says how wrong that was. Its gradient at the scores is what was said minus what "
                "should have been said: blue scores are to rise, orange ones to fall."
            )
        elif walked and position <= _LOSS + len(self._rows):
            words = row_words(self._rows[walked - 1])
        elif position == _LOSS + len(self._rows) + 1:
            words = self.tr("Now the optimizer changes every weight at once. One of them in figures:")
        else:
            words = (
                self.tr("The same picture with the same random numbers, after the step of the copy:")
                if seen.alone
                else self.tr("The same batch with the same random numbers, after the step:")
            )
        self.story.setText(words)

    @Slot()
    def _explain_gradient(self) -> None:
        """Says what the gradient of the weight that is shown is the sum of."""
        seen = self._seen
        if seen is None or not self.card.learns:
            return
        explanation = seen.trace.weight_gradient(self.card.layer, self.card.tensor, self.card.at)
        words = self.tr("Gradient as the sum over all places and pictures: {line}")
        self.card.show_origin(words.format(line=said(line(explanation.form))))

    @Slot(int)
    def _ask_for_value(self, row: int) -> None:
        """Where the largest gradient of a layer comes from, of the picture that is followed."""
        if self._seen is not None and 0 <= row < len(self._rows):
            place = largest_gradient(self._seen.trace, self._rows[row].name, None, self._image)
            self.origin_wished.emit(StepGradient(self._seen, place, self._image))

    @Slot()
    def _ask_for_weight(self) -> None:
        if self._seen is not None:
            place = GradientPlace(self.card.layer, self.card.at, self.card.tensor)
            self.origin_wished.emit(StepGradient(self._seen, place, self._image))


def _in_column(widget: QWidget) -> QScrollArea:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    return scrolled(content)
