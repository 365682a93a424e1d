"""Which paths of a network are parts of their own: what is called as one, what is a row, what only holds."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import msgspec

from networks.graph.forward import Flow, Step

Kind = Literal["class", "row", "named row", "list", "dict", "holder"]
"""A class of its own with a forward; an nn.Sequential of 0, 1, 2, … or of names. The others are not called as
one, but hold what the forward around them calls: nn.ModuleList, nn.ModuleDict, a class without forward."""

_TAKEN_IN_SEQUENTIAL = frozenset(("append", "extend", "insert", "pop"))
_TAKEN_IN_DICT = frozenset(("clear", "items", "keys", "pop", "update", "values"))
"""Names that these containers use themselves; torch refuses children that are called so."""


class Statement(msgspec.Struct, frozen=True):
    """One line of a forward: a step, or all the steps of a part that is called as one (then `step` is None).

    `path` is where it is registered, `output` the step whose value it gives, `names` all that runs in it.
    """

    path: str
    step: Step | None
    inputs: tuple[str, ...]
    output: str
    names: tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """What is registered under a path: its children in order, and how it computes its output from `x`."""

    path: str
    kind: Kind
    children: dict[str, Part | Step]
    statements: tuple[Statement, ...] = ()
    x: str = ""


def below(path: str, component: str) -> str:
    """The path of a child."""
    return f"{path}.{component}" if path else component


def parts_of(flow: Flow) -> Part:
    """The whole network as a part with parts in it. What has one way in and one way out is called as one.

    Steps that register nothing need not run in the forward of their path: where such a step alone keeps a
    part from having one way in (a Concat of all that a dense layer takes), it runs before the part is called.
    """
    return _Parts(flow).root()


def registered(part: Part) -> Iterator[Step]:
    """What is registered, in the order in which the constructors of the printed classes make it."""
    for child in part.children.values():
        if isinstance(child, Step):
            yield child
        else:
            yield from registered(child)


def executed(part: Part) -> Iterator[Step]:
    """The steps in the order in which the forward of a called part runs them."""
    for statement in part.statements:
        if statement.step is not None:
            yield statement.step
            continue
        inner: Part | Step = part
        for component in statement.path.removeprefix(f"{part.path}.").split("."):
            assert isinstance(inner, Part), "only parts hold something"
            inner = inner.children[component]
        assert isinstance(inner, Part), "what is no step is a part"
        yield from executed(inner)


class _Parts:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._consumers = flow.consumers()
        self._rank = _ranks(flow)
        self._home = {name: name.rpartition(".")[0] for name in flow.steps}
        """The path in whose forward each step runs, if it is one that is called."""
        self._inside: dict[str, set[str]] = {}
        self._called: dict[str, Part] = {}
        self._children: dict[str, dict[str, str]] = defaultdict(dict)
        for name, step in flow.steps.items():
            if step.made is not None:
                self._register(name)

    def _register(self, name: str) -> None:
        path, _, component = name.rpartition(".")
        while component not in self._children[path]:
            self._children[path][component] = name
            name = path
            if not path:
                return
            path, _, component = path.rpartition(".")

    def root(self) -> Part:
        paths = sorted((path for path in self._children if path), key=lambda path: -path.count("."))
        for path in {name.rpartition(".")[0] for name in self._flow.steps} - self._children.keys():
            # nothing is registered there, so nothing need run there
            self._rehome((name for name, home in self._home.items() if home == path), path)
        within: dict[str, set[str]] = defaultdict(set)
        for name, home in self._home.items():
            within[home].add(name)
        for path in paths:
            inside = within[path]
            self._rehoist(inside, path, within)
            self._inside[path] = inside
            called = self._called_part(path, inside)
            if called is not None:
                self._called[path] = called
            within[path.rpartition(".")[0]] |= inside
        statements = self._statements("", self._flow.steps)
        return Part("", "class", self._made_children(""), statements, self._flow.images)

    def _rehome(self, names: Iterable[str], path: str) -> None:
        while path and path not in self._children:
            path = path.rpartition(".")[0]
        for name in list(names):
            self._home[name] = path

    def _rehoist(self, inside: set[str], path: str, within: dict[str, set[str]]) -> None:
        """Takes steps that register nothing out of the part, while they alone give it several ways in."""
        while len(self._ways_in(inside)) > 1:
            entries = [
                name
                for name in inside
                if any(source not in inside for source in self._flow.steps[name].inputs)
            ]
            if len(entries) > 1 or self._flow.steps[entries[0]].made is not None:
                return
            inside.remove(entries[0])
            outer = path.rpartition(".")[0]
            self._home[entries[0]] = outer
            within[outer].add(entries[0])

    def _ways_in(self, inside: Collection[str]) -> set[str]:
        return {source for name in inside for source in self._flow.steps[name].inputs if source not in inside}

    def _ways_out(self, inside: set[str]) -> set[str]:
        return {name for name in inside if name in self._flow.scores or self._consumers[name] - inside}

    def _called_part(self, path: str, inside: set[str]) -> Part | None:
        ways_in, ways_out = self._ways_in(inside), self._ways_out(inside)
        if len(ways_in) != 1 or len(ways_out) != 1:
            return None
        (x,) = ways_in
        statements = self._statements(path, inside)
        components = tuple(self._children[path])
        if self._in_a_row(path, x, statements):
            if _numbered(components):
                return Part(path, "row", self._made_children(path), statements, x)
            if not all(map(str.isidentifier, components)) and not _TAKEN_IN_SEQUENTIAL & {*components}:
                return Part(path, "named row", self._made_children(path), statements, x)
        if all(map(str.isidentifier, components)):
            return Part(path, "class", self._made_children(path), statements, x)
        return None

    def _in_a_row(self, path: str, x: str, statements: tuple[Statement, ...]) -> bool:
        children = [below(path, component) for component in self._children[path]]
        if [statement.path for statement in statements] != children:
            return False
        for statement in statements:
            if statement.inputs != (x,) or (statement.step is not None and statement.step.tensor):
                return False
            x = statement.output
        return True

    def _made_children(self, path: str) -> dict[str, Part | Step]:
        found: dict[str, Part | Step] = {}
        for component in self._children[path]:
            child = below(path, component)
            found[component] = self._called.get(child) or self._flow.steps.get(child) or self._holder(child)
        return found

    def _holder(self, path: str) -> Part:
        children = self._made_children(path)
        kind: Kind = "holder"
        if not any(isinstance(child, Step) and child.tensor for child in children.values()):
            if _numbered(tuple(children)):
                kind = "list"
            elif not all(map(str.isidentifier, children)) and not _TAKEN_IN_DICT & children.keys():
                kind = "dict"
        return Part(path, kind, children)

    def _statements(self, path: str, inside: Collection[str]) -> tuple[Statement, ...]:
        """The lines of a forward over these steps, so that inputs come first, else in the network's order."""
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
        """The outermost part below `path` that is called as one and runs this step, or the step itself."""
        components = self._home[name].split(".")
        for count in range(path.count(".") + 2 if path else 1, len(components) + 1):
            outer = ".".join(components[:count])
            if outer in self._called:
                return outer
        return name

    def _statement(self, unit: str, names: list[str]) -> Statement:
        step = self._flow.steps.get(unit)
        if step is not None:
            return Statement(unit, step, step.inputs, unit, (unit,))
        (output,) = self._ways_out(self._inside[unit])
        return Statement(unit, None, (self._called[unit].x,), output, tuple(names))


def _ranks(flow: Flow) -> dict[str, tuple[int, int]]:
    """Where each step would run: in the network's order, what only training needs right behind its input."""
    found: dict[str, tuple[int, int]] = {flow.images: (-1, 0)}
    for index, (name, step) in enumerate(flow.steps.items()):
        if name in flow.needed:
            found[name] = index, 0
        else:
            found[name] = max(found[source] for source in step.inputs)[0], index + 1
    return found


def _numbered(components: tuple[str, ...]) -> bool:
    return components == tuple(map(str, range(len(components))))
