"""Points of two classes are told apart by every eye: by their colours, or else by their shapes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from tests.widgets.look.test_theme import THEMES, VISIONS, contrast, lab, linear
from widgets.results.class_marks import class_color, class_corners, mark


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_two_of_ten_classes_differ_by_colour_or_by_shape(theme, vision):
    matrix, least = VISIONS[vision]
    seen = [lab(np.array(matrix) @ linear(class_color(label, theme).name())) for label in range(10)]
    for one, other in combinations(range(10), 2):
        apart = float(np.linalg.norm(seen[one] - seen[other])) * least
        assert apart >= 15 or class_corners(one) != class_corners(other), (one, other, apart)


def test_fifty_classes_have_marks_of_their_own():
    marks = {(label % 10, class_corners(label)) for label in range(50)}
    assert len(marks) == 50


@pytest.mark.parametrize("theme", THEMES)
def test_points_stand_out_from_their_ground(theme):
    assert all(contrast(class_color(label, theme).name(), theme.panel) >= 3 for label in range(10))


def test_all_shapes_have_about_the_same_size():
    areas = []
    for label in range(5):
        polygon = mark(label, QPointF(0, 0), 10).toFillPolygon()
        x, y = np.array([[corner.x(), corner.y()] for corner in polygon.toList()]).T
        areas.append(abs(float(np.sum(x * np.roll(y, 1) - y * np.roll(x, 1)))) / 2)
    assert max(areas) < 1.25 * min(areas)
