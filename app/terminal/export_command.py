"""`backbone export`: a project as PyTorch source, ONNX or a picture, by the ending of the file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.session.formats import Format, endings, format_of
from app.start.system import missing_for_window
from app.terminal.data_command import look_for, read_pictures
from app.terminal.printing import print_lines
from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.graph.check import check
from networks.graph.presentation import Folding, everything_open, opened_at_first
from networks.project.project import Project, read_project
from networks.recipes.datasets.named import in_words
from networks.runs.kept.files import PROJECT, WEIGHTS
from networks.runs.kept.reading import is_run


def export(
    project_file: Path,
    out: Path,
    *,
    training: bool,
    weights: Path | None,
    opened: bool,
    caption: bool,
    overwrite: bool,
) -> int:
    """Writes the project's network to `out`, prints what the file holds and returns the exit code 0.

    `project_file` may be the folder of a run that was kept: ONNX then holds what it has learned, and the
    script of `training` repeats it.

    `training` makes the source a script that trains; `weights` is a safetensors file, for ONNX; `opened` and
    `caption` are for pictures. Raises UserError if the ending is none that can be written, if the file exists
    already, or if it cannot be written.
    """
    content = _format_of(out).content
    if training and content != "source":
        raise UserError(message("--training goes with .py alone, the source that trains: leave it out."))
    if weights is not None and content != "onnx":
        raise UserError(message("--weights goes with .onnx alone, which holds weights: leave it out."))
    if (opened or caption) and content != "picture":
        raise UserError(
            message(
                "--open and --caption go with pictures alone, {endings}: leave them out.",
                endings=", ".join(endings("picture")),
            )
        )
    if os.path.exists(out) and not overwrite:
        raise UserError(
            message("“{path}” is there already: choose another file, or add --overwrite.", path=str(out))
        )
    run = project_file if is_run(project_file) else None
    project = read_project(project_file if run is None else run / PROJECT)
    # a run lies in the folder NAME.runs of its project
    title = project_file.stem if run is None else run.absolute().parent.stem
    look_for(project.recipe.data.dataset)
    if training:
        read_pictures(project.recipe.data.dataset, sys.stderr)
        said = _export_training_script(project, out, title, run)
    elif content == "source":
        said = _export_source(project, out, title)
    elif content == "onnx":
        learned = None if run is None else run / WEIGHTS
        said = _export_onnx(project, out, weights or learned)
    else:
        said = _export_picture(project, out, title if caption else "", opened)
    print_lines(f"{out}: {said}")
    return 0


def _format_of(out: Path) -> Format:
    if out.suffix.lower() in endings("weights"):
        raise UserError(
            message("A project holds no weights, only what makes them: `backbone train` writes safetensors.")
        )
    return format_of(out, "source", "onnx", "picture")


def _export_source(project: Project, out: Path, title: str) -> str:
    from networks.source import source

    write_atomically(out, source(project.network, project.classes, title).text.encode())
    return "the network as PyTorch source"


def _export_training_script(project: Project, out: Path, title: str, run: Path | None) -> str:
    # imports torch
    from networks.exporting.run_script import save_run_script
    from networks.exporting.script import save_training_script

    if run is None:
        beside, what = save_training_script(project, out, title), "trains the network"
    else:
        beside, what = save_run_script(run, out), "repeats the run"
    size = beside.stat().st_size
    # the few kilobytes of a small set are not worth a word
    told = f" ({in_words(size)})" if size >= 1e6 else ""
    if beside.suffix == ".csv":
        return f"a script that {what}; its pictures stay in their folder, {beside.name} lists them"
    return f"a script that {what}; its images are in {beside.name}{told}"


def _export_onnx(project: Project, out: Path, weights: Path | None) -> str:
    # imports torch
    from networks.exporting.onnx_file import save_onnx
    from networks.exporting.weights import read_weights

    untried = save_onnx(project, out, None if weights is None else read_weights(weights, project))
    which = f"its first weights, of seed {project.recipe.learning.seed}"
    if weights is not None:
        which = f"the weights of {weights}"
    return f"the network as ONNX with {which}" + ("" if untried is None else f". {untried}")


def _export_picture(project: Project, out: Path, title: str, opened: bool) -> str:
    if sys.platform == "linux":
        # other systems always have a screen, and only its platform knows the fonts
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if (reason := missing_for_window()) is not None:
        raise UserError(message("{reason}", reason=reason))
    from app.start.start import make_application
    from widgets.canvas.picture import Caption, totals, write_picture

    # a scene needs an application as long as it exists
    _application = make_application()
    network = project.network
    shown = everything_open(network) if opened else opened_at_first(network)
    folding = Folding(network, check(network, project.classes), shown)
    write_picture(folding, out, Caption(title, totals(folding)) if title else None)
    return "the picture of the network"
