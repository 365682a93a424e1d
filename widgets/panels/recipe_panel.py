"""What the panels of a recipe's sections have in common: forms, and edits of the recipe."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from networks.core.fields import changed_at, field_at, value_at
from networks.recipes.recipe import Recipe
from widgets.forms.field_words import edit_words
from widgets.forms.form import Form


class RecipePanel(QWidget):
    """Shows sections of a recipe in forms and asks for another recipe."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._forms: list[tuple[str, Form]] = []

    def _form(self, path: str, form: Form) -> Form:
        """Has a form show what stands at a path into the recipe, such as `learning.optimizer`."""
        form.show_value(value_at(self._recipe, path))
        form.edited.connect(partial(self._edit, path))
        self._forms.append((path, form))
        return form

    def _show_forms(self, recipe: Recipe) -> None:
        self._recipe = recipe
        for path, form in self._forms:
            form.show_value(value_at(recipe, path))

    def show_steering(self, paths: Collection[str]) -> None:
        """Marks the fields at these paths into the recipe: they also change the run that goes on."""
        for outer, form in self._forms:
            form.show_bolts(
                [path.removeprefix(f"{outer}.") for path in paths if path.startswith(f"{outer}.")]
            )

    def _edit(self, outer: str, path: str, value: object) -> None:
        path = f"{outer}.{path}"
        recipe = changed_at(self._recipe, path, value)
        chosen = field_at(recipe, path).kind == "union"
        self.edited.emit(recipe, edit_words(recipe, path), "" if chosen else path)

    @Slot()
    def give_up(self) -> None:
        """Drops what was typed and refused: the recipe of another project is shown now."""
        for _, form in self._forms:
            form.give_up()
