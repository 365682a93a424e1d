"""What a training script does in an epoch."""

from __future__ import annotations

from collections.abc import Iterator

from networks.doctor.findings import leaves_one_out
from networks.graph.forward import auxiliary_weights
from networks.project.project import Project
from networks.recipes.steering import AUGMENTATION
from networks.runs.measures import TRAINING_LOSS, VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.source.augmentation_text import augmented_lines, batches_lines, chosen_lines
from networks.source.averaging_text import averaging_lines
from networks.source.identifiers import quoted
from networks.source.optimizer_lines import rate_lines
from networks.source.script_constants import ScriptConstants
from networks.source.speed_text import judged, trained
from networks.source.steering_text import Repeated, changing
from networks.source.stopping_text import stopping_after_epoch
from networks.source.streaming_text import cutting_argument, decoded_lines, done_while_decoding


def epoch_lines(
    project: Project, constants: ScriptConstants, training_loss: str, run: Repeated
) -> Iterator[str]:
    """Trains on all batches of an epoch, and judges."""
    learning, network, machine = project.recipe.learning, project.network, project.recipe.machine
    yield "model.train()"
    order = "torch.randperm(len(x_training), generator=shuffling)"
    if project.recipe.data.balance == "sampler":
        order = "balanced(torch.from_numpy(y[training]), shuffling)"
    yield from batches_lines(order, run)
    training, _ = project.recipe.data.sizes()
    if leaves_one_out(training, learning.batch_size, network):
        yield "batches = batches[:-1]  # a single image is left, and has no variance to normalize by"
    arguments = "optimizer, images, labels"
    auxiliary = ", auxiliary=AUXILIARY" if auxiliary_weights(network) else ""
    limit = "clip" if run.varies("learning.clip") else "CLIP"
    clip = f", clip={limit}" if run.clips else ""
    if run.clips and learning.clip_by != "norm":
        clip += f", clip_by={quoted(learning.clip_by)}"
    parts = f", parts={learning.accumulation}" if learning.accumulation > 1 else ""
    yield "rows: list[dict[str, float]] = []"
    streamed = constants.streamed is not None
    yield from _over_batches(run, streamed)
    yield from changing(run)
    yield from chosen_lines(run)
    yield from rate_lines(run, constants.steps_per_epoch)
    if streamed:
        yield from decoded_lines(run)
    yield from _picked("training", project, constants)
    yield from augmented_lines(run, done_while_decoding(run) if streamed else 0)
    options = auxiliary + clip + parts
    yield f"    measured = train_step({trained(network, machine)}, {training_loss}, {arguments}{options})"
    averaging = averaging_lines(project.recipe)
    yield from averaging.after_step
    yield "    step += 1"
    yield '    rows.append({"step": step, "epoch": step / len(batches)} | means(measured))'
    yield f"    loss = rows[-1][{quoted(TRAINING_LOSS.name)}]"
    yield "    if not math.isfinite(loss):"
    yield "        table.writerows(rows)"
    yield '        raise SystemExit(f"The loss became {loss}: try a lower learning rate.")'
    yield from _judging(project, constants)
    if learning.schedule.watches:
        yield f"losses.append(rows[-1][{quoted(VALIDATION_LOSS.name)}])"
    yield "table.writerows(rows)"
    yield "file.flush()"
    loss, accuracy = quoted(VALIDATION_LOSS.name), quoted(VALIDATION_ACCURACY.name)
    yield f"loss, share = rows[-1][{loss}], rows[-1][{accuracy}]"
    yield 'print(f"epoch {epoch:3}: validation loss {loss:.4f}, accuracy {share:.2%}", flush=True)'
    yield from stopping_after_epoch(learning.stopping)


def _over_batches(run: Repeated, streamed: bool) -> Iterator[str]:
    """The loop over the steps of an epoch."""
    if run.varies(AUGMENTATION):
        yield "for start in batches:"
    elif streamed:
        yield "for chosen, pictures in decoded_batches("
        yield f"    x_training, batches, lambda batch: {cutting_argument(run)}"
        yield "):"
    else:
        yield "for chosen in batches:"


def _judging(project: Project, constants: ScriptConstants) -> Iterator[str]:
    """Judges all validation images."""
    averaging = averaging_lines(project.recipe)
    yield "totals: dict[str, tuple[float, int]] = {}"
    yield from averaging.before_judging
    if constants.streamed is not None:
        yield "judged = torch.arange(len(x_validation)).split(JUDGED_AT_ONCE)"
        yield "for chosen, pictures in decoded_batches("
        yield "    x_validation, judged, lambda batch: [()] * len(batch), fewest=0"
        yield "):"
    else:
        yield "for start in range(0, len(x_validation), JUDGED_AT_ONCE):"
        yield "    chosen = slice(start, start + JUDGED_AT_ONCE)"
    yield from _picked("validation", project, constants)
    network = judged(project.recipe.machine)
    yield f"    add_to(totals, judge({network}, loss_function, optimizer, images, labels))"
    yield from averaging.while_judging
    yield "rows[-1] |= means(totals)"
    yield from averaging.after_judging


def _picked(side: str, project: Project, constants: ScriptConstants) -> Iterator[str]:
    """The images and labels of a batch."""
    labels = f"y_{side}[chosen]"
    images = _batch(f"x_{side}[chosen]", project, constants)
    if constants.streamed is not None:
        images, labels = _batch("pictures.to(DEVICE)", project, constants), f"{labels}.to(DEVICE)"
    yield f"    images, labels = {images}, {labels}"


def _batch(images: str, project: Project, constants: ScriptConstants) -> str:
    """Images n×height×width×channels as the network takes them, n×channels×height×width."""
    if not constants.ready:
        images = f"((fit({images}, SIZE, CHANNELS) - mean) / deviation)"
    return f"{images}.permute(0, 3, 1, 2){'.contiguous()' if project.recipe.machine.in_plain_order else ''}"
