"""What a user gets on real data: the digits always, larger sets where GRADUS_DATA has them."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from gradus import Patience, data, fit, models, optim, supervised
from gradus.cli.main import main
from gradus.likelihoods import Categorical

FOLDER = Path(os.environ.get("GRADUS_DATA", "nowhere"))


def needs(*parts: str):
    """Skip where a file of the user's folder of data is not there."""
    path = FOLDER.joinpath(*parts)
    return pytest.mark.skipif(not path.exists(), reason=f"no {path} (see GRADUS_DATA)")


def test_digits_over_five_seeds():
    """At least 97.5 % on a stratified fifth, on average."""
    scores = []
    for seed in range(5):
        train, validation, test = data.load("digits").split(0.1, 0.2, seed=seed)
        model = models.mlp([256, 128], 10, dropout=0.3)
        algorithm = supervised(model, Categorical(10), optim.adam(2e-3))
        run = fit(algorithm, train, epochs=40, validation=validation, stop=Patience(12), seed=seed)
        scores.append(float(np.mean(run.predict(test.x) == test.y)))
    assert np.mean(scores) >= 0.975, scores


@needs("names", "names.txt")
def test_a_bigram_on_names():
    """The loss of its counts on the names that it has counted is known: 2.4540 nats."""
    names = (FOLDER / "names" / "names.txt").read_text().split()
    characters = data.Characters.fit(names, ends=True)
    rows = characters.encode(names)
    there = rows[:, 1:] != characters.padding
    for add, known in ((0.0, 2.454014), (1.0, 2.454577)):
        chain = models.ngram(rows, characters.size, 2, add=add, never=(0, 1, 2))
        assert -chain.log_prob(rows)[there].mean() == pytest.approx(known, abs=1e-6)


@needs("fashion_mnist")
@pytest.mark.slow
def test_fashion_mnist_with_a_net_of_256_128_and_100():
    """At least 88.5 %; the benchmark table of the data's publisher has 88.33 % for this net."""
    train, test = data.load("fashion-mnist"), data.load("fashion-mnist", "test")
    model = models.mlp([256, 128, 100], 10, dropout=0.2)
    algorithm = supervised(model, Categorical(10), optim.adam(optim.cosine_decay(1e-3, 422 * 15)))
    run = fit(algorithm, train, epochs=15, batch=128, validation=0.1)
    assert np.mean(run.predict(test.x) == test.y) >= 0.885


def measure(printed: str, name: str) -> float:
    """A measure of the model in the table that `gradus fit` prints."""
    heading, row = re.search(r"\n( +\w+.*)\nmodel +(.*)", printed).groups()
    return float(row.split()[heading.split().index(name)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "target", "name", "reached"),
    [
        pytest.param("adult-train.csv", "column_15", "accuracy", lambda value: value >= 0.85,
                     id="adult", marks=needs("tabular", "adult-train.csv")),
        pytest.param("california-housing.csv", "median_house_value", "rmse",
                     lambda value: value <= 55_000,
                     id="california", marks=needs("tabular", "california-housing.csv")),
    ],
)  # fmt: skip
def test_a_table_without_tuning(file, target, name, reached, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as done:
        main(["fit", str(FOLDER / "tabular" / file), "--target", target])
    assert done.value.code in (0, None)
    assert reached(measure(capsys.readouterr().out, name))
