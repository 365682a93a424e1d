"""Says in words why a file is not a project: what is wrong, where, and what to try."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

from networks.core.message import Message, message, visible

Key = str | int
"""A field's name, or an index in a list."""
Place = tuple[Key, ...]
"""The way to a value inside a JSON value."""

_FOREIGN: tuple[tuple[bytes, Message], ...] = (
    (
        b"version https://git-lfs.github.com/spec/",
        message("It is a Git LFS pointer, not the project itself: run “git lfs pull” and open it again."),
    ),
    (
        b"PK\x03\x04",
        message(
            "It is a ZIP archive, perhaps a PyTorch checkpoint (.pt, .pth): that holds weights, "
            "a project is a JSON file."
        ),
    ),
    (
        b"\x80",
        message(
            "It is a Python pickle, perhaps a PyTorch checkpoint: it could run code and was not read. "
            "A project is a JSON file."
        ),
    ),
    (b"\x89HDF", message("It is an HDF5 file, perhaps Keras weights: a project is a JSON file.")),
    (b"\x1f\x8b", message("It is compressed with gzip: unpack it and open what comes out.")),
    (b"\xff\xfe", message("It is text in UTF-16: save it as UTF-8 in a text editor and open it again.")),
    (b"\xfe\xff", message("It is text in UTF-16: save it as UTF-8 in a text editor and open it again.")),
)
_PAGE = message("It is a web page, not the project itself: download the file, not the page that shows it.")
_SAFETENSORS = message("It is a safetensors file: that holds weights, a project is a JSON file.")
_STRING_OR_BRACE = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}]', re.DOTALL)
_LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_BYTE = re.compile(r"\(byte (\d+)\)$")
_PATH = re.compile(r" - at `\$((?:\.[A-Za-z_]\w*|\[\d+\])*)`$")
_KEY = re.compile(r"\.(\w+)|\[(\d+)\]")
_LONGEST = 40
_THINGS: dict[Key, tuple[str, str, str]] = {
    "nodes": ("Layer {number}", "Layer {number} (“{name}”)", "layer"),
    "folds": ("Block or group {number}", "Block or group {number} (“{name}”)", "block"),
}
"""The items of a network's lists: what to call one without and with its name, and its nested field."""
_CHOICES = 12
"""Up to this many choices are all named in a sentence."""


def foreign(data: bytes) -> Message | None:
    """What the bytes are instead, if they are plainly not JSON; None if they may be."""
    if not data.strip(b" \t\r\n"):
        return message("It is empty: open another copy of it.")
    if not data.strip(b"\0"):
        return message("It holds nothing but zeros, as after a power failure: open another copy of it.")
    for start, reason in _FOREIGN:
        if data.startswith(start):
            return reason
    if data[8:10] == b'{"' and int.from_bytes(data[:8], "little") < 100_000_000:
        return _SAFETENSORS
    return _PAGE if data.lstrip()[:1] == b"<" else None


def undecodable(data: bytes, error: UnicodeDecodeError) -> Message:
    """Says where the bytes stop being UTF-8."""
    line, column = _line_and_column(data[: error.start].decode("utf-8"), error.start)
    return message(
        "Line {line}, column {column}: expected text in UTF-8, got the byte {byte}: "
        "the file is damaged or no text; open another copy.",
        line=line,
        column=column,
        byte=f"0x{data[error.start]:02x}",
    )


def malformed(data: bytes, text: str, error: msgspec.DecodeError) -> Message:
    """Says where the text stops being JSON, and what is there."""
    if lone := _LONE_SURROGATE.search(text):
        line, column = _line_and_column(text, lone.start())
        return message(
            "Line {line}, column {column}: expected a character, got half of one (“{half}”): "
            "correct it in a text editor, or open another copy.",
            line=line,
            column=column,
            half=lone.group(),
        )
    found = _BYTE.search(str(error))
    if not found:
        lines = text.rstrip().count("\n") + 1
        return message(
            "It ends in the middle, in line {line}: the file was cut off; open another copy.", line=lines
        )
    # for trailing characters msgspec reports one position too far
    offset = int(found.group(1)) - ("trailing characters" in str(error))
    before = data[:offset].decode("utf-8", "ignore")
    line, column = _line_and_column(before, len(before))
    rest = text[len(before) : len(before) + 9]
    for word in ("NaN", "Infinity"):
        if rest.startswith(word):
            return message(
                "Line {line}, column {column}: expected a finite number, got “{word}”: "
                "correct it in a text editor, or open another copy.",
                line=line,
                column=column,
                word=word,
            )
    return message(
        "Line {line}, column {column}: expected JSON, got “{text}”: "
        "correct it in a text editor, or open another copy.",
        line=line,
        column=column,
        text=printable(_line_at(text, len(before))),
    )


def too_deep() -> Message:
    """Says that brackets are nested too deeply."""
    return message("Its brackets are nested too deeply for a project: open another file.")


def duplicate(text: str) -> Message | None:
    """The first key that occurs twice within one pair of braces of a JSON text; None if there is none.

    JSON leaves open which of the two counts, so two programs might read two different projects.
    """
    if not _may_repeat(text):
        return None
    open_braces: list[set[str]] = []
    for found in _STRING_OR_BRACE.finditer(text):
        token = found.group()
        if token == "{":
            open_braces.append(set())
        elif token == "}":
            open_braces.pop()
        elif found.group(2):
            key = msgspec.json.decode(found.group(1), type=str)
            if key in open_braces[-1]:
                line, column = _line_and_column(text, found.start())
                return message(
                    "Line {line}, column {column}: the field “{field}” stands there for the second time: "
                    "remove one of the two in a text editor.",
                    line=line,
                    column=column,
                    field=printable(key),
                )
            open_braces[-1].add(key)
    return None


def _may_repeat(text: str) -> bool:
    """Whether a key may occur twice, found out ten times as fast as where: each save asks it, too."""
    # imported late, so that the window opens sooner
    import json

    repeated = False

    def look(pairs: list[tuple[str, object]]) -> None:
        nonlocal repeated
        repeated = repeated or len(dict(pairs)) != len(pairs)

    try:
        json.loads(text, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return True  # what this parser refuses is looked at more closely
    return repeated


def mismatch(
    error: msgspec.ValidationError,
    data: bytes,
    declared: inspect.Type,
    origin: Callable[[Place], Place],
) -> Message:
    """Says which value of a JSON file does not fit its declaration, what was expected and what was found.

    `data` may be an upgraded file: `origin` gives the place in the file that the user has.
    """
    found = _PATH.search(str(error))
    path = tuple(name or int(index) for name, index in _KEY.findall(found.group(1) if found else ""))
    what = str(error)[: found.start()] if found else str(error)
    kind, raw = _walk(declared, data, path)
    for start, text in (
        ("Object missing required field `", "{place}: expected the field “{field}”, got none: {advice}."),
        ("Object contains unknown field `", "{place}: there is no field “{field}”: {advice}."),
    ):
        if what.startswith(start):
            field = printable(what[len(start) : -1])
            return message(text, place=_place(origin(path), data), field=field, advice=_advice())
    if isinstance(kind, inspect.LiteralType) and path and path[-1] == "type":
        return _unknown_type(kind, raw, _place(origin(path[:-1]), data))
    return message(
        "{place}: expected {expected}, got {got}: {advice}.",
        place=_place(origin(path), data),
        expected=_expected(kind) if kind else what,
        got=_got(raw),
        advice=_advice(),
    )


def printable(text: str) -> str:
    """Untrusted text as one short line, with escapes for invisible characters."""
    return visible(text, _LONGEST)


def _advice() -> Message:
    return message("correct it in a text editor, or open another copy")


def _unknown_type(kind: inspect.LiteralType, raw: bytes | None, place: Message) -> Message:
    name = _text(raw)
    if name is None:
        return message(
            "{place}: expected the name of a type, got {got}: {advice}.",
            place=place,
            got=_got(raw),
            advice=_advice(),
        )
    near = difflib.get_close_matches(name[:_LONGEST], map(str, kind.values), 1)
    if near:
        return message(
            "{place}: there is no type “{type}” in this Backbone: did you mean “{near}”?",
            place=place,
            type=printable(name),
            near=near[0],
        )
    return message(
        "{place}: there is no type “{type}” in this Backbone: open the project with a newer one.",
        place=place,
        type=printable(name),
    )


def _place(path: Place, data: bytes) -> Message:
    if path[:1] == ("network",) and len(path) > 2 and path[1] in _THINGS:
        unnamed, named, inner = _THINGS[path[1]]
        number = int(path[2]) + 1
        name = _text(_lookup(data, (*path[:3], "name")))
        field = _dotted(path[3:][1:] if path[3:4] == (inner,) else path[3:])
        thing = (
            message(named, number=number, name=printable(name)) if name else message(unnamed, number=number)
        )
        return message("{thing}, field “{field}”", thing=thing, field=field) if field else thing
    return message("Field “{field}”", field=_dotted(path)) if path else message("The project")


def _dotted(path: Place) -> str:
    return "".join(f" #{key + 1}" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def _expected(kind: inspect.Type) -> Message | str:
    """What the declaration allows, in words."""
    match kind:
        case inspect.Metadata():
            return _expected(kind.type)
        case inspect.IntType(ge=int(low), le=int(high)):
            return message("a whole number from {low} to {high}", low=low, high=high)
        case inspect.FloatType():
            return _bounded(kind)
        case inspect.BoolType():
            return message("true or false")
        case inspect.LiteralType():
            return _choices(kind)
        case inspect.StrType():
            return _name(kind)
        case inspect.TupleType():
            return message("a list of {count} whole numbers", count=len(kind.item_types))
        case inspect.VarTupleType(max_length=most):
            return message("a list of at most {most}", most=most) if most else message("a list in brackets")
        case inspect.UnionType() if not isinstance(kind.types[0], inspect.StructType):
            return message(
                "{first} or {other}", first=_expected(kind.types[0]), other=_expected(kind.types[-1])
            )
        case _:
            return message("fields in braces")


def _name(kind: inspect.StrType) -> Message:
    if kind.pattern is None:
        return message("a name of 1 to 64 printable characters")
    return message(
        "a name of 1 to 64 letters A–Z, digits, underscores and hyphens, or several with dots between"
    )


def _choices(kind: inspect.LiteralType) -> Message | str:
    if len(kind.values) > _CHOICES:
        shortest = min(map(str, kind.values), key=len)
        return message("one of {count} names, such as “{name}”", count=len(kind.values), name=shortest)
    return ", ".join(f"“{value}”" if isinstance(value, str) else str(value) for value in kind.values)


def _bounded(kind: inspect.FloatType) -> Message:
    """Four whole sentences, because sentences put together from parts cannot be translated."""
    low = kind.gt if kind.ge is None else kind.ge
    high = kind.lt if kind.le is None else kind.le
    text = {
        (False, False): "a number from {low} to {high}",
        (True, False): "a number above {low}, up to {high}",
        (False, True): "a number from {low} to below {high}",
        (True, True): "a number above {low} and below {high}",
    }[kind.ge is None, kind.le is None]
    return message(text, low=f"{low:g}", high=f"{high:g}")


def _got(raw: bytes | None) -> Message | str:
    if raw is None:
        return message("nothing")
    if (text := _text(raw)) is not None:
        return f"“{printable(text)}”"
    if raw[:1] == b"{":
        return message("fields in braces")
    return printable(re.sub(r"\s+", " ", raw.decode("utf-8", "replace")))


def _walk(
    kind: inspect.Type | None, raw: bytes | None, path: Place
) -> tuple[inspect.Type | None, bytes | None]:
    """The declaration of the value at a place, and its JSON; None for either that is missing."""
    for key in path:
        kind = _declared(kind, raw, key)
        raw = _lookup(raw, (key,))
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind, raw


def _declared(kind: inspect.Type | None, raw: bytes | None, key: Key) -> inspect.Type | None:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    structs = [
        struct
        for struct in (kind.types if isinstance(kind, inspect.UnionType) else (kind,))
        if isinstance(struct, inspect.StructType)
    ]
    if structs and key == structs[0].tag_field:
        return inspect.LiteralType(tuple(struct.tag for struct in structs))
    if len(structs) > 1:
        tag = _text(_lookup(raw, (structs[0].tag_field or "",)))
        structs = [struct for struct in structs if struct.tag == tag]
    if structs:
        return next((field.type for field in structs[0].fields if field.encode_name == key), None)
    if isinstance(kind, inspect.VarTupleType):
        return kind.item_type
    if isinstance(kind, inspect.TupleType) and isinstance(key, int) and key < len(kind.item_types):
        return kind.item_types[key]
    return None


def _lookup(raw: bytes | None, path: Place) -> bytes | None:
    """The JSON at a place, or None if there is none; nothing else is decoded."""
    for key in path:
        if raw is None:
            return None
        container: Any = dict[str, msgspec.Raw] if isinstance(key, str) else list[msgspec.Raw]
        try:
            raw = bytes(msgspec.json.decode(raw, type=container)[key])
        except (msgspec.DecodeError, LookupError):
            return None
    return raw


def _text(raw: bytes | None) -> str | None:
    if raw is None or raw[:1] != b'"':
        return None
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        return None


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both count from 1, in characters, as in text editors."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, min(offset, len(text)) - start + 1


def _line_at(text: str, offset: int) -> str:
    """The text at the offset, up to the end of the line."""
    return text[offset : offset + _LONGEST + 1].split("\n", 1)[0]
