"""The classes of a printed network: one for all submodules of equal structure, with what differs as
parameters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from networks.blocks.base import Block
from networks.core.call import Argument, Call
from networks.graph.forward import Forward, Operation
from networks.graph.submodules import Statement, Submodule, SubmoduleKind
from networks.source.class_names import Constant, Parameter, base_name, parameters_of
from networks.source.identifiers import class_name, free, quoted
from networks.source.torch_signatures import DEFAULTS, ROLES

_OFTEN = 3
"""In this many places a sequence of plain layers must stand to be worth a class of its own."""


class ParameterUse(msgspec.Struct, frozen=True):
    """Stands in a class's body where its objects have different constants."""

    name: str


class Member(msgspec.Struct, frozen=True):
    """What a constructor registers under a name: a call, or a container of further members."""

    component: str
    kind: SubmoduleKind | None
    call: Call | None
    members: tuple[Member, ...] = ()


class ForwardLine(msgspec.Struct, frozen=True):
    """A line of a forward method: a call of `target`, or the expression where there is one.

    `inputs` number the values that it takes: 0 is the input of the class, n the result of the n-th line.
    `target` is the module that is called, or the learned tensor of the expression.
    """

    target: str
    expression: Call | None
    inputs: tuple[int, ...]


class Body(msgspec.Struct, frozen=True):
    """What a class does, apart from its name."""

    kind: SubmoduleKind
    members: tuple[Member, ...]
    lines: tuple[ForwardLine, ...]


class Class(msgspec.Struct, frozen=True):
    """One class: its body with `ParameterUse`s in it, and the submodules that are objects of it."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Body
    submodules: tuple[Submodule, ...]
    block: type[Block] | None


def classes_of(
    root: Submodule, forward: Forward, blocks: Mapping[str, Block], name: str
) -> tuple[Class, ...]:
    """All classes of a network: each before those that use it, the network's own, called `name`, last.

    `blocks` are the declared blocks by their paths. A sequence of plain layers that stands in several places
    becomes a class, too.
    """
    first = _Classes(forward, blocks, name, frozenset()).of(root)
    counted = Counter(
        structure_of(inner)
        for made in first
        for member in made.body.members
        for inner in _plain_series(member)
    )
    often = frozenset(structure for structure, count in counted.items() if count >= _OFTEN)
    return _Classes(forward, blocks, name, often).of(root) if often else first


class _Classes:
    def __init__(
        self, forward: Forward, blocks: Mapping[str, Block], name: str, often: frozenset[str]
    ) -> None:
        self._forward = forward
        self._blocks = blocks
        self._name = name
        self._often = often
        self._objects: dict[str, Member] = {}
        """What stands in a constructor for each submodule that has a class."""
        self._roles = dict(ROLES)
        self._found: list[Class] = []

    def of(self, root: Submodule) -> tuple[Class, ...]:
        by_height: dict[int, list[Submodule]] = defaultdict(list)
        self._sort(root, by_height)
        for height in sorted(by_height):
            alike: dict[str, list[tuple[Submodule, Body]]] = defaultdict(list)
            for submodule in by_height[height]:
                body = self._body(submodule)
                structure = structure_of(body)
                if (
                    submodule.kind != "sequential"
                    or structure_of(_container(submodule, body.members)) in self._often
                ):
                    alike[structure].append((submodule, body))
            for objects in alike.values():
                self._declare([submodule for submodule, _ in objects], [body for _, body in objects])
        return tuple(self._found)

    def _sort(self, submodule: Submodule, by_height: dict[int, list[Submodule]]) -> int:
        """Sorts the submodules that may have a class by how deeply such submodules are nested in them."""
        height = max(
            (
                self._sort(child, by_height)
                for child in submodule.children.values()
                if isinstance(child, Submodule)
            ),
            default=0,
        )
        plain = len(submodule.children) > 1 and all(
            isinstance(child, Operation) for child in submodule.children.values()
        )
        if submodule.kind in ("class", "holder") or (submodule.kind == "sequential" and plain):
            height += 1
            by_height[height].append(submodule)
        return height

    def _members(self, submodule: Submodule) -> tuple[Member, ...]:
        return tuple(self._member(component, child) for component, child in submodule.children.items())

    def _member(self, component: str, child: Submodule | Operation) -> Member:
        if isinstance(child, Operation):
            assert child.made is not None, "children are registered"
            return Member(component, None, _spelled_out(child.made))
        made = self._objects.get(child.path) or _container(child, self._members(child))
        return replace(made, component=component)

    def _body(self, submodule: Submodule) -> Body:
        lines: tuple[ForwardLine, ...] = ()
        if submodule.kind == "class":
            number = {submodule.x: 0} | {s.output: n for n, s in enumerate(submodule.statements, start=1)}
            lines = tuple(
                _line(submodule, statement, tuple(number[source] for source in statement.inputs))
                for statement in submodule.statements
            )
        return Body(submodule.kind, self._members(submodule), lines)

    def _declare(self, submodules: list[Submodule], bodies: list[Body]) -> None:
        """One class for submodules that are alike but for their constants."""
        blocks = [self._blocks.get(submodule.path) for submodule in submodules]
        shape = self._forward.shape
        columns = parameters_of(
            [self._constants(body) for body in bodies],
            [shape(submodule.x) if submodule.statements else () for submodule in submodules],
            [
                shape(submodule.statements[-1].output) if submodule.statements else ()
                for submodule in submodules
            ],
            blocks,
            submodules[0].children,
        )
        name = self._class_name(submodules, bodies[0], blocks)
        named = {place: column.name for column in columns for place in column.places}
        places = iter(range(len(self._constants(bodies[0]))))

        def put(where: str, role: str, value: Any) -> Any:
            place = next(places)
            return ParameterUse(named[place]) if place in named else value

        body = mapped(bodies[0], put, self._roles)
        kinds = {type(block) for block in blocks if block is not None}
        block = kinds.pop() if len(kinds) == 1 and None not in blocks else None
        self._found.append(Class(name, columns, body, tuple(submodules), block))
        self._roles[name] = ("out_channels",) * sum(column.size for column in columns)
        for index, submodule in enumerate(submodules):
            args = tuple(column.values[index] for column in columns if column.size)
            kwargs = tuple((column.name, column.values[index]) for column in columns if not column.size)
            self._objects[submodule.path] = Member("", None, Call(name, args, kwargs))

    def _constants(self, body: Body) -> list[Constant]:
        found: list[Constant] = []

        def note(where: str, role: str, value: Any) -> Any:
            found.append(Constant(where, role, value))
            return value

        mapped(body, note, self._roles)
        return found

    def _class_name(self, submodules: list[Submodule], body: Body, blocks: list[Block | None]) -> str:
        taken = {made.name for made in self._found}
        if not submodules[0].path:
            return self._name
        plain = all(
            member.call is not None and member.call.target.startswith("nn.") for member in body.members
        )
        targets = (
            [member.call.target for member in body.members if member.call is not None]
            if plain and is_in_series(body)
            else None
        )
        base = base_name([submodule.path for submodule in submodules], blocks, targets) or "Part"
        for other in self._found:
            further = [member.component for member in body.members]
            for member in other.body.members:
                if other.name == base and member.component in further:
                    further.remove(member.component)
            if other.name == base and len(further) == 1:
                base += class_name(further[0])
                break
        if base in taken and len(submodules) == 1:
            base = class_name(submodules[0].path.rpartition(".")[2]) or base
        return free(base, {*taken, self._name})


def is_in_series(body: Body) -> bool:
    """Whether the forward runs the members one after the other and does nothing else."""
    if body.kind == "sequential":
        return True
    targets = [f"self.{member.component}" for member in body.members]
    return [(line.target, line.inputs) for line in body.lines] == [
        (target, (number,)) for number, target in enumerate(targets)
    ]


def structure_of(value: Member | Body) -> str:
    """A text that is equal for all that differs only in its constants."""
    return repr(mapped(value, lambda where, role, constant: "", {}))


def mapped(value: Any, visit: Callable[[str, str, Any], Any], roles: Mapping[str, tuple[str, ...]]) -> Any:
    """A copy with each constant replaced by what `visit` returns for its place, its role and its value.

    A tuple among a constructor's arguments is a constant; in an expression each of its items is visited.
    """

    def walk(piece: Any, where: str, role: str, expression: bool) -> Any:
        match piece:
            case Body():
                members = tuple(walk(member, "", "", False) for member in piece.members)
                return replace(
                    piece, members=members, lines=tuple(walk(line, "", "", True) for line in piece.lines)
                )
            case Member():
                members = tuple(walk(member, member.component, "", False) for member in piece.members)
                return replace(
                    piece, call=piece.call and walk(piece.call, piece.component, "", False), members=members
                )
            case ForwardLine():
                return replace(piece, expression=piece.expression and walk(piece.expression, "", "", True))
            case Call():
                known = roles.get(piece.target, ())
                expression = expression or piece.target.startswith("torch.")
                args = tuple(
                    walk(arg, where, known[index] if index < len(known) else "", expression)
                    for index, arg in enumerate(piece.args)
                )
                kwargs = tuple((name, walk(arg, where, name, expression)) for name, arg in piece.kwargs)
                return Call(piece.target, args, kwargs)
            case list():
                return [walk(each, where, role, expression) for each in piece]
            case tuple() if expression:
                return tuple(walk(each, where, role, expression) for each in piece)
            case Argument():
                return piece
        return visit(where, role, piece)

    return walk(value, "", "", False)


def _container(submodule: Submodule, members: tuple[Member, ...]) -> Member:
    return Member("", submodule.kind, None, members)


def _plain_series(member: Member) -> Iterator[Member]:
    """The sequences of at least two of torch's own layers in a member."""
    plain = all(inner.call is not None and inner.call.target.startswith("nn.") for inner in member.members)
    if member.kind == "sequential" and len(member.members) > 1 and plain:
        yield replace(member, component="")
    for inner in member.members:
        yield from _plain_series(inner)


def _spelled_out(call: Call) -> Call:
    """The call with all optional arguments, so that leaving a default out makes no other structure."""
    args = tuple(_spelled_out(arg) if isinstance(arg, Call) else arg for arg in call.args)
    options = dict(call.kwargs)
    defaults = DEFAULTS.get(call.target, {})
    given = [(name, value) for name, value in options.items() if name not in defaults]
    return Call(
        call.target, args, (*given, *((name, options.get(name, defaults[name])) for name in defaults))
    )


def _line(submodule: Submodule, statement: Statement, inputs: tuple[int, ...]) -> ForwardLine:
    operation = statement.operation
    registered = operation is None or operation.made is not None
    target = access(submodule, statement.path) if registered else ""
    return ForwardLine(target, operation.expression if operation is not None else None, inputs)


def access(submodule: Submodule, path: str) -> str:
    """How the forward of `submodule` reaches what is under `path`, such as `self.layer1[0].conv1`."""
    found = "self"
    inner: Submodule | Operation = submodule
    components = path[len(submodule.path) :].lstrip(".").split(".")
    for component in components:
        assert isinstance(inner, Submodule), "only submodules have children"
        child = inner.children[component]
        if inner.kind in ("sequential", "list"):
            found += f"[{component}]"
        elif inner.kind == "dict":
            found += f"[{quoted(component)}]"
        elif component.isidentifier():
            found += f".{component}"
        elif isinstance(child, Operation) and child.tensor:
            found += f".get_parameter({quoted(component)})"
        else:
            found += f".get_submodule({quoted(component)})"
        inner = child
    return found
