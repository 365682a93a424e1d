"""In plain words: what is seen of a kind of layer, and what to try."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from networks.layers.base import Group, Layer


def seen_and_tried(layer: Layer, *, maps: bool) -> str:
    """Two short sentences about such a layer."""
    group = layer.group
    if group is Group.CONVOLUTION:
        return _tr(
            "Each map shows where in the picture the layer finds what its filter looks for: orange where it "
            "is there, blue where its opposite is. Try: follow another picture, and see which maps change."
        )
    if group is Group.POOLING:
        return _tr(
            "The same maps with fewer numbers: what was found stays, where exactly is given up. Try: compare "
            "what comes in with what goes out."
        )
    if group is Group.ACTIVATION:
        return _tr(
            "Each number goes through the same curve. Where the curve is flat, no gradient passes. Try: see "
            "how much of what comes in lies there."
        )
    if group is Group.NORMALIZATION:
        return _tr(
            "Channels are brought to similar sizes, so that the next layer gets numbers it can use. Try: the "
            "menu in the bar shows what it does in training, where the batch decides."
        )
    if group is Group.LINEAR and not maps:
        return _tr(
            "Each bar is a weighted sum of all that comes in. Try: choose a bar to see its weights, and "
            "switch it off to see which class it speaks for."
        )
    if group is Group.REGULARIZATION:
        return _tr(
            "Asleep in evaluation: it lets everything through. Try: the bar’s menu shows it as in training, "
            "where it drops numbers at random."
        )
    if group is Group.MERGE:
        return _tr(
            "Here branches meet. Try: switch off channels of one branch, to see which of them the answer "
            "rests on."
        )
    return _tr("What leaves this layer for the probe. Try: walk over the numbers with the arrow keys.")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Inside", text)
