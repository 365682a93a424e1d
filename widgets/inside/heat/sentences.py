"""What a heat map says, in plain words, with its own figures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication

from networks.explanations.words.figures import figure
from networks.xray.heat import Aim, HeatMap, Randomization
from widgets.inside.heat.choice import Scene


def tr(text: str) -> str:
    """The text in the user's language."""
    return QCoreApplication.translate("HeatPanel", text)


def aim_words(aim: Aim, names: tuple[str, ...]) -> str:
    """What the numbers speak for: “9”, or “9 rather than 5”."""
    if aim.other is None:
        return names[aim.label]
    return tr("{name} rather than {other}").format(name=names[aim.label], other=names[aim.other])


def score_words(found: HeatMap, names: tuple[str, ...]) -> str:
    """The score that was looked at."""
    aim, score = found.asked.aim, figure(found.score)
    if aim.other is None:
        return tr("Score of {name}: {score}").format(name=names[aim.label], score=score)
    words = tr("Score of {name} less that of {other}: {score}")
    return words.format(name=names[aim.label], other=names[aim.other], score=score)


def seen(found: HeatMap, scene: Scene) -> list[str]:
    """What is seen: one or two short sentences."""
    if not np.isfinite(found.values).all():
        return [
            tr(
                "Some numbers are not finite: weights or scores have grown beyond all bounds. "
                "Train again with a smaller learning rate."
            )
        ]
    if not found.bound:
        return [tr("Every number is zero: this way, the score depends on no pixel with these weights.")]
    name = aim_words(found.asked.aim, scene.names)
    told = [_colors(found.asked.method).format(name=name)]
    row, column = np.unravel_index(int(np.nan_to_num(found.values).argmax()), found.values.shape)
    if float(found.values[row, column]) > 0 and found.asked.method != "gradient":
        told.append(
            tr("Strongest: row {row}, column {column}, {value}.").format(
                row=int(row), column=int(column), value=figure(float(found.values[row, column]))
            )
        )
    return told


def details(found: HeatMap) -> list[str]:
    """How the map was made, and how exact it is: for those who want to know."""
    told = []
    if found.cells is not None:
        told.append(
            tr("Each block is one of the {rows}×{columns} numbers of “{layer}”.").format(
                rows=found.cells[0], columns=found.cells[1], layer=found.layer
            )
        )
    if found.windows:
        told.append(
            tr("{count} places of {side}×{side} pixels were covered, one after the other.").format(
                count=found.windows, side=found.patch
            )
        )
    if found.gap is not None and found.bound and np.isfinite(found.values).all():
        told.append(_gap(found))
    return told


def _colors(method: str) -> str:
    return {
        "gradient": tr("Orange: brighter pixels here raise the score of {name}. Blue: they lower it."),
        "occlusion": tr("Orange: covering this lowers the score of {name}. Blue: it raises it."),
    }.get(method, tr("Orange speaks for {name}, blue against it."))


def _gap(found: HeatMap) -> str:
    gap = found.gap
    assert gap is not None
    nothing = {"black": tr("a black picture"), "average": tr("the average picture")}[found.asked.ground]
    words = tr(
        "All numbers add up to {total}; the score is {difference} above that of {nothing}. "
        "They should be equal: {share} % are missing or too much."
    )
    return words.format(
        total=figure(gap.total),
        difference=figure(gap.difference),
        nothing=nothing,
        share=f"{100 * gap.share:.2g}" if np.isfinite(gap.share) else "–",
    )


def verdict(test: Randomization) -> str:
    """Whether the map changed when the weights were drawn anew, in a sentence or two."""
    if test.similarity is None:
        return tr("No map of this test has two different numbers, so there is nothing to compare.")
    words = (
        tr(
            "With random weights it hardly changes: {similarity}, where 1 is the same. It cannot explain "
            "what was learned, and is not shown."
        )
        if test.unmoved
        else tr(
            "With random weights it is another map: {similarity}, where 1 is the same. It depends on what "
            "was learned."
        )
    )
    return words.format(similarity=f"{test.similarity:.2f}")


def verdict_figures(test: Randomization) -> str:
    """How that was found out, and between which bounds it is certain; empty where nothing was compared."""
    if test.similarity is None:
        return ""
    told = [
        tr("Mean over all stages, each drawn {draws} times.").format(draws=test.draws)
        if test.draws > 1
        else tr("Mean over all stages, each drawn once.")
    ]
    if test.between is not None:
        told.append(
            tr("On {pictures} pictures it lies between {low} and {high}.").format(
                pictures=test.pictures, low=f"{test.between[0]:.2f}", high=f"{test.between[1]:.2f}"
            )
        )
    if test.sizes is not None and test.sizes >= 0.7 and not test.unmoved:
        told.append(
            tr(
                "Without the signs it is {sizes}: where the numbers are large is decided by the picture, and "
                "only their colour by the network."
            ).format(sizes=f"{test.sizes:.2f}")
        )
    return " ".join(told)


def pixel_words(found: HeatMap | None, scene: Scene, row: int, column: int) -> str:
    """What is read out of one pixel."""
    pixel = scene.pixels[row, column]
    light = ", ".join(f"{value / 255:.2f}" for value in pixel)
    if found is None:
        return tr("Row {row}, column {column}: pixel {light}").format(row=row, column=column, light=light)
    value = float(found.values[row, column])
    name = aim_words(found.asked.aim, scene.names)
    side = tr("nothing") if value == 0 else tr("for {name}") if value > 0 else tr("against {name}")
    return tr("Row {row}, column {column}: {value}, {side} · pixel {light}").format(
        row=row, column=column, value=figure(value), side=side.format(name=name), light=light
    )
