"""Cross-validation against closed forms, separate runs and hand-made rows."""

import sys
import warnings

import jax
import numpy as np
import polars as pl
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from gradus import InputError, Patience, evaluate, fit, models, nn, supervised
from gradus.data import PCA, Dataset, Preprocessor, Standardize
from gradus.evaluation import together
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam, sgd
from gradus.training.program import Program


@pytest.fixture(scope="module")
def numbers():
    """A plane with noise, 31 examples."""
    random = np.random.default_rng(0)
    x = random.normal(size=(31, 2)).astype("float32")
    return x, (x @ [1.0, -2.0] + random.normal(size=31)).astype("float32")


@pytest.fixture(scope="module")
def blobs():
    """Three classes in the plane, 64 examples, of which 4 folds are not all equally long."""
    random = np.random.default_rng(0)
    y = np.arange(64, dtype=np.int32) % 3
    centres = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
    return (centres[y] + random.normal(size=(64, 2))).astype("float32"), y


def net(rate=0.02):
    model = nn.Sequential(nn.Dense(8, nn.relu), nn.Dropout(0.2), nn.Dense(3))
    return supervised(model, Categorical(3), adam(rate))


def test_leaving_one_out_is_the_closed_form_of_least_squares(numbers):
    """CV = 1/n Σ (eᵢ / (1 − hᵢ))², h the diagonal of X (XᵀX)⁻¹ Xᵀ: James and others, (5.2)."""
    x, y = (np.asarray(a, np.float64) for a in numbers)
    design = np.column_stack([np.ones(len(x)), x])
    hat = design @ np.linalg.solve(design.T @ design, design.T)
    residuals = (y - hat @ y) / (1 - np.diag(hat))
    result = evaluate(LinearRegression(), numbers, "leave one out")
    assert result.error == pytest.approx(np.mean(residuals**2), rel=1e-9)
    np.testing.assert_allclose(result.predicted, y - residuals, rtol=1e-9)
    assert list(result.measures) == ["mse", "mae"]


def test_a_net_without_hidden_layers_comes_to_the_same(numbers):
    line = supervised(nn.Dense(1), Gaussian(), sgd(0.3))
    result = evaluate(line, numbers, "leave one out", epochs=200, batch=31)
    exact = evaluate(LinearRegression(), numbers, "leave one out")
    assert result.error == pytest.approx(exact.error, rel=1e-3)


def test_folds_in_one_program_are_the_runs_they_would_be_alone(blobs):
    x, y = blobs
    together = evaluate(net(), blobs, 4, epochs=4, batch=16, seed=3)
    for fold in together.folds:
        part = x[fold.train], y[fold.train]
        alone = fit(net(), part, epochs=4, batch=16, seed=3).probabilities(x[fold.test])
        np.testing.assert_allclose(together.probabilities[fold.test], alone, rtol=1e-3, atol=1e-5)


@pytest.fixture
def programs(monkeypatch):
    """The programs that are compiled in a test."""
    made = []

    def watched(*given, **more):
        made.append(Program(*given, **more))
        return made[-1]

    monkeypatch.setattr(sys.modules["gradus.training.fit"], "Program", watched)
    return made


def test_ten_folds_are_one_program_with_the_arithmetic_of_ten_runs(blobs, programs):
    """What XLA counts for a step of all folds, by the steps they take, against ten runs alone."""
    evaluate(net(), blobs, 10, epochs=1, batch=16)
    assert len(programs) == 1
    fit(net(), (blobs[0][:58], blobs[1][:58]), epochs=1, batch=16)
    cost = [flops_of_a_step(program) * program.steps for program in programs]
    assert 10 * cost[1] * 0.9 < cost[0] <= 10 * cost[1] * 1.2


def flops_of_a_step(program):
    """The floating-point operations of one compiled step of all members."""
    carry = program.start()

    def step(carry, order):
        given = program.members, program.examples, carry.step
        learn = program.loops._each(program.life.step, 0, 0, 0, None, None)
        return learn(carry.learner, order, *given)

    order = program._order(0)[..., : program.life.batch]
    return jax.jit(step).lower(carry, order).compile().cost_analysis()["flops"]


def test_the_sum_over_folds_weighs_them_by_their_size(numbers):
    # 31 examples in 4 folds of 8, 8, 8 and 7.
    result = evaluate(DummyRegressor(), numbers, 4)
    sizes = [len(fold.test) for fold in result.folds]
    assert sorted(sizes) == [7, 8, 8, 8]
    by_hand = sum(n / 31 * e for n, e in zip(sizes, result["mse"], strict=True))
    assert result.error == pytest.approx(by_hand)
    assert result.error == pytest.approx(np.mean((result.predicted - numbers[1]) ** 2))


def test_every_prediction_comes_from_a_model_that_has_not_seen_the_row():
    """A nearest neighbour knows every row it has seen: its own label is its number."""
    x = np.arange(20.0)[:, None]
    y = np.arange(20) % 10
    result = evaluate(KNeighborsClassifier(1), (x, y), 2, stratify=False)
    assert (result.predicted != y).all()
    assert result.error == 1


def test_test_rows_choose_no_epoch(blobs):
    """With labels at random the best of 30 epochs on the test rows would look better than 1/3."""
    x = blobs[0]
    y = np.random.default_rng(1).integers(0, 3, 64).astype("int32")
    last = evaluate(net(0.1), (x, y), 4, epochs=30, batch=16, stratify=False)
    for fold in last.folds[:1]:
        alone = fit(net(0.1), (x[fold.train], y[fold.train]), epochs=30, batch=16)
        assert alone.best_epoch == 30
        assert (alone.predict(x[fold.test]) == last.predicted[fold.test]).mean() > 0.9


def test_with_validation_a_part_of_the_training_rows_chooses_the_epoch(blobs):
    given = {"epochs": 40, "batch": 16, "validation": 0.2, "stop": Patience(3)}
    result = evaluate(net(), blobs, 4, **given)
    assert result.notes == ()
    assert result["accuracy"].mean() > 0.6


def test_repetitions_begin_with_other_weights(blobs):
    folds = [(np.arange(32), np.arange(32, 64))]
    first = evaluate(net(), blobs, folds, epochs=2)
    assert first.predicted.shape == (32,)
    assert first.tested.tolist() == list(range(32, 64))
    repeated = evaluate(net(), blobs, 2, repeats=3, epochs=2)
    assert len(repeated["accuracy"]) == 6
    assert repeated.tested.tolist() == list(range(64))


# What is fitted to the training rows, and the net's inputs where a program needs another shape.
@pytest.mark.parametrize("prepare", [Standardize.fit, lambda x: PCA.fit(x, components=1)])
def test_preprocessing_sees_training_rows_only(numbers, prepare):
    x, y = numbers
    seen = []

    def watched(rows):
        seen.append(rows)
        return prepare(rows)

    line = supervised(nn.Dense(1), Gaussian(), sgd(0.1))
    result = evaluate(line, (100 * x, y), 3, epochs=30, batch=8, prepare=watched)
    for rows, fold in zip(seen, result.folds, strict=True):
        np.testing.assert_array_equal(rows, 100 * x[fold.train])
        scale = prepare(100 * x[fold.train])
        alone = fit(line, (scale(100 * x[fold.train]), y[fold.train]), epochs=30, batch=8)
        np.testing.assert_allclose(
            alone.predict(scale(100 * x[fold.test])), result.predicted[fold.test], atol=1e-4
        )


def test_an_estimator_s_pipeline_is_fitted_to_training_rows(numbers):
    pipeline = make_pipeline(StandardScaler(), LinearRegression())
    plain = evaluate(LinearRegression(), numbers, 5)
    np.testing.assert_allclose(evaluate(pipeline, numbers, 5)["mse"], plain["mse"], rtol=1e-6)
    prepared = evaluate(LinearRegression(), numbers, 5, prepare=Standardize.fit)
    np.testing.assert_allclose(prepared["mse"], plain["mse"], rtol=1e-5)


@pytest.fixture(scope="module")
def table():
    """Prices by area and town; one town is in three rows only."""
    random = np.random.default_rng(0)
    area = random.uniform(50, 200, 60)
    town = ["north"] * 30 + ["south"] * 27 + ["west"] * 3
    price = 1000 * area + 5e4 * (np.array(town) == "south") + random.normal(0, 5000, 60)
    return pl.DataFrame({"area": area, "town": town, "price": price})


def test_a_table_is_prepared_for_each_fold_and_measured_in_its_units(table):
    line = supervised(nn.Dense(1), Gaussian(), adam(0.05))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a town that a training part lacks
        result = evaluate(line, table, 5, target="price", epochs=100)
    assert result.y.max() > 1e5
    assert result["r2"].min() > 0.95
    assert result["rmse"].max() < 20_000
    estimator = evaluate(LinearRegression(), table.to_dict(as_series=False), 5, target="price")
    assert estimator["r2"].min() > 0.95


def test_folds_whose_tables_have_other_columns_have_programs_of_their_own(table, monkeypatch):
    groups = []
    train = together.train_group
    monkeypatch.setattr(
        together, "train_group", lambda a, tasks, how: groups.append(tasks) or train(a, tasks, how)
    )
    line = supervised(nn.Dense(1), Gaussian(), adam(0.05))
    every = range(60)  # rows 57 to 59 are in the west: two dummies with them, one without
    folds = [(every[:57], every[57:]), (every[1:], every[:1]), (every[3:57], every[:3])]
    with pytest.warns(UserWarning, match="'west'"):
        evaluate(line, table, folds, target="price", epochs=1)
    assert [[task.name for task in group] for group in groups] == [["fold 1", "fold 3"], ["fold 2"]]


def test_classes_of_a_table_are_known_to_every_fold(table):
    result = evaluate(LogisticRegression(), table, 3, target="town")
    assert result.kind == "classification"
    assert result.probabilities.shape == (60, 3)
    custom = evaluate(
        LogisticRegression(), table, 3, target="town",
        prepare=lambda rows: Preprocessor.fit(rows, "town", kinds={"area": "drop"}),
    )  # fmt: skip
    assert custom["accuracy"].mean() < result["accuracy"].mean() + 0.5


def test_classifiers_without_probabilities_are_measured_too(blobs):
    result = evaluate(LinearSVC(), blobs, 3)
    assert result.probabilities is None
    assert "accuracy" in result.measures
    assert "log_loss" not in result.measures


def test_jobs_run_where_the_user_has_joblib_run_them(blobs):
    alone = evaluate(LogisticRegression(), blobs, 3)
    with parallel_config(backend="threading"):
        together = evaluate(LogisticRegression(), blobs, 3, n_jobs=2)
    np.testing.assert_array_equal(alone.predicted, together.predicted)


def test_it_prints_and_draws(blobs):
    result = evaluate(DummyClassifier(), blobs, 4, repeats=2)
    header, *rows = str(result).splitlines()
    assert header.split() == ["mean", "from", "to", "lowest", "highest"]
    assert rows[0].startswith("accuracy")
    assert "8 folds; 64 of 64 examples tested" in str(result)
    assert f"CV = Σ nₖ/n · errorₖ = {result.error:.4f}" in str(result)
    assert repr(result).startswith("CrossValidation(8 folds, accuracy ")
    assert "<svg" in result._repr_html_()
    assert "<table" in result._repr_html_()
    assert "Accuracy of every fold" in result.picture()


def test_an_interval_ends_where_its_measure_does(blobs):
    x, y = np.arange(40.0)[:, None], (np.arange(40) > 20).astype(int)
    y[5] = 1
    sure = evaluate(KNeighborsClassifier(1), (x, y), 4)
    assert sure["accuracy"].std() > 0
    assert sure.interval("accuracy").high == 1
    assert sure.interval("error_rate").low == 0


def test_what_went_wrong_in_a_fold_is_told(numbers):
    wild = supervised(nn.Dense(1), Gaussian(), sgd(1e30))
    result = evaluate(wild, numbers, 5, epochs=2)
    assert len(result.notes) == 5
    assert "fold 1: stopped after" in str(result)
    assert "and 2 more like this" in str(result)


def test_progress_is_told_for_every_fold(numbers):
    told = []
    evaluate(DummyRegressor(), numbers, 3, progress=told.append)
    assert [line["name"] for line in told] == ["fold 1", "fold 2", "fold 3"]


class Fussy(BaseEstimator):
    """An estimator that refuses everything."""

    def fit(self, x, y):
        raise ValueError("too few samples\nreally")

    def predict(self, x):
        return x


@pytest.mark.parametrize(
    ("given", "wording"),
    [
        ({"learner": LinearRegression}, r"the class LinearRegression\n.*LinearRegression\(\)"),
        ({"learner": models.mlp([4], 3)}, r"Got:      Sequential\n.*supervised\("),
        ({"learner": 3}, "Got:      int"),
        ({"learner": net()._replace(likelihood=None)}, "outputs have no meaning"),
        ({"learner": Fussy()}, r"fold 1 › Fussy\n(.*\n)+.*too few samples"),
        ({"data": (np.zeros((4, 1)), np.zeros(3))}, "y does not fit"),
        ({"data": np.zeros((4, 1))}, r"inputs and targets: \(x, y\)"),
        ({"data": (np.zeros((4, 1)),)}, "a tuple of 1"),
        ({"data": Dataset(np.zeros((4, 1)))}, "no targets"),
        ({"data": {"a": [1, 2], "b": [3, 4]}}, "target='b'"),
        ({"data": {"a": [1, 2], "b": [3, 4]}, "target": "c"}, "no column 'c'"),
        ({"target": "c"}, "arrays, which have no columns"),
        ({"folds": 70}, "70 folds"),
        ({"folds": 30}, r"30 folds with every class in each\n(.*\n)+.*stratify=False"),
        ({"groups": [1, 2]}, r"shape \(64,\)"),
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"learner": LogisticRegression(), "epochs": 3}, "an estimator has its own settings"),
        ({"validation": (np.zeros((4, 2)), np.zeros(4))}, "a fraction of every training part"),
        ({"prepare": lambda x: 3}, "prepare=Standardize.fit"),
    ],
)
def test_what_cannot_be_is_refused(blobs, given, wording):
    with pytest.raises(InputError, match=wording):
        evaluate(**{"learner": net(), "data": blobs, **given})


def test_weights_and_estimators_do_not_go_together(blobs):
    with pytest.raises(InputError, match="use an Algorithm"):
        evaluate(LogisticRegression(), (*blobs, np.ones(64)), 3)
    assert evaluate(net(), (*blobs, np.ones(64)), 3, epochs=1).kind == "classification"


def test_an_unknown_measure_is_refused(numbers):
    with pytest.raises(InputError, match="did you mean 'rmse'"):
        evaluate(DummyRegressor(), numbers, 3)["rsme"]
