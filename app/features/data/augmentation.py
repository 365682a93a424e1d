"""The panel of how training images are changed anew in every epoch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from app.background.job import Job, Task
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from networks.core.message import Message, visible
from networks.layers.ends import Input
from networks.recipes.augmentation.presets import steps_in_words
from networks.recipes.data_section import Data
from networks.recipes.steering import AUGMENTATION
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.data.augmentation.preview import Preview
    from widgets.panels.augmentation_panel import AugmentationPanel

_Wanted = tuple[Data, Input, int, int]
"""What is to be seen: of which data, for which Input, with which seed, and the number of the image."""
_NEXT = 137
"""How far the next image is from the last one, so that it is soon one of another class."""


class Augmentation(PanelFeature["AugmentationPanel"]):
    """Edits the augmentation, and shows what it makes of a training image."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._image = 0
        self._job: Job[Preview] | None = None
        self._drawn: _Wanted | None = None
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._draw)
        desk.torch_loaded.connect(self._refresh)

    def make_panel(self) -> AugmentationPanel:
        from widgets.panels.augmentation_panel import AugmentationPanel

        panel = AugmentationPanel()
        panel.edited.connect(self.desk.edit_recipe)
        panel.other_wished.connect(self._show_other)
        ShowWatch(panel).seen.connect(self._refresh)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "augmentation",
                self.tr("Augmentation"),
                Place.INSPECTOR,
                self.late,
                icon="augmentation",
                rank=50,
                summary=self._summary,
            ),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On a step's handle in the augmentation")
        words = self.tr("Move the step up or down in the order")
        return (Gesture(where, words, ("Up", "Down"), self.tr("drag")),)

    def _summary(self, shown: Shown) -> str:
        return said(steps_in_words(shown.recipe.data.augmentation))

    def show_panel(self, panel: AugmentationPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "network", "findings"):
            wanted = _input(new)
            found = [finding for finding in new.findings if finding.rule == "no soft targets"]
            problem = said(found[0].sentence) if found else ""
            panel.show_recipe(new.recipe, None if wanted is None else wanted.channels, problem)
            self._refresh()
        if new.news(old, "recipe", "running"):
            panel.steers.show_sentence(self._steering(new))

    def _steering(self, shown: Shown) -> str:
        if shown.running is None or AUGMENTATION not in shown.running.steered_by(shown.recipe):
            return ""
        return self.tr("A change also steers “{run}” now.").format(run=visible(shown.running.title, 60))

    @Slot()
    def _refresh(self) -> None:
        """Draws the images soon: something has changed, or the panel has become visible."""
        self._timer.start()

    @Slot()
    def _show_other(self) -> None:
        self._image += _NEXT
        self._refresh()

    @Slot()
    def _draw(self) -> None:
        shown, panel = self.desk.shown, self.late.made
        entry = _input(shown)
        if panel is None or shown.devices is None or entry is None or not shown.recipe.data.augmentation:
            return
        wanted = (shown.recipe.data, entry, shown.recipe.learning.seed, self._image)
        busy = self._job is not None and self._job.running
        if busy or wanted == self._drawn or not panel.strip.isVisible():
            return
        self._job = Job(
            partial(_made, wanted), partial(self._take, wanted), partial(self._miss, wanted), owner=self
        )
        self._job.start()

    def _take(self, wanted: _Wanted, found: Preview) -> None:
        self._drawn = wanted
        self.panel.show_images(found.before, found.after)
        # the recipe may have been edited meanwhile
        self._draw()

    def _miss(self, wanted: _Wanted, reason: Message) -> None:
        self._drawn = wanted
        self.panel.show_trouble(said(reason))
        self._draw()


def _input(shown: Shown) -> Input | None:
    return next((node.layer for node in shown.network.nodes if isinstance(node.layer, Input)), None)


def _made(wanted: _Wanted, _: Task) -> Preview:
    from networks.data.augmentation.preview import preview

    return preview(*wanted)
