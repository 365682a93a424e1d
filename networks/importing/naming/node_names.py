"""Names for imported layers: the paths of modules, and free names beside them for function calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, count

from torch import nn

from networks.core.message import message
from networks.graph.network import RESERVED
from networks.importing.naming.entries import Entry
from networks.importing.refusal import refused


def named(module: nn.Module, entries: Sequence[Entry]) -> list[str]:
    """A name for each entry, in their order.

    A module that is called has its path, and a number behind where it is called again. What a forward calls
    besides lies beside the modules of that forward; where it is all that the forward does, it has the path of
    the module. Raises UserError where a module with weights is called twice.
    """
    taken = {name for name, _ in module.named_modules()} | {name for name, _ in module.named_parameters()}
    taken |= {name for name, _ in module.named_buffers()}
    parts = dict(module.named_modules())
    paths = {entry.path for entry in entries if entry.own}
    within = _calls_within(entries)
    names: list[str] = []
    for entry in entries:
        if entry.own and _holder(entry.path, paths) != entry.path.rpartition(".")[0]:
            if _has_state(parts.get(entry.path)):
                raise refused(entry.path, message("it has weights, and lies within another layer"))
            name = _free(_joined(_holder(entry.path, paths), entry.layer.stem), taken)
        elif entry.own and entry.path not in names:
            name = entry.path
        elif entry.own:
            if _has_state(parts.get(entry.path)):
                raise refused(
                    entry.path, message("it is called twice, and both calls would share its weights")
                )
            name = _free(entry.path, taken)
        elif entry.path and within[entry.path] == 1 and not _has_state(parts[entry.path]):
            name = entry.path
        else:
            name = _free(_stem(entry, paths), taken)
        names.append(name)
        taken.add(name)
    return names


def _calls_within(entries: Iterable[Entry]) -> Counter[str]:
    """How many layers lie in each path."""
    found: Counter[str] = Counter()
    for entry in entries:
        parts = entry.path.split(".")
        found.update(".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return found


def _stem(entry: Entry, layers: set[str]) -> str:
    # a call in the forward of a module that is a layer itself stands beside that layer
    holder = _holder(f"{entry.path}.", layers)
    return _joined(holder, "output" if entry.layer.ends and holder else entry.layer.stem)


def _holder(path: str, layers: set[str]) -> str:
    """The module around this path that neither is a layer nor lies within one."""
    holder = ""
    for part in path.split(".")[:-1]:
        inner = _joined(holder, part)
        if inner in layers:
            break
        holder = inner
    return holder


def _joined(holder: str, name: str) -> str:
    return f"{holder}.{name}" if holder else name


def _free(stem: str, taken: set[str]) -> str:
    return next(
        name
        for name in chain((stem,), (f"{stem}_{number}" for number in count(1)))
        if name not in taken and name.rpartition(".")[2] not in RESERVED
    )


def _has_state(module: nn.Module | None) -> bool:
    return module is None or bool(module.state_dict())
