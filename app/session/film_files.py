"""Writes films of pictures: each picture as a file, a GIF, or an MP4 where ffmpeg is installed."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from networks.core.message import UserError, message, visible
from networks.core.storage import why_not_written, write_atomically

FRAME_MS = 400
"""How long each picture is shown."""
ENCODER = "ffmpeg"
ENCODER_SECONDS = 120
"""How long it may take."""


def write_series(folder: Path, pictures: Sequence[bytes], names: Sequence[str]) -> None:
    """Writes all pictures into a new folder. Raises UserError, also where the folder is there already."""
    try:
        folder.mkdir()
    except FileExistsError as error:
        raise UserError(
            message("“{path}” is there already: choose another name.", path=os.fspath(folder))
        ) from error
    except OSError as error:
        raise _unwritten(folder, error) from error
    for name, picture in zip(names, pictures, strict=True):
        write_atomically(folder / name, picture)


def write_gif(path: Path, pictures: Sequence[bytes]) -> None:
    """Writes an animated GIF that begins anew at its end; the last moment stays longer. Raises UserError."""
    # imported late: the window opens without it
    from PIL import Image

    images = [Image.open(io.BytesIO(each)).convert("P", palette=Image.Palette.ADAPTIVE) for each in pictures]
    durations = [FRAME_MS] * (len(images) - 1) + [3 * FRAME_MS]
    data = io.BytesIO()
    images[0].save(
        data, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0, disposal=1
    )
    write_atomically(path, data.getvalue())


def write_mp4(path: Path, pictures: Sequence[bytes]) -> None:
    """Has ffmpeg make a film that every player shows. Raises UserError with what ffmpeg says."""
    with tempfile.TemporaryDirectory() as place:
        for number, picture in enumerate(pictures):
            (Path(place) / f"{number:05}.png").write_bytes(picture)
        rate = f"{1000 / FRAME_MS:g}"
        made = Path(place) / "film.mp4"
        command = [ENCODER, "-y", "-loglevel", "error", "-framerate", rate, "-i", f"{place}/%05d.png"]
        # colours are stored for two by two pixels, so that both sides have to be even
        command += ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-r", "25", "-pix_fmt", "yuv420p"]
        command.append(os.fspath(made))
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=ENCODER_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError(message("ffmpeg did not make the film: {reason}.", reason=str(error))) from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
            raise UserError(message("ffmpeg did not make the film: {reason}.", reason=visible(reason, 200)))
        write_atomically(path, made.read_bytes())


def _unwritten(folder: Path, error: OSError) -> UserError:
    return UserError(
        message("“{path}” was not made: {reason}.", path=os.fspath(folder), reason=why_not_written(error))
    )
