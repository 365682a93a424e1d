"""Twins of a project: the same with a single change that catalogs and recipe offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from networks.core.message import Message, UserError, message
from networks.graph.check import check
from networks.graph.edits import add_after, remove, set_layers
from networks.graph.network import Network
from networks.graph.shortcuts import with_shortcuts, without_shortcuts
from networks.layers import LAYERS
from networks.layers.activation import Activation
from networks.layers.base import Group, Layer
from networks.layers.convolution import Conv2d
from networks.layers.normalization import BatchNorm2d
from networks.project.difference import difference, summary
from networks.project.project import Project
from networks.project.settings import NOT_COMPARED, with_setting
from networks.project.typed_values import usual_rate
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS, steps_change
from networks.recipes.losses import LOSSES
from networks.recipes.optimizers import OPTIMIZERS
from networks.recipes.recipe import with_settings
from networks.recipes.schedules import SCHEDULES

_ELEMENTWISE = tuple(kind for kind in LAYERS if issubclass(kind, Activation) and kind.elementwise)


class Twin(msgspec.Struct, frozen=True):
    """A project with a single change. `kind` says in what, such as `Activation`; `words` name the change."""

    kind: Message
    words: Message
    project: Project


def offered_twins(project: Project) -> tuple[Twin, ...]:
    """The twins that suggest themselves, kind by kind. Their networks fit; nothing is offered twice."""
    offers = (_activations, _shortcuts, _normalization, _dropout, _optimizers, _schedules, _losses)
    found = (twin for offer in (*offers, _augmentation) for twin in offer(project))
    return tuple(twin for twin in found if twin.project != project and _fits(twin.project, project))


def earlier_twin(project: Project, earlier: Project, when: Message) -> Twin:
    """The project as it was at an earlier time; `when` says at which, such as `as in “run 3”`."""
    changes = summary(difference(project, earlier))
    return Twin(message("Earlier"), message("{when}: {changes}", when=when, changes=changes), earlier)


def set_twin(project: Project, path: str, value: Any) -> Twin:
    """The project with another value of a setting: `learning.optimizer.lr`, or `network.conv1.filters`.

    Raises UserError where there is no such setting, it must stay, or the value is not allowed.
    """
    field, twin = with_setting(project, path, value, NOT_COMPARED)
    if twin == project:
        raise UserError(
            message(
                "The twin would be the same: “{setting}” is {value} already.",
                setting=message(field.title),
                value=str(value),
            )
        )
    return Twin(message("Setting"), summary(difference(project, twin)), twin)


def _activations(project: Project) -> Iterator[Twin]:
    """Every activation function between layers replaced by one other."""
    network = project.network
    nodes = [n for n in network.nodes if isinstance(n.layer, Activation) and n.layer.elementwise]
    kinds = dict.fromkeys(type(node.layer) for node in nodes)
    for kind in _ELEMENTWISE if nodes else ():
        layers: dict[str, Layer] = {node.name: kind() for node in nodes if type(node.layer) is not kind}
        old = message(next(iter(kinds)).name()) if len(kinds) == 1 else message("all")
        words = message("{old} → {new}", old=old, new=message(kind.name()))
        yield Twin(message("Activation"), words, replace(project, network=set_layers(network, layers)))


def _shortcuts(project: Project) -> Iterator[Twin]:
    for change, words in (
        (without_shortcuts, message("without skips")),
        (with_shortcuts, message("with skips")),
    ):
        if (network := _changed(change, project)) is not None:
            yield Twin(message("Skips"), words, replace(project, network=network))


def _changed(change: Callable[[Network, int], Network], project: Project) -> Network | None:
    try:
        return change(project.network, project.classes)
    except UserError:
        # it has none
        return None


def _normalization(project: Project) -> Iterator[Twin]:
    network = project.network
    kinds = dict.fromkeys(
        type(node.layer) for node in network.nodes if node.layer.group is Group.NORMALIZATION
    )
    kind = message("Normalization")
    for each in kinds:
        names = [node.name for node in network.of_type(each)]
        words = message("without {layer}", layer=message(each.name()))
        yield Twin(kind, words, replace(project, network=remove(network, names)))
    if not kinds and (convolutions := network.of_type(Conv2d)):
        normalized = network
        for node in convolutions:
            normalized, _ = add_after(normalized, BatchNorm2d(), node.name)
        words = message("with {layer} behind every convolution", layer=message(BatchNorm2d.name()))
        yield Twin(kind, words, replace(project, network=normalized))


def _dropout(project: Project) -> Iterator[Twin]:
    drops = any(node.layer.group is Group.REGULARIZATION for node in project.network.nodes)
    if drops and project.recipe.learning.dropout:
        yield Twin(message("Dropout"), message("dropout off"), _with(project, dropout=0.0))


def _optimizers(project: Project) -> Iterator[Twin]:
    """Each other optimizer with its usual rate: what suits one says nothing of the next."""
    now = project.recipe.learning.optimizer
    for kind in OPTIMIZERS:
        if type(now) is not kind:
            rate = usual_rate(kind)
            words = message(
                "{old} → {new} with rate {rate}",
                old=message(type(now).name()),
                new=message(kind.name()),
                rate=f"{rate:g}",
            )
            yield Twin(message("Optimizer"), words, _with(project, optimizer=kind(lr=rate)))


def _schedules(project: Project) -> Iterator[Twin]:
    now = project.recipe.learning.schedule
    for kind in SCHEDULES:
        if type(now) is not kind:
            words = message("{old} → {new}", old=message(type(now).name()), new=message(kind.name()))
            yield Twin(message("Schedule"), words, _with(project, schedule=kind()))


def _losses(project: Project) -> Iterator[Twin]:
    """Those that expect the same of the last layer: with another one the network would change as well."""
    now = project.recipe.learning.loss
    mixed = any(step.kind == "mixing" for step in project.recipe.data.augmentation)
    for kind in LOSSES:
        if type(now) is not kind and kind.expects == now.expects and (kind.soft or not mixed):
            words = message("{old} → {new}", old=message(now.name()), new=message(kind.name()))
            yield Twin(message("Loss"), words, _with(project, loss=kind()))


def _augmentation(project: Project) -> Iterator[Twin]:
    now = project.recipe.data.augmentation
    for preset in AUGMENTATION_PRESETS:
        yield Twin(
            message("Augmentation"),
            steps_change(now, preset.steps),
            _with(project, augmentation=preset.steps),
        )


def _with(project: Project, **settings: Any) -> Project:
    return replace(project, recipe=with_settings(project.recipe, **settings))


def _fits(twin: Project, project: Project) -> bool:
    """Whether the network still fits; it does where only layers were swapped that keep every shape."""
    same = [node.name for node in twin.network.nodes] == [node.name for node in project.network.nodes]
    return same or check(twin.network, twin.classes).trainable
