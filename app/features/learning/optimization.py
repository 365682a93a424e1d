"""The panel of how the network learns: optimizer, loss and the settings of a run."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Slot

from app.feature.desk import Desk
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.training.rate_finding import RateFinding
from app.training.speed_trying import SpeedTrying
from networks.core.fields import changed_at
from networks.core.finding import blocking
from networks.core.message import plural, visible
from networks.doctor.findings import computed_together
from networks.project.project import share_weights
from networks.recipes.machine_section import Machine
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.panels.training_panel import TrainingPanel


class Optimization(PanelFeature["TrainingPanel"]):
    """Edits the recipe, but for the data."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        desk.recorded.connect(self._trace)
        self.finding = RateFinding(desk.window)
        self.finding.taken.connect(self._take_rate)
        self.trying = SpeedTrying(desk.window)
        self.trying.found.connect(self._show_speed)
        self.trying.taken.connect(self._take_switches)
        self.trying.put_back.connect(desk.document.undo)

    def make_panel(self) -> TrainingPanel:
        from widgets.panels.training_panel import TrainingPanel

        panel = TrainingPanel()
        panel.edited.connect(self.desk.edit_recipe)
        panel.find_requested.connect(self.find_rate)
        panel.loss_requested.connect(self._open_loss)
        panel.try_requested.connect(self.try_speed)
        self.desk.start_wished.connect(panel.give_up)
        self.desk.document.loaded.connect(panel.give_up)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "training",
                self.tr("Training"),
                Place.INSPECTOR,
                self.late,
                icon="sliders",
                rank=10,
                summary=self._summary,
            ),
        )

    def _summary(self, shown: Shown) -> str:
        learning = shown.recipe.learning
        return self.tr("{optimizer} {rate}, {epochs}").format(
            optimizer=type(learning.optimizer).__name__,
            rate=f"{learning.optimizer.lr:g}",
            epochs=said(plural("{count} epoch", "{count} epochs", count=learning.epochs)),
        )

    def show_panel(self, panel: TrainingPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "devices"):
            panel.show_recipe(new.recipe, new.devices)
        if new.news(old, "project", "devices"):
            panel.show_obstacles({} if new.devices is None else _obstacles(new))
        if new.news(old, "project"):
            self._show_speed()
        if new.news(old, "recipe", "running"):
            panel.show_run(*self._steering(new))
        if new.news(old, "records"):
            self._trace()

    def close(self) -> None:
        self.finding.close()
        self.trying.close()

    @Slot()
    def find_rate(self) -> None:
        """Searches for a learning rate in a window of its own, unless something stands in the way."""
        shown = self.desk.shown
        if self.desk.trainer.busy:
            self.desk.say(
                self.tr(
                    "A search would draw from the same random numbers as the run in progress: stop it first."
                )
            )
        elif found := blocking(shown.findings):
            self.desk.say(found[0].sentence)
        else:
            run = self.desk.trainer.run
            fits = run is not None and share_weights(shown.project, run.project)
            self.finding.begin(shown.project, run if fits else None)

    @Slot()
    def _open_loss(self) -> None:
        self.desk.open_panel("loss")

    @Slot()
    def try_speed(self) -> None:
        """Tries which switches are fastest, in a window of its own, unless something stands in the way."""
        shown = self.desk.shown
        if self.desk.trainer.busy:
            self.desk.say(
                self.tr("A run is in progress, which would slow down what is measured: stop it first.")
            )
        elif found := blocking(shown.findings):
            self.desk.say(found[0].sentence)
        else:
            self.trying.begin(shown.project)

    @Slot(object)
    def _take_switches(self, machine: Machine) -> None:
        recipe = replace(self.desk.shown.recipe, machine=machine)
        self.desk.edit_recipe(recipe, self.tr("Take the fastest switches"), "")

    @Slot()
    def _show_speed(self) -> None:
        """Shows what was measured beside the switches, as long as it is about what is shown."""
        panel, measured, project = self.late.made, self.trying.measured, self.desk.shown.project
        if panel is None:
            return
        if measured is None or not measured.holds_for(project):
            panel.show_trials(None)
            return
        machine = project.recipe.machine
        best = measured.trials.best(machine, machine.threads or measured.threads)
        panel.show_trials(measured.trials, best, measured.time)

    @Slot(float)
    def _take_rate(self, rate: float) -> None:
        recipe = changed_at(self.desk.shown.recipe, "learning.optimizer.lr", rate)
        self.desk.edit_recipe(recipe, self.tr("Take the learning rate that was found"), "")

    def _steering(self, shown: Shown) -> tuple[str, tuple[str, ...]]:
        """What is said of the run that goes on, and the fields that also change it."""
        if shown.running is None:
            return "", ()
        words = self.tr("Fields with this sign steer “{run}” now; the rest waits for the next run.")
        return words.format(run=visible(shown.running.title, 60)), shown.running.steered_by(shown.recipe)

    @Slot()
    def _trace(self) -> None:
        """Shows how far the newest run has come, as long as it goes on."""
        records = self.desk.shown.records
        going_on = records and records[-1].ended is None
        if (panel := self.late.made) is not None:
            panel.show_trace(records[-1] if going_on else None)


def _obstacles(shown: Shown) -> dict[str, str]:
    """Why switches cannot be turned on with this device and network, by their names."""
    reasons = _missing(shown.recipe.machine.device)
    together = computed_together(shown.project.network)
    return reasons if together is None else {"data_parallel": said(together)} | reasons


@cache
def _missing(device: str) -> dict[str, str]:
    # torch is loaded by now
    from networks.training.machine.abilities import obstacles

    return {name: said(reason) for name, reason in obstacles(device).items()}
