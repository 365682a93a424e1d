"""`backbone find-rate`: tries learning rates, and prints the loss at each and the two to begin with."""

from __future__ import annotations

from pathlib import Path

from app.terminal.data_command import bring
from app.terminal.printing import print_lines
from networks.core.finding import blocking
from networks.core.message import UserError, message
from networks.doctor.findings import findings
from networks.project.project import Project
from networks.runs.rate_search import rounded


def find(project: Project, weights: Path | None = None) -> int:
    """Searches, prints a table and the marks, and returns the exit code: 1 where the loss does not fall.

    `weights` is a safetensors file to begin with. Raises UserError where the project cannot be trained, or
    these are not the weights of its network.
    """
    bring(project.recipe.data.dataset)
    if found := blocking(findings(project)):
        raise UserError(message("The project cannot be trained: {reason}", reason=found[0].sentence))
    # imports torch
    from networks.exporting.weights import read_weights
    from networks.training.experiments.rate_finder import find_rate

    search = find_rate(project, weights=None if weights is None else read_weights(weights, project))
    print_lines("learning rate  loss, smoothed")
    print_lines(
        "\n".join(
            f"{rate:13.2e}  {loss:.4f}"
            for rate, loss in zip(search.rates.tolist(), search.mean.tolist(), strict=True)
        )
    )
    if search.steepest is None or search.tenth is None:
        print_lines("No rate can be marked: with none of them the loss falls enough in so few steps.")
        return 1
    print_lines(
        f"steepest valley {rounded(search.steepest):g}, minimum / 10 {rounded(search.tenth):g}, "
        f"a factor of {search.apart:.1f} apart"
    )
    return 0
