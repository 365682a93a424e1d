"""Saves the film of a run's moments: pictures one by one, a GIF, or an MP4; or one moment as a drawing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject
from PySide6.QtGui import QImage, QImageWriter

from app.feature.desk import Desk
from app.feature.probed import Probed
from app.probing.moments import Timeline
from app.session.film_files import ENCODER, write_gif, write_mp4, write_series
from networks.core.message import visible
from widgets.controls.new_file import new_file
from widgets.inside.time.film_frame import Shown, film_frame
from widgets.inside.time.moment import Moment, Told
from widgets.look import theme


class FilmSaving(QObject):
    """Draws the frames, and has them written."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    def ask_path(self, name: str) -> Path | None:
        """Where the film is to be written to; a separate method, so that tests can answer."""
        kinds = [(self.tr("Film"), ".gif"), (self.tr("A folder of pictures"), ".png")]
        if shutil.which(ENCODER) is not None:
            kinds.append((self.tr("Film for players"), ".mp4"))
        kinds.append((self.tr("Drawing of the moment that is shown"), ".svg"))
        return new_file(self._desk.window, self.tr("Save the film"), name, kinds)

    def save(self, told: Told, found: Timeline, probed: Probed, layer: str) -> None:
        """Asks for a place and writes the frames that are there."""
        path = self.ask_path(f"{found.record.title}.gif".replace("/", "-"))
        moments = [each for each in told.moments if each.frame is not None]
        if path is None or not moments:
            return
        if path.suffix.lower() == ".svg":
            at = told.moments[told.at] if told.at is not None else moments[-1]
            moment = at if at.frame is not None else moments[-1]
            self._save_moment(path, self._shown(moment, told, found, probed, layer))
            return
        # 256 pictures take seconds: they are drawn where they are written
        shade = theme.colors(self._desk.window)
        draws = [
            partial(film_frame, self._shown(each, told, found, probed, layer), shade) for each in moments
        ]
        names = [f"step {each.step:08}.png" for each in moments]
        write: dict[str, Callable[[list[bytes]], None]] = {
            ".gif": partial(write_gif, path),
            ".mp4": partial(write_mp4, path),
            ".png": partial(write_series, path.with_suffix(""), names=names),
        }
        words = self.tr("“{path}” holds the film: {count} moments.")
        shown = path.with_suffix("") if path.suffix.lower() == ".png" else path
        work = partial(_written, draws, write[path.suffix.lower()])
        self._desk.writer.write_by(work, shown, words.format(path=visible(shown.name), count=len(moments)))

    def _save_moment(self, path: Path, shown: Shown) -> None:
        # imported late: not everybody draws
        from widgets.inside.time.moment_picture import moment_picture

        data = moment_picture(shown, path.suffix)
        words = self.tr("“{path}” holds the picture of this moment: {when}.")
        self._desk.writer.write(path, data, words.format(path=visible(path.name), when=shown.title))

    def _shown(self, moment: Moment, told: Told, found: Timeline, probed: Probed, layer: str) -> Shown:
        """All that is drawn of a moment."""
        frame = moment.frame
        assert frame is not None
        path = self._desk.document.path
        network = self.tr("Untitled") if path is None else visible(path.stem)
        when = self.tr("start") if not moment.step else self.tr("epoch {epoch}")
        when = when.format(epoch=f"{moment.epoch:.4g}")
        if told.averaged:
            when = self.tr("{when}, averaged").format(when=when)
        weights = self.tr("{network} · weights: {run}, {when} · {probe}").format(
            network=network, run=visible(found.record.title, 60), when=when, probe=probed.title
        )
        about = self.tr("{layer}, {map} · colours from −{bound} to {bound}").format(
            layer=layer, map=told.map, bound=f"{told.bound:.3g}"
        )
        lines = (weights, about) if frame.map is not None else (weights,)
        return Shown(frame, probed.xray.picture, told.classes, told.bound, when, lines)


def _written(draws: Sequence[Callable[[], QImage]], write: Callable[[list[bytes]], None]) -> None:
    write([_png(draw()) for draw in draws])


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    if not writer.write(image):
        raise RuntimeError(writer.errorString())
    return bytes(buffer.data().data())
