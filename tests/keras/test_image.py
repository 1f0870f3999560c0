"""`ImageDataGenerator`: what it does to images, and the batches it gives."""

import numpy as np
import pytest

import gradus.keras as keras
from gradus import InputError
from gradus.keras.preprocessing.image import ImageDataGenerator

IMAGES = np.arange(3 * 4 * 5).reshape(3, 4, 5, 1).astype("float32")


def altered(image, seed=0, **settings):
    """One altered copy of an image."""
    random = np.random.default_rng(seed)
    return ImageDataGenerator(**settings).random_transform(image, random)


def test_batches_in_order_and_the_short_one_at_the_end():
    batches = ImageDataGenerator(rescale=0.5).flow(IMAGES, [0, 1, 2], batch_size=2, shuffle=False)
    assert len(batches) == 2
    first, second = next(batches), next(batches)
    np.testing.assert_array_equal(first[0], IMAGES[:2] / 2)
    np.testing.assert_array_equal(second[0], IMAGES[2:] / 2)
    assert second[1].tolist() == [2]
    assert next(batches)[1].tolist() == [0, 1]  # and again


def test_every_epoch_has_every_image_once():
    batches = ImageDataGenerator().flow(IMAGES, np.arange(3), batch_size=2, seed=0)
    for _ in range(3):
        assert sorted(np.concatenate([next(batches)[1] for _ in range(2)])) == [0, 1, 2]


def test_equal_seeds_give_equal_batches():
    settings = {"rotation_range": 30, "zoom_range": 0.2, "horizontal_flip": True}
    found = [next(ImageDataGenerator(**settings).flow(IMAGES, batch_size=3, seed=4)) for _ in "ab"]
    np.testing.assert_array_equal(*found)
    assert np.abs(found[0] - IMAGES).max() > 0.1


def test_flips_by_hand():
    flipped = {altered(IMAGES[0], seed, horizontal_flip=True).tobytes() for seed in range(20)}
    expected = {IMAGES[0].tobytes(), np.ascontiguousarray(IMAGES[0][:, ::-1]).tobytes()}
    assert flipped == expected
    upside = altered(IMAGES[0], 1, vertical_flip=True)
    assert upside.tolist() in (IMAGES[0].tolist(), IMAGES[0][::-1].tolist())


class Largest:
    """Draws the upper bound of every range."""

    def uniform(self, low, high, size=None):
        return high if size is None else np.full(size, high)

    def random(self):
        return 1.0


def test_shifts_move_the_image_and_repeat_its_edge():
    generator = ImageDataGenerator(height_shift_range=1.0, interpolation_order=0)
    shifted = generator.random_transform(IMAGES[0], Largest())
    # by one pixel: every row comes from the one below, and the last one is repeated
    np.testing.assert_array_equal(shifted[:3], IMAGES[0][1:])
    np.testing.assert_array_equal(shifted[3], IMAGES[0][3])
    half = ImageDataGenerator(width_shift_range=0.4, interpolation_order=0)  # 0.4 of 5 pixels
    np.testing.assert_array_equal(
        half.random_transform(IMAGES[0], Largest())[:, 0], IMAGES[0][:, 2]
    )


def test_a_turn_keeps_the_middle_and_the_constant_fills_the_corners():
    image = np.zeros((5, 5, 1), "float32")
    image[2, 2] = 1
    found = altered(image, 3, rotation_range=45, fill_mode="constant", cval=7.0)
    assert found[2, 2, 0] == pytest.approx(1.0)
    assert found[0, 0, 0] == pytest.approx(7.0, abs=2)
    assert altered(image, 0, rotation_range=0) is image


def test_zooms_lie_in_their_range():
    ramp = np.tile(np.arange(21, dtype="float32")[:, None, None], (1, 21, 1))
    slopes = [
        np.diff(altered(ramp, seed, zoom_range=(0.5, 0.9))[8:13, 10, 0]).mean()
        for seed in range(10)
    ]
    assert min(slopes) > 0.49
    assert max(slopes) < 0.91


def test_means_and_deviations():
    generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    with pytest.raises(InputError, match=r"generator.fit\(x_train\)"):
        next(generator.flow(IMAGES))
    generator.fit(IMAGES)
    x = next(generator.flow(IMAGES, batch_size=3))
    assert x.mean() == pytest.approx(0, abs=1e-5)
    assert x.std() == pytest.approx(1, abs=1e-4)
    own = ImageDataGenerator(samplewise_center=True).standardize(IMAGES[1])
    assert own.mean() == pytest.approx(0, abs=1e-5)


def test_subsets_share_the_images():
    generator = ImageDataGenerator(validation_split=0.34)
    held_out = generator.flow(IMAGES, np.arange(3), subset="validation")
    rest = generator.flow(IMAGES, np.arange(3), subset="training")
    assert (held_out.samples, rest.samples) == (1, 2)
    assert sorted([*next(held_out)[1], *next(rest)[1]]) == [0, 1, 2]


def test_files_of_every_kind(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    Image.fromarray(np.array([[0, 257, 65535]], np.uint16)).save(tmp_path / "deep.png")
    deep = keras.utils.load_img(tmp_path / "deep.png", color_mode="grayscale")
    assert np.asarray(deep).tolist() == [[0, 1, 255]]
    (tmp_path / "empty.png").touch()
    (tmp_path / "words.png").write_text("words")
    for name, reason in (
        ("empty", "no bytes"),
        ("words", "not an image"),
        ("gone", "no such file"),
    ):
        with pytest.raises(InputError, match=rf"{name}\.png[\s\S]*{reason}"):
            keras.utils.load_img(tmp_path / f"{name}.png")


def test_folders_are_classes(tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    for name, value in (("cats", 10), ("dogs", 200)):
        (tmp_path / name).mkdir()
        for i in range(3):
            image = np.full((6, 8, 3), value + i, "uint8")
            pillow.fromarray(image).save(tmp_path / name / f"{i}.png")
    generator = ImageDataGenerator(rescale=1 / 255)
    found = {
        mode: generator.flow_from_directory(
            tmp_path, target_size=(4, 5), class_mode=mode, batch_size=6, shuffle=False
        )
        for mode in ("categorical", "binary", "sparse", "input", None)
    }
    x, y = next(found["binary"])
    assert x.shape == (6, 4, 5, 3)
    np.testing.assert_allclose(x[:, 0, 0, 0] * 255, [10, 11, 12, 200, 201, 202], rtol=1e-5)
    assert y.tolist() == [0, 0, 0, 1, 1, 1]
    assert found["binary"].class_indices == {"cats": 0, "dogs": 1}
    assert found["binary"].filenames[0] == "cats/0.png"
    assert next(found["categorical"])[1][3].tolist() == [0, 1]
    np.testing.assert_array_equal(*next(found["input"]))
    assert next(found[None]).shape == (6, 4, 5, 3)
    grey = generator.flow_from_directory(tmp_path, (4, 5), "grayscale", class_mode="sparse")
    assert next(grey)[0].shape == (6, 4, 5, 1)
    model = keras.Sequential(
        [keras.layers.Flatten(input_shape=(4, 5, 3)), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile("rmsprop", "binary_crossentropy", metrics=["acc"])
    history = model.fit(
        found["binary"],
        steps_per_epoch=1,
        epochs=2,
        validation_data=found["binary"],
        validation_steps=1,
        verbose=0,
    )
    assert list(history.history) == ["loss", "acc", "val_loss", "val_acc"]
    (tmp_path / "dogs" / "broken.jpg").write_text("no image")
    with pytest.raises(InputError, match="broken.jpg"):
        generator.flow_from_directory(tmp_path, batch_size=9)[0]


REFUSED = {
    "argument": (lambda: ImageDataGenerator(rotation=3), "did you mean 'rotation_range'"),
    "fill": (lambda: ImageDataGenerator(fill_mode="edge"), "'nearest'"),
    "whitening": (lambda: ImageDataGenerator(zca_whitening=True), "zca_whitening=False"),
    "no channels": (lambda: ImageDataGenerator().flow(np.ones((3, 4, 4))), r"x\[..., None\]"),
    "folder": (lambda: ImageDataGenerator().flow_from_directory("nowhere"), "check the path"),
    "mode": (
        lambda: ImageDataGenerator().flow_from_directory(".", class_mode="multi"),
        "class_mode",
    ),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_slips_are_refused(slip):
    make, message = REFUSED[slip]
    with pytest.raises(InputError, match=message):
        make()
