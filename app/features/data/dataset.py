"""The panel of the data set: which images there are, where they come from, and the network fitted to them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.feature.desk import OUTCOME, Desk
from app.feature.panel import Panel, Piece, Place, Spot
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.data.fetching import Fetching
from app.features.data.reading import ImageReading
from networks.core.message import Message, message
from networks.doctor.data_findings import data_notes
from networks.layers.ends import Input
from networks.project.fitting_data import fits, fitted
from networks.project.project import Project
from networks.recipes.datasets import Dataset, Folder
from networks.recipes.datasets.named import NamedDataset, in_words
from networks.recipes.datasets.places import chosen, look_in
from networks.recipes.recipe import with_settings
from widgets.controls.offer_bar import OfferBar
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.panels.data_panel import DataPanel

_MOST_FOLDERS = 10
"""Folders with data sets that are remembered."""


class Data(PanelFeature["DataPanel"]):
    """Edits which images there are, and shows them at the size that the Input asks for."""

    failed = Signal(object)
    """The Message that says why a data set was not fetched or not found."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        look_in(Path(os.fsdecode(folder)) for folder in desk.settings.read().data_folders)
        desk.network_fitted.connect(self._offer_unfitted)
        desk.folder_wished.connect(self.choose_pictures)
        self.offer_bar = OfferBar()
        self.offer_bar.accepted.connect(self._unfit)
        self.failed.connect(self._tell_trouble)
        self._unfitted: Project | None = None
        """The project as it was asked for, before its network was fitted to another data set."""
        self.fetching = Fetching(self)
        self.fetching.arrived.connect(self._take_fetched)
        self.fetching.failed.connect(self.failed)
        self.fetching.progressed.connect(self._show_fetched)
        self.fetching.ended.connect(self._refresh)
        self.reading = ImageReading(desk)
        self.reading.came.connect(self._judge_again)
        self.reading.failed.connect(self._show_unread)
        self.reading.progressed.connect(self._show_read)
        self.reading.begun_again.connect(self._refresh)

    def make_panel(self) -> DataPanel:
        from widgets.panels.data_panel import DataPanel

        panel = DataPanel()
        panel.edited.connect(self.desk.edit_recipe)
        panel.ways.fetch_wished.connect(self.fetch)
        panel.ways.cancel_wished.connect(self.cancel)
        panel.ways.folder_wished.connect(self.choose_folder)
        panel.ways.fit_wished.connect(self._fit)
        self.desk.start_wished.connect(panel.give_up)
        self.desk.document.loaded.connect(panel.give_up)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "data",
                self.tr("Data set"),
                Place.INSPECTOR,
                self.late,
                icon="images",
                rank=20,
                folded=True,
                summary=self._summary,
            ),
        )

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.offer_bar),)

    def _summary(self, shown: Shown) -> str:
        data = shown.recipe.data
        name = declared(data.dataset.name())
        if data.judged_by == "test":
            return self.tr("{dataset}, judged by its test set").format(dataset=name)
        words = self.tr("{dataset}, {share} held back")
        return words.format(dataset=name, share=f"{data.validation:.0%}")

    def show(self, old: Shown | None, new: Shown) -> None:
        if old is not None and type(old.recipe.data.dataset) is not type(new.recipe.data.dataset):
            self.offer_bar.hide()
            if new.recipe.data.dataset.missing() is not None:
                # what can be done stands in this panel
                self.desk.open_panel("data")
        if new.news(old, "recipe", "network"):
            self._read(new.recipe.data.dataset)
        super().show(old, new)

    def show_panel(self, panel: DataPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "recipe", "network"):
            self._refresh_panel(panel, new)

    def halt(self) -> str:
        self.cancel()
        return ""

    def close(self) -> None:
        """Stops fetching and reading, and waits until they have stopped."""
        self.fetching.close()
        self.reading.close()

    # choosing

    @Slot(object)
    def _offer_unfitted(self, unfitted: Project) -> None:
        self._unfitted = unfitted
        dataset = unfitted.recipe.data.dataset
        self.offer_bar.offer(
            self.tr("The Input was fitted to the images of {dataset}, too.").format(
                dataset=declared(dataset.name())
            ),
            self.tr("Leave the network as it was"),
            self.tr("Close"),
        )

    @Slot()
    def _unfit(self) -> None:
        if self._unfitted is not None:
            self.desk.edit_network(self._unfitted.network, self.tr("Leave the network as it was"))

    @Slot()
    def _fit(self) -> None:
        self.desk.document.edit(fitted(self.desk.document.project), self.tr("Fit the Input to the data set"))

    # fetching

    @Slot()
    def fetch(self) -> None:
        """Fetches the data set of the recipe, in the background."""
        dataset = self.desk.shown.recipe.data.dataset
        if isinstance(dataset, NamedDataset):
            self.fetching.fetch(dataset)

    @Slot()
    def cancel(self) -> None:
        """Stops fetching, where files that have come in full are kept, and stops reading a folder."""
        self.fetching.cancel()
        if self.reading.cancel():
            self._refresh()

    @Slot(object)
    def _take_fetched(self, dataset: NamedDataset) -> None:
        words = self.tr("{dataset} is on this computer now.").format(dataset=declared(dataset.name()))
        self.desk.say(words, OUTCOME)
        self._judge_again()

    @Slot(float)
    def _show_fetched(self, share: float) -> None:
        if self.fetching.dataset == self.desk.shown.recipe.data.dataset:
            self._show_share(share)

    # a folder

    @Slot()
    def choose_folder(self) -> None:
        """Asks for a folder that has the data set, or the pictures."""
        dataset = self.desk.shown.recipe.data.dataset
        if isinstance(dataset, Folder):
            self.choose_pictures()
            return
        if not isinstance(dataset, NamedDataset) or (folder := self.ask_folder(dataset)) is None:
            return
        if dataset.found_in(folder) is None and not dataset.archives_in(folder):
            self.failed.emit(
                message(
                    "Expected the files of {title} in “{folder}”, got none or not all of them: choose the "
                    "folder in which they lie, or the one above it.",
                    title=dataset.name(),
                    folder=str(folder),
                )
            )
            return
        self._look_in(folder)
        if dataset.found() is None:
            self.fetch()  # takes the files out of the archive that was chosen
        self._judge_again()

    def _look_in(self, folder: Path) -> None:
        """Looks into this folder before all others, from now on."""
        folders = (folder, *(each for each in chosen() if each != folder))[:_MOST_FOLDERS]
        look_in(folders)
        self.desk.settings.change(data_folders=tuple(os.fsencode(each) for each in folders))

    @Slot()
    def choose_pictures(self) -> None:
        """Asks for a folder of pictures, which becomes the data set."""
        recipe = self.desk.shown.recipe
        before = recipe.data.dataset if isinstance(recipe.data.dataset, Folder) else Folder()
        if (folder := self.ask_folder(before)) is None:
            return
        self.reading.allow()
        chosen_one = with_settings(recipe, dataset=replace(before, path=str(folder)))
        self.desk.edit_recipe(chosen_one, self.tr("Choose a folder of pictures"))
        self._refresh()

    def ask_folder(self, dataset: Dataset) -> Path | None:
        """The folder that the user names; a separate method, so that tests can answer."""
        title = self.tr("Folder with {dataset}").format(dataset=declared(dataset.name()))
        found = QFileDialog.getExistingDirectory(self.desk.window, title)
        return Path(found) if found else None

    # showing

    @Slot()
    def _refresh(self) -> None:
        """Reads the images where they are not read yet, and shows on the panel how that stands."""
        self._read(self.desk.shown.recipe.data.dataset)
        if self.late.made is not None:
            self._refresh_panel(self.late.made, self.desk.shown)

    def _read(self, dataset: Dataset) -> None:
        if dataset.missing() is None and not dataset.at_hand():
            self.reading.read(dataset)

    def _refresh_panel(self, panel: DataPanel, new: Shown) -> None:
        inputs = [node.layer for node in new.network.nodes if isinstance(node.layer, Input)]
        size = (inputs[0].channels, *inputs[0].size) if inputs else None
        panel.show_recipe(new.recipe, size)
        dataset = new.recipe.data.dataset
        lacks = isinstance(dataset, NamedDataset) and dataset.missing() is not None
        reads = self.reading.reads(dataset)
        going = (self.fetching.busy and dataset == self.fetching.dataset) or reads
        share = panel.ways.progress.value() / 1000 if going else None
        read = ""
        if reads:
            read = self.reading.words
            panel.show_reading()
        panel.ways.show_missing(in_words(dataset.download_bytes) if lacks else "", share, read)
        if isinstance(dataset, Folder) and not going:
            panel.ways.folder.show()
        notes = "\n".join(said(note) for note in data_notes(new.project))
        panel.ways.show_notes(notes, fits=not notes or fits(new.project))

    @Slot()
    def _judge_again(self) -> None:
        """The files of a set have come: what was found wrong before need not hold any more."""
        self.desk.judge_again()
        self._refresh()
        self.desk.images_changed.emit()

    @Slot()
    def _show_read(self) -> None:
        if self.reading.reads(self.desk.shown.recipe.data.dataset):
            self._show_share(self.reading.share, self.reading.words)

    @Slot(object)
    def _show_unread(self, reason: Message) -> None:
        self._show_share(None)
        self._show_problem(reason)

    def _show_share(self, share: float | None, words: str = "") -> None:
        if self.late.made is not None:
            self.late.made.ways.show_missing("", share, words)

    def _show_problem(self, reason: Message) -> None:
        if self.late.made is not None:
            self.late.made.show_problem(reason)

    @Slot(object)
    def _tell_trouble(self, reason: Message) -> None:
        self._refresh()
        self._show_problem(reason)
        self.desk.say(reason)
