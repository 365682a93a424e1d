"""The network as a picture for a report: vectors on white, folded as on the canvas, as SVG, PDF or pixels."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec
from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QImageWriter,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from networks.core.message import UserError, message, visible
from networks.core.storage import write_atomically
from networks.graph.presentation import Folding
from networks.graph.totals import totals_known
from widgets.canvas.items.style import Style
from widgets.canvas.scene import CanvasScene
from widgets.look import theme
from widgets.look.translation import layers_counted, short, weights_counted

MARGIN = 16
"""White around the network, in scene units, which are CSS pixels: 1/96 inch."""
LINE = 28
"""Height of the title and of the caption."""
PIXELS_PER_INCH, POINTS_PER_INCH = 96, 72
LONGEST_PAGE = 14_400
"""In points: PDF viewers show no longer page (ISO 32000-1, annex C.2). A longer network is scaled down."""
SCALE, LONGEST_SIDE = 2, 16_000
"""Pixels for a unit of the scene, and of a side at most: WebP holds 16 383 (RFC 9649, 2.7)."""
QUALITY = 95
"""Of pictures in formats that lose detail, in percent: thin lines stay sharp."""
_SVG = "http://www.w3.org/2000/svg"
_TEXT, _GROUP = f"{{{_SVG}}}text", f"{{{_SVG}}}g"
_TOUCHING = 0.5
"""Runs of text closer than this, in scene units, are one word."""
_FONT = ("font-family", "font-size", "font-weight", "font-style")


class Caption(msgspec.Struct, frozen=True):
    """What is written above and below the network; nothing if empty."""

    title: str = ""
    totals: str = ""


def totals(folding: Folding) -> str:
    """`61 706 weights · 424 k multiply-adds per image`; if that is unknown, `13 layers`."""
    if not totals_known(folding.whole):
        return layers_counted(len(folding.network.nodes))
    return QCoreApplication.translate("Picture", "{weights} · {count} multiply-adds per image").format(
        weights=weights_counted(folding.whole.weights), count=short(folding.whole.multiply_adds)
    )


def write_picture(folding: Folding, path: Path, caption: Caption | None = None) -> None:
    """Writes what the folding shows in the format that the ending of `path` names.

    Raises UserError if the file cannot be written, or if that ending is no picture's.
    """
    write_atomically(path, picture_data(folding, path.suffix, caption))


def picture_data(folding: Folding, ending: str, caption: Caption | None = None) -> bytes:
    """The file that `write_picture` writes under a name with this ending. Raises UserError as it does."""
    match ending.lower():
        case ".svg":
            return svg(folding, caption)
        case ".pdf":
            return pdf(folding, caption)
        case other:
            return pixels(folding, other[1:], caption)


def pixels(folding: Folding, kind: str, caption: Caption | None = None) -> bytes:
    """A picture of pixels, two for each of the scene's units, fewer where it would be too large.

    `kind` is one of Qt's names, such as `png`. Raises UserError if this Qt cannot write it.
    """
    if kind not in {bytes(name.data()).decode() for name in QImageWriter.supportedImageFormats()}:
        raise UserError(message("This Qt writes no pictures of the kind “{kind}”: choose .png.", kind=kind))
    drawing = _Drawing(folding, caption or Caption())
    scale = min(SCALE, LONGEST_SIDE / max(drawing.width, drawing.height))
    image = QImage(
        max(1, round(drawing.width * scale)),
        max(1, round(drawing.height * scale)),
        QImage.Format.Format_RGB32,
    )
    if image.isNull():
        raise UserError(message("There is not enough memory for this picture: choose .svg or .pdf."))
    image.setDevicePixelRatio(scale)
    image.fill(Qt.GlobalColor.white)
    drawing.paint(image)
    image.setDevicePixelRatio(1)
    buffer = _buffer()
    writer = QImageWriter(buffer, kind.encode())
    writer.setQuality(QUALITY)
    if not writer.write(image):
        raise UserError(message("The picture was not made: {reason}.", reason=writer.errorString()))
    return bytes(buffer.data().data())


def svg(folding: Folding, caption: Caption | None = None) -> bytes:
    """What the folding shows as SVG 1.1, without raster images.

    Words stay text, which can be searched and edited, in a typeface that nearly every computer has; if it is
    missing, viewers fit another one to the same width.
    """
    drawing = _Drawing(folding, caption or Caption())
    buffer = _buffer()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(PIXELS_PER_INCH)
    generator.setViewBox(QRectF(0, 0, drawing.width, drawing.height))
    generator.setSize(generator.viewBox().size())
    generator.setTitle(drawing.caption.title or "Backbone")
    generator.setDescription(totals(folding))
    drawing.paint(generator)
    return _tidied(bytes(buffer.data().data()))


def pdf(folding: Folding, caption: Caption | None = None) -> bytes:
    """What the folding shows as a PDF of one page, as large as the picture, with fonts embedded."""
    drawing = _Drawing(folding, caption or Caption())
    longest = max(drawing.width, drawing.height)
    # more pixels per inch make a smaller page
    resolution = max(PIXELS_PER_INCH, -(-longest * POINTS_PER_INCH // LONGEST_PAGE))
    points = QSizeF(drawing.width, drawing.height) * POINTS_PER_INCH / resolution
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(resolution)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    writer.setTitle(drawing.caption.title or "Backbone")
    writer.setCreator("Backbone")
    drawing.paint(writer)
    return bytes(buffer.data().data())


class _Drawing:
    """The network on a scene of its own, with nothing selected."""

    def __init__(self, folding: Folding, caption: Caption) -> None:
        # the name of a file may hold what XML cannot
        self.caption = caption = Caption(visible(caption.title), caption.totals)
        self._style = Style(vectors=True)
        self._scene = CanvasScene(style=self._style)
        self._scene.show_network(folding, None)
        self._network = self._scene.itemsBoundingRect().toAlignedRect()
        self._above = LINE if caption.title else 0
        below = LINE if caption.totals else 0
        words = max(
            QFontMetricsF(self._style.large).horizontalAdvance(caption.title),
            self._style.text_metrics.horizontalAdvance(caption.totals),
        )
        self.width = max(self._network.width(), round(words) + 1) + 2 * MARGIN
        self.height = self._above + self._network.height() + below + 2 * MARGIN

    def paint(self, device: QPaintDevice) -> None:
        """Paints everything, from the device's upper left corner; one of its units is one of the scene's."""
        painter = QPainter(device)
        painter.fillRect(QRectF(0, 0, self.width, self.height), QColor(Qt.GlobalColor.white))
        line = QRectF(0, MARGIN, self.width, LINE)
        centred = Qt.AlignmentFlag.AlignHCenter
        painter.setFont(self._style.large)
        painter.setPen(self._style.ink)
        painter.drawText(line, centred | Qt.AlignmentFlag.AlignTop, self.caption.title)
        painter.setFont(self._style.text)
        painter.setPen(self._style.dim)
        line.moveBottom(self.height - MARGIN)
        painter.drawText(line, centred | Qt.AlignmentFlag.AlignBottom, self.caption.totals)
        place = QRectF(self._network)
        place.moveTopLeft(QRectF(0, 0, self.width - self._network.width(), 0).center())
        place.moveTop(MARGIN + self._above)
        self._scene.render(painter, place, QRectF(self._network))
        painter.end()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _tidied(data: bytes) -> bytes:
    """Qt's SVG, without empty groups, with the typefaces listed once and the width of every word given."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(data)
    root.set("font-family", ", ".join([*theme.PRINTED_FAMILIES, "sans-serif"]))
    _drop_empty_groups(root)
    for group in root.iter(_GROUP):
        for name in _FONT:
            group.attrib.pop(name, None)
        _join_runs(group)
    for word in root.iter(_TEXT):
        word.attrib.pop("font-family", None)
        word.set("textLength", f"{_length(word):g}")
        word.set("lengthAdjust", "spacingAndGlyphs")
    tidied: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return tidied


def _join_runs(group: ElementTree.Element) -> None:
    """Joins runs that touch: Qt writes a space that the typeface lacks as a run of its own."""
    before: ElementTree.Element | None = None
    for word in group.findall(_TEXT):
        if before is not None and before.get("y") == word.get("y"):
            gap = float(word.attrib["x"]) - float(before.attrib["x"]) - _length(before)
            if abs(gap) < _TOUCHING:
                before.text = (before.text or "") + (word.text or "")
                group.remove(word)
                continue
        before = word


def _length(word: ElementTree.Element) -> float:
    font = QFont(theme.PRINTED_FAMILIES)
    font.setPixelSize(int(word.attrib["font-size"]))
    font.setWeight(QFont.Weight(int(word.attrib["font-weight"])))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return QFontMetricsF(font).horizontalAdvance(word.text or "")


def _drop_empty_groups(part: ElementTree.Element) -> None:
    for child in tuple(part):
        _drop_empty_groups(child)
        if child.tag == _GROUP and not len(child):
            part.remove(child)
