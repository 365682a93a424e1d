"""`backbone import`: runs a user's own code and writes the torch module that it makes as a project."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from torch import nn

from app.terminal.printing import print_lines
from networks.core.message import Message, UserError, message
from networks.core.shapes import Shape, ShapeError
from networks.core.storage import write_atomically
from networks.exporting.weights import as_safetensors, without_memory
from networks.graph.check import check
from networks.importing.importer import proved
from networks.importing.proving.equality import Proof
from networks.importing.refusal import MisfitError, is_wish_to_stop, said
from networks.importing.side_effects.surroundings import settings_given_back
from networks.project.project import Project, write_project

T = TypeVar("T")
_NOTHING = object()
OURS = frozenset(__name__.split(".")[:1]) | {"networks", "widgets", "main"}
"""Packages of Backbone itself: a user's module of the same name could not be imported."""


USUAL_SIZE = 3, 224, 224
"""Of the images where nothing is said of them: what networks for ImageNet take."""


def import_module(place: str, size: Shape | None, out: Path, *, weights: Path | None, overwrite: bool) -> int:
    """Imports the module that the callable at `place`, such as `models.small:net`, returns.

    `size` is channels×height×width of the images, 3×224×224 where None. Writes the project to `out` and, if
    `weights` is given, the module's weights to that file; each file is told of as soon as it is written.
    Returns the exit code 0.

    Raises UserError if a file's name has another ending than what it holds, if something is missing, if the
    user's code raises, if its module cannot be shown layer by layer or holds no numbers to write, or if a
    file cannot be written.
    """
    for path, ending in ((out, ".json"), (weights, ".safetensors")):
        if path is not None and path.suffix.lower() != ending:
            raise UserError(
                message("Expected a file that ends in {ending}, got “{path}”.", ending=ending, path=str(path))
            )
        if path is not None and os.path.exists(path) and not overwrite:
            raise UserError(
                message("“{path}” is there already: choose another name, or add --overwrite.", path=str(path))
            )
    with _program_given_back(), settings_given_back():
        module = _module(place)
    try:
        network, proof = proved(module, size or USUAL_SIZE)
    except UserError as error:
        if size is None and isinstance(error.__cause__, MisfitError | ShapeError):
            hint = message(
                "{problem} Say which images it takes, such as --input 1x28x28.", problem=error.reason
            )
            raise UserError(hint) from error
        raise
    project = Project(network)
    # weights that cannot be written, such as those on the meta device, are refused before a file is made
    learned = None if weights is None else _weights(module, project)
    write_project(project, out)
    print_lines(_told(project, out, size or USUAL_SIZE, proof))
    if weights is not None and learned is not None:
        write_atomically(weights, learned)
        print_lines(f"{weights}: the weights of the module")
    return 0


def _weights(module: nn.Module, project: Project) -> bytes:
    """The module's weights as a safetensors file, without those of layers that forward never calls.

    They are taken from where the module keeps them: its `state_dict` may tell of others than it computes
    with.
    """
    held = dict(
        (*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False))
    )
    return as_safetensors({name: held[name] for name in without_memory(project).state_dict()})


def _module(place: str) -> nn.Module:
    name, colon, path = place.partition(":")
    if not (name and colon and path):
        raise UserError(
            message(
                "Expected a module and the callable in it that makes the network, got “{place}”: try "
                "package.module:callable.",
                place=place,
            )
        )
    if name.endswith(".py") or os.sep in name:
        raise UserError(_file_instead(Path(name), path))
    if name.split(".")[0] in OURS:
        raise UserError(
            message(
                "Backbone itself has a module “{name}”: give yours another name.", name=name.split(".")[0]
            )
        )
    _prepare_torchvision()
    # as `python -m` does it; only after Backbone's own imports, so that no file of the user's replaces one
    sys.path.insert(0, os.getcwd())
    found: object = _run(f"import {name}", lambda: importlib.import_module(name))
    for part in path.split("."):
        found = _run(f"{name}:{path}", partial(getattr, found, part, _NOTHING))
        if found is _NOTHING:
            raise UserError(message("There is no “{path}” in the module “{name}”.", path=path, name=name))
    if callable(found) and not isinstance(found, nn.Module):
        found = _run(f"{path}()", found)
    if not isinstance(found, nn.Module):
        raise UserError(
            message(
                "Expected “{place}” to give a torch.nn.Module, got {kind}.",
                place=place,
                kind=type(found).__name__,
            )
        )
    return found


def _file_instead(file: Path, path: str) -> Message:
    """What to write where a module's file was named in place of the module."""
    *folders, module = file.with_suffix("").parts
    if file.is_absolute() or ".." in folders:
        return message(
            "Expected the name of a module, got the file “{file}”: in its folder, try {module}:{path}.",
            file=str(file),
            module=module,
            path=path,
        )
    return message(
        "Expected the name of a module, got the file “{file}”: try {module}:{path}.",
        file=str(file),
        module=".".join((*folders, module)),
        path=path,
    )


def _prepare_torchvision() -> None:
    """Imports torchvision in the way that works beside any build of torch, before a user's code does it."""
    if importlib.util.find_spec("torchvision") is not None:
        # where even that fails, the user's own import tells them why
        with suppress(Exception):
            importlib.import_module("networks.data.vision")


@contextmanager
def _program_given_back() -> Iterator[None]:
    """Sets back what a user's code may have changed of the program: its folder, and where it prints."""
    folder, streams = os.getcwd(), (sys.stdout, sys.stderr)
    try:
        yield
    finally:
        os.chdir(folder)
        sys.stdout, sys.stderr = streams


def _run(what: str, action: Callable[[], T]) -> T:
    """Runs the user's code; whatever it raises becomes a sentence."""
    try:
        return action()
    except BaseException as error:
        if is_wish_to_stop(error):
            raise
        reason = f"{type(error).__name__}: {said(error)}".removesuffix(": ")
        raise UserError(message("“{what}” failed: {reason}.", what=what, reason=reason)) from error


def _told(project: Project, out: Path, size: Shape, proof: Proof) -> str:
    report = check(project.network, project.classes)
    smaller = f", smaller than its own of {_in_words(size)}" if proof.size != size else ""
    frozen = sum(node.frozen for node in project.network.nodes)
    kept = f" Layers that are frozen, since their weights get no gradients: {frozen}." if frozen else ""
    untrained = "" if proof.gradients else " Gradients were not compared: the module itself gives none."
    return (
        f"{out}: {len(project.network.nodes)} layers, {report.weights:,} weights "
        f"with the {project.classes} classes of the data. "
        f"Equal to the module on random images of {_in_words(proof.size)}{smaller}, in training and in "
        f"evaluation.{kept}{untrained}"
    )


def _in_words(size: Shape) -> str:
    return "×".join(map(str, size))
