"""What is learned about columns and targets is learned from the training part alone."""

import numpy as np
import polars as pl
import pytest

from gradus.cli.prepare import prepare
from gradus.cli.settings import Settings
from gradus.cli.source import Source
from gradus.data import Dataset, split

N = 200
SETTINGS = Settings(target="price", validation=0.2, test=0.2)


def test_a_table_is_encoded_by_its_training_part():
    random = np.random.default_rng(0)
    area, price = random.normal(50, 9, N), random.normal(1e5, 2e4, N)
    town = np.where(np.arange(N) % 9 == 0, "Rome", "Oslo")
    table = pl.DataFrame({"area": area, "town": town, "price": price})
    prepared = prepare(Source("flats", table), SETTINGS)
    rows = split(N, 0.2, 0.2, seed=SETTINGS.seed)
    column, target = prepared.preprocessor.columns[0], prepared.preprocessor.target
    assert column.mean == pytest.approx(area[rows.train].mean(), rel=1e-12)
    assert column.std == pytest.approx(area[rows.train].std(), rel=1e-12)
    assert target.mean == pytest.approx(price[rows.train].mean(), rel=1e-12)
    for part, places in ((prepared.train, rows.train), (prepared.test, rows.test)):
        x, y = part
        np.testing.assert_allclose(x[:, 0] * column.std + column.mean, area[places], rtol=1e-5)
        np.testing.assert_array_equal(x[:, 1], town[places] == "Rome")
        np.testing.assert_allclose(target.decode(y), price[places], rtol=1e-6)


def test_images_are_scaled_by_their_training_part():
    pixels = np.random.default_rng(0).integers(0, 256, (N, 3, 3, 1)).astype(np.uint8)
    images = Dataset(pixels, np.arange(N) % 2, labels=(0, 1))
    prepared = prepare(Source("pictures", images), Settings(validation=0.2, test=0.2))
    assert abs(prepared.train[0].mean()) < 1e-5
    assert prepared.train[0].std() == pytest.approx(1, rel=1e-5)
    assert abs(prepared.test[0].mean()) > 1e-4
