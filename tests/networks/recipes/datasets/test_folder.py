"""A folder of pictures: every usual kind comes out right; what cannot be read is left out with its reason."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from networks.core.message import UserError
from networks.data.images import prepare
from networks.layers.ends import Input
from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.data_section import Data
from networks.recipes.datasets import Folder
from networks.recipes.datasets.decoding import pixels_of
from networks.recipes.datasets.pictures import decoded, size_of
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Finished
from networks.training.engine.run import Run
from tests.networks.locked_folders import MODES, as_anybody, needs_permissions, open_place

RED, GREEN, WHITE = (200, 30, 40), (20, 160, 60), (255, 255, 255)


def saved(path, picture, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, **options)
    return path


def plain(path, colour=RED, size=(20, 20)):
    return saved(path, Image.new("RGB", size, colour))


def reasons(folder):
    return {each.path: str(each.reason) for each in folder.read().refused}


@pytest.fixture
def animals(tmp_path):
    for name in ("cat", "dog"):
        for index in range(6):
            plain(tmp_path / name / f"{index}.png", (40 * index, 90, 200 if name == "cat" else 10))
    return tmp_path


def test_a_folder_that_could_not_be_read_says_why_until_it_can(animals):
    whole = {path: path.read_bytes() for path in animals.rglob("*.png")}
    for path in whole:
        path.write_bytes(b"\x89PNG")
    folder = Folder(path=str(animals), side=9)
    with pytest.raises(UserError, match="not been read"):
        folder.class_counts()
    with pytest.raises(UserError, match="got none that can be read"):
        folder.load()
    with pytest.raises(UserError, match="got none that can be read"):
        folder.class_counts()
    for path, content in whole.items():
        path.write_bytes(content)
    folder.load()
    assert folder.class_counts() == (6, 6)


def test_each_sub_folder_is_a_class(animals):
    folder = Folder(path=str(animals), side=8)
    assert folder.classes == ("cat", "dog")
    with pytest.raises(UserError, match="not been read"):
        folder.class_counts()
    pixels, labels = folder.load()
    assert pixels.shape == (12, 8, 8, 3)
    assert labels.tolist() == [0] * 6 + [1] * 6
    assert pixels[:, 0, 0, 0].tolist() == [0, 40, 80, 120, 160, 200] * 2
    assert folder.class_counts() == (6, 6)
    assert not folder.read().refused
    prepared = prepare(Data(dataset=folder), Input(channels=1, size=(16, 16)))
    assert len(prepared.training_labels) == 10


def test_folders_for_training_and_judging_are_told_apart(tmp_path):
    for half, count in (("Train", 4), ("val", 3), ("test", 2)):
        for name in ("a", "b"):
            for index in range(count):
                plain(tmp_path / half / name / f"{index}.png")
    folder = Folder(path=str(tmp_path), side=8)
    assert folder.classes == ("a", "b")
    _, labels = folder.load()
    assert folder.class_counts() == (4, 4)
    assert folder.test_counts == (3, 3)
    assert labels.tolist() == [0] * 4 + [1] * 4 + [0] * 3 + [1] * 3
    training, judged = Data(dataset=folder, judged_by="test").split()
    assert (len(training), len(judged)) == (8, 6)


def picture_of(mode):
    """A picture that is red everywhere, or as dark as red is."""
    red = Image.new("RGB", (12, 12), RED)
    if mode == "I;16":
        grey = np.full((12, 12), red.convert("L").getpixel((0, 0)) * 257, np.uint16)
        return Image.fromarray(grey)
    return red.convert(mode)


@pytest.mark.parametrize(
    ("mode", "ending"),
    [(mode, "png") for mode in ("L", "P", "RGB", "RGBA", "LA", "I;16")]
    + [(mode, "jpg") for mode in ("L", "RGB", "CMYK")]
    + [("P", "gif"), ("RGB", "bmp"), ("RGB", "webp"), ("I;16", "tif")],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_all_kinds_of_pictures_come_out_right(tmp_path, mode, ending, channels):
    path = saved(tmp_path / f"one.{ending}", picture_of(mode))
    pixels = decoded(path, (6, 6), channels)
    assert pixels.shape == (6, 6, channels)
    grey = Image.new("RGB", (1, 1), RED).convert("L").getpixel((0, 0))
    coloured = channels == 3 and mode not in ("L", "LA", "I;16")
    assert pixels.reshape(-1, channels).mean(0) == pytest.approx(
        RED if coloured else [grey] * channels, abs=4
    )


def test_clear_becomes_white_and_single_bits_black_and_white(tmp_path):
    clear = saved(tmp_path / "clear.png", Image.new("RGBA", (9, 9), (*RED, 0)))
    assert (decoded(clear, (4, 4), 3) == 255).all()
    keyed = Image.new("P", (9, 9), 3)
    keyed.putpalette([0, 0, 0, *RED, *GREEN, *RED])
    with_key = saved(tmp_path / "key.png", keyed, transparency=3)
    assert (decoded(with_key, (4, 4), 3) == 255).all()
    bits = saved(tmp_path / "bits.png", Image.new("1", (9, 9), 1))
    assert (decoded(bits, (4, 4), 1) == 255).all()


@pytest.mark.parametrize(
    ("numbers", "grey"),
    [
        (np.float32(0.5), 128),
        (np.float32(128), 128),
        (np.float32(-3), 0),
        (np.float32(np.nan), 0),
        (np.float32(np.inf), 0),
        (np.int32(32_768), 128),
        (np.uint16(32_768), 128),
        (np.uint16(200), 200),
    ],
)
def test_numbers_of_any_range_come_out_as_bytes(tmp_path, numbers, grey):
    path = saved(tmp_path / "one.tiff", Image.fromarray(np.full((9, 9), numbers)))
    assert (decoded(path, (4, 4), 1) == grey).all()


def test_of_several_pictures_in_a_file_the_first_one_counts(tmp_path):
    first, second = (Image.new("RGB", (12, 12), colour) for colour in (RED, GREEN))
    for ending in ("mpo", "png", "webp", "gif"):
        path = saved(tmp_path / f"several.{ending}", first, save_all=True, append_images=[second])
        assert decoded(path, (4, 4), 3).mean((0, 1)) == pytest.approx(RED, abs=6)


def test_a_file_of_commands_is_not_carried_out(tmp_path, monkeypatch):
    path = saved(tmp_path / "one.eps", Image.new("RGB", (12, 12), RED))
    monkeypatch.setattr("subprocess.check_call", pytest.fail)
    monkeypatch.setattr("subprocess.Popen", pytest.fail)
    with pytest.raises(UserError, match="not run"):
        decoded(path, (4, 4), 3)
    with pytest.raises(UserError, match="not run"):
        size_of(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_as_the_camera_saw_them(tmp_path, orientation):
    """Judged by the definition of the tag: the same scene, stored turned, comes out the same."""
    scene = Image.new("RGB", (16, 16), GREEN)
    scene.paste(RED, (0, 0, 8, 8))  # upper left
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = scene.transpose(turned[orientation]) if orientation > 1 else scene
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "scene.png", stored, exif=exif)
    assert decoded(path, (16, 16), 3).astype(int) == pytest.approx(np.asarray(scene, int), abs=1)


@pytest.mark.parametrize(("fit", "corner"), [("crop", GREEN), ("pad", (0, 0, 0)), ("stretch", RED)])
def test_what_is_not_square_is_cropped_padded_or_stretched(tmp_path, fit, corner):
    wide = Image.new("RGB", (40, 10), RED)
    wide.paste(GREEN, (12, 0, 28, 10))
    pixels = decoded(saved(tmp_path / "wide.png", wide), (8, 8), 3, fit)
    assert pixels[0, 0].tolist() == pytest.approx(corner, abs=1)


def test_a_large_jpeg_is_decoded_as_its_whole_would_be(tmp_path):
    ramp = np.linspace(0, 255, 1600).astype(np.uint8)
    picture = Image.fromarray(np.stack([np.tile(ramp, (1200, 1))] * 3, 2))
    path = saved(tmp_path / "large.jpg", picture, quality=95)
    whole = np.asarray(picture.crop((200, 0, 1400, 1200)).resize((64, 64), Image.Resampling.BILINEAR), int)
    assert np.abs(decoded(path, (64, 64), 3).astype(int) - whole).mean() < 2


def test_a_run_learns_from_a_folder_with_a_bad_picture(animals):
    (animals / "cat" / "words.png").write_text("no picture")
    recipe = with_settings(Recipe(), dataset=Folder(path=str(animals), side=28), epochs=1)
    network = lenet5()
    events = list(Run(Project(network=network, recipe=recipe)).train())
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "finished"
    assert events[0].training_images == 10


def test_what_cannot_be_read_is_left_out_with_its_reason(animals):
    (animals / "cat" / "empty.png").write_bytes(b"")
    (animals / "cat" / "words.png").write_text("no picture")
    whole = saved(animals / "dog" / "cut.jpg", Image.effect_noise((64, 64), 90)).read_bytes()
    (animals / "dog" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (animals / "dog" / "huge.png").write_bytes(huge_png(9000, 9000))
    outside = animals.parent / f"{animals.name}-outside.png"
    plain(outside)
    os.symlink(outside, animals / "dog" / "link.png")
    os.symlink(animals / "nowhere", animals / "dog" / "broken.png")
    os.mkfifo(animals / "dog" / "pipe")
    (animals / "dog" / ".DS_Store").write_bytes(b"x")
    folder = Folder(path=str(animals), side=8)
    _, labels = folder.load()
    assert np.bincount(labels).tolist() == [6, 6]
    told = reasons(folder)
    assert set(told) == {
        *(os.path.join("cat", name) for name in ("empty.png", "words.png")),
        *(os.path.join("dog", name) for name in ("cut.jpg", "huge.png", "link.png", "broken.png", "pipe")),
    }
    assert "empty" in told[os.path.join("cat", "empty.png")]
    assert "not a picture" in told[os.path.join("cat", "words.png")]
    assert "megapixels" in told[os.path.join("dog", "huge.png")]
    assert "leads out" in told[os.path.join("dog", "link.png")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_class_is_called_by_what_can_be_shown(animals):
    for name in (b"cl\xff", b"two\nlines", "猫 🦊".encode(), b"{braces} %s"):
        os.mkdir(os.path.join(os.fsencode(animals), name))
        plain(Path(os.fsdecode(os.path.join(os.fsencode(animals), name))) / "1.png")
    folder = Folder(path=str(animals), side=8)
    assert folder.classes == ("cat", "cl\\udcff", "dog", "two\\nlines", "{braces} %s", "猫 🦊")
    assert all(name.encode() for name in folder.classes)
    assert folder.load()[1].tolist().count(0) == 6
    assert folder.class_counts() == tuple(6 if name in ("cat", "dog") else 1 for name in folder.classes)


def test_what_systems_put_into_folders_is_passed_over_in_silence(animals):
    for name in ("__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", ".ipynb_checkpoints"):
        plain(animals / name / "1.png")
        plain(animals / "cat" / name / "1.png")
    for name in (".DS_Store", "._1.png", "Thumbs.db", "desktop.ini", "ehthumbs.db", "Icon\r"):
        (animals / "dog" / name).write_bytes(b"x")
    folder = Folder(path=str(animals), side=8)
    assert folder.classes == ("cat", "dog")
    assert len(folder.load()[1]) == 12
    assert reasons(folder) == {}


def test_folders_behind_links_are_told_and_not_followed(animals):
    outside = animals.parent / f"{animals.name}-outside"
    plain(outside / "deep" / "1.png")
    os.symlink(outside, animals / "elsewhere")
    os.symlink(animals, animals / "all")
    os.symlink(animals / "cat", animals / "cat" / "again")
    os.symlink(outside, animals / "dog" / "more")
    os.symlink(animals / "cat", animals / "tomcat")
    folder = Folder(path=str(animals), side=8)
    assert folder.classes == ("cat", "dog", "tomcat")
    assert np.bincount(folder.load()[1]).tolist() == [6, 6, 6]
    told = reasons(folder)
    assert "leads out" in told["elsewhere"]
    assert "around it" in told["all"]
    assert "not followed" in told[os.path.join("cat", "again")]
    assert "not followed" in told[os.path.join("dog", "more")]


def test_a_class_that_comes_later_is_seen_below_train_too(animals):
    (animals / "train").mkdir()
    for name in ("cat", "dog"):
        (animals / name).rename(animals / "train" / name)
    plain(animals / "val" / "cat" / "1.png")
    folder = Folder(path=str(animals), side=8)
    folder.load()
    plain(animals / "train" / "fox" / "1.png")
    plain(animals / "val" / "owl" / "1.png")
    os.utime(animals / "train", ns=(1, 1))
    assert folder.classes == ("cat", "dog", "fox")
    assert "1 new file" in str(folder.read_again())
    assert "no class of this name" in reasons(folder)[os.path.join("val", "owl")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything can be read by root")
def test_what_may_not_be_read_is_told(animals):
    (animals / "cat" / "1.png").chmod(0)
    (animals / "dog" / "deep").mkdir()
    (animals / "dog" / "deep").chmod(0)
    folder = Folder(path=str(animals), side=8)
    folder.load()
    (animals / "dog" / "deep").chmod(0o700)
    denied = "cannot be read: Permission denied"
    assert reasons(folder) == {os.path.join("cat", "1.png"): denied, os.path.join("dog", "deep"): denied}


def huge_png(width, height):
    """A header that promises a picture of so many pixels, and nothing behind it."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@given(st.binary(max_size=400), st.sampled_from(["png", "jpg", "gif", "bmp", "tif", "webp"]))
@settings(max_examples=150)
def test_any_bytes_are_a_picture_or_refused(tmp_path, noise, ending):
    path = tmp_path / f"noise.{ending}"
    whole = tmp_path / f"whole.{ending}"
    if not whole.exists():
        plain(whole)
    start = whole.read_bytes()
    path.write_bytes(start[: len(start) // 2] + noise)
    with contextlib.suppress(UserError):
        assert decoded(path, (8, 8), 3).shape == (8, 8, 3)


def test_a_folder_too_far_out_is_told_with_the_one_inside(animals):
    (animals / "pets").mkdir()
    for name in ("cat", "dog"):
        (animals / name).rename(animals / "pets" / name)
    assert "got “pets” alone, which holds folders" in str(Folder(path=str(animals)).missing())
    assert Folder(path=str(animals / "pets")).missing() is None
    plain(animals / "pets" / "1.png")
    assert Folder(path=str(animals)).missing() is None


def test_folders_without_pictures_are_told(tmp_path):
    assert "Choose the folder" in str(Folder().missing())
    assert "not there" in str(Folder(path=str(tmp_path / "gone")).missing())
    assert "one sub-folder for each class" in str(Folder(path=str(tmp_path)).missing())
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="none that can be read"):
        Folder(path=str(tmp_path)).load()
    plain(tmp_path / "empty" / "1.png")
    assert Folder(path=str(tmp_path)).load()[0].shape == (1, 64, 64, 3)
    assert Folder(path="\0").missing() is not None


def test_more_than_memory_holds_is_decoded_when_it_is_asked_for(animals):
    kept, streamed = (Folder(path=str(animals), side=8, memory=memory) for memory in (0.0, 1e-6))
    pixels, labels = kept.load()
    assert kept.streamed() is None
    assert "kept in memory" in str(kept.keeping())
    files = streamed.streamed()
    assert "decoded anew for every batch" in str(streamed.keeping())
    assert np.array_equal(streamed.labels(), labels)
    assert np.array_equal(streamed.images_at([3, 0, 7]), pixels[[3, 0, 7]])
    assert np.array_equal(files.decode(5, (8, 8)).pixels, pixels[5])
    assert streamed.class_counts() == (6, 6)
    with pytest.raises(UserError, match="smaller side"):
        streamed.load()


def test_what_takes_just_the_memory_that_is_allowed_is_kept(animals):
    exact = 12 * 8 * 8 * 3 / 1e9
    assert Folder(path=str(animals), side=8, memory=exact).streamed() is None
    assert Folder(path=str(animals), side=8, memory=exact - 1e-9).streamed() is not None


@pytest.mark.parametrize("memory", [0.0, 1e-6])
def test_changes_on_the_disk_are_noticed_and_only_they_are_read_again(animals, memory, monkeypatch):
    folder = Folder(path=str(animals), side=8, memory=memory)
    assert folder.changed() is None
    folder.read()
    assert folder.changed() is None
    assert folder.read_again() is None
    before = folder.edition()
    plain(animals / "cat" / "new.png", GREEN)
    plain(animals / "dog" / "0.png", WHITE, (40, 30))
    (animals / "dog" / "5.png").unlink()
    assert str(folder.changed()) == "1 new file, 1 file removed, 1 file changed"
    opened = []
    monkeypatch.setattr(
        "networks.recipes.datasets.pictures.pixels_of",
        lambda picture, *rest: opened.append(picture.filename) or pixels_of(picture, *rest),
    )
    assert str(folder.read_again()) == "1 new file, 1 file removed, 1 file changed"
    assert folder.changed() is None
    assert folder.class_counts() == (7, 5)
    assert folder.edition() != before
    if not memory:
        assert {os.path.relpath(path, animals) for path in opened} == {
            os.path.join("cat", "new.png"),
            os.path.join("dog", "0.png"),
        }
    again = Folder(path=str(animals), side=8)
    assert np.array_equal(folder.images_at(range(12)), again.load()[0])


def test_what_is_read_is_told_as_it_comes(animals):
    plain(animals / "dog" / "large.png", size=(70, 50))
    (animals / "cat" / "words.png").write_text("no picture")
    told = []
    Folder(path=str(animals), side=10).read(lambda survey: told.append(str(survey.words())))
    assert told[0] == "1 of 14 files; cat 1; 20×20 pixels"
    assert told[-1] == "14 of 14 files; cat 6, dog 7; 20×20 to 70×50 pixels; 1 cannot be read"


def test_reading_tells_its_progress_and_can_be_ended(animals):
    class EnoughError(Exception):
        pass

    told = []

    def progress(survey):
        told.append((survey.done, survey.of))
        if survey.done == 5:
            raise EnoughError

    with pytest.raises(EnoughError):
        Folder(path=str(animals), side=9).read(progress)
    assert told == [(done, 12) for done in range(1, 6)]
    assert len(Folder(path=str(animals), side=9).read().pixels) == 12


@needs_permissions
@pytest.mark.parametrize("mode", MODES)
def test_a_folder_that_may_not_be_read_is_told_of(mode):
    with open_place() as place:
        plain(place / "animals" / "cat" / "1.png")
        os.chmod(place / "animals", mode)
        folder = Folder(path=str(place / "animals"))
        with as_anybody():
            assert "you have no permission to read it" in str(folder.missing())
            assert not folder.at_hand()


@needs_permissions
def test_a_class_that_may_not_be_read_is_left_out_with_its_reason():
    with open_place() as place:
        for name in ("cat", "dog"):
            plain(place / name / "1.png")
            plain(place / name / "2.png", WHITE)
        os.chmod(place / "dog", 0)
        folder = Folder(path=str(place), side=16)
        with as_anybody():
            assert folder.missing() is None
            assert reasons(folder) == {"dog": "cannot be read: Permission denied"}


def test_while_it_is_read_again_what_was_read_before_stays_at_hand(animals):
    folder = Folder(path=str(animals), side=28)
    before = folder.labels()
    kind = next(each for each in animals.iterdir() if each.is_dir())
    Image.new("RGB", (30, 20)).save(kind / "another.png")
    seen = []

    def look(survey):
        # as a window asks meanwhile, from its own thread
        seen.append((folder.at_hand(), len(folder.labels()), sum(folder.class_counts())))

    assert str(folder.read_again(look)) == "1 new file"
    assert seen
    assert {*seen} == {(True, len(before), len(before))}
    assert len(folder.labels()) == len(before) + 1
    # where reading breaks off, nothing of it is taken for whole
    Image.new("RGB", (30, 20)).save(kind / "one more.png")

    def stop(survey):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        folder.read_again(stop)
    assert not folder.at_hand()


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"", b"a,b\n"])
def test_a_file_in_place_of_the_folder(tmp_path, content):
    place = tmp_path / "pictures.zip"
    place.write_bytes(content)
    told = str(Folder(path=str(place)).missing())
    assert "pictures.zip, got a file" in told
    assert "unpack it" in told
