"""The keys of the fields in all panels."""

from __future__ import annotations

from app.feature.feature import Feature
from app.feature.gesture import Gesture


class Fields(Feature):
    """Declares no panel: fields belong to the panels of other features."""

    def gestures(self) -> tuple[Gesture, ...]:
        number, name = self.tr("In a number field"), self.tr("In a name field")
        return (
            Gesture(
                number,
                self.tr("One step up or down"),
                ("Up", "Down"),
                self.tr("wheel, after a click into it"),
            ),
            Gesture(number, self.tr("A large step up or down"), ("PgUp", "PgDown")),
            Gesture(number, self.tr("Apply the number"), ("Return", "Enter")),
            Gesture(number, self.tr("Restore the number if this one is not allowed"), ("Esc",)),
            Gesture(name, self.tr("Rename"), ("Return", "Enter")),
            Gesture(name, self.tr("Restore the name"), ("Esc",)),
        )
