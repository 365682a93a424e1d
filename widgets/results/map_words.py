"""What a map of the data shows, in plain words and measured shares, and what to try next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from networks.core.message import plural
from networks.xray.data_map import NEAREST, PCA, PROJECTED, DataMap
from widgets.look.translation import said, thousands
from widgets.results.results import percent

_FEW_ALIKE, _MOST_ALIKE = 0.8, 0.97


def numbers_words(found: DataMap) -> str:
    """`84 outputs of fc2`, and how they became rows of numbers."""
    own = found.outputs
    if own.averaged:
        words = _tr("{numbers} maps of {layer}, each averaged").format(
            numbers=thousands(own.features.shape[1]), layer=own.layer
        )
    else:
        words = _tr("{numbers} outputs of {layer}").format(numbers=thousands(own.size), layer=own.layer)
    if own.projected:
        words += _tr(", brought to {count} by a random projection").format(count=thousands(PROJECTED))
    first = found.method.components
    if first and own.features.shape[1] > first:
        words += _tr(", brought to {count} by PCA").format(count=first)
    return words


def seen_words(found: DataMap) -> str:
    """What is seen, by what was measured on this map."""
    own = found.outputs
    wrong = int(own.wrong.sum())
    sentences = []
    if wrong:
        sentences.append(
            said(
                plural(
                    "{count} of {all} is a mistake: it has a ring.",
                    "{count} of {all} are mistakes: they have rings.",
                    count=wrong,
                    all=thousands(len(own)),
                )
            )
        )
    else:
        sentences.append(_tr("None of the {all} pictures is a mistake.").format(all=thousands(len(own))))
    if np.isfinite(found.alike):
        sentences.append(
            _tr("For {share} the nearest in this layer is of the same class.").format(
                share=percent(found.alike)
            )
        )
    return " ".join(sentences)


def seen_details(found: DataMap) -> str:
    """How much of the layer the map holds, by what was measured; empty while the points are moved."""
    sentences = []
    if isinstance(found.method, PCA) and found.shares:
        sentences.append(
            _tr("The plane holds {sum} of how the pictures differ: {one} across and {other} besides.").format(
                sum=percent(sum(found.shares)), one=percent(found.shares[0]), other=percent(found.shares[1])
            )
        )
    if np.isfinite(found.kept):
        sentences.append(
            _tr(
                "{share} of each picture’s {nearest} nearest in the layer are among its nearest here, too."
            ).format(nearest=NEAREST, share=percent(found.kept, 0))
        )
    return " ".join(sentences)


def try_words(found: DataMap, earlier: str) -> str:
    """What to try next; `earlier` is the name of an earlier layer, if there is one."""
    if not np.isfinite(found.alike) and len(found.outputs) > NEAREST:
        # the points are still being moved
        return ""
    if not np.isfinite(found.alike):
        return _tr("Take more pictures: a few make no groups.")
    if found.alike < _FEW_ALIKE:
        return _tr("Classes still overlap here. Train on, or choose a later layer, and watch them part.")
    if found.alike >= _MOST_ALIKE and earlier:
        return _tr("Classes lie apart here. Choose {layer}, and see how much of that is done there.").format(
            layer=earlier
        )
    return _tr("Draw a line around points between two groups: what do these pictures share?")


def chosen_words(found: DataMap, places: NDArray[np.int64], names: Sequence[str]) -> str:
    """`26 × 9, 8 × 3, 1 × 5`: of which classes the chosen pictures are."""
    labels, counts = np.unique(found.outputs.labels[places], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shown = [f"{counts[at]} × {names[labels[at]]}" for at in order[:6]]
    return ", ".join(shown) + (" …" if len(order) > 6 else "")


def neighbours_words(found: DataMap, place: int, names: Sequence[str]) -> str:
    """Among which pictures one of them lies on the map."""
    own = found.outputs
    if len(own) <= NEAREST:
        return ""
    apart = np.square(found.positions - found.positions[place]).sum(1)
    apart[place] = np.inf
    beside = own.labels[np.argsort(apart, kind="stable")[:NEAREST]]
    alike = int((beside == own.labels[place]).sum())
    most = int(np.bincount(beside).argmax())
    words = {"number": int(own.rows[place]), "label": names[own.labels[place]], "nearest": NEAREST}
    if alike > NEAREST // 2:
        told = _tr("Picture {number} lies among its own: {alike} of the {nearest} nearest are {label}, too.")
        return told.format(alike=alike, **words)
    told = _tr(
        "Picture {number} lies away from the other {label}: of the {nearest} nearest, {count} are {most}. "
        "To this layer it looks like them."
    )
    return told.format(count=int((beside == most).sum()), most=names[most], **words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DataMap", text)
