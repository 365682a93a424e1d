"""Where this number comes from: the room that explains any value inside the network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.background.newest import Newest
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import LASTING, OUTCOME, Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel
from app.feature.panel_feature import PanelFeature
from app.feature.probed import Probed
from app.feature.shown import Shown
from app.features.explaining.where_from_ahead import Ahead
from app.features.explaining.where_from_gestures import gestures_of
from app.features.explaining.where_from_picture import network_name, save_picture
from app.features.explaining.where_from_work import (
    ANY,
    HOLDER,
    Key,
    Known,
    Wish,
    bytes_of_all,
    explained,
    explained_of_step,
    key_of,
    suits,
    too_large,
    too_large_briefly,
    way_of,
    weights_words,
)
from app.probing.budget import Counted
from app.probing.sight import Sight
from networks.core.message import Message, visible
from networks.explanations.pages.page import Page
from networks.explanations.traces.step import StepGradient
from networks.xray.value_place import GradientPlace, ValuePlace
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.xray.probe import Which
    from widgets.inside.explanation.panel import ExplanationPanel

_NEXT = "where from, next"


class WhereFrom(PanelFeature["ExplanationPanel"]):
    """Explains in the background, with the weights of the moment when it was asked; the newest wish first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._working, self._saving = Newest(self), Newest(self)
        self.ahead = Ahead(desk, self._lacks, self._prepare)
        self.ahead.made.connect(self._take_ahead)
        self.ahead.ended.connect(self._work)
        self._known: Known | None = None
        self._shown: ValuePlace | None = None
        self._wish: Wish | None = None
        """What waits for the probe."""
        self._of_step: StepGradient | None = None
        """The step whose batch is looked at, in place of the probe."""
        self._entering = self._telling = False
        """Whether the room was opened just now: the keyboard goes with it."""
        self._asked: tuple[Key, Wish] | None = None
        """What is being explained now."""
        self._start = False
        """Whether the weights from before the training are looked at."""
        desk.explanation_wished.connect(self.explain)
        desk.largest_wished.connect(self.explain_layer)
        desk.gradient_of_step_wished.connect(self.explain_step)
        desk.probed_changed.connect(self._follow_probe)
        desk.probing.changed.connect(self._show_reason)
        desk.probing.budget.join(HOLDER, self._let_go)

    # what it adds to the window

    def make_panel(self) -> ExplanationPanel:
        from widgets.inside.explanation.panel import ExplanationPanel

        panel = ExplanationPanel()
        panel.wished.connect(self._go)
        panel.side_wished.connect(self._turn)
        panel.weight_wished.connect(self._take_weight)
        panel.layer_wished.connect(self._go_to_layer)
        panel.example_wished.connect(self.explain_selected)
        panel.again_wished.connect(self._look_again)
        panel.start_wished.connect(self._change_weights)
        panel.saving_wished.connect(partial(save_picture, self.desk, panel))
        panel.grid_wished.connect(self.desk.grid_wished)
        panel.told.connect(self._tell)
        panel.show_older(False)
        ShowWatch(panel).seen.connect(self._look)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (self.as_room("explanation", self.tr("Where from"), 1180),)

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("Where a &number comes from")
        gradient = self.tr("Where a &gradient comes from")
        return (
            Command("explain", Section.CANVAS, title, self.explain_selected, ("Ctrl+Shift+N",)),
            Command("explain_gradient", Section.CANVAS, gradient, self.explain_gradient),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        return gestures_of(self)

    def show(self, old: Shown | None, new: Shown) -> None:
        super().show(old, new)
        if old is not None and new.news(old, "network", "classes"):
            # the numbers are those of another network
            self._forget()
            self._of_step = None
            if self._shown is not None and self._shown.layer not in new.network:
                self._shown = None
                self.panel.show_hint("")

    def close(self) -> None:
        """Waits for what is being explained."""
        self.ahead.close()
        for one in (self._working, self._saving):
            one.skip()
            one.finish()

    # what is wished for

    @Slot(object)
    def explain(self, place: ValuePlace) -> None:
        """Opens the room with this number."""
        self._open(Wish.of(place))

    @Slot()
    def explain_selected(self) -> None:
        """Opens the room with the largest number of the selected layer, or of the first that learns."""
        self._open(Wish(self._selected()))

    @Slot()
    def explain_gradient(self) -> None:
        """Opens the room with the largest gradient of the selected layer, or of the first that learns."""
        self._open(Wish(self._selected(), back=True))

    def _selected(self) -> str:
        """The selected layer, or any."""
        return next(iter(self.desk.shown.selected_leaves), ANY)

    @Slot(object)
    def explain_step(self, wished: StepGradient) -> None:
        """Opens the room with a gradient of a step's batch."""
        self.desk.open_panel("explanation")
        self._entering, self._of_step, self._wish = True, wished, Wish.of(wished.place)
        self._work()

    @Slot(str)
    def explain_layer(self, layer: str) -> None:
        """Opens the room with the largest number of a layer, and tells how it comes about."""
        self._open(Wish(layer))
        self._telling = True

    def _open(self, wish: Wish) -> None:
        self._start, self._of_step = False, None
        self.desk.open_panel("explanation")
        self._entering, self._telling = True, False
        self._wish = wish
        self.desk.probing.watch("where", Sight())
        if self.desk.probed is None:
            self._show_reason()
        else:
            self._work()

    @Slot()
    def _show_reason(self) -> None:
        """Says why a number that is wished for is not shown yet."""
        if self._wish is not None and self.desk.probed is None:
            reason = self.desk.probing.reason
            self.panel.show_hint(
                self.tr("The picture is being prepared …") if reason is None else said(reason)
            )

    @Slot(object)
    def _go(self, place: ValuePlace) -> None:
        self._see(Wish.of(place))

    @Slot(bool)
    def _turn(self, back: bool) -> None:
        """From a number to its gradient, or back; from that of a weight to the largest number."""
        if self._shown is None:
            return
        same = not isinstance(self._shown, GradientPlace) or self._shown.weight is None
        at = self._shown.at if same and self._shown.at else None
        self._see(Wish(self._shown.layer, at, back))

    @Slot(object)
    def _take_weight(self, weight: str | None) -> None:
        if self._shown is not None:
            self._see(Wish(self._shown.layer, back=True, weight=weight))

    @Slot(str)
    def _go_to_layer(self, layer: str) -> None:
        self._see(Wish(layer, back=True))

    def _see(self, wish: Wish) -> None:
        self._wish = wish
        self._work()

    @Slot()
    def _look_again(self) -> None:
        self._forget()
        self._start, self._of_step = False, None
        self._again()

    @Slot(bool)
    def _change_weights(self, start: bool) -> None:
        self._forget()
        self._start, self._of_step = start, None
        self._again()

    def _again(self) -> None:
        if self._shown is not None:
            self._wish = Wish.of(self._shown)
            self._work()

    @Slot()
    def _look(self) -> None:
        panel = self.late.made
        if panel is None:
            return
        if not panel.isVisible():
            panel.pause()
        elif (self._known is None or panel.page is None) and self._wish is None and self._of_step is None:
            # others needed the memory in the meantime, or it is kept for another picture now
            self._again()
        else:
            # the probe may have changed while nobody looked
            self._follow_probe()
        # what is shown is kept: it needs the probe only to follow it
        watches = panel.isVisible() and self._shown is not None
        if self._wish is None:
            self.desk.probing.watch("where", Sight() if watches else None)
        self._light()

    def _light(self) -> None:
        """Has the cards stand out that the number depends on, or its gradient; all where none is seen."""
        panel = self.late.made
        page = panel.page if panel is not None and panel.isVisible() else None
        self.desk.light(HOLDER, None if page is None else way_of(page))

    @Slot()
    def _follow_probe(self) -> None:
        probed = self.desk.probed
        if probed is None and self._shown is None:
            self._forget()
        if probed is None or self._of_step is not None:
            return
        if self._wish is not None:
            self._work()
            return
        if self._known is None or self._shown is None or self.late.made is None:
            if self._shown is not None and self.late.made is not None and self.late.made.isVisible():
                self._again()
            return
        changed = self._key(probed) != self._known.key
        # while a run goes on, the numbers are those of the moment when the room was opened
        live = probed.looker is None
        same_picture = self._known.pictures is probed.pictures
        if changed and not live and not self._start and self.late.made.isVisible():
            self._again()
        elif changed and live and not same_picture and self.late.made.isVisible():
            self._forget()
            self._again()
        step = probed.source.step
        older = live and changed and not self._start
        self.panel.show_older(older, self.tr("The run is at step {step} now").format(step=step))

    def _key(self, probed: Probed) -> Key:
        source = probed.source._replace(step=0) if self._start else probed.source
        return key_of(source, probed.pictures, probed.mode)

    # explaining

    def _work(self) -> None:
        if self._wish is None:
            return
        classes = tuple(visible(name, 60) for name in self.desk.shown.recipe.data.dataset.classes)
        if self._of_step is not None:
            seen, image = self._of_step.seen, self._of_step.image
            work = partial(explained_of_step, seen, image, self._wish, classes)
            self._working.run(work, partial(self._take_of_step, self._of_step, self._wish), self._miss)
            return
        probed = self.desk.probed
        if probed is None:
            return
        known = self._known
        if known is not None and known.key != self._key(probed):
            moved = known.pictures is not probed.pictures or known.key[2] != probed.mode
            # a number of the same moment, as long as nobody asks for a later one
            known = None if moved or probed.looker is not None else known
        key = self._key(probed)
        if self._asked == (key, self._wish) or (self.ahead.key == key and not self._wish.back):
            return
        self._asked = key, self._wish
        which: Which | None = "first" if self._start else None
        wish = self._wish
        whole = known.kept.whole if known is not None and suits(known, wish) else self._asks(probed, wish)
        known = known if self._known is not None else None
        explain = partial(explained, probed, known, key, which, wish, classes, whole)
        self._working.run(explain, partial(self._take, probed, wish), self._miss)

    def _lacks(self, probed: Probed) -> Key | None:
        """The key of what is not at hand and may be made ahead."""
        key, known = self._key(probed), self._known
        return None if self._start or self._asked or (known is not None and known.key == key) else key

    def _prepare(self, key: Key) -> bool:
        """Makes room for what is made ahead. False where it is there, or the room sees to it itself."""
        known = self._known is not None and self._known.key == key
        seen = self._shown is not None and self.late.made is not None and self.late.made.isVisible()
        if known or seen or self._wish is not None:
            return False
        self._let_go()
        return True

    @Slot(object)
    def _take_ahead(self, known: Known) -> None:
        probed = self.desk.probed
        if probed is not None and known.key == self._key(probed) and self._lacks(probed) is not None:
            self._let_go()
            self._known = known
            self.desk.probing.budget.hold(
                HOLDER, known.counted or known.kept.captures, Counted(known.looker.memory())
            )

    def _take(self, probed: Probed, wish: Wish, found: tuple[Known, Page]) -> None:
        self._asked = None
        if probed.project.network != self.desk.shown.network or self._of_step is not None:
            return
        if self._wish == wish:
            self._wish = None
        self._known, shown = found
        kept = self._known.kept
        self.desk.probing.budget.hold(
            HOLDER,
            self._known.counted or kept.captures,
            kept.trace,
            Counted(self._known.looker.memory()),
        )
        words = weights_words(probed, kept.step, self.desk.probing.off)
        trained = probed.source.run is not None and bool(probed.source.step)
        self._show_page(shown, probed.title, words, offers_start=trained)
        if not shown.kept.whole:
            needed, most = self._needed(probed, back=shown.backwards), self.desk.probing.budget.most
            self.desk.say(too_large(needed, most), LASTING, (too_large_briefly(needed, most),))

    def _take_of_step(self, of_step: StepGradient, wish: Wish, shown: Page) -> None:
        if self._of_step is not of_step or shown.kept.network != self.desk.shown.network:
            return
        if self._wish == wish:
            self._wish = None
        seen = of_step.seen
        picture = self.tr("picture {row}, as the step saw it").format(row=int(seen.rows[of_step.image]))
        words = self.tr("step {step}, its batch").format(step=seen.step)
        if seen.alone:
            words = self.tr("step {step}, tried on a copy").format(step=seen.step)
        self._show_page(shown, picture, words, offers_start=False)

    def _show_page(self, shown: Page, picture: str, weights: str, *, offers_start: bool) -> None:
        moved = self._shown is not None and self._shown.layer != shown.place.layer
        self._shown = shown.place
        from widgets.inside.explanation.saving import About

        about = About(network_name(self.desk), picture, weights)
        self.panel.show_page(shown, about, offers_start=offers_start, at_start=self._start)
        if self._entering:
            tell, self._entering = self._telling, False
            self.panel.take_focus(tell=tell)
        if moved or not self.desk.shown.selection:
            self.desk.reveal(shown.place.layer)
        self._light()
        if not isinstance(shown.place, GradientPlace):
            self.desk.place_chosen.emit(shown.place)
        elif shown.place.weight is None:
            self.desk.place_chosen.emit(ValuePlace(shown.place.layer, shown.place.at))

    # memory

    def _needed(self, probed: Probed, *, back: bool) -> int:
        """The bytes that all numbers of the network take for the probe."""
        return bytes_of_all(probed, self.desk.shown.report, start=self._start, back=back)

    def _asks(self, probed: Probed, wish: Wish) -> bool:
        """Whether all numbers of the network may be kept."""
        budget, needed = self.desk.probing.budget, self._needed(probed, back=wish.back)
        if self.late.made is not None and not budget.fits(_NEXT, needed):
            # there is no room for these and for those that are shown
            self._forget()
            self.late.made.show_hint(self.tr("The picture is being prepared …"))
        return budget.ask(HOLDER, needed)

    def _forget(self) -> None:
        self._known = None
        self.desk.probing.budget.free(HOLDER)

    def _let_go(self) -> None:
        """Others need the memory: what is out of sight is given up, and explained anew when it is seen."""
        panel = self.late.made
        if self._wish is None and (panel is None or not panel.isVisible()):
            self._forget()
            self._of_step = None
            if panel is not None:
                panel.show_hint("")

    def _miss(self, reason: Message) -> None:
        self._wish = self._asked = None
        if self.panel.page is not None:
            # what is shown stays: the wish went to something that there is not
            self.panel.show_same()
            self.desk.say(reason, LASTING)
        else:
            self.panel.show_hint(said(reason))

    @Slot(str)
    def _tell(self, words: str) -> None:
        self.desk.say(words, OUTCOME)
