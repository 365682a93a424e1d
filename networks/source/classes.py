"""Classes of a printed network: parts of one structure become one class, what differs its parameters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from networks.blocks.base import Block
from networks.core.call import Argument, Call
from networks.graph.forward import Flow, Step
from networks.graph.submodules import Kind, Part, Statement
from networks.source.class_names import Column, Constant, base_name, parameters_of
from networks.source.identifiers import class_name, free, quoted
from networks.source.torch_signatures import DEFAULTS, ROLES

replace = msgspec.structs.replace
_OFTEN = 3
"""Places from which on a row of plain layers is worth a class."""


class Parameter(msgspec.Struct, frozen=True):
    """Stands for a constant that differs from one object of a class to the other."""

    name: str


class Item(msgspec.Struct, frozen=True):
    """What a constructor registers under a name: a call, or a container of further items."""

    component: str
    kind: Kind | None
    call: Call | None
    items: tuple[Item, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """A line of a forward: `target`, or the expression where there is one, with the values of these numbers.

    0 is what comes in, n what the n-th line gives. `target` is what is called, or the learned tensor.
    """

    target: str
    expression: Call | None
    inputs: tuple[int, ...]


class Body(msgspec.Struct, frozen=True):
    """What a class does, apart from its name."""

    kind: Kind
    items: tuple[Item, ...]
    lines: tuple[Line, ...]


class Class(msgspec.Struct, frozen=True):
    """One class: its body with `Parameter`s in it, and the parts that are objects of it."""

    name: str
    parameters: tuple[Column, ...]
    body: Body
    parts: tuple[Part, ...]
    block: type[Block] | None


def classes_of(root: Part, flow: Flow, blocks: Mapping[str, Block], name: str) -> tuple[Class, ...]:
    """All classes of a network, those that others use first, the network's own, called `name`, last.

    `blocks` are the declared blocks by their paths. A row of plain layers that stands in several places
    becomes a class, too.
    """
    first = _Classes(flow, blocks, name, frozenset()).of(root)
    counted = Counter(
        structure_of(row) for made in first for item in made.body.items for row in _plain_rows(item)
    )
    often = frozenset(structure for structure, count in counted.items() if count >= _OFTEN)
    return _Classes(flow, blocks, name, often).of(root) if often else first


class _Classes:
    def __init__(self, flow: Flow, blocks: Mapping[str, Block], name: str, often: frozenset[str]) -> None:
        self._flow = flow
        self._blocks = blocks
        self._name = name
        self._often = often
        self._objects: dict[str, Item] = {}
        """What stands in a constructor for each part that has a class."""
        self._roles = dict(ROLES)
        self._found: list[Class] = []

    def of(self, root: Part) -> tuple[Class, ...]:
        by_height: dict[int, list[Part]] = defaultdict(list)
        self._sort(root, by_height)
        for height in sorted(by_height):
            alike: dict[str, list[tuple[Part, Body]]] = defaultdict(list)
            for part in by_height[height]:
                body = self._body(part)
                structure = structure_of(body)
                if part.kind != "row" or structure_of(_container(part, body.items)) in self._often:
                    alike[structure].append((part, body))
            for objects in alike.values():
                self._declare([part for part, _ in objects], [body for _, body in objects])
        return tuple(self._found)

    def _sort(self, part: Part, by_height: dict[int, list[Part]]) -> int:
        """Parts that have a class, or may have one, by how many of them lie within each other."""
        height = max(
            (self._sort(child, by_height) for child in part.children.values() if isinstance(child, Part)),
            default=0,
        )
        plain = len(part.children) > 1 and all(isinstance(child, Step) for child in part.children.values())
        if part.kind in ("class", "holder") or (part.kind == "row" and plain):
            height += 1
            by_height[height].append(part)
        return height

    def _items(self, part: Part) -> tuple[Item, ...]:
        return tuple(self._item(component, child) for component, child in part.children.items())

    def _item(self, component: str, child: Part | Step) -> Item:
        if isinstance(child, Step):
            assert child.made is not None, "children are registered"
            return Item(component, None, _spelled_out(child.made))
        made = self._objects.get(child.path) or _container(child, self._items(child))
        return replace(made, component=component)

    def _body(self, part: Part) -> Body:
        lines: tuple[Line, ...] = ()
        if part.kind == "class":
            number = {part.x: 0} | {s.output: n for n, s in enumerate(part.statements, start=1)}
            lines = tuple(
                _line(part, statement, tuple(number[source] for source in statement.inputs))
                for statement in part.statements
            )
        return Body(part.kind, self._items(part), lines)

    def _declare(self, parts: list[Part], bodies: list[Body]) -> None:
        """One class for parts that are alike but for their constants."""
        blocks = [self._blocks.get(part.path) for part in parts]
        shape = self._flow.shape
        columns = parameters_of(
            [self._constants(body) for body in bodies],
            [shape(part.x) if part.statements else () for part in parts],
            [shape(part.statements[-1].output) if part.statements else () for part in parts],
            blocks,
            parts[0].children,
        )
        name = self._class_name(parts, bodies[0], blocks)
        named = {place: column.name for column in columns for place in column.places}
        places = iter(range(len(self._constants(bodies[0]))))

        def put(where: str, role: str, value: Any) -> Any:
            place = next(places)
            return Parameter(named[place]) if place in named else value

        body = mapped(bodies[0], put, self._roles)
        kinds = {type(block) for block in blocks if block is not None}
        block = kinds.pop() if len(kinds) == 1 and None not in blocks else None
        self._found.append(Class(name, columns, body, tuple(parts), block))
        self._roles[name] = ("out_channels",) * sum(column.size for column in columns)
        for index, part in enumerate(parts):
            args = tuple(column.values[index] for column in columns if column.size)
            kwargs = tuple((column.name, column.values[index]) for column in columns if not column.size)
            self._objects[part.path] = Item("", None, Call(name, args, kwargs))

    def _constants(self, body: Body) -> list[Constant]:
        found: list[Constant] = []

        def note(where: str, role: str, value: Any) -> Any:
            found.append(Constant(where, role, value))
            return value

        mapped(body, note, self._roles)
        return found

    def _class_name(self, parts: list[Part], body: Body, blocks: list[Block | None]) -> str:
        taken = {made.name for made in self._found}
        if not parts[0].path:
            return self._name
        plain = all(item.call is not None and item.call.target.startswith("nn.") for item in body.items)
        targets = (
            [item.call.target for item in body.items if item.call is not None]
            if plain and is_in_series(body)
            else None
        )
        base = base_name([part.path for part in parts], blocks, targets) or "Part"
        for other in self._found:
            further = [item.component for item in body.items]
            for item in other.body.items:
                if other.name == base and item.component in further:
                    further.remove(item.component)
            if other.name == base and len(further) == 1:
                base += class_name(further[0])
                break
        if base in taken and len(parts) == 1:
            base = class_name(parts[0].path.rpartition(".")[2]) or base
        return free(base, {*taken, self._name})


def is_in_series(body: Body) -> bool:
    """Whether the items run one behind the other and nothing else does."""
    if body.kind == "row":
        return True
    targets = [f"self.{item.component}" for item in body.items]
    return [(line.target, line.inputs) for line in body.lines] == [
        (target, (number,)) for number, target in enumerate(targets)
    ]


def structure_of(value: Item | Body) -> str:
    """The same for all that differs only in its constants."""
    return repr(mapped(value, lambda where, role, constant: "", {}))


def mapped(value: Any, visit: Callable[[str, str, Any], Any], roles: Mapping[str, tuple[str, ...]]) -> Any:
    """The same with each constant replaced by what `visit` says of its place, its role and its value.

    Tuples in a constructor of a module are constants; those in an expression are gone through.
    """

    def walk(part: Any, where: str, role: str, expression: bool) -> Any:
        match part:
            case Body():
                items = tuple(walk(item, "", "", False) for item in part.items)
                return replace(
                    part, items=items, lines=tuple(walk(line, "", "", True) for line in part.lines)
                )
            case Item():
                items = tuple(walk(item, item.component, "", False) for item in part.items)
                return replace(
                    part, call=part.call and walk(part.call, part.component, "", False), items=items
                )
            case Line():
                return replace(part, expression=part.expression and walk(part.expression, "", "", True))
            case Call():
                known = roles.get(part.target, ())
                expression = expression or part.target.startswith("torch.")
                args = tuple(
                    walk(arg, where, known[index] if index < len(known) else "", expression)
                    for index, arg in enumerate(part.args)
                )
                kwargs = tuple((name, walk(arg, where, name, expression)) for name, arg in part.kwargs)
                return Call(part.target, args, kwargs)
            case list():
                return [walk(each, where, role, expression) for each in part]
            case tuple() if expression:
                return tuple(walk(each, where, role, expression) for each in part)
            case Argument():
                return part
        return visit(where, role, part)

    return walk(value, "", "", False)


def _container(part: Part, items: tuple[Item, ...]) -> Item:
    return Item("", part.kind, None, items)


def _plain_rows(item: Item) -> Iterator[Item]:
    """The rows of at least two layers of torch's own in an item."""
    plain = all(inner.call is not None and inner.call.target.startswith("nn.") for inner in item.items)
    if item.kind == "row" and len(item.items) > 1 and plain:
        yield replace(item, component="")
    for inner in item.items:
        yield from _plain_rows(inner)


def _spelled_out(call: Call) -> Call:
    """With all options that may be left out, so that with and without them is one structure."""
    args = tuple(_spelled_out(arg) if isinstance(arg, Call) else arg for arg in call.args)
    options = dict(call.kwargs)
    defaults = DEFAULTS.get(call.target, {})
    given = [(name, value) for name, value in options.items() if name not in defaults]
    return Call(
        call.target, args, (*given, *((name, options.get(name, defaults[name])) for name in defaults))
    )


def _line(part: Part, statement: Statement, inputs: tuple[int, ...]) -> Line:
    step = statement.step
    registered = step is None or step.made is not None
    target = access(part, statement.path) if registered else ""
    return Line(target, step.expression if step is not None else None, inputs)


def access(part: Part, path: str) -> str:
    """How the forward of `part` gets at what is registered under `path`, such as `self.layer1[0].conv1`."""
    found = "self"
    inner: Part | Step = part
    components = path[len(part.path) :].lstrip(".").split(".")
    for component in components:
        assert isinstance(inner, Part), "only parts hold something"
        child = inner.children[component]
        if inner.kind in ("row", "list"):
            found += f"[{component}]"
        elif inner.kind == "dict":
            found += f"[{quoted(component)}]"
        elif component.isidentifier():
            found += f".{component}"
        elif isinstance(child, Step) and child.tensor:
            found += f".get_parameter({quoted(component)})"
        else:
            found += f".get_submodule({quoted(component)})"
        inner = child
    return found
