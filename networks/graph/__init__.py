"""A network as a value: its edits, its folds, whether it fits and how deep it is."""
