"""Pictures for reports: vectors only, every word of every card, pages as large as what is on them."""

from __future__ import annotations

import os
import re
import zlib
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from networks.core.message import UserError
from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Network
from networks.graph.presentation import Folding, everything_open
from networks.layers.base import Group
from networks.layers.normalization import GroupNorm
from networks.presets.googlenet import googlenet
from networks.presets.lenet import lenet5
from networks.presets.resnet import resnet
from tests.widgets.canvas.canvas_networks import any_network
from tests.widgets.colours import shades
from widgets.canvas.items.card import beside_title
from widgets.canvas.items.content import contents
from widgets.canvas.picture import MARGIN, Caption, pdf, svg, totals, write_picture
from widgets.canvas.scene import CanvasScene
from widgets.look import theme

SVG = "{http://www.w3.org/2000/svg}"


def folded(network, opened=frozenset()):
    return Folding(network, check(network, 10), opened)


def words_of(data):
    return [word.text for word in ElementTree.fromstring(data).iter(f"{SVG}text")]


def drawn(data):
    """The picture as pixels, one per unit."""
    # Qt takes the whole list of typefaces for the name of one
    data = data.replace(", ".join([*theme.PRINTED_FAMILIES, "sans-serif"]).encode(), b"Arial")
    renderer = QSvgRenderer(data)
    assert renderer.isValid()
    image = QImage(renderer.viewBox().size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def extent(word, parents):
    """Left and right end of a word in the picture; its groups do nothing but move it."""
    x, length = float(word.attrib["x"]), float(word.attrib["textLength"])
    part = parents[word]
    while part in parents:
        moved = re.fullmatch(r"matrix\(1,0,0,1,([^,]+),[^,]+\)", part.get("transform", "matrix(1,0,0,1,0,0)"))
        assert moved is not None, part.attrib
        x += float(moved.group(1))
        part = parents[part]
    return x, x + length


@given(any_network())
@settings(max_examples=25)
def test_whatever_is_drawn_is_there_in_full(qapp, network):
    folding = folded(network)
    data = svg(folding)
    root = ElementTree.fromstring(data)
    assert not list(root.iter(f"{SVG}image")), "no raster"
    words = words_of(data)
    consumers = folding.shown.consumers
    for name, content in contents(folding.shown, folding.report).items():
        assert content.title in words
        # the shape above a layer that keeps it is the one below that layer, where something follows
        last = all(not consumers[wire.target] for wire in consumers[name])
        assert content.shape in ("", *words) or last
        assert beside_title(content) in ("", *words)
    width = int(root.attrib["viewBox"].split()[2])
    parents = {child: parent for parent in root.iter() for child in parent}
    for word in root.iter(f"{SVG}text"):
        left, right = extent(word, parents)
        assert left >= 0
        assert right <= width
    assert pdf(folding).startswith(b"%PDF")


def test_a_shape_is_written_above_a_layer_that_stands_close_but_does_not_take_it(qapp):
    conv = lenet5().nodes[1].name
    refused, _ = edits.add_after(lenet5(), GroupNorm(num_groups=5), conv)
    assert words_of(svg(folded(refused))).count("6×28×28") == 1


@pytest.mark.parametrize("opened", [False, True], ids=["folded", "open"])
@pytest.mark.parametrize(
    "network", [lenet5(), resnet(18), googlenet()], ids=["LeNet-5", "ResNet-18", "GoogLeNet"]
)
def test_presets_are_drawn_as_they_are_folded(qapp, network, opened):
    folding = folded(network, everything_open(network) if opened else frozenset())
    words = words_of(svg(folding))
    titles = [content.title for content in contents(folding.shown, folding.report).values()]
    for title in set(titles):
        assert words.count(title) >= titles.count(title)
    for content in contents(folding.shown, folding.report).values():
        assert beside_title(content) in ("", *words)
    # a line with an arrowhead for each wire: a skip is there, too
    data = svg(folding)
    heads = list(ElementTree.fromstring(data).iter(f"{SVG}polygon"))
    assert len(heads) >= len(folding.shown.wires)


def test_the_picture_is_as_large_as_the_network_and_its_margin(qapp):
    folding = folded(lenet5())
    image = drawn(svg(folding))
    scene = CanvasScene()
    scene.show_network(folding, None)
    bounds = scene.itemsBoundingRect()
    assert image.width() == pytest.approx(bounds.width() + 2 * MARGIN, abs=2)
    assert image.height() == pytest.approx(bounds.height() + 2 * MARGIN, abs=2)
    white = QColor(Qt.GlobalColor.white)
    edge = MARGIN - 2
    for y in (0, edge, image.height() - 1 - edge, image.height() - 1):
        assert all(image.pixelColor(x, y) == white for x in range(image.width()))
    for x in (0, edge, image.width() - 1 - edge, image.width() - 1):
        assert all(image.pixelColor(x, y) == white for y in range(image.height()))


def test_the_colours_are_the_light_ones_whatever_the_window_shows(qapp):
    try:
        theme.apply_theme(qapp, "dark")
        dark = svg(folded(lenet5()))
        theme.apply_theme(qapp, "light")
        assert svg(folded(lenet5())) == dark
    finally:
        theme.apply_theme(qapp, "light")
    image = drawn(dark)
    found = shades(image)
    assert theme.LIGHT.group(Group.CONVOLUTION).name() in found
    assert theme.LIGHT.text in found


def test_title_and_totals_are_written_where_wanted(qapp):
    folding = folded(lenet5())
    bare = words_of(svg(folding))
    assert totals(folding) == "61\u202f706 weights · 417\u202fk multiply-adds per image"
    broken = edits.remove(lenet5(), ["flatten1"])
    assert totals(Folding(broken, check(broken, 10))) == "13 layers"
    caption = Caption("Mine & yours <b>", totals(folding))
    words = words_of(svg(folding, caption))
    assert sorted(words) == sorted([*bare, caption.title, caption.totals])
    assert words[0] == caption.title
    taller = ElementTree.fromstring(svg(folding, caption)).attrib["viewBox"].split()
    assert int(taller[3]) > int(ElementTree.fromstring(svg(folding)).attrib["viewBox"].split()[3])


def test_an_empty_network_is_a_white_sheet(qapp):
    folding = folded(Network())
    assert words_of(svg(folding)) == []
    assert pdf(folding).startswith(b"%PDF")


# -- PDF


def page(data):
    """Width and height in points of the one page."""
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    ((width, height),) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    return float(width), float(height)


@pytest.mark.parametrize("network", [lenet5(), googlenet()], ids=["LeNet-5", "GoogLeNet"])
def test_the_page_fits_the_picture(qapp, network):
    folding = folded(network)
    _, _, width, height = map(int, ElementTree.fromstring(svg(folding)).attrib["viewBox"].split())
    assert page(pdf(folding)) == (pytest.approx(width * 0.75, abs=1), pytest.approx(height * 0.75, abs=1))


def test_a_page_is_never_longer_than_readers_can_show(qapp):
    network = resnet(152)
    width, height = page(pdf(folded(network, everything_open(network))))
    assert 14_000 < height <= 14_400
    assert width < height


def test_the_pdf_is_vectors_with_typefaces(qapp):
    data = pdf(folded(resnet(18)), Caption("ResNet-18"))
    assert b"/Subtype /Image" not in data
    assert b"/FontFile" in data or b"/FontFile2" in data or b"/FontFile3" in data
    assert b"/ToUnicode" in data, "words can be searched and copied"
    streams = [
        zlib.decompress(body)
        for body in re.findall(rb"/FlateDecode\s*>>\s*stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    ]
    assert any(b" l\n" in stream or b" c\n" in stream for stream in streams), "lines and curves"


# -- files


def test_files_are_written(qapp, tmp_path):
    folding = folded(lenet5())
    write_picture(folding, tmp_path / "lenet.svg")
    write_picture(folding, tmp_path / "lenet.pdf")
    assert (tmp_path / "lenet.svg").read_bytes() == svg(folding)
    assert page((tmp_path / "lenet.pdf").read_bytes()) == page(pdf(folding))
    assert sorted(os.listdir(tmp_path)) == ["lenet.pdf", "lenet.svg"]


@pytest.mark.parametrize("ending", [".svg", ".pdf"])
def test_a_folder_that_is_not_there_is_said(qapp, tmp_path, ending):
    with pytest.raises(UserError, match="its folder does not exist"):
        write_picture(folded(lenet5()), tmp_path / "none" / f"picture{ending}")
