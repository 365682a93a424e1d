"""The panel of what works against over-fitting, with the gap that the newest run has measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.feature.desk import Desk
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from networks.doctor.mends import adds_dropout
from networks.runs.gap import gap

if TYPE_CHECKING:
    from widgets.panels.regularization_panel import RegularizationPanel


class Regularization(PanelFeature["RegularizationPanel"]):
    """Edits dropout, weight decay and label smoothing of the recipe."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        desk.recorded.connect(self._measure)

    def make_panel(self) -> RegularizationPanel:
        from widgets.panels.regularization_panel import RegularizationPanel

        panel = RegularizationPanel()
        panel.edited.connect(self.desk.edit_recipe)
        panel.augmentation_requested.connect(self._open_augmentation)
        panel.dropout_requested.connect(self._add_dropout)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "regularization",
                self.tr("Regularization"),
                Place.INSPECTOR,
                self.late,
                icon="group-regularization",
                rank=45,
                folded=True,
                summary=self._summary,
            ),
        )

    def _summary(self, shown: Shown) -> str:
        found = gap(shown.records[-1]) if shown.records else None
        if found is None:
            return ""
        return self.tr("gap {gap}").format(gap=f"{found.loss:+.3f}".replace("-", "−"))

    def show_panel(self, panel: RegularizationPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "network"):
            panel.show_recipe(new.recipe, new.network)
        if new.news(old, "recipe", "running"):
            panel.show_steering(() if new.running is None else new.running.steered_by(new.recipe))
        if new.news(old, "records"):
            self._measure()

    @Slot()
    def _measure(self) -> None:
        records = self.desk.shown.records
        if (panel := self.late.made) is not None:
            panel.show_gap(gap(records[-1]) if records else None)

    @Slot()
    def _add_dropout(self) -> None:
        if (mend := adds_dropout(self.desk.shown.network)) is not None:
            self.desk.mend(mend)

    @Slot()
    def _open_augmentation(self) -> None:
        self.desk.open_panel("augmentation")
