"""The keys and mouse gestures of Results, for the page of keys."""

from __future__ import annotations

from app.feature.feature import Feature
from app.feature.gesture import Gesture

_UP_AND_DOWN = ("Up", "Down", "PgUp", "PgDown", "Home", "End")


def gestures_of(results: Feature) -> tuple[Gesture, ...]:
    """All of them, in the order of what is shown."""
    matrix, classes = results.tr("On the confusion matrix"), results.tr("On the classes of the results")
    pairs, pictures = results.tr("On the classes that are confused"), results.tr("On the judged pictures")
    bars = results.tr("On the probabilities of a picture")
    chosen, click = ("Return", "Enter", "Space"), results.tr("click")
    return (
        Gesture(matrix, results.tr("Go to another cell"), ("Left", "Right", "Up", "Down")),
        Gesture(matrix, results.tr("Go to the first or last answer"), ("Home", "End")),
        Gesture(matrix, results.tr("Show the pictures of a cell"), chosen, click),
        Gesture(pairs, results.tr("Go to another pair"), _UP_AND_DOWN),
        Gesture(pairs, results.tr("Show the pictures that were confused"), chosen, click),
        Gesture(classes, results.tr("Go to another class"), _UP_AND_DOWN),
        Gesture(classes, results.tr("Show the intervals of another rate"), ("Left", "Right")),
        Gesture(
            classes,
            results.tr("Sort by a rate, the worst first; again: in the order of the classes"),
            mouse=results.tr("click its heading"),
        ),
        Gesture(classes, results.tr("Show the mistakes with a class"), chosen, click),
        Gesture(pictures, results.tr("Go to another picture"), ("Left", "Right", *_UP_AND_DOWN), click),
        Gesture(bars, results.tr("Scroll"), ("Up", "Down", "PgUp", "PgDown"), results.tr("wheel")),
        *_on_the_map(results),
    )


def _on_the_map(results: Feature) -> tuple[Gesture, ...]:
    points, chosen = results.tr("On the map of the data"), results.tr("On the pictures that are chosen on it")
    return (
        Gesture(points, results.tr("Choose pictures"), mouse=results.tr("draw a line around them")),
        Gesture(
            points,
            results.tr("Go to the next point"),
            ("Left", "Right", "Up", "Down"),
            results.tr("click"),
        ),
        Gesture(
            points,
            results.tr("Go there, and choose it besides the others"),
            ("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"),
            results.tr("Shift and click"),
        ),
        Gesture(points, results.tr("Choose the point"), ("Space", "Return", "Enter")),
        Gesture(points, results.tr("Choose nothing"), ("Esc",)),
        Gesture(points, results.tr("Nearer, farther, all"), ("+", "-", "0"), results.tr("wheel")),
        Gesture(points, results.tr("Move the map"), mouse=results.tr("drag with the right button")),
        Gesture(chosen, results.tr("Go to another picture"), ("Left", "Right", *_UP_AND_DOWN)),
        Gesture(chosen, results.tr("Make it the probe"), ("Return", "Enter"), results.tr("click")),
    )
