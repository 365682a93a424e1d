"""What the panels of a recipe's sections have in common: forms, and edits of the recipe."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from networks.core.fields import changed_at, field_at
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

    def _form(self, section: str, *names: str, **titles: str) -> Form:
        """A form for fields of a section, or for the whole of it; `titles` replaces the declared ones."""
        form = Form(names or None, titles)
        form.show_value(getattr(self._recipe, section))
        form.edited.connect(partial(self._edit, section))
        self._forms.append((section, form))
        return form

    def _show_forms(self, recipe: Recipe) -> None:
        self._recipe = recipe
        for section, form in self._forms:
            form.show_value(getattr(recipe, section))

    def _edit(self, section: str, path: str, value: object) -> None:
        path = f"{section}.{path}"
        recipe = changed_at(self._recipe, path, value)
        chosen = field_at(recipe, path).kind == "union"
        self.edited.emit(recipe, edit_words(recipe, path), "" if chosen else path)
