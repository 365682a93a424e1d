"""A project: the network and its recipe, one value that is saved, undone and trained; and its file."""

from __future__ import annotations

import os
import stat
from functools import cache, partial
from pathlib import Path
from typing import Literal

import msgspec

from networks.core.decoding import decoded
from networks.core.message import Message, UserError, message
from networks.core.storage import write_atomically
from networks.graph.bare import bare
from networks.graph.network import Fold, Network, Node
from networks.layers.ends import Input, Output
from networks.presets.lenet import LENET5_RECIPE, lenet5
from networks.project import file_problem
from networks.project.upgrade import FORMAT, origin, upgraded
from networks.recipes.recipe import Recipe

LARGEST_FILE = 64 * 2**20
"""In bytes: far more than the largest project, and small enough to be in memory several times."""
MOST_LAYERS = 10_000
MOST_FOLDS = 5_000
"""A layer in a fold of its own takes twice as long to open as one without; this many open within a second."""
MOST_WIRES = 100_000


class Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a project file holds."""

    network: Network = Network()
    recipe: Recipe = Recipe()

    @property
    def classes(self) -> int:
        """How many classes the data has."""
        return len(self.recipe.data.dataset.classes)


def share_weights(one: Project, other: Project) -> bool:
    """Whether what the network of one has learned fits that of the other: the same layers and classes."""
    return one.classes == other.classes and bare(one.network) == bare(other.network)


def first_project() -> Project:
    """What a newcomer sees first: LeNet-5 on handwritten digits, with the preset's recipe."""
    return Project(lenet5(), LENET5_RECIPE)


def blank_project() -> Project:
    """An empty start: the two ends, and a wire to drop layers on."""
    return Project(Network((Node("input", Input()), Node("output", Output(), ("input",)))), Recipe())


class _Header(msgspec.Struct):
    format: msgspec.Raw = msgspec.Raw(b"null")
    program: msgspec.Raw = msgspec.Raw(b"null")


class _Lists(msgspec.Struct, frozen=True):
    nodes: tuple[msgspec.Raw, ...] = ()
    folds: tuple[msgspec.Raw, ...] = ()


class _Sizes(msgspec.Struct, frozen=True):
    network: _Lists = _Lists()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    program: Literal["Backbone"]
    network: Network
    recipe: Recipe


def project_to_json(project: Project) -> bytes:
    """The project file: a line for each layer, every parameter written out, always in the same order."""
    nodes = ",".join("\n      " + _one_line(node) for node in project.network.nodes)
    folds = ",".join("\n      " + _one_line(fold) for fold in project.network.folds)
    recipe = msgspec.json.format(msgspec.json.encode(project.recipe), indent=2).decode()
    return (
        "{\n"
        f'  "format": {FORMAT},\n'
        '  "program": "Backbone",\n'
        '  "network": {\n'
        f'    "nodes": [{nodes}{chr(10) + "    " if nodes else ""}]'
        + (f',\n    "folds": [{folds}\n    ]\n' if folds else "\n")
        + "  },\n"
        f'  "recipe": {recipe.replace(chr(10), chr(10) + "  ")}\n'
        "}\n"
    ).encode()


def project_from_json(data: bytes) -> Project:
    """The project in the bytes of a file. Raises UserError: the place, the reason, what to try.

    Runs no code from the file: types come from closed unions, everything else is numbers and names.
    """
    if len(data) > LARGEST_FILE:
        raise UserError(_too_large(len(data)))
    # the byte order mark that some editors on Windows put before UTF-8
    data = data.removeprefix(b"\xef\xbb\xbf")
    if reason := file_problem.foreign(data):
        raise UserError(reason)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(file_problem.undecodable(data, error)) from None
    try:
        number = _format(data)
        _check_sizes(data)
        if reason := file_problem.duplicate(text):
            raise UserError(reason)
        data = upgraded(data, number)
        file = _whole(data)
    except msgspec.ValidationError as error:
        place = partial(origin, number=number)
        raise UserError(file_problem.mismatch(error, data, _declared(), place)) from None
    except msgspec.DecodeError as error:
        raise UserError(file_problem.malformed(data, text, error)) from None
    except RecursionError:
        raise UserError(file_problem.too_deep()) from None
    _check_wires(file.network)
    return Project(file.network, file.recipe)


def read_project(path: Path) -> Project:
    """The project in a file. Raises UserError with the path, the place in the file and the reason."""
    try:
        return project_from_json(_content(path))
    except UserError as error:
        reason = error.reason
    except (OSError, ValueError) as error:
        reason = _reason(error)
    shown = os.fspath(path).encode("utf-8", "backslashreplace").decode()
    raise UserError(message("“{path}” was not opened. {reason}", path=shown, reason=reason))


def write_project(project: Project, path: Path) -> None:
    """Saves the project; an old file stays intact until the new one is complete. Raises UserError.

    Writes nothing that could not be opened again.
    """
    data = project_to_json(project)
    try:
        same = project_from_json(data) == project
    except UserError as error:
        shown = os.fspath(path).encode("utf-8", "backslashreplace").decode()
        raise UserError(
            message("“{path}” was not saved. {reason}", path=shown, reason=error.reason)
        ) from error
    assert same, "what is written must be what is read"
    write_atomically(path, data)


def _whole(data: bytes) -> _File:
    return decoded(data, _File)


@cache
def _declared() -> msgspec.inspect.Type:
    return msgspec.inspect.type_info(_File)


def _one_line(value: Node | Fold) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def _format(data: bytes) -> int:
    """The number of the file's format. Raises UserError for other files, DecodeError without JSON."""
    try:
        header = decoded(data, _Header)
    except msgspec.ValidationError:
        header = _Header()
    if bytes(header.program) != b'"Backbone"':
        raise UserError(
            message(
                "It is JSON, but no Backbone project: expected “program”: “Backbone” in it, got none; "
                "open another file."
            )
        )
    number = bytes(header.format)
    try:
        wanted = msgspec.json.decode(number, type=int)
    except msgspec.DecodeError:
        wanted = 0
    if wanted > FORMAT:
        raise UserError(
            message(
                "It comes from a newer Backbone (format {format}; this one reads up to {known}): "
                "open it with that one.",
                format=file_problem.printable(number.decode()),
                known=FORMAT,
            )
        )
    if wanted < 1:
        raise UserError(
            message(
                "Field “format”: expected the number of a format, such as {known}, got {got}: "
                "correct it in a text editor, or open another copy.",
                known=FORMAT,
                got=file_problem.printable(number.decode()),
            )
        )
    return wanted


def _check_sizes(data: bytes) -> None:
    """Counts layers and folds before decoding them: to refuse millions of them later took many seconds.

    Raises UserError, or DecodeError if it is not JSON.
    """
    try:
        network = decoded(data, _Sizes).network
    except msgspec.ValidationError:
        return  # decoding will say where and why
    if len(network.nodes) > MOST_LAYERS:
        raise UserError(
            message(
                "Expected at most {most} layers, got {count}: open a smaller network.",
                most=MOST_LAYERS,
                count=len(network.nodes),
            )
        )
    if len(network.folds) > MOST_FOLDS:
        raise UserError(
            message(
                "Expected at most {most} blocks and groups, got {count}: open a smaller network.",
                most=MOST_FOLDS,
                count=len(network.folds),
            )
        )


def _check_wires(network: Network) -> None:
    wires = sum(len(node.inputs) for node in network.nodes)
    if wires > MOST_WIRES:
        raise UserError(
            message(
                "Expected at most {most} wires, got {count}: open a smaller network.",
                most=MOST_WIRES,
                count=wires,
            )
        )


def _content(path: Path) -> bytes:
    found = os.stat(path)
    if stat.S_ISDIR(found.st_mode):
        raise UserError(message("It is a folder: open a file in it."))
    if not stat.S_ISREG(found.st_mode):
        raise UserError(message("It is a device or a pipe: open a file."))
    if found.st_size > LARGEST_FILE:
        raise UserError(_too_large(found.st_size))
    with open(path, "rb") as file:
        return file.read(LARGEST_FILE + 1)


def _too_large(size: int) -> Message:
    return message(
        "It is too large for a project: expected at most {most} MB, got {size} MB; open another file.",
        most=LARGEST_FILE // 2**20,
        size=-(-size // 2**20),
    )


def _reason(error: OSError | ValueError) -> Message:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return message("There is no such file: it may have been moved, renamed or deleted.")
        case PermissionError():
            return message("You have no permission to read it: ask its owner, or open another file.")
        case OSError():
            return message("The system says: {reason}.", reason=error.strerror or str(error))
    return message("No file can have such a name: open another file.")
