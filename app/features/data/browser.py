"""The tab with the pictures of the data set: as stored, as the network sees them, and augmented."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Slot

from app.background.job import Task
from app.background.newest import Newest
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.shown import Shown
from networks.core.message import Message
from networks.layers.ends import Input
from networks.recipes.contents import Contents, contents
from networks.recipes.data_section import Data
from networks.recipes.datasets import Dataset, Folder
from networks.recipes.datasets.offers import offers
from networks.recipes.looks import Look, Spread
from networks.recipes.recipe import with_settings
from widgets.controls.late import Late
from widgets.controls.section import ShowWatch
from widgets.forms.field_words import edit_words
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.data.browser import DataBrowser
    from widgets.data.tiles import Tiles


ROOM = 1120
"""With so much width, a picture in detail stands beside the grid and the list of data sets, and its way into
the network below both."""


class _Views(NamedTuple):
    """Of what views are made: the arguments of `networks.data.views.views`."""

    data: Data
    entry: Input
    seed: int


class _Picture(NamedTuple):
    """The picture in detail; `place` among the training pictures, None where it is not one of them."""

    row: int
    place: int | None
    epoch: int


class Browser(Feature):
    """Shows pictures while its tab is seen. What needs torch is made in the background; newest wins."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place: Late[DataBrowser] = Late(self._make)
        ShowWatch(self.place).seen.connect(self._search_again)
        self._reading, self._tiling, self._looking = Newest(self), Newest(self), Newest(self)
        self._counting, self._searching = Newest(self), Newest(self)
        self._searched = False
        """Whether it is known which data sets are on this computer."""
        self._former: dict[type[Dataset], Dataset] = {}
        """Data sets that the recipe had, which come back as they were."""
        self._asked: tuple[Data, int] | None = None
        """The data whose contents were asked for last, and the edition of its data set."""
        self._held: Contents | None = None
        self._unread: tuple[Dataset, Message] | None = None
        self._views: _Views | None = None
        self._counted: _Views | None = None
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._work)
        desk.torch_loaded.connect(self.refresh)
        desk.images_changed.connect(self._search_again)
        desk.images_unread.connect(self._take_unread)

    @property
    def browser(self) -> DataBrowser | None:
        """The tab, as soon as it has been seen."""
        return self.place.made

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Data")
        return (Panel("pictures", title, Place.MEASURED, self.place, icon="images", room=ROOM),)

    def gestures(self) -> tuple[Gesture, ...]:
        grid, picture = self.tr("In the pictures of the data set"), self.tr("On one picture of the data set")
        sets = self.tr("In the list of data sets")
        step, dragged = self.tr("On a step of the augmentation, below the pictures"), self.tr("drag")
        arrows, click = ("Left", "Right", "Up", "Down"), self.tr("click")
        opening = self.tr("Show all pictures of a class, or one line of them")
        return (
            Gesture(grid, self.tr("Go to the next picture"), arrows, click),
            Gesture(sets, self.tr("Choose the data set"), ("Return", "Enter", "Space"), click),
            Gesture(grid, opening, ("Return", "Enter", "Space"), click),
            Gesture(picture, self.tr("Read out the next pixel"), arrows, self.tr("point at it")),
            Gesture(step, self.tr("Move the step in the order"), ("Left", "Right"), dragged),
            Gesture(step, self.tr("Remove the step"), ("Del", "Backspace")),
        )

    def show(self, old: Shown | None, new: Shown) -> None:
        dataset = new.recipe.data.dataset
        if not isinstance(dataset, Folder) or dataset.path:
            self._former[type(dataset)] = dataset
        if new.news(old, "recipe", "network", "devices") or self._held is None:
            self.refresh()

    def close(self) -> None:
        """Waits for what is being made, and drops it."""
        self._later.stop()
        for one in (self._reading, self._tiling, self._looking, self._counting, self._searching):
            one.skip()
            one.finish()

    @Slot()
    def refresh(self) -> None:
        """Shows the state soon: something has changed, or the tab has become visible."""
        self._later.start()

    @Slot()
    def _search_again(self) -> None:
        """The tab has become visible, or files have come or gone: other data sets may be here."""
        self._searched = False
        self.refresh()

    @Slot()
    def _work(self) -> None:
        if not self.place.isVisible():
            return
        browser, recipe = self.place.widget, self.desk.shown.recipe
        dataset = recipe.data.dataset
        browser.sets.show_dataset(dataset)
        if not self._searched:
            self._searched = True
            self._searching.run(lambda _: offers(), browser.sets.list.show_offers, self.desk.say)
        if self._unread is not None and self._unread[0] != dataset:
            self._unread = None
        reason = dataset.missing() or recipe.data.no_test_set()
        if reason is None and not dataset.at_hand():
            if self._unread is None:
                self._drop(self.tr("The pictures are being read …"), waiting=True)
                self.desk.images_wished.emit(dataset)
                return
            reason = self._unread[1]
        if reason is not None:
            self._drop(said(reason))
            return
        # neither steps nor weights change which pictures there are
        plain = replace(recipe.data, augmentation=(), balance="equal"), dataset.edition()
        if plain != self._asked:
            self._asked = plain
            work = partial(_contents, plain[0])
            self._reading.run(work, partial(self._hold, plain), partial(self._miss, plain))
        elif self._held is not None:
            browser.show_contents(self._held, recipe)
            self._show_views()

    def _make(self) -> DataBrowser:
        from widgets.data.browser import DataBrowser

        browser = DataBrowser()
        browser.edited.connect(self.desk.edit_recipe)
        browser.tiles_wished.connect(self._make_tiles)
        browser.look_wished.connect(self._make_look)
        # whoever only opens the tab keeps the probe
        browser.grid.chosen.connect(self.desk.picture_chosen)
        browser.panel_wished.connect(self._open)
        browser.sets.list.chosen.connect(self._choose_set)
        return browser

    @Slot(object)
    def _choose_set(self, kind: type[Dataset]) -> None:
        recipe = self.desk.shown.recipe
        if kind is Folder and (type(recipe.data.dataset) is kind or kind not in self._former):
            self.desk.folder_wished.emit()
        elif type(recipe.data.dataset) is not kind:
            chosen = with_settings(recipe, dataset=self._former.get(kind, kind()))
            self.desk.edit_recipe(chosen, edit_words(chosen, "data.dataset"))

    @Slot(str)
    def _open(self, name: str) -> None:
        if name != "input":
            self.desk.open_panel(name)
        elif inputs := self.desk.shown.network.of_type(Input):
            self.desk.reveal(inputs[0].name)

    # what there is

    def _drop(self, sentence: str, *, waiting: bool = False) -> None:
        self._asked = self._held = self._views = None
        self.place.widget.show_reason(sentence, waiting=waiting)

    def _hold(self, plain: tuple[Data, int], found: Contents) -> None:
        if plain == self._asked:
            self._held, self._views = found, None
            self.refresh()

    def _miss(self, plain: tuple[Data, int], reason: Message) -> None:
        if plain == self._asked:
            self._held = None
            self.place.widget.show_reason(said(reason))

    @Slot(object, object)
    def _take_unread(self, dataset: Dataset, reason: Message) -> None:
        self._unread = dataset, reason
        self.refresh()

    # what the network sees

    def _show_views(self) -> None:
        """Has everything made anew that depends on the recipe, if that has changed."""
        shown, browser = self.desk.shown, self.place.widget
        inputs = shown.network.of_type(Input)
        if not inputs:
            self._views = None
            browser.show_problem(
                self.tr("No Input takes the pictures: add one to see what the network gets.")
            )
            return
        entry = inputs[0].layer
        assert isinstance(entry, Input)
        views = _Views(shown.recipe.data, entry, shown.recipe.learning.seed)
        if shown.devices is None or views == self._views:
            return
        self._views = views
        browser.drop_tiles()
        self._make_look()
        counted = views._replace(data=replace(views.data, augmentation=()), seed=0)
        if counted != self._counted:
            self._counted = counted
            browser.show_spread(None)
            self._counting.run(
                partial(_spread, views), partial(self._take_spread, counted), browser_problem(browser)
            )

    @Slot()
    def _make_look(self) -> None:
        browser, views, held = self.browser, self._views, self._held
        if browser is None or views is None or held is None or (row := browser.chosen) is None:
            return
        part = held.part_of(row)
        place = held.place_in_training(row) if part is held.parts[0] else None
        picture = _Picture(row, place, browser.epoch)
        self._looking.run(
            partial(_look, views, picture), partial(self._take_look, views, picture), browser_problem(browser)
        )

    def _take_look(self, views: _Views, picture: _Picture, found: Look) -> None:
        if self.browser is not None and views == self._views and picture.epoch == self.browser.epoch:
            self.browser.show_look(found)

    def _take_spread(self, counted: _Views, found: Spread) -> None:
        if self.browser is not None and counted == self._counted:
            self.browser.show_spread(found)

    @Slot(object)
    def _make_tiles(self, rows: NDArray[np.int64]) -> None:
        browser, views, held = self.browser, self._views, self._held
        if browser is None or held is None:
            return
        if browser.way == "stored":
            work = partial(_stored, self.desk.shown.recipe.data.dataset, rows)
            self._tiling.run(work, partial(self._take_stored, held), browser_problem(browser))
            return
        if views is None:
            return
        of_training = held.owner[rows] == 0
        epoch = browser.epoch if browser.way == "augmented" else None
        places = np.searchsorted(held.parts[0].rows, rows[of_training])
        work = partial(_tiles, views, rows[of_training], places, rows[~of_training], epoch)
        self._tiling.run(work, partial(self._take_tiles, views, epoch), browser_problem(browser))

    def _take_tiles(self, views: _Views, epoch: int | None, found: Tiles) -> None:
        browser = self.browser
        if browser is None or views != self._views or browser.way == "stored":
            return
        if epoch == (browser.epoch if browser.way == "augmented" else None):
            browser.show_tiles(found)

    def _take_stored(self, held: Contents, found: Tiles) -> None:
        if self.browser is not None and held is self._held and self.browser.way == "stored":
            self.browser.show_tiles(found)


def browser_problem(browser: DataBrowser) -> partial[None]:
    """What a job calls that has failed."""
    return partial(_tell, browser)


def _tell(browser: DataBrowser, reason: Message) -> None:
    browser.show_problem(said(reason))


def _contents(data: Data, _: Task) -> Contents:
    return contents(data)


def _stored(dataset: Dataset, rows: NDArray[np.int64], _: Task) -> Tiles:
    """Tiles of pictures that are too many to be kept."""
    from widgets.data.class_grid import TILE
    from widgets.data.tiles import thinned

    pictures = dataset.images_at(rows.tolist())
    return {
        row: np.ascontiguousarray(thinned(picture, TILE * 2))
        for row, picture in zip(rows.tolist(), pictures, strict=True)
    }


def _look(views: _Views, picture: _Picture, _: Task) -> Look:
    from networks.data.views import views as views_of

    return views_of(*views).look(*picture)


def _spread(views: _Views, _: Task) -> Spread:
    from networks.data.views import views as views_of

    return views_of(*views).spread()


def _tiles(
    views: _Views,
    training: NDArray[np.int64],
    places: NDArray[np.int64],
    others: NDArray[np.int64],
    epoch: int | None,
    _: Task,
) -> Tiles:
    """Tiles of pictures as the network sees them; with an epoch, training pictures as it makes them."""
    from networks.data.views import views as views_of
    from widgets.data.class_grid import TILE
    from widgets.data.tiles import as_bytes, thinned

    made = views_of(*views)
    found: Tiles = {}
    sides = [(training, made.seen if epoch is None else None), (others, made.seen)]
    for rows, seen in sides:
        if not len(rows):
            continue
        normalized = made.augmented(places, epoch or 1) if seen is None else seen(rows)
        for row, picture in zip(rows.tolist(), made.picture(normalized), strict=True):
            found[row] = np.ascontiguousarray(thinned(as_bytes(picture), TILE * 2))
    if epoch is not None:
        for row in training[made.all_times(places, epoch) == 0].tolist():
            found[row] = None
    return found
