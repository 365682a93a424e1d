"""What can be done to the steps of an augmentation: the panel and the data browser ask for it alike."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from networks.core.fields import changed
from networks.recipes.augmentation import AUGMENTATIONS, MOST_STEPS, Steps
from networks.recipes.augmentation.base import Augmentation
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS, preset_of
from networks.recipes.recipe import Recipe, with_settings
from widgets.controls.segments import Segments
from widgets.look.translation import declared


class StepEdits(QObject):
    """Makes another recipe of the one that is shown."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()

    def show_recipe(self, recipe: Recipe) -> None:
        """Edits begin from this recipe."""
        self._recipe = recipe

    @property
    def steps(self) -> Steps:
        """The steps as they are."""
        return self._recipe.data.augmentation

    @property
    def full(self) -> bool:
        """Whether there are as many steps as there may be."""
        return len(self.steps) >= MOST_STEPS

    @Slot(int)
    def choose_preset(self, index: int) -> None:
        """Takes the steps of a preset."""
        preset = AUGMENTATION_PRESETS[index]
        self._wish(preset.steps, self.tr("Augmentation: {preset}").format(preset=declared(preset.title)))

    @Slot(int, str, object)
    def change(self, index: int, name: str, value: object) -> None:
        """Gives a parameter of a step another value."""
        steps = list(self.steps)
        steps[index] = changed(steps[index], **{name: value})
        text = self.tr("Change {step}").format(step=declared(steps[index].name()))
        self._wish(tuple(steps), text, f"augmentation.{index}.{name}")

    @Slot(int)
    def remove(self, index: int) -> None:
        """Leaves a step out."""
        steps = list(self.steps)
        step = steps.pop(index)
        self._wish(tuple(steps), self.tr("Remove {step}").format(step=declared(step.name())))

    @Slot(int, int)
    def move(self, index: int, to: int) -> None:
        """Gives a step another place in the order."""
        steps = list(self.steps)
        step = steps.pop(index)
        steps.insert(to, step)
        self._wish(tuple(steps), self.tr("Move {step}").format(step=declared(step.name())))

    def add(self, kind: type[Augmentation]) -> None:
        """Puts a step at the end."""
        self._wish((*self.steps, kind()), self.tr("Add {step}").format(step=declared(kind.name())))

    def menu(self, parent: QWidget) -> QMenu:
        """A menu of all steps that can be added, by what they do to an image."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        before: type[Augmentation] | None = None
        for kind in AUGMENTATIONS:
            if before is not None and before.kind != kind.kind:
                menu.addSeparator()
            before = kind
            action = menu.addAction(declared(kind.name()))
            action.setToolTip(declared(kind.help()))
            action.triggered.connect(partial(self.add, kind))
        return menu

    def _wish(self, steps: Steps, text: str, merge: str = "") -> None:
        self.edited.emit(with_settings(self._recipe, augmentation=steps), text, merge)


class PresetPills(Segments):
    """The presets of the augmentation side by side; none is on where the steps are one's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__([declared(preset.short) for preset in AUGMENTATION_PRESETS], parent)
        for index, preset in enumerate(AUGMENTATION_PRESETS):
            self.button(index).setAccessibleName(declared(preset.title))
            self.button(index).setToolTip(declared(preset.help))

    def show_steps(self, steps: Steps) -> None:
        """Shows which preset these steps are."""
        preset = preset_of(steps)
        self.show_index(-1 if preset is None else AUGMENTATION_PRESETS.index(preset))

    def set_roomy(self, roomy: bool) -> None:
        """Whether there is room for their full titles."""
        for index, preset in enumerate(AUGMENTATION_PRESETS):
            self.button(index).setText(declared(preset.title if roomy else preset.short))
            self.button(index).updateGeometry()
