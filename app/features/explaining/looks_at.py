"""What it looks at: the room in which heat maps are laid over the probe."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QTimer, Slot

from app.background.newest import Newest
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel
from app.feature.panel_feature import PanelFeature
from app.feature.probed import Probed
from app.feature.shown import Shown
from app.features.explaining.looks_at_picture import save_picture
from app.features.explaining.looks_at_randomizing import Randomizing
from app.features.explaining.looks_at_work import Key, Known, Made, bytes_of_map, covered, made
from app.probing.budget import no_room
from app.probing.sight import Sight
from networks.core.message import Message, message, visible
from networks.xray.heat import Aim, Asked, Covered
from networks.xray.silenced import NOTHING_OFF
from widgets.controls.section import ShowWatch
from widgets.inside.heat.choice import Choice, Scene
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.insight.attribution import Method
    from networks.insight.pictures import Pictures
    from widgets.inside.heat.panel import HeatPanel

HOLDER = "heat map"
"""Under this name the room holds memory."""
_NEXT = "heat map, next"
SELDOM, SHARE = 1.0, 0.05
"""While a run goes on: seconds between two maps at least, and the share of the time that they may take."""


class LooksAt(PanelFeature["HeatPanel"]):
    """Makes the map that is chosen of the probe, for the weights of the moment; the newest wish wins."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._making = Newest(self, self._show_progress, impatient=True)
        self._covering = Newest(self)
        self.tests = Randomizing(desk, self.late)
        self._choice = Choice()
        self._known: Known | None = None
        self._wanted: tuple[Key, Asked] | None = None
        """Which map is shown or being made, and of which weights."""
        self._begun: tuple[Choice, Pictures] | None = None
        """For which choice and picture a map is being made."""
        self._due = 0.0
        self._entering = False
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._work)
        desk.heat_wished.connect(self.open)
        desk.probed_changed.connect(self._work)
        desk.probing.changed.connect(self._show_reason)
        desk.probing.budget.join(HOLDER, self._let_go)

    # what it adds to the window

    def make_panel(self) -> HeatPanel:
        from widgets.inside.heat.panel import HeatPanel

        panel = HeatPanel()
        panel.chosen.connect(self._choose)
        panel.cover_wished.connect(self._cover)
        panel.randomize_wished.connect(self._test)
        panel.cancelled.connect(self.tests.stop)
        panel.saving_wished.connect(partial(save_picture, self.desk, panel))
        ShowWatch(panel).seen.connect(self._look)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (self.as_room("heat", self.tr("Looks at"), 1100),)

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("What it &looks at in the picture")
        return (Command("heat", Section.CANVAS, title, self.open, ("Ctrl+Shift+L",)),)

    def gestures(self) -> tuple[Gesture, ...]:
        picture, strip = (
            self.tr("On the picture with its heat map"),
            self.tr("On the maps with random weights"),
        )
        arrows = ("Left", "Right", "Up", "Down")
        drag = self.tr("drag")
        return (
            Gesture(picture, self.tr("Read out another pixel, or move the patch"), arrows, drag),
            Gesture(picture, self.tr("Go to the largest number"), ("Home",)),
            Gesture(strip, self.tr("Go to another map"), (*arrows, "Home", "End"), self.tr("click")),
        )

    def show(self, old: Shown | None, new: Shown) -> None:
        super().show(old, new)
        if old is None:
            return
        if new.news(old, "network", "classes"):
            self.tests.forget()
            self._forget()
            self._choice = replace(self._choice, layer="", label=None, other=None)
        elif new.news(old, "selection"):
            self._follow_selection()

    def close(self) -> None:
        """Waits for what is being made."""
        self._later.stop()
        self.tests.close()
        for one in (self._making, self._covering):
            one.give_up()
            one.finish()

    # what is wished for

    @Slot()
    def open(self) -> None:
        """Opens the room."""
        self._entering = True
        self.desk.open_panel("heat")
        self._look()

    @Slot(object)
    def _choose(self, choice: Choice) -> None:
        moved = choice.layer and choice.layer != self._choice.layer
        self._choice = choice
        self._due = 0.0
        self._work()
        if moved and choice.layer in self.desk.shown.network:
            self.desk.reveal(choice.layer)

    def _follow_selection(self) -> None:
        """Grad-CAM looks at the layer that is selected on the canvas, if it has maps."""
        panel = self.late.made
        leaves = self.desk.shown.selected_leaves
        if panel is None or panel.scene is None or not leaves or self._choice.method != "grad_cam":
            return
        if leaves[0] in panel.scene.layers and leaves[0] != self._choice.layer:
            self._choose(replace(self._choice, layer=leaves[0]))

    @Slot()
    def _look(self) -> None:
        panel = self.late.made
        seen = panel is not None and panel.isVisible()
        self.desk.probing.watch("heat", Sight() if seen else None)
        self._light()
        if not seen:
            self._later.stop()
            self._making.give_up()
            self._wanted = None
            return
        self._show_reason()
        self._work()

    @Slot()
    def _show_reason(self) -> None:
        """Says why there is no picture."""
        panel, reason = self.late.made, self.desk.probing.reason
        if panel is not None and panel.isVisible() and self.desk.probed is None:
            self._wanted = None
            panel.show_hint("" if reason is None else said(reason))

    # making maps

    @Slot()
    def _work(self) -> None:
        probed, panel = self.desk.probed, self.late.made
        if probed is None or panel is None or not panel.isVisible():
            return
        live = probed.looker is None
        wait = self._due - time.monotonic()
        if live and wait > 0 and self._known is not None and self._known.pictures is probed.pictures:
            if not self._later.isActive():
                self._later.start(int(1000 * wait) + 1)
            return
        begun = self._choice, probed.pictures
        if live and self._making.busy and self._begun is not None and _same(self._begun, begun):
            # a run that goes on has other weights with every step: what is begun is brought to its end
            return
        key = (id(probed.pictures), probed.source.key)
        scene = self._scene(probed)
        asked = self._asked(scene)
        self._show_scene(scene, asked)
        if (key, asked) == self._wanted:
            return
        self._wanted, self._begun = (key, asked), begun
        known = self._known if self._known is not None and self._known.key == key else None
        if known is None and not self._asks(probed):
            return
        work = partial(made, probed, known, key, asked)
        self._making.run(work, partial(self._take, (key, asked)), partial(self._miss, (key, asked)))

    def _scene(self, probed: Probed) -> Scene:
        from networks.insight.attribution.grad_cam import layers_with_maps

        shown, xray = self.desk.shown, probed.xray
        names = tuple(visible(name, 40) for name in shown.recipe.data.dataset.classes)
        path = self.desk.document.path
        network = self.tr("Untitled") if path is None else visible(path.stem)
        answer = xray.answer if xray.answer is not None else np.zeros(len(names))
        weights = probed.weights
        if self.desk.probing.off.within(probed.project.network) != NOTHING_OFF:
            weights += self.tr(", with nothing switched off")
        if probed.mode == "training":
            weights += self.tr(", BatchNorm as in evaluation")
        pictures = probed.pictures
        return Scene(
            pictures.seen,
            names,
            layers_with_maps(probed.project.network, shown.report),
            pictures.label,
            answer,
            float(np.clip(np.mean(pictures.mean), 0, 1)),
            network,
            probed.title,
            self.tr("weights: {words}").format(words=weights),
        )

    def _asked(self, scene: Scene) -> Asked:
        choice = self._choice
        label = scene.best if choice.label is None else choice.label
        other = None if choice.other == label else choice.other
        layer = choice.layer if choice.layer in scene.layers else ""
        method = _method(choice.method).description
        return Asked(
            choice.method,
            Aim(label, other),
            layer if method.layered else "",
            choice.ground if method.grounded else "black",
            choice.patch if method.patched else 0,
            answer=choice.label is None,
        )

    def _show_scene(self, scene: Scene, asked: Asked) -> None:
        from networks.insight.attribution import METHODS

        descriptions = [kind.description for kind in METHODS]
        self.panel.show_scene(scene, self._choice, descriptions, self._patch(scene))
        self.tests.show(asked)
        if self._entering:
            self._entering = False
            self.panel.take_focus()

    def _patch(self, scene: Scene) -> int:
        """The side of the patch in pixels."""
        from networks.insight.attribution.occlusion import patch_of

        height, width = scene.pixels.shape[:2]
        return patch_of(Asked("occlusion", Aim(0), patch=self._choice.patch), height, width)[0]

    def _take(self, wanted: tuple[Key, Asked], found: Made) -> None:
        self._known = found.known
        self._due = time.monotonic() + max(SELDOM, found.seconds * (1 - SHARE) / SHARE)
        self.panel.show_progress(None)
        if wanted == self._wanted and found.found is not None:
            self.panel.show_map(found.found)
        self._count()
        self._light()

    def _light(self) -> None:
        """Has the card stand out whose layer is looked at, where it is a single one."""
        panel = self.late.made
        found = panel.found if panel is not None and panel.isVisible() else None
        self.desk.light(HOLDER, frozenset({found.layer}) if found is not None and found.layer else None)

    def _miss(self, wanted: tuple[Key, Asked], reason: Message) -> None:
        self.panel.show_progress(None)
        if wanted == self._wanted:
            self.panel.show_map(None, said(reason))
        self._count()

    # memory

    def _asks(self, probed: Probed) -> bool:
        """Whether a map may be made with these weights; says why it may not."""
        budget = self.desk.probing.budget
        # of a run that goes on the weights are copied; others are those that the cards are made with
        copied = 4 * self.desk.shown.report.weights if probed.looker is None else 0
        needed = copied + bytes_of_map(probed)
        if not budget.fits(_NEXT, needed):
            # there is no room for these weights and for those before
            self._known = None
        if budget.ask(HOLDER, needed):
            return True
        self._forget()
        reason = no_room(needed, budget.most)
        if copied:
            reason = message(
                "{reason} With weights that stand still a map needs no copy of them: pause the run.",
                reason=reason,
            )
        self.panel.show_map(None, said(reason))
        return False

    def _count(self) -> None:
        known = self._known
        held = () if known is None else (known.subject.tensors(), known.pictures)
        self.desk.probing.budget.hold(HOLDER, *held, self.panel.found)

    def _forget(self) -> None:
        self._known = self._wanted = None
        self.desk.probing.budget.free(HOLDER)

    def _let_go(self) -> None:
        """Others need the memory: a map that nobody sees is made anew when it is seen again."""
        panel = self.late.made
        if panel is None or not panel.isVisible():
            self._forget()
            if panel is not None:
                panel.show_map(None)

    def _show_progress(self, share: float) -> None:
        self.panel.show_progress(share)

    # a patch by hand

    @Slot(int, int)
    def _cover(self, top: int, left: int) -> None:
        known, panel = self._known, self.panel
        if known is None or panel.found is None:
            return
        aim = panel.found.asked.aim
        work = partial(covered, known, aim, self._choice.ground, top, left, panel.picture.side)
        self._covering.run(work, self._take_cover, self.desk.say)

    def _take_cover(self, found: Covered) -> None:
        self.panel.show_cover(found)

    @Slot()
    def _test(self) -> None:
        probed, known = self.desk.probed, self._known
        if probed is not None and known is not None and self._wanted is not None:
            self.tests.test(probed, known, self._wanted[1], self._scene(probed))


def _same(one: tuple[Choice, Pictures], other: tuple[Choice, Pictures]) -> bool:
    """Whether these are the same choice and the very same picture."""
    return one[0] == other[0] and one[1] is other[1]


def _method(name: str) -> Method:
    from networks.insight.attribution.heat_maps import method_of

    return method_of(name)
