"""The settings of a project by their paths: any field of its recipe, of its layers and of its blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from networks.blocks.base import Block
from networks.core.fields import Field, changed_at, entry_names, fields_of, value_at
from networks.core.message import Message, UserError, message
from networks.graph.check import check
from networks.graph.edits import Training, freeze, set_layers
from networks.graph.folds import Repeat, repeat, set_blocks, settled
from networks.graph.network import Network
from networks.layers.base import Layer
from networks.project.expected import expected
from networks.project.project import Project
from networks.project.typed_values import as_kind, type_name

DRAWN = "learning.seed"
"""No setting: other seeds are drawn by themselves."""
NOT_COMPARED = (DRAWN, "learning.start", "data.split_seed", "data.dataset")
"""Settings that no single change is made of: with other images, or other ones that judge, it is another
question. A sweep may have values of all but the first.
"""

_NETWORK = "network."
"""What begins the path of a layer's or a block's setting."""
_SINGLE = ("whole", "real", "flag", "choice", "pair")
_KINDS = (*_SINGLE, "union", "numbers", "list")
"""With those fields that are one of several types, each with its usual parameters, and with lists."""
_TOGETHER = "+"
"""Between the names of layers of one type whose field is set to the same value."""
_REPEAT, _FROZEN = fields_of(Repeat)[0], fields_of(Training)[0]
"""How many equal blocks follow each other, and whether a layer is trained: no fields of blocks and layers."""


class Setting(msgspec.Struct, frozen=True):
    """A field that can have another value; `path` leads to it from the recipe, or names layers or blocks."""

    path: str
    field: Field

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers or blocks whose field it is, all of one type; none for one of the recipe."""
        return layers_of(self.path)


def layers_of(path: str) -> tuple[str, ...]:
    """The layers or blocks that the path of a setting names, as `network.conv1+conv2.filters` does."""
    if not path.startswith(_NETWORK):
        return ()
    return tuple(path.removeprefix(_NETWORK).rpartition(".")[0].split(_TOGETHER))


def nodes_of(network: Network, names: Iterable[str]) -> tuple[str, ...]:
    """The layers of these names, and those in the blocks of these names; others there are not left out."""
    found = [network.folded[name] if name in network.by_fold else (name,) for name in names]
    return tuple(dict.fromkeys(node for some in found for node in some if node in network))


def value_of(project: Project, path: str) -> Any:
    """What the project has at the path of a setting; of several layers, what the first one has."""
    names, name = layers_of(path), path.rpartition(".")[2]
    return getattr(_shown(project.network, names, name)[0], name) if names else value_at(project.recipe, path)


def shown_values(project: Project, setting: Setting) -> tuple[msgspec.Struct, ...]:
    """What a form shows of which this is a field: a part of the recipe, layers, or a row of equal blocks."""
    outer, _, name = setting.path.rpartition(".")
    if names := setting.layers:
        return _shown(project.network, names, name)
    return (value_at(project.recipe, outer),)


def entry_of(project: Project, path: str) -> str:
    """What the entry of a list is called whose parameter this is, such as `Rotation`; empty for any other."""
    outer = path.rpartition(".")[0]
    around, _, name = outer.rpartition(".")
    if not around or layers_of(path) or not isinstance(value_of(project, around), tuple):
        return ""
    title, number = type_name(type(value_of(project, outer))), name.partition("#")[2]
    return f"{title} {number}" if number else title


def settings(project: Project, layers: Collection[str] = (), *, types: bool = False) -> tuple[Setting, ...]:
    """All fields that can have other values: those of these layers and of the blocks that lie among them
    whole, and those of the recipe.

    With `types` also those that are one of several types, such as the optimizer, those that are lists, those
    of all these layers or blocks of one type together, and those of which no twin is made.
    """
    kinds = _KINDS if types else _SINGLE
    without = (DRAWN,) if types else NOT_COMPARED
    return (
        *_network_settings(project, layers, kinds, together=types),
        *_recipe_settings(project.recipe, "", kinds, without),
    )


def with_setting(
    project: Project, path: str, value: Any, without: Collection[str] = ()
) -> tuple[Field, Project]:
    """A setting's field, and the project with this value of it, be it the same.

    Blocks agree with their layers afterwards, as after any edit. Raises UserError where there is no such
    setting, it is one of those in `without`, or the value is not allowed.
    """
    names = layers_of(path)
    known = {
        each.path: each.field for each in settings(project, nodes_of(project.network, names), types=True)
    }
    if path not in known or path in without:
        choices = ", ".join(each for each in known if not each.startswith(_NETWORK) and each not in without)
        raise UserError(
            message(
                "Expected a setting that may have another value, got “{path}”: choose {network}LAYER.FIELD, "
                "or one of {known}.",
                path=path,
                network=_NETWORK,
                known=choices,
            )
        )
    field = known[path]
    try:
        typed = as_kind(field, value)
        if names:
            return field, replace(project, network=_set(project, names, field, typed))
        return field, replace(project, recipe=changed_at(project.recipe, path, typed))
    except msgspec.ValidationError as error:
        raise UserError(_refused(path, value, message("expected {what}", what=expected(field)))) from error
    except ValueError as error:
        raise UserError(_refused(path, value, str(error))) from error


def _refused(path: str, value: Any, reason: str | Message) -> Message:
    return message("{path}={value}: {reason}.", path=path, value=str(value), reason=reason)


def _set(project: Project, names: tuple[str, ...], field: Field, value: Any) -> Network:
    """The network with another value of this field of layers or blocks. Raises ValueError."""
    network, classes = project.network, project.classes
    if field is _FROZEN:
        changed_at(Training(), field.name, value)
        return freeze(network, nodes_of(network, names), value)
    if field is _REPEAT:
        changed_at(Repeat(), field.name, value)
        return repeat(network, names, value, classes)
    if names[0] in network.by_fold:
        blocks = {name: changed_at(_block(network, name), field.name, value) for name in names}
        return set_blocks(network, blocks, classes)
    changes = {name: changed_at(network[name].layer, field.name, value) for name in names}
    return settled(set_layers(network, changes), classes)


def _shown(network: Network, names: tuple[str, ...], field: str) -> tuple[msgspec.Struct, ...]:
    """The values that a form shows of these layers or blocks, of which `field` is one."""
    if field == _FROZEN.name:
        return tuple(Training(network[node].frozen) for node in nodes_of(network, names))
    if field == _REPEAT.name:
        return (Repeat(len(names)),)
    if names[0] in network.by_fold:
        return tuple(dict.fromkeys(_block(network, name) for name in names))
    return tuple(network[name].layer for name in names)


def _block(network: Network, name: str) -> Block:
    block = network.by_fold[name].block
    assert block is not None
    return block


def _network_settings(
    project: Project, layers: Collection[str], kinds: Collection[str], *, together: bool
) -> Iterator[Setting]:
    network = project.network
    members = set(layers)
    blocks = [
        fold.name
        for fold in network.folds
        # such a name could not be told from several
        if fold.block is not None
        and _TOGETHER not in fold.name
        and members.issuperset(network.folded[fold.name])
    ]
    rows: dict[Block, list[str]] = {}
    for name in blocks:
        rows.setdefault(_block(network, name), []).append(name)
    by_type: dict[type[Layer], list[str]] = {}
    for name in layers:
        by_type.setdefault(type(network[name].layer), []).append(name)
    several = [*rows.values(), *by_type.values()] if together else []
    for names in (*(each for each in several if len(each) > 1), *([name] for name in (*blocks, *layers))):
        value = _block(network, names[0]) if names[0] in network.by_fold else network[names[0]].layer
        for field in fields_of(type(value)):
            if field.kind in kinds:
                yield Setting(_path(names, field), field)
        if isinstance(value, Block) and not value.ends and together:
            yield Setting(_path(names, _REPEAT), _REPEAT)
    if together:
        yield from _frozen_settings(project, layers)


def _frozen_settings(project: Project, layers: Collection[str]) -> Iterator[Setting]:
    if not layers:
        return
    found = check(project.network, project.classes).nodes
    weighted = [name for name in layers if found[name].weights]
    for names in ([weighted] if len(weighted) > 1 else []) + [[name] for name in weighted]:
        yield Setting(_path(names, _FROZEN), _FROZEN)


def _path(names: Collection[str], field: Field) -> str:
    return f"{_NETWORK}{_TOGETHER.join(names)}.{field.name}"


def _recipe_settings(
    value: msgspec.Struct, prefix: str, kinds: Collection[str], without: Collection[str]
) -> Iterator[Setting]:
    for field in fields_of(type(value)):
        path = f"{prefix}{field.name}"
        if path in without:
            continue
        if field.kind in kinds:
            yield Setting(path, field)
        inner = getattr(value, field.name)
        if field.kind in ("struct", "union"):
            yield from _recipe_settings(inner, f"{path}.", kinds, without)
        elif field.kind == "list":
            for name, entry in zip(entry_names(inner), inner, strict=True):
                yield from _recipe_settings(entry, f"{path}.{name}.", kinds, without)
