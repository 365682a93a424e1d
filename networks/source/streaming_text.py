"""What training scripts say about pictures that are too many to be kept: read from their folder, ahead."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from networks.recipes.augmentation import made_while_decoding
from networks.recipes.datasets.decoding import MOST_PIXELS
from networks.recipes.datasets.picture_files import BATCHES_BACK, WHOLE, PictureFiles
from networks.recipes.steering import AUGMENTATION
from networks.source.loop_text import loop_text
from networks.source.printing import wrapped
from networks.source.steering_text import Repeated


class Streamed(msgspec.Struct, frozen=True):
    """Constants of a script whose pictures each batch decodes anew."""

    files: PictureFiles
    size: tuple[int, int]
    """Height and width to which they are decoded."""
    threads: int
    """How many threads decode them."""
    most: int
    """How many pictures are decoded ahead."""


def streaming_constants(streamed: Streamed, run: Repeated) -> Iterator[str]:
    """The constants at the top of the script."""
    files = streamed.files
    yield f"FOLDER = Path({files.root!a})  # DATA lists the files in it"
    yield f"PICTURE_SIZE = {streamed.size!r}  # height and width to which pictures are decoded"
    yield f"PICTURE_CHANNELS = {files.channels}"
    yield f'PICTURE_FIT = "{files.fit}"'
    yield f"MOST_PIXELS = {MOST_PIXELS}  # larger pictures are left out"
    yield f"DECODERS = {streamed.threads}  # threads that decode; how many changes nothing"
    yield f"BATCHES_BACK = {BATCHES_BACK}  # so many batches are tried where no picture of one can be read"
    yield f"AHEAD = {streamed.most}  # pictures that are decoded ahead of the step"
    whole = () if streamed.size[0] == streamed.size[1] else WHOLE
    yield f"WHOLE = {whole!r}  # the part of a picture that is seen where nothing is cut out"
    if not run.varies(AUGMENTATION) and (done := done_while_decoding(run)):
        yield f"WHILE_DECODING = {done}  # so many of the first steps are made from the files' own pixels"


def streaming_functions() -> Iterator[str]:
    """The functions that decode pictures ahead of the step."""
    yield from loop_text("recipes/datasets/decoding.py").values()
    yield from loop_text("data/ahead.py").values()
    yield _READ.strip("\n")


def cutting_functions(run: Repeated) -> Iterator[str]:
    """The functions that say what is cut out; they follow those of the augmentation."""
    if not done_while_decoding(run):
        return
    yield from loop_text("data/augmentation/cut_outs.py").values()
    if run.varies(AUGMENTATION):
        upright = dict.fromkeys(step.function for step in run.steps if step.upright)
        yield "# steps that are made while pictures are decoded where they come first\n" + "\n".join(
            wrapped("", "UPRIGHT = (", [*upright, ""] if len(upright) == 1 else [*upright], ")")
        )


def done_while_decoding(run: Repeated) -> int:
    """How many steps are made while pictures are decoded, at most of all augmentations of a run."""
    return max(map(made_while_decoding, run.augmentations.values()))


def cutting_argument(run: Repeated) -> str:
    """What is cut out of each picture of a batch."""
    if not done_while_decoding(run):
        return "[()] * len(batch)"
    if run.varies(AUGMENTATION):
        return "cut_outs(batch, augmentation, done, *SIZE, SEED, epoch)"
    return "cut_outs(batch, AUGMENTATION, WHILE_DECODING, *SIZE, SEED, epoch)"


def decoded_lines(run: Repeated) -> Iterator[str]:
    """Decodes a batch where the augmentation is changed on the way, so that none is known ahead."""
    if not run.varies(AUGMENTATION):
        return
    if done_while_decoding(run):
        yield "    upright = [step.function in UPRIGHT for step in augmentation]"
        yield "    done = [*upright, False].index(False)"
    yield f"    parts = {cutting_argument(run).replace('batch', 'chosen')}"
    yield "    ((chosen, pictures),) = decoded_batches(x_training, [chosen], lambda _: parts)"


_READ = '''
def load_images() -> tuple[np.ndarray, np.ndarray]:
    """The paths of all pictures, and their labels."""
    with open(DATA, encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = list(csv.reader(file))
    return np.array([path for path, _ in rows]), np.array([int(label) for _, label in rows])


def read_picture(wanted: tuple[str, tuple[float, ...]]) -> np.ndarray | None:
    """A part of a picture as bytes, or None where it cannot be read."""
    path, view = wanted
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(FOLDER / path) as picture:
            if picture.width * picture.height <= MOST_PIXELS:
                return pixels_of(picture, PICTURE_SIZE, PICTURE_CHANNELS, PICTURE_FIT, view or WHOLE)
    except Exception as error:
        print(f"{path} is left out: {error}")
    return None


def decoded_batches(
    paths: np.ndarray,
    batches: list[Tensor],
    cut_out: Callable[[Tensor], list[tuple[float, ...]]],
    fewest: int = 2,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Of each batch the indices of those that can be read, and the pictures n×height×width×channels.

    A single image has no variance to normalize by: where several were wanted, it is there again. Where none
    of a batch to learn from can be read, the one before it is there again.
    """

    def wanted(batch: Tensor) -> Iterator[tuple[str, tuple[float, ...]]]:
        return zip(paths[batch.numpy()].tolist(), cut_out(batch), strict=True)

    coming = ahead(read_picture, (each for batch in batches for each in wanted(batch)), DECODERS, AHEAD)
    for index, batch in enumerate(batches):
        found = [next(coming)[1] for _ in batch]
        for back in range(1, min(BATCHES_BACK, len(batches)) if fewest else 1):
            if any(picture is not None for picture in found):
                break
            batch = batches[index - back]
            found = [read_picture(each) for each in wanted(batch)]
        kept = [place for place, picture in enumerate(found) if picture is not None]
        if not kept and fewest:
            raise SystemExit("No picture of a batch can be read any more.")
        if not kept:
            continue
        kept += kept[-1:] * (min(fewest, len(batch)) - len(kept))
        yield batch[kept], torch.from_numpy(np.stack([found[place] for place in kept]))
'''
