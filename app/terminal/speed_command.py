"""`backbone speed`: tries what makes training quicker here, and prints what was measured."""

from __future__ import annotations

from pathlib import Path

from app.terminal.printing import print_lines
from networks.core.durations import duration
from networks.core.finding import blocking
from networks.core.message import UserError, message
from networks.doctor.findings import findings
from networks.project.project import Project
from networks.recipes.machine_section import Machine
from networks.recipes.speed_trials import SpeedTrials, Trial, switch_words


def speed(project: Project, path: Path) -> int:
    """Measures, prints a table and the options of the fastest with equal results; returns the exit code.

    Raises UserError where the project cannot be trained.
    """
    if found := blocking(findings(project)):
        raise UserError(message("The project cannot be trained: {reason}", reason=found[0].sentence))
    # imports torch
    from networks.training.experiments.speed_trial import try_switches

    trials = try_switches(project)
    assert trials is not None, "nobody gives up here"
    machine, threads = project.recipe.machine, trials.plain.machine.threads
    best = trials.best(machine, threads)
    print_lines(f"{trials.processor}, batches of {trials.batch}")
    print_lines(f"{'images/s':>9}  {'faster':>7}  {'memory':>8}  {'difference':>10}")
    for trial in trials.trials:
        print_lines(_row(trials, trial, trial is best))
    print_lines(f"Differences up to {trials.bound(trials.plain):.0e} count as equal, in bfloat16 more.")
    for reason in trials.left_out:
        print_lines(f"Left out: {reason}.")
    taken = trials.taken(machine, threads)
    if taken == machine:
        print_lines("What the project has is the fastest with equal results.")
    else:
        print_lines(f"Fastest with equal results: backbone train {path} {_options(machine, taken)}")
    return 0


def _row(trials: SpeedTrials, trial: Trial, best: bool) -> str:
    words = " · ".join(map(str, switch_words(trial.machine)))
    if trial.problem is not None:
        return f"{'':38}  {words}: {trial.problem}"
    memory = "" if trial.memory is None else f"{trial.memory / 2**20:.0f} MB"
    if trial.compile_seconds is not None:
        words += f" (compiled in {duration(trial.compile_seconds)})"
    apart = f"{trial.difference:.0e}" if trial.difference else "none"
    mark = "  ← the best" if best else "" if trials.equal(trial) else "  differs too much"
    factor = f"{trials.factor(trial):.2f}×"
    return f"{trial.images_per_second:9.0f}  {factor:>7}  {memory:>8}  {apart:>10}  {words}{mark}"


def _options(now: Machine, taken: Machine) -> str:
    """The options of the command line that lead from one machine section to the other."""
    options = []
    if now.threads != taken.threads:
        options.append(f"--threads {taken.threads}")
    if now.channels_last != taken.channels_last:
        options.append("--channels-last" if taken.channels_last else "--no-channels-last")
    if now.precision != taken.precision:
        options.append(f"--precision {taken.precision}")
    if now.compile != taken.compile:
        options.append("--compile" if taken.compile else "--no-compile")
    if now.data_parallel != taken.data_parallel:
        options.append("--data-parallel" if taken.data_parallel else "--no-data-parallel")
    return " ".join(options)
