"""Images from folders: what is read, what is decided, what is refused."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import (
    Dataset,
    ImagePreprocessor,
    read_image_files,
    read_images,
    stream_images,
)
from gradus.data.folders import parts_of
from gradus.data.image_files import pillow
from gradus.data.image_sets import usual_size

Image = pytest.importorskip("PIL.Image")

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (6, 8), np.uint8)
COLOUR = RANDOM.integers(0, 256, (6, 8, 3), np.uint8)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """A cache folder of this test alone."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("GRADUS_CACHE", str(folder))
    return folder / "images"


def save(path, pixels, **options):
    """Write an array or a Pillow image as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **options)
    return path


@pytest.fixture
def folder(tmp_path):
    """Three images of two classes."""
    save(tmp_path / "cats" / "1.png", GREY)
    save(tmp_path / "cats" / "2.bmp", GREY[::-1])
    save(tmp_path / "dogs" / "old" / "1.tif", GREY[:, ::-1])
    return tmp_path


def pixels_of(path, **options) -> np.ndarray:
    """The bytes of one file."""
    return read_image_files([path], raw=True, **options).x[0]


def test_classes_are_folders_and_pixels_stay_what_they_are(folder):
    data = read_images(folder, raw=True)
    assert data.labels == ("cats", "dogs")
    assert data.y.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(data.x[..., 0], [GREY, GREY[::-1], GREY[:, ::-1]])
    assert read_images(folder).x.dtype == np.float32
    np.testing.assert_allclose(read_images(folder).x, data.x / 255, rtol=1e-6)


@pytest.mark.parametrize("ending", ["png", "bmp", "gif", "tiff", "webp", "jpg"])
def test_forms(tmp_path, ending):
    options = {"lossless": True} if ending == "webp" else {"quality": 95} if ending == "jpg" else {}
    smooth = np.add.outer(10 * np.arange(16), 5 * np.arange(16)).astype(np.uint8)
    found = pixels_of(save(tmp_path / f"a.{ending}", smooth, **options), mode="grey")
    np.testing.assert_allclose(found[..., 0], smooth, atol=3 if ending == "jpg" else 0)


def test_grey_and_colour_together_become_colour(folder):
    save(folder / "dogs" / "c.png", COLOUR)
    data = read_images(folder, raw=True)
    assert data.x.shape == (4, 6, 8, 3)
    np.testing.assert_array_equal(data.x[0], np.repeat(GREY[..., None], 3, axis=2))
    assert "3 of the other kind, converted" in data.description
    grey = read_images(folder, mode="grey", raw=True)
    assert grey.x.shape == (4, 6, 8, 1)
    # the luma weights of ITU-R 601
    np.testing.assert_allclose(grey.x[2, ..., 0], COLOUR @ [0.299, 0.587, 0.114], atol=1)


def test_a_palette_is_looked_up(tmp_path):
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8)).convert("P")
    image.putpalette([255, 0, 0, 0, 0, 255])
    found = pixels_of(save(tmp_path / "a.png", image))
    assert found.tolist() == [[[255, 0, 0], [0, 0, 255]], [[0, 0, 255], [255, 0, 0]]]


def test_what_is_transparent_is_laid_on_white(tmp_path):
    rgba = np.array([[[10, 20, 30, 255], [10, 20, 30, 0]]], np.uint8)
    path = save(tmp_path / "a.png", rgba)
    assert pixels_of(path).tolist() == [[[10, 20, 30], [255, 255, 255]]]
    assert "1 partly transparent" in read_image_files([path]).description


def test_sixteen_bits_become_eight_by_their_range(tmp_path):
    deep = np.array([[0, 257, 65535]], np.uint16)
    path = save(tmp_path / "a.png", deep)
    assert pixels_of(path)[..., 0].tolist() == [[0, 1, 255]]
    assert "1 of 16 bits" in read_image_files([path]).description


def test_an_animation_counts_by_its_first_frame(tmp_path):
    first, second = (Image.new("L", (4, 4), v) for v in (50, 200))
    path = save(tmp_path / "a.gif", first, save_all=True, append_images=[second])
    assert (pixels_of(path, mode="grey") == 50).all()
    assert "1 animated: their first frame" in read_image_files([path]).description


def test_images_are_turned_upright(tmp_path):
    """EXIF 6: the top of the picture is on the right of the file; it is seen turned by −90°."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a.png", GREY, exif=exif)
    np.testing.assert_array_equal(pixels_of(path, size=(8, 6))[..., 0], np.rot90(GREY, -1))
    smooth = np.tile(np.arange(0, 240, 30, dtype=np.uint8), (16, 2))
    path = save(tmp_path / "a.jpg", smooth, exif=exif, quality=95)
    assert pixels_of(path).shape == (16, 16, 1)
    wide = save(tmp_path / "b.jpg", np.zeros((8, 24), np.uint8), exif=exif)
    assert pixels_of(wide).shape == (24, 8, 1)


def test_other_sizes_are_covered_and_cut_around_the_middle(folder):
    wide = np.zeros((6, 24), np.uint8)
    wide[:, 8:16] = GREY
    save(folder / "dogs" / "wide.png", wide)
    data = read_images(folder, raw=True)
    assert data.x.shape == (4, 6, 8, 1)
    np.testing.assert_array_equal(data.x[-1, ..., 0], GREY)
    assert "from 6 × 8 … 6 × 24: scaled to cover that, the middle cut out" in data.description
    assert read_images(folder, size=3).x.shape == (4, 3, 3, 1)
    assert read_images(folder, size=(12, 4)).x.shape == (4, 12, 4, 1)


@pytest.mark.parametrize(
    ("sizes", "usual"),
    [
        ([(28, 28)] * 3, (28, 28)),
        ([(10, 20), (12, 20), (90, 21)], (12, 20)),
        ([(400, 10)], (128, 3)),
    ],
)
def test_the_usual_size(sizes, usual):
    assert usual_size(np.array(sizes)) == usual


def test_other_and_hidden_files_are_left_alone(folder):
    (folder / "cats" / "notes.txt").write_text("seen")
    (folder / "list.csv").write_text("seen")
    (folder / "cats" / ".hidden.png").write_text("not seen")
    (folder / ".cache").mkdir()
    save(folder / "cats" / ".checkpoints" / "1.png", GREY)
    data = read_images(folder)
    assert len(data) == 3
    assert data.description.endswith("other files left alone: 2")


def test_damaged_files_are_all_counted_and_the_first_named(folder):
    (folder / "cats" / "empty.png").write_bytes(b"")
    (folder / "cats" / "text.png").write_text("no image")
    whole = save(folder / "dogs" / "big.jpg", RANDOM.integers(0, 256, (64, 64), np.uint8))
    whole.write_bytes(whole.read_bytes()[:1000])
    for n in range(4):
        (folder / "dogs" / f"z{n}.gif").write_bytes(b"GIF89a")
    with pytest.raises(InputError) as refused:
        read_images(folder)
    message = str(refused.value)
    assert message.startswith("7 of 10 images cannot be read")
    assert "empty.png: a file of no bytes" in message
    assert "text.png: not an image" in message
    assert "big.jpg" in message or "and 2 more" in message
    with pytest.raises(InputError, match="1 of 1 images cannot be read(.|\n)*big.jpg: .*runcated"):
        read_image_files([whole])


def test_a_small_file_that_claims_to_be_huge_is_refused(folder):
    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", 12_000, 10_000, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b"")]
    (folder / "cats" / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    with pytest.raises(InputError, match=r"bomb.png: 12000 × 10000 pixels, more than 100,000,000"):
        read_images(folder)


def test_floats_have_no_known_range(tmp_path):
    path = save(tmp_path / "a.tiff", np.zeros((4, 4), np.float32))
    with pytest.raises(InputError, match="no known range"):
        read_image_files([path])


def test_more_than_memory_is_refused(folder, monkeypatch):
    monkeypatch.setattr("os.sysconf", lambda name: 8, raising=False)  # 64 bytes of memory
    with pytest.raises(InputError, match="stream_images"):
        read_images(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "birds").mkdir(), "none in 'birds'"),
        (lambda f: save(f / "lost.png", GREY), "1 images beside, such as lost.png"),
        (lambda f: (f / "dogs").rename(f.parent / "gone"), "cats/1.png, dogs/1.png"),
    ],
)
def test_folders_without_classes_are_refused(folder, tmp_path_factory, change, message):
    inner = folder.rename(tmp_path_factory.mktemp("place") / "pets")
    change(inner)
    with pytest.raises(InputError, match=message):
        read_images(inner)


def test_wrong_arguments_are_refused(folder):
    with pytest.raises(InputError, match="did you mean 'grey'"):
        read_images(folder, mode="gray")
    with pytest.raises(InputError, match="size=64"):
        read_images(folder, size=(3, 0))
    with pytest.raises(InputError, match="no such folder"):
        read_images(folder / "nowhere")
    with pytest.raises(InputError, match="the folder is not divided"):
        read_images(folder, part="test")


def test_parts_have_folders_of_their_own(folder, tmp_path_factory):
    root = tmp_path_factory.mktemp("divided")
    folder.rename(root / "train")
    save(root / "val" / "dogs" / "1.png", GREY)
    save(root / "val" / "cats" / "1.png", GREY)
    assert list(parts_of(root)) == ["train", "validation"]
    assert len(read_images(root)) == 3
    assert len(read_images(root, part="validation")) == 2
    (root / "bus").mkdir()  # then these are classes, such as means of transport
    assert parts_of(root) == {}
    with pytest.raises(InputError, match="none in 'bus'"):
        read_images(root)


def test_the_second_time_comes_from_the_cache_until_a_file_changes(folder, cache, monkeypatch):
    first = read_images(folder)
    assert len(list(cache.glob("*"))) == 1
    monkeypatch.setattr("gradus.data.image_sets.decode", None)  # whoever decodes now fails
    again = read_images(folder)
    np.testing.assert_array_equal(again.x, first.x)
    assert again.description == first.description
    monkeypatch.undo()
    monkeypatch.setenv("GRADUS_CACHE", str(cache.parent))
    save(folder / "cats" / "1.png", COLOUR)
    assert read_images(folder).x.shape[-1] == 3
    assert len(list(cache.glob("*"))) == 2


def test_a_damaged_cache_is_read_anew_and_old_ones_go(folder, cache):
    read_images(folder)
    kept = next(cache.glob("*"))
    kept.write_bytes(b"damaged")
    assert len(read_images(folder)) == 3
    for size in range(1, 10):
        read_images(folder, size)
    assert len(list(cache.glob("*"))) == 8


def test_without_a_cache(folder, cache, monkeypatch):
    monkeypatch.setenv("GRADUS_CACHE", "off")
    assert len(read_images(folder)) == 3
    assert not cache.exists()


def test_a_stream_gives_every_image_once_in_every_epoch(folder):
    whole = read_images(folder)
    stream = stream_images(folder, rows=2)
    assert stream.length == 3
    orders = set()
    for seed in range(6):
        chunks = list(stream(seed))
        assert [len(chunk.x) for chunk in chunks] == [2, 1]
        x, y = (np.concatenate(parts) for parts in zip(*[c[:2] for c in chunks], strict=True))
        order = [int(np.flatnonzero((whole.x == image).all((1, 2, 3)))[0]) for image in x]
        assert sorted(order) == [0, 1, 2]
        np.testing.assert_array_equal(y, whole.y[order])
        orders.add(tuple(order))
    assert len(orders) > 1
    prep = ImagePreprocessor.fit(whole)
    x = np.concatenate([c.x for c in stream_images(folder, preprocessor=prep)(0)])
    np.testing.assert_allclose(x.mean(), 0, atol=1e-5)


def test_targets_of_other_folders_are_told_by_their_names():
    """Classes b and c of a folder without a are not 0 and 1."""
    x = np.zeros((3, 2, 2, 1), np.float32)
    prep = ImagePreprocessor.fit(Dataset(x, [0, 1, 2], labels=("a", "b", "c")))
    assert prep.targets(Dataset(x, [0, 1, 1], labels=("b", "c"))).tolist() == [1, 2, 2]
    with pytest.raises(InputError, match="row 2(.|\n)*'d'"):
        prep.targets(Dataset(x, [0, 0, 1], labels=("b", "d")))
    digits = ImagePreprocessor.fit(Dataset(x, [0, 1, 0], labels=(7, 8)))
    assert digits.targets(Dataset(x, [0, 0, 0], labels=("8",))).tolist() == [1, 1, 1]


def test_without_pillow_the_extra_is_named(folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(InputError, match=r"pip install \"gradus\[images\]\""):
        pillow()
