"""The keys of the fields in all panels."""

from __future__ import annotations

from app.feature.feature import Feature
from app.feature.gesture import Gesture


class Fields(Feature):
    """Has no panel of its own: fields are part of those of others."""

    def gestures(self) -> tuple[Gesture, ...]:
        number, name = self.tr("In a number field"), self.tr("In a name field")
        return (
            Gesture(number, self.tr("One step up or down"), ("Up", "Down"), self.tr("wheel, once chosen")),
            Gesture(number, self.tr("A large step up or down"), ("PgUp", "PgDown")),
            Gesture(number, self.tr("Take what is written"), ("Return", "Enter")),
            Gesture(number, self.tr("Take back what is not possible"), ("Esc",)),
            Gesture(name, self.tr("Rename"), ("Return", "Enter")),
            Gesture(name, self.tr("Take back what is written"), ("Esc",)),
        )
