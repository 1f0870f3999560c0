"""Known datasets: the bundled ones equal their sources, downloads are verified, nothing is run."""

import gzip
import hashlib
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import datasets, load, read_idx
from gradus.data.catalog import CATALOG
from gradus.data.downloads import File, obtain

BUNDLED = [name for name, entry in CATALOG.items() if not entry.files]


def idx(array):
    """An idx file of bytes: magic number 0 0 8 axes, lengths, values."""
    lengths = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the user's data, an empty cache, and no network."""

    def no_network(url, timeout):
        raise OSError("no network")

    monkeypatch.setenv("GRADUS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("GRADUS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("gradus.data.downloads.urlopen", no_network)
    return tmp_path / "own"


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_sets_are_described(name):
    data = load(name)
    assert data.description
    assert data.licence
    assert data.x.dtype == np.float32
    assert data.features is None or len(data.features) == data.x.shape[1]


@pytest.mark.parametrize(
    ("name", "loader"), [("iris", "iris"), ("wine", "wine"), ("breast-cancer", "breast_cancer")]
)
def test_classes_equal_scikit_learn(name, loader):
    import sklearn.datasets

    theirs = getattr(sklearn.datasets, f"load_{loader}")()
    ours = load(name)
    np.testing.assert_array_equal(ours.x, theirs.data.astype(np.float32))
    flipped = name == "breast-cancer"  # sorted: benign is 0, where scikit-learn has malignant
    np.testing.assert_array_equal(ours.y, 1 - theirs.target if flipped else theirs.target)


def test_diabetes_and_digits_equal_scikit_learn():
    from sklearn.datasets import load_diabetes, load_digits

    theirs = load_diabetes(scaled=False)
    np.testing.assert_array_equal(load("diabetes").x, theirs.data.astype(np.float32))
    np.testing.assert_array_equal(load("diabetes").y, theirs.target)
    np.testing.assert_array_equal(load("digits", raw=True).x[..., 0], load_digits().images)
    np.testing.assert_array_equal(load("digits").y, load_digits().target)
    assert load("digits").x.max() == 1


def test_advertising_gives_the_coefficients_of_the_book():
    data = load("advertising")
    x = np.column_stack([np.ones(200), data.x.astype(np.float64)])
    coefficients = np.linalg.lstsq(x, data.y.astype(np.float64), rcond=None)[0]
    # James, Witten, Hastie and Tibshirani, table 3.4: 2.939, 0.046, 0.189, −0.001
    np.testing.assert_allclose(coefficients, [2.939, 0.046, 0.189, -0.001], atol=5e-4)


def test_the_bundled_files_stay_small():
    files = Path(load.__code__.co_filename).parent / "files"
    assert sum(path.stat().st_size for path in files.iterdir()) < 300_000


def test_idx_types_and_shapes(tmp_path):
    matrix = np.arange(6).reshape(2, 3)
    (tmp_path / "bytes").write_bytes(idx(matrix))
    (tmp_path / "packed.gz").write_bytes(gzip.compress(idx(matrix)))
    floats = bytes([0, 0, 0x0D, 1, 0, 0, 0, 2]) + np.array([1, -2], ">f4").tobytes()
    (tmp_path / "floats").write_bytes(floats)
    np.testing.assert_array_equal(read_idx(tmp_path / "bytes"), matrix)
    np.testing.assert_array_equal(read_idx(tmp_path / "packed.gz"), matrix)
    assert read_idx(tmp_path / "floats").tolist() == [1.0, -2.0]


DAMAGED = {
    "cut short": (idx(np.arange(6))[:-1], "14 bytes for an array of shape \\(6,\\)"),
    "too long": (idx(np.arange(6)) + b"x", "14 bytes"),
    "other magic": (b"GIF89a12", "two zero bytes"),
    "unknown type": (bytes([0, 0, 0x77, 1, 0, 0, 0, 0]), "two zero bytes"),
    "empty": (b"", "two zero bytes"),
}


@pytest.mark.parametrize(("content", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_idx_files_are_refused(tmp_path, content, words):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(InputError) as error:
        read_idx(tmp_path / "f")
    assert words.replace("\\", "") in error.value.expected


def test_a_damaged_gzip_is_refused(tmp_path):
    (tmp_path / "f.gz").write_bytes(gzip.compress(idx(np.arange(6)))[:-4])
    with pytest.raises(InputError, match="is damaged"):
        read_idx(tmp_path / "f.gz")


@pytest.mark.parametrize("place", ["fashion-mnist", "fashion_mnist", "."])
def test_files_of_the_user_are_found(folder, place):
    images = np.arange(2 * 28 * 28).reshape(2, 28, 28) % 256
    (folder / place).mkdir(parents=True)
    for name, array in [("images-idx3", images), ("labels-idx1", np.array([9, 0]))]:
        file = folder / place / f"t10k-{name}-ubyte.gz"
        file.write_bytes(gzip.compress(idx(array)))
    data = load("fashion-mnist", "test")
    assert data.x.shape == (2, 28, 28, 1)
    np.testing.assert_allclose(data.x[..., 0], images / 255, rtol=1e-6)
    assert [data.labels[i] for i in data.y] == ["ankle boot", "T-shirt/top"]


def cifar(folder, members):
    folder.mkdir(parents=True)
    with tarfile.open(folder / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def test_cifar_planes_become_channels(folder):
    planes = np.arange(3)[:, None, None] * np.ones((3, 32, 32), np.uint8)  # red 0, green 1, blue 2
    cifar(folder / "cifar10", {"test_batch": bytes([7]) + planes.astype(np.uint8).tobytes()})
    data = load("cifar10", "test", raw=True)
    assert data.x.shape == (1, 32, 32, 3)
    assert data.x[0, 5, 9].tolist() == [0, 1, 2]
    assert data.labels[data.y[0]] == "horse"
    with pytest.raises(InputError, match="is damaged"):
        load("cifar10", "train")  # its batches are not in this archive


def test_without_network_it_says_where_to_put_the_file(folder, tmp_path):
    with pytest.raises(InputError) as error:
        load("mnist")
    message = str(error.value)
    name = "train-images-idx3-ubyte.gz"
    assert f"{name} of mnist is not on this machine and could not be downloaded" in message
    assert f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}" in message
    assert str(tmp_path / "cache" / "data" / "mnist" / name) in message
    assert "GRADUS_DATA" in message
    assert "no network" in message


CONTENT = idx(np.arange(4))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
FILES = {
    "packed": (File("f.gz", "https://x/f.gz", 1, f"sha256:{SHA256}", True), gzip.compress(CONTENT)),
    "plain": (File("f", "https://x/f", 1, f"md5:{MD5}", False), CONTENT),
}


@pytest.mark.parametrize(("file", "sent"), FILES.values(), ids=FILES)
def test_a_download_is_verified_kept_and_not_repeated(folder, monkeypatch, file, sent):
    calls = []

    def network(url, timeout):
        calls.append(url)
        return io.BytesIO(sent)

    monkeypatch.setattr("gradus.data.downloads.urlopen", network)
    path = obtain("toy", file)
    assert obtain("toy", file) == path
    assert path.read_bytes() == sent
    assert calls == [file.url]
    assert os.listdir(path.parent) == [file.name]


@pytest.mark.parametrize(("file", "sent"), FILES.values(), ids=FILES)
@pytest.mark.parametrize("harm", [lambda b: b[:-9], lambda b: b"<html>" + b, lambda b: b""])
def test_a_damaged_download_is_not_kept(folder, monkeypatch, tmp_path, file, sent, harm):
    def network(url, timeout):
        return io.BytesIO(harm(sent))

    monkeypatch.setattr("gradus.data.downloads.urlopen", network)
    with pytest.raises(InputError, match="damaged or another file"):
        obtain("toy", file)
    assert os.listdir(tmp_path / "cache" / "data" / "toy") == []


def test_the_catalogue_says_what_is_where(folder):
    found = {listing.name: listing for listing in datasets()}
    assert list(found) == list(CATALOG)
    assert found["iris"].found == "comes with the package"
    assert found["mnist"].found == ""
    assert found["cifar10"].megabytes == 170.1
    assert all(listing.licence for listing in found.values())


@pytest.mark.parametrize(
    ("name", "part", "fix"),
    [("mnits", "train", "did you mean 'mnist'?"), ("iris", "test", "choose one of 'train'")],
)
def test_unknown_names_and_parts(name, part, fix):
    with pytest.raises(InputError) as error:
        load(name, part)
    assert error.value.fix == fix


MEANS = {"mnist": (0.13066, 0.30811), "fashion-mnist": (0.28604, 0.35302)}


@pytest.mark.parametrize("name", MEANS)
def test_the_real_files_where_they_are_at_hand(name):
    if not os.environ.get("GRADUS_DATA") or not CATALOG[name].files:
        pytest.skip("GRADUS_DATA names no folder")
    if not {listing.name: listing.found for listing in datasets()}[name]:
        pytest.skip(f"{name} is not in that folder")
    for part, files in CATALOG[name].files.items():
        for file in files:
            content = gzip.decompress(obtain(name, file).read_bytes())
            assert file.checksum == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert len(load(name, part, raw=True)) == {"train": 60000, "test": 10000}[part]
    x = load(name, raw=True).x
    np.testing.assert_allclose((x.mean() / 255, x.std() / 255), MEANS[name], atol=1e-5)
