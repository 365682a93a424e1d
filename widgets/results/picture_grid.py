"""Judged pictures as small cards: the right class, the answer, and the likeliest classes with bars."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from networks.runs.judgement.judgement import Whole
from networks.runs.judgement.mistakes import likeliest
from widgets.look import theme
from widgets.panels.sample_strip import to_image
from widgets.results.picture_tiles import GAP, SHOWN_ROWS, PictureTiles
from widgets.results.results import Results, pair_words, percent

_WIDTH, _HEIGHT, _PICTURE = 124, 82, 46
_LIKELIEST = 3
_KEPT = 400
"""Pictures that are kept ready to be painted."""


class PictureGrid(PictureTiles):
    """Shows some of the judged pictures, of which one is current; makes only those that are seen."""

    chosen = Signal(int)
    """The place, in the judgement, of the picture that became current."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Judged pictures"), parent)
        self._results: Results | None = None
        self._images: OrderedDict[int, QImage] = OrderedDict()

    def show_pictures(self, results: Results, places: Whole) -> None:
        """Shows these, the first one as the current one."""
        if results is not self._results:
            self._images.clear()
        self._results, self.places, self.current = results, places, 0
        self.verticalScrollBar().setValue(0)
        self.refit()
        self.tell(self.words())

    def words(self) -> str:
        """The current picture in a sentence."""
        if self._results is None or not len(self.places):
            return self.tr("No pictures.")
        judged, place = self._results.judgement, int(self.places[self.current])
        return self.sentence(
            int(judged.images[place]),
            self._results.names[judged.labels[place]],
            self._results.names[judged.answers[place]],
            judged.sureness[place],
        )

    def became_current(self, place: int) -> None:
        self.chosen.emit(place)

    # places

    def least(self) -> int:
        return theme.grown(_WIDTH)

    def row(self) -> int:
        return theme.grown(_HEIGHT) + GAP

    def extent(self) -> QSize:
        return QSize(0, self.rows() * self.row() - (GAP if self.rows() else 0))

    def sizeHint(self) -> QSize:
        height = theme.grown(_HEIGHT)
        most = SHOWN_ROWS * self.row()
        return QSize(360, max(height, min(self.extent().height(), most)) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(_WIDTH), self.sizeHint().height())

    def place(self, index: int) -> QRectF:
        """Where the picture with this index among the shown ones is, in the whole content."""
        columns, wide = self.columns(), self.step()
        return QRectF(
            (index % columns) * wide + 1,
            (index // columns) * self.row() + 1,
            wide - GAP - 2,
            theme.grown(_HEIGHT) - 2,
        )

    # painting

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        if self._results is None:
            return
        if not len(self.places):
            painter.setFont(theme.font(theme.BODY))
            painter.setPen(QColor(shade.text_dim))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No pictures."))
            return
        self.paint_tiles(painter, shade)

    def paint_tile(self, painter: QPainter, shade: theme.Colors, index: int) -> None:
        results = self._results
        assert results is not None
        card, place = self.place(index), int(self.places[index])
        current = index == self.current
        painter.setPen(QPen(QColor(shade.accent if current else shade.border), 2 if current else 1))
        painter.setBrush(QColor(shade.card))
        painter.drawRoundedRect(card, theme.RADIUS + 1, theme.RADIUS + 1)
        side = theme.grown(_PICTURE)
        frame = QRectF(card.left() + 8, card.top() + 8, side, side)
        paint_picture(painter, frame, self._image(results, place), shade)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        painter.setPen(QColor(shade.text_dim))
        number = QRectF(card.left() + 2, frame.bottom() + 2, side + 12, card.bottom() - frame.bottom() - 4)
        painter.drawText(number, Qt.AlignmentFlag.AlignCenter, f"#{int(results.judgement.images[place])}")
        self._paint_answer(painter, shade, results, place, card.adjusted(side + 16, 6, -8, -6))

    def _paint_answer(
        self, painter: QPainter, shade: theme.Colors, results: Results, place: int, room: QRectF
    ) -> None:
        judged, names = results.judgement, results.names
        label, answer = int(judged.labels[place]), int(judged.answers[place])
        painter.setFont(theme.font(theme.BODY, bold=True))
        painter.setPen(QColor(shade.text))
        words = names[label] if label == answer else pair_words(names[label], names[answer])
        line = painter.fontMetrics().height()
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(
            QRectF(room.left(), room.top(), room.width(), line), Qt.AlignmentFlag.AlignLeft, shown
        )
        found = likeliest(judged, place, _LIKELIEST)
        each = (room.height() - line - 2) / _LIKELIEST
        painter.setFont(theme.font(theme.SMALL, mono=True))
        metrics = painter.fontMetrics()
        name_width = min(
            max(metrics.horizontalAdvance(names[which]) for which, _ in found) + 4, room.width() * 0.45
        )
        figure = metrics.horizontalAdvance("100")
        for row, (which, share) in enumerate(found):
            color = shade.success if which == label else shade.error if which == answer else shade.text_dim
            where = QRectF(room.left(), room.top() + line + 2 + row * each, room.width(), each)
            painter.setPen(QColor(color))
            name = metrics.elidedText(names[which], Qt.TextElideMode.ElideRight, int(name_width))
            painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            told = percent(share, 0).removesuffix("\u202f%")
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)
            track = QRectF(
                where.left() + name_width, where.center().y() - 3, where.width() - name_width - figure - 6, 6
            )
            paint_bar(painter, track, share, color, shade)

    def _image(self, results: Results, place: int) -> QImage | None:
        found = self._images.get(place)
        if found is None and (pixels := results.picture(place)) is not None:
            found = self._images[place] = to_image(pixels)
            if len(self._images) > _KEPT:
                self._images.popitem(last=False)
        return found


def paint_picture(painter: QPainter, place: QRectF, image: QImage | None, shade: theme.Colors) -> None:
    """A picture with round corners, as large as fits; small ones keep their pixels, others are smoothed."""
    if image is None:
        # it is being decoded
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.sunken))
        painter.drawRoundedRect(place, 4, 4)
        return
    scale = min(place.width() / max(1, image.width()), place.height() / max(1, image.height()))
    fitted = QRectF(0, 0, image.width() * scale, image.height() * scale)
    fitted.moveCenter(place.center())
    place = fitted
    outline = QPainterPath()
    outline.addRoundedRect(place, 4, 4)
    painter.save()
    painter.setClipPath(outline)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > place.width())
    painter.drawImage(place, image)
    painter.restore()


def paint_bar(painter: QPainter, track: QRectF, share: float, color: str, shade: theme.Colors) -> None:
    """A share from 0 to 1 as a bar on its track; nothing where it is no number."""
    if track.width() < 4:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(shade.hair))
    radius = track.height() / 2
    painter.drawRoundedRect(track, radius, radius)
    if share > 0:
        painter.setBrush(QColor(color))
        filled = QRectF(track.left(), track.top(), max(2.0, track.width() * min(share, 1.0)), track.height())
        painter.drawRoundedRect(filled, min(radius, filled.width() / 2), radius)
