"""Prints classes as Python source, and notes the lines that belong to each layer."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from networks.core.call import Argument, Call
from networks.core.shapes import Shape, show
from networks.graph.forward import Forward
from networks.graph.submodules import below
from networks.source.class_names import Parameter
from networks.source.classes import Class, ForwardLine, Member, ParameterUse
from networks.source.identifiers import quoted
from networks.source.torch_signatures import DEFAULTS
from networks.source.variables import variables_of

WIDTH = 110
_INDENT = "    "
_MOST_SHAPES = 4
_FEWEST_REPEATED = 3
_OPERATORS = {
    "torch.add": ("+", 1), "operator.add": ("+", 1), "torch.sub": ("-", 1), "operator.sub": ("-", 1),
    "torch.mul": ("*", 2), "operator.mul": ("*", 2),
}  # fmt: skip
_PRIMARY = 3
_BRACKETS = {
    "sequential": ("nn.Sequential(", ")"),
    "named sequential": ("nn.Sequential(OrderedDict([", "]))"),
    "list": ("nn.ModuleList([", "])"),
    "dict": ("nn.ModuleDict({", "})"),
}


class Written(NamedTuple):
    """One line of text, and the names of the layers that it is about."""

    text: str
    names: tuple[str, ...] = ()


class Printer:
    """Prints the classes of one network."""

    def __init__(self, forward: Forward, classes: Sequence[Class]) -> None:
        self._forward = forward
        self._defaults: dict[str, Mapping[str, Any]] = dict(DEFAULTS)
        for made in classes:
            self._defaults[made.name] = {c.name: c.default for c in made.parameters if c.optional}
        self._under: dict[str, list[str]] = defaultdict(list)
        """The layers that register a module or tensor at or below each path."""
        for name, operation in forward.operations.items():
            if operation.made is not None:
                for at, sign in enumerate(name):
                    if sign == ".":
                        self._under[name[:at]].append(name)
                self._under[name].append(name)

    def printed(self, made: Class, doc: str, further: Sequence[str] = ()) -> list[Written]:
        """The lines of a class that other classes use."""
        lines = self.head(made, doc, "nn.Sequential" if made.body.kind == "sequential" else "nn.Module")
        lines += self.constructor(made)
        if made.body.kind == "class":
            lines += [Written(""), Written(f"{_INDENT}def forward(self, x: Tensor) -> Tensor:")]
            lines += self.forward(made)
        return lines

    def head(self, made: Class, doc: str, base: str) -> list[Written]:
        """The first line and the docstring."""
        quoted = textwrap.wrap(f'"""{doc}"""', WIDTH - len(_INDENT))
        return [
            Written(f"class {made.name}({base}):"),
            *(Written(_INDENT + text) for text in quoted),
            Written(""),
        ]

    def constructor(self, made: Class) -> list[Written]:
        """The method that registers the members."""
        parameters = ["self", *map(_declared, made.parameters)]
        lines = [Written(text) for text in wrapped(_INDENT, "def __init__(", parameters, ") -> None:")]
        paths = [submodule.path for submodule in made.submodules]
        if made.body.kind == "sequential":
            lines.append(Written(_INDENT * 2 + "super().__init__("))
            lines += self._listed(made.body.members, "sequential", _INDENT * 3, paths)
            return [*lines, Written(_INDENT * 2 + ")")]
        lines.append(Written(_INDENT * 2 + "super().__init__()"))
        lines += [Written(f"{_INDENT * 2}self.{name} = {name}") for name in _kept(made)]
        for member in made.body.members:
            within = [below(path, member.component) for path in paths]
            if member.component.isidentifier():
                lines += self._member(f"self.{member.component} = ", member, "", _INDENT * 2, within)
            else:
                tensor = member.call is not None and member.call.target == "nn.Parameter"
                register = "register_parameter" if tensor else "add_module"
                lines += self._member(
                    f"self.{register}({quoted(member.component)}, ", member, ")", _INDENT * 2, within
                )
        return lines

    def forward(self, made: Class) -> list[Written]:
        """The body of the forward method of a class with one output."""
        statements = made.submodules[0].statements
        output = statements[-1].output
        variables = variables_of(statements, made.submodules[0].x, (output,))
        lines: list[Written] = []
        for index in range(len(statements)):
            lines += self.statement(made, index, variables, _INDENT * 2)
        return [*lines, Written(f"{_INDENT * 2}return {variables[output]}")]

    def statement(self, made: Class, index: int, variables: Mapping[str, str], indent: str) -> list[Written]:
        """One line of a forward, with the shapes that it gives in all objects of the class."""
        first = made.submodules[0].statements[index]
        line = made.body.lines[index]
        inputs = [variables[source] for source in first.inputs]
        shapes = dict.fromkeys(
            self._forward.shape(submodule.statements[index].output) for submodule in made.submodules
        )
        names = [name for submodule in made.submodules for name in submodule.statements[index].names]
        head, args, tail = _computed(line, inputs)
        return self._wrapped(indent, f"{variables[first.output]} = {head}", args, tail, shapes, names)

    def _wrapped(
        self, indent: str, head: str, args: list[str], tail: str, shapes: Iterable[Shape], names: list[str]
    ) -> list[Written]:
        lines = wrapped(indent, head, args, f"{tail}  # {_shown(list(shapes))}")
        return [Written(text, tuple(names)) for text in lines]

    def _member(
        self, before: str, member: Member, after: str, indent: str, paths: list[str]
    ) -> list[Written]:
        names = tuple(name for path in paths for name in self._under[path])
        if member.kind is None:
            assert member.call is not None, "what is no container is called"
            head, args, tail = _called(member.call, self._defaults)
            return [Written(text, names) for text in wrapped(indent, before + head, args, tail + after)]
        opened, closed = _BRACKETS[member.kind]
        lines = self._listed(member.members, member.kind, indent + _INDENT, paths)
        alone = f"{indent}{before}{opened}{lines[0].text.strip().rstrip(',')}{closed}{after}"
        if len(lines) == 1 and len(alone) <= WIDTH:
            return [Written(alone, names)]
        return [Written(f"{indent}{before}{opened}", names), *lines, Written(f"{indent}{closed}{after}")]

    def _listed(self, members: Sequence[Member], kind: str, indent: str, paths: list[str]) -> list[Written]:
        """The members of a container; a run of equal ones is printed once, with its count."""
        lines: list[Written] = []
        start = 0
        while start < len(members):
            member = members[start]
            stop = start + 1
            if kind in ("sequential", "list") and member.call is not None:
                while stop < len(members) and members[stop].call == member.call:
                    stop += 1
            if stop - start < _FEWEST_REPEATED:
                stop = start + 1
            within = [below(path, each.component) for path in paths for each in members[start:stop]]
            if stop - start > 1:
                lines += self._member("*(", member, f" for _ in range({stop - start})),", indent, within)
            elif kind == "named sequential":
                lines += self._member(f"({quoted(member.component)}, ", member, "),", indent, within)
            elif kind == "dict":
                lines += self._member(f"{quoted(member.component)}: ", member, ",", indent, within)
            else:
                lines += self._member("", member, ",", indent, within)
            start = stop
        return lines


def wrapped(indent: str, head: str, args: Sequence[str], tail: str) -> list[str]:
    """A call on one line if it fits, else with its arguments on further lines."""
    one = f"{indent}{head}{', '.join(args)}{tail}"
    if len(one) <= WIDTH or not args:
        return [one]
    inner = [", ".join(args)]
    room = WIDTH - len(indent) - len(_INDENT)
    if len(inner[0]) > room:
        inner = [line for arg in args for line in textwrap.wrap(arg + ",", room, break_long_words=False)]
    return [indent + head, *(indent + _INDENT + text for text in inner), indent + tail]


def literal(value: Any) -> str:
    """A constant as code."""
    return quoted(value) if isinstance(value, str) else repr(value)


def _shown(shapes: Sequence[Shape]) -> str:
    if len(shapes) <= _MOST_SHAPES:
        return ", ".join(map(show, shapes))
    return f"{show(shapes[0])}, …, {show(shapes[-1])}"


def _declared(parameter: Parameter) -> str:
    kinds = dict.fromkeys(_annotation(value) for value in parameter.values)
    text = f"{parameter.name}: {' | '.join(kinds)}"
    return f"{text} = {literal(parameter.default)}" if parameter.optional else text


def _annotation(value: Any) -> str:
    if value is None:
        return "None"
    return "tuple[int, ...]" if isinstance(value, tuple) else type(value).__name__


def _kept(made: Class) -> list[str]:
    """The parameters that the forward needs, so that the constructor must keep them."""
    found: list[str] = []

    def note(value: Any) -> None:
        match value:
            case ParameterUse():
                found.append(value.name)
            case Call():
                for arg in (*value.args, *(arg for _, arg in value.kwargs)):
                    note(arg)
            case tuple() | list():
                for each in value:
                    note(each)

    for line in made.body.lines:
        note(line.expression)
    return list(dict.fromkeys(found))


def _called(call: Call, defaults: Mapping[str, Mapping[str, Any]]) -> tuple[str, list[str], str]:
    """A constructor's call without arguments that equal their defaults, as head, arguments and tail."""
    omitted = defaults.get(call.target, {})
    args = [_constant(arg, defaults) for arg in call.args]
    args += [
        f"{name}={_constant(value, defaults)}"
        for name, value in call.kwargs
        if not (name in omitted and type(value) is type(omitted[name]) and value == omitted[name])
    ]
    # the classes of our own layers stand in the same text
    return f"{call.target.removeprefix('own.')}(", args, ")"


def _constant(value: Any, defaults: Mapping[str, Mapping[str, Any]]) -> str:
    match value:
        case ParameterUse():
            return value.name
        case Call():
            head, args, tail = _called(value, defaults)
            return f"{head}{', '.join(args)}{tail}"
        case tuple():
            return f"({', '.join(_constant(each, defaults) for each in value)}{',' * (len(value) == 1)})"
    return literal(value)


def _computed(line: ForwardLine, inputs: Sequence[str]) -> tuple[str, list[str], str]:
    if line.expression is None:
        return f"{line.target}(", list(inputs), ")"
    values = [*inputs, line.target]
    call = line.expression
    if call.target in _OPERATORS:
        return _expression(call, values)[0], [], ""
    return f"{call.target}(", _arguments(call, values), ")"


def _arguments(call: Call, values: Sequence[str]) -> list[str]:
    args = [_expression(arg, values)[0] for arg in call.args]
    return args + [f"{name}={_expression(value, values)[0]}" for name, value in call.kwargs]


def _expression(value: Any, values: Sequence[str]) -> tuple[str, int]:
    """The text of an expression, and how strongly it binds."""
    match value:
        case Argument():
            return values[value.index], _PRIMARY
        case ParameterUse():
            return f"self.{value.name}", _PRIMARY
        case Call() if value.target in _OPERATORS and len(value.args) == 2 and not value.kwargs:
            sign, binds = _OPERATORS[value.target]
            (left, left_binds), (right, right_binds) = (_expression(arg, values) for arg in value.args)
            left = left if left_binds >= binds else f"({left})"
            right = right if right_binds > binds else f"({right})"
            return f"{left} {sign} {right}", binds
        case Call():
            return f"{value.target}({', '.join(_arguments(value, values))})", _PRIMARY
        case list():
            return f"[{', '.join(_expression(each, values)[0] for each in value)}]", _PRIMARY
        case tuple():
            text = ", ".join(_expression(each, values)[0] for each in value)
            return f"({text},)" if len(value) == 1 else f"({text})", _PRIMARY
    return literal(value), _PRIMARY
