"""The submodules of a network: which paths are called as one, which are sequential, which only hold
others."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import msgspec

from networks.graph.forward import Forward, Operation

SubmoduleKind = Literal["class", "sequential", "named sequential", "list", "dict", "holder"]
"""A class of its own with a forward; an nn.Sequential of 0, 1, 2, … or of names. The others are not called,
but hold what the forward around them calls: nn.ModuleList, nn.ModuleDict, a class without forward."""

_TAKEN_IN_SEQUENTIAL = frozenset(("append", "extend", "insert", "pop"))
_TAKEN_IN_DICT = frozenset(("clear", "items", "keys", "pop", "update", "values"))
"""Names of these containers' own methods; torch refuses children with such names."""


class Statement(msgspec.Struct, frozen=True):
    """One line of a forward: an operation, or a call of a submodule (then `operation` is None).

    `path` is where it is registered, `output` the operation whose value it gives, `names` all operations in
    it.
    """

    path: str
    operation: Operation | None
    inputs: tuple[str, ...]
    output: str
    names: tuple[str, ...]


class Submodule(msgspec.Struct, frozen=True):
    """What is registered under a path: its children in order, and how it computes its output from `x`."""

    path: str
    kind: SubmoduleKind
    children: dict[str, Submodule | Operation]
    statements: tuple[Statement, ...] = ()
    x: str = ""


def below(path: str, component: str) -> str:
    """The path of a child."""
    return f"{path}.{component}" if path else component


def submodules_of(forward: Forward) -> Submodule:
    """The network as a tree of submodules. One with a single input and a single output is called as one.

    Operations that register nothing may run elsewhere than in the forward of their path: where such an
    operation alone gives a submodule several inputs (a Concat of all that a dense layer takes), it runs
    before the call.
    """
    return _Submodules(forward).root()


def registered(submodule: Submodule) -> Iterator[Operation]:
    """What is registered, in the order in which the constructors of the printed classes make it."""
    for child in submodule.children.values():
        if isinstance(child, Operation):
            yield child
        else:
            yield from registered(child)


def executed(submodule: Submodule) -> Iterator[Operation]:
    """The operations in the order in which the forward of a called submodule runs them."""
    for statement in submodule.statements:
        if statement.operation is not None:
            yield statement.operation
            continue
        inner: Submodule | Operation = submodule
        for component in statement.path.removeprefix(f"{submodule.path}.").split("."):
            assert isinstance(inner, Submodule), "only submodules have children"
            inner = inner.children[component]
        assert isinstance(inner, Submodule), "a statement without an operation calls a submodule"
        yield from executed(inner)


class _Submodules:
    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self._consumers = forward.consumers()
        self._rank = _ranks(forward)
        self._home = {name: name.rpartition(".")[0] for name in forward.operations}
        """The path in whose forward each operation runs, if that path is called."""
        self._inside: dict[str, set[str]] = {}
        self._called: dict[str, Submodule] = {}
        self._children: dict[str, dict[str, str]] = defaultdict(dict)
        for name, operation in forward.operations.items():
            if operation.made is not None:
                self._register(name)

    def _register(self, name: str) -> None:
        path, _, component = name.rpartition(".")
        while component not in self._children[path]:
            self._children[path][component] = name
            name = path
            if not path:
                return
            path, _, component = path.rpartition(".")

    def root(self) -> Submodule:
        paths = sorted((path for path in self._children if path), key=lambda path: -path.count("."))
        for path in {name.rpartition(".")[0] for name in self._forward.operations} - self._children.keys():
            # nothing is registered there, so nothing need run there
            self._rehome((name for name, home in self._home.items() if home == path), path)
        within: dict[str, set[str]] = defaultdict(set)
        for name, home in self._home.items():
            within[home].add(name)
        for path in paths:
            inside = within[path]
            self._rehoist(inside, path, within)
            self._inside[path] = inside
            called = self._called_submodule(path, inside)
            if called is not None:
                self._called[path] = called
            within[path.rpartition(".")[0]] |= inside
        statements = self._statements("", self._forward.operations)
        return Submodule("", "class", self._made_children(""), statements, self._forward.images)

    def _rehome(self, names: Iterable[str], path: str) -> None:
        while path and path not in self._children:
            path = path.rpartition(".")[0]
        for name in list(names):
            self._home[name] = path

    def _rehoist(self, inside: set[str], path: str, within: dict[str, set[str]]) -> None:
        """Moves operations that register nothing out of a submodule while they give it several inputs."""
        while len(self._ways_in(inside)) > 1:
            entries = [
                name
                for name in inside
                if any(source not in inside for source in self._forward.operations[name].inputs)
            ]
            if len(entries) > 1 or self._forward.operations[entries[0]].made is not None:
                return
            inside.remove(entries[0])
            outer = path.rpartition(".")[0]
            self._home[entries[0]] = outer
            within[outer].add(entries[0])

    def _ways_in(self, inside: Collection[str]) -> set[str]:
        return {
            source
            for name in inside
            for source in self._forward.operations[name].inputs
            if source not in inside
        }

    def _ways_out(self, inside: set[str]) -> set[str]:
        return {name for name in inside if name in self._forward.scores or self._consumers[name] - inside}

    def _called_submodule(self, path: str, inside: set[str]) -> Submodule | None:
        ways_in, ways_out = self._ways_in(inside), self._ways_out(inside)
        if len(ways_in) != 1 or len(ways_out) != 1:
            return None
        (x,) = ways_in
        statements = self._statements(path, inside)
        components = tuple(self._children[path])
        if self._in_series(path, x, statements):
            if _numbered(components):
                return Submodule(path, "sequential", self._made_children(path), statements, x)
            if not all(map(str.isidentifier, components)) and not _TAKEN_IN_SEQUENTIAL & {*components}:
                return Submodule(path, "named sequential", self._made_children(path), statements, x)
        if all(map(str.isidentifier, components)):
            return Submodule(path, "class", self._made_children(path), statements, x)
        return None

    def _in_series(self, path: str, x: str, statements: tuple[Statement, ...]) -> bool:
        children = [below(path, component) for component in self._children[path]]
        if [statement.path for statement in statements] != children:
            return False
        for statement in statements:
            if statement.inputs != (x,) or (statement.operation is not None and statement.operation.tensor):
                return False
            x = statement.output
        return True

    def _made_children(self, path: str) -> dict[str, Submodule | Operation]:
        found: dict[str, Submodule | Operation] = {}
        for component in self._children[path]:
            child = below(path, component)
            found[component] = (
                self._called.get(child) or self._forward.operations.get(child) or self._holder(child)
            )
        return found

    def _holder(self, path: str) -> Submodule:
        children = self._made_children(path)
        kind: SubmoduleKind = "holder"
        if not any(isinstance(child, Operation) and child.tensor for child in children.values()):
            if _numbered(tuple(children)):
                kind = "list"
            elif not all(map(str.isidentifier, children)) and not _TAKEN_IN_DICT & children.keys():
                kind = "dict"
        return Submodule(path, kind, children)

    def _statements(self, path: str, inside: Collection[str]) -> tuple[Statement, ...]:
        """The lines of a forward with these operations: inputs first, else in the network's order."""
        units: dict[str, list[str]] = defaultdict(list)
        unit_of: dict[str, str] = {}
        for name in sorted(inside, key=self._rank.__getitem__):
            unit = unit_of[name] = self._unit(name, path)
            units[unit].append(name)
        missing: dict[str, set[str]] = {}
        behind: dict[str, list[str]] = defaultdict(list)
        for unit, names in units.items():
            missing[unit] = {unit_of[source] for source in self._ways_in(set(names)) if source in unit_of}
            for source in missing[unit]:
                behind[source].append(unit)
        ready = [(self._rank[names[0]], unit) for unit, names in units.items() if not missing[unit]]
        heapq.heapify(ready)
        found: list[Statement] = []
        while ready:
            _, unit = heapq.heappop(ready)
            found.append(self._statement(unit, units[unit]))
            for other in behind[unit]:
                missing[other].discard(unit)
                if not missing[other]:
                    heapq.heappush(ready, (self._rank[units[other][0]], other))
        return tuple(found)

    def _unit(self, name: str, path: str) -> str:
        """The outermost called submodule below `path` that runs this operation, or the operation itself."""
        components = self._home[name].split(".")
        for count in range(path.count(".") + 2 if path else 1, len(components) + 1):
            outer = ".".join(components[:count])
            if outer in self._called:
                return outer
        return name

    def _statement(self, unit: str, names: list[str]) -> Statement:
        operation = self._forward.operations.get(unit)
        if operation is not None:
            return Statement(unit, operation, operation.inputs, unit, (unit,))
        (output,) = self._ways_out(self._inside[unit])
        return Statement(unit, None, (self._called[unit].x,), output, tuple(names))


def _ranks(forward: Forward) -> dict[str, tuple[int, int]]:
    """Sort keys: the network's order, but what only training needs comes right behind its input."""
    found: dict[str, tuple[int, int]] = {forward.images: (-1, 0)}
    for index, (name, operation) in enumerate(forward.operations.items()):
        if name in forward.needed:
            found[name] = index, 0
        else:
            found[name] = max(found[source] for source in operation.inputs)[0], index + 1
    return found


def _numbered(components: tuple[str, ...]) -> bool:
    return components == tuple(map(str, range(len(components))))
