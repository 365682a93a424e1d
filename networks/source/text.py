"""Puts a network's source together: imports, a class for each kind of submodule, the network's own class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from networks.blocks.base import Block
from networks.core.shapes import show
from networks.graph.check import check
from networks.graph.forward import Forward, forward_of
from networks.graph.free_names import path_of
from networks.graph.network import Network
from networks.graph.submodules import Submodule, submodules_of
from networks.source.classes import Class, classes_of, is_in_series
from networks.source.frozen import frozen_lines, train_lines
from networks.source.identifiers import class_name, free
from networks.source.loop_text import OWN_LAYERS, loop_text
from networks.source.printing import Printer, Written, wrapped
from networks.source.safety import targets_of, verify
from networks.source.variables import variables_of

ORDERED = "from collections import OrderedDict"
"""Needed where an nn.Sequential names its layers."""


class Source(msgspec.Struct, frozen=True):
    """The text of a module that defines `class_name`, an nn.Module whose constructor takes no arguments.

    `lines` are, for each layer that contributes to the scores, the numbers of the lines that make it and that
    run it: its own, and those of the submodules it lies in. The first line is 1.
    """

    text: str
    lines: dict[str, tuple[int, ...]]
    class_name: str
    classes: str
    """The text after the imports."""


def source(network: Network, classes: int, title: str = "") -> Source:
    """The network as a module that needs only torch, with the same `state_dict` keys as the built module.

    Submodules of equal structure share one class; what differs between them are the class's parameters. Like
    the built module, a network with auxiliary outputs returns a tuple in training, the main scores first, and
    the scores alone in evaluation. Raises UserError with the first finding where the network does not fit.

    Of the user's texts only the title enters, reduced to ASCII letters and digits, as the name of the class.
    Names of layers are attributes, or string constants where they are not identifiers. The text is parsed
    before it is returned, and may import, call and name only what was intended (see networks.source.safety).
    """
    forward = forward_of(network, classes)
    root = submodules_of(forward)
    name = free(class_name(title) or "Network", ())
    made = classes_of(root, forward, _blocks_by_path(network), name)
    printer = Printer(forward, made)
    own = own_classes(made)
    lines = [Written(line) for text in own.values() for line in (*text.splitlines(), "", "")]
    for inner in made[:-1]:
        lines += [*printer.printed(inner, _doc(inner)), Written(""), Written("")]
    weights = check(network, classes).weights
    lines += _network_class(network, forward, made[-1], printer, weights)
    body = "\n".join(line.text for line in lines)
    imports = _imports(body)
    text = "\n".join((*imports, "", "", body, ""))
    verify(text, made, own)
    return Source(text, _numbered(lines, len(imports) + 3), name, body)


def own_classes(made: Sequence[Class]) -> dict[str, str]:
    """The text of the classes that torch lacks and these classes use, by name."""
    targets = {target for each in made for target in targets_of(each)}
    names = [target.removeprefix("own.") for target in sorted(targets) if target.startswith("own.")]
    return loop_text(OWN_LAYERS, *names) if names else {}


def _imports(body: str) -> list[str]:
    found = [ORDERED, ""] if re.search(r"\bOrderedDict\(", body) else []
    found += ["import torch"] if re.search(r"\btorch\.", body) else []
    return [*found, "from torch import Tensor, nn"]


def _blocks_by_path(network: Network) -> dict[str, Block]:
    """The blocks whose layers are exactly those below one path, by that path."""
    found: dict[str, Block] = {}
    inside = _count_under(network)
    for fold in network.folds:
        path = path_of(network, fold.name)
        if fold.block is not None and path and inside[path] == len(network.folded[fold.name]):
            found[path] = fold.block
    return found


def _count_under(network: Network) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for node in network.nodes:
        for at, sign in enumerate(node.name):
            if sign == ".":
                found[node.name[:at]] += 1
    return found


def _doc(made: Class) -> str:
    if made.block is not None:
        return made.block.help()
    calls = [member.call.target for member in made.body.members if member.call is not None]
    if len(made.submodules) > 1 and len(calls) == len(made.body.members) and is_in_series(made.body):
        return f"{', '.join(call.rpartition('.')[2] for call in calls)}, one behind the other."
    path = made.submodules[0].path
    if len(made.submodules) == 1:
        return f"What stands under {path}."
    return f"What stands under {path} and in {len(made.submodules) - 1} other places."


def _network_class(
    network: Network, forward: Forward, made: Class, printer: Printer, weights: int
) -> list[Written]:
    (root,) = made.submodules
    count = forward.shape(forward.scores[0])[0]
    doc = f"Takes images n×{show(forward.x)}, gives scores n×{count}; {weights:,} weights."
    lines = printer.head(made, doc, "nn.Module")
    lines += printer.constructor(made)
    lines += [Written(f"        {text}", names) for text, names in frozen_lines(network, root)]
    if train := train_lines(network, root):
        lines += [Written(""), *(Written(f"    {text}", names) for text, names in train)]
    several = len(forward.scores) > 1
    given = "Tensor | tuple[Tensor, ...]" if several else "Tensor"
    lines += [Written(""), Written(f"    def forward(self, x: Tensor) -> {given}:", (forward.images,))]
    return lines + _network_forward(forward, made, root, printer)


def _network_forward(forward: Forward, made: Class, root: Submodule, printer: Printer) -> list[Written]:
    """Like any forward, but what only auxiliary outputs need runs in training only."""
    variables = variables_of(root.statements, root.x, forward.scores)
    lines: list[Written] = []
    training = False
    for index, statement in enumerate(root.statements):
        needed = statement.output in forward.needed
        if not needed and not training:
            lines.append(Written("        if self.training:"))
        training = not needed
        lines += printer.statement(made, index, variables, "            " if training else "        ")
    scores = [variables[score] for score in forward.scores]
    if len(scores) > 1:
        if not training:
            lines.append(Written("        if self.training:"))
        returned = wrapped("            ", "return ", scores, "")
        lines += [Written(text, forward.ends) for text in returned]
    return [*lines, Written(f"        return {scores[0]}", forward.ends[:1])]


def _numbered(lines: list[Written], first: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines, start=first):
        for name in dict.fromkeys(line.names):
            found[name].append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}
