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
    """What is seen: two or three sentences."""
    if not np.isfinite(found.values).all():
        return [
            tr(
                "Some numbers are not finite: weights or scores have grown beyond all bounds. "
                "Train again with a smaller learning rate."
            )
        ]
    if not found.bound:
        return [
            tr("Every number is zero: with these weights, the score does not depend on any pixel this way.")
        ]
    name = aim_words(found.asked.aim, scene.names)
    told = [_colors(found.asked.method).format(name=name)]
    row, column = np.unravel_index(int(np.nan_to_num(found.values).argmax()), found.values.shape)
    if float(found.values[row, column]) > 0 and found.asked.method != "gradient":
        told.append(
            tr("Most speaks for it at row {row}, column {column}: {value}.").format(
                row=int(row), column=int(column), value=figure(float(found.values[row, column]))
            )
        )
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
    if found.gap is not None:
        told.append(_gap(found))
    return told


def _colors(method: str) -> str:
    return {
        "gradient": tr(
            "Orange: if this pixel were a little brighter, the score of {name} would grow. "
            "Blue: it would fall."
        ),
        "occlusion": tr(
            "Orange: covering this place lowers the score of {name}, so it speaks for it. "
            "Blue: covering it raises the score."
        ),
    }.get(method, tr("Orange: what is here speaks for {name}. Blue: it speaks against it."))


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
    """How the map changed when the weights were drawn anew."""
    similarity = test.similarity
    if similarity is None:
        return tr("No map of this test has two different numbers, so there is nothing to compare.")
    drawn = (
        tr("Mean over all stages, each drawn {draws} times: {similarity}.")
        if test.draws > 1
        else tr("Mean over all stages, each drawn once: {similarity}.")
    ).format(draws=test.draws, similarity=f"{similarity:.2f}")
    if test.between is not None:
        drawn = tr("{drawn} On {pictures} pictures it lies between {low} and {high}.").format(
            drawn=drawn,
            pictures=test.pictures,
            low=f"{test.between[0]:.2f}",
            high=f"{test.between[1]:.2f}",
        )
    if test.unmoved:
        words = tr(
            "{drawn} The map hardly changes when the network forgets what it has learned. So it cannot "
            "explain what the network has learned, and is not shown."
        )
        return words.format(drawn=drawn)
    words = tr(
        "{drawn} The map changes with the weights: it depends on what the network has learned."
    ).format(drawn=drawn)
    sizes = test.sizes
    if sizes is not None and sizes >= 0.7:
        words += " " + tr(
            "Without the signs it is {sizes}: where the numbers are large is decided by the picture, and "
            "only their colour by the network."
        ).format(sizes=f"{sizes:.2f}")
    return words


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
