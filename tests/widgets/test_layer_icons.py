"""Every layer and block type has an icon that tells it apart, and a new one needs none of its own."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from networks.blocks import BLOCKS
from networks.layers import LAYERS
from networks.layers.base import Group, Layer
from widgets.look.icon import icon_of, paint_icon

KINDS = [*LAYERS, *BLOCKS]


def picture(name: str) -> bytes:
    image = QImage(28, 28, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_icon(painter, name, QRectF(0, 0, 28, 28), QColor("black"))
    painter.end()
    return bytes(image.constBits())


def test_no_two_types_look_the_same(qapp):
    own = [kind.icon for kind in KINDS if kind.icon]
    pictures = {picture(name) for name in own}
    assert len(pictures) == len(own) > 50
    assert all(any(each) for each in pictures)


def test_a_type_without_an_icon_shows_that_of_its_group(qapp):
    class Plain(Layer, frozen=True, tag=False):
        group: ClassVar = Group.POOLING

    assert icon_of(Plain()) == "group-pooling"
    assert any(picture(icon_of(Plain)))
