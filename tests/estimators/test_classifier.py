"""Classification through scikit-learn's door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gradus import InputError, data, nn, optim, penalties
from gradus.estimators import Classifier
from gradus.likelihoods import Bernoulli, Categorical
from gradus.training import program


@pytest.fixture(scope="module")
def iris():
    """150 flowers of three kinds, their columns standardised."""
    flowers = data.load("iris")
    return StandardScaler().fit_transform(flowers.x), flowers.y


@pytest.fixture(scope="module")
def fitted(iris):
    """A small net that has learned them."""
    return Classifier((8,), epochs=30, learning_rate=0.01, random_state=0).fit(*iris)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_digits_are_read_as_well_as_by_scikit_learns_net():
    """One half of the digits to learn from, the other to be judged by."""
    x, y = load_digits(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    ours = Classifier(epochs=30, random_state=0)
    theirs = MLPClassifier(hidden_layer_sizes=(64,), max_iter=60, random_state=0)
    scores = [net.fit(x[::2], y[::2]).score(x[1::2], y[1::2]) for net in (ours, theirs)]
    assert scores[0] >= 0.96
    assert scores[0] > scores[1] - 0.01


def test_a_grid_of_pipelines_is_searched(iris):
    net = Classifier((), epochs=20, random_state=0)
    grid = {"classifier__learning_rate": [1e-6, 0.05]}
    search = GridSearchCV(make_pipeline(StandardScaler(), net), grid, cv=2).fit(*iris)
    assert search.best_params_["classifier__learning_rate"] == 0.05
    assert search.best_score_ > 0.85


def test_equal_problems_are_compiled_once(iris, monkeypatch):
    compiled, compile_together = [], program.compile_together
    monkeypatch.setattr(program, "KEPT", {})
    monkeypatch.setattr(
        program, "compile_together", lambda *p: compiled.append(p) or compile_together(*p)
    )
    x, y = iris
    for seed, rate in enumerate((1e-3, 1e-2, 1e-1)):  # 148 to 150 rows are five batches of 32
        net = Classifier((4,), learning_rate=rate, alpha=rate, epochs=seed + 1, random_state=seed)
        net.fit(x[seed:], y[seed:])
    assert len(compiled) == 1


@pytest.mark.parametrize(
    "names",
    [["setosa", "virginica", "versicolor"], [True, False, False], [7, -1, 20], [2.0, 1.0, 0.0]],
    ids=str,
)
def test_labels_of_any_type(iris, names):
    x, y = iris
    labels = np.array(names)[y]
    net = Classifier((8,), epochs=20, learning_rate=0.02, random_state=0).fit(x, labels)
    assert net.classes_.tolist() == sorted(set(names))
    assert net.predict(x).dtype == labels.dtype
    assert net.score(x, labels) > 0.85


def test_probabilities_and_decisions_agree(iris, fitted):
    x, _ = iris
    p, logits = fitted.predict_proba(x), fitted.decision_function(x)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, softmax, rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(fitted.classes_[p.argmax(axis=1)], fitted.predict(x))
    np.testing.assert_allclose(fitted.predict_log_proba(x), np.log(p))


@pytest.mark.parametrize("likelihood", [None, Bernoulli()], ids=str)
def test_two_classes_have_one_log_odds(iris, likelihood):
    x, y = iris
    net = Classifier((), epochs=20, learning_rate=0.05, likelihood=likelihood, random_state=0)
    net.fit(x, y > 0)
    odds, p = net.decision_function(x), net.predict_proba(x)[:, 1]
    assert odds.shape == (150,)
    np.testing.assert_allclose(p, 1 / (1 + np.exp(-odds)), rtol=1e-4, atol=1e-6)
    assert net.score(x, y > 0) == 1


def test_several_labels_at_once():
    x, y = make_multilabel_classification(100, 5, n_classes=3, random_state=0)
    net = Classifier((16,), epochs=60, learning_rate=0.01, random_state=0)
    net.fit(StandardScaler().fit_transform(x), y)
    guess, p = (f(StandardScaler().fit_transform(x)) for f in (net.predict, net.predict_proba))
    assert guess.shape == p.shape == (100, 3)
    np.testing.assert_array_equal(guess, p > 0.5)
    assert (guess == y).mean() > 0.85


def test_a_row_alone_gives_what_it_gives_among_others(iris, fitted):
    x, _ = iris
    np.testing.assert_array_equal(fitted.predict_proba(x[:20])[3:4], fitted.predict_proba(x[3:4]))


def test_any_layer_can_be_the_model(iris):
    x, y = iris
    model = nn.Sequential(nn.Residual(nn.Dense(4, nn.tanh)), nn.LayerNorm(), nn.Dense(3))
    net = Classifier(model=model, epochs=20, learning_rate=0.02, random_state=0).fit(x, y)
    assert net.score(x, y) > 0.85


def test_class_weight_moves_the_border(iris):
    """Where kinds 1 and 2 overlap, the one that counts ten times as much is predicted more."""
    x, y = iris[0][50:, :2], iris[1][50:]
    counts = []
    for weight in ({1: 10, 2: 1}, "balanced", {1: 1, 2: 10}):
        net = Classifier((), epochs=30, learning_rate=0.05, class_weight=weight, random_state=0)
        counts.append(np.sum(net.fit(x, y).predict(x) == 2))
    assert counts[0] < counts[1] < counts[2]


def test_rows_of_weight_zero_teach_nothing(iris):
    """Wrong labels of weight 0 do no harm."""
    x, y = iris
    wrong = np.arange(150) % 2 == 1
    labels = np.where(wrong, (y + 1) % 3, y)
    net = Classifier((), epochs=30, learning_rate=0.05, random_state=0)
    assert net.fit(x, labels, sample_weight=~wrong).score(x, y) > 0.9


def test_warm_start_goes_on_and_a_fresh_start_does_not(iris):
    net = Classifier((4,), epochs=5, random_state=0).fit(*iris)
    first = net.loss_curve_[-1]
    assert len(net.fit(*iris).loss_curve_) == 5
    net.set_params(warm_start=True).fit(*iris)
    assert net.n_iter_ == len(net.loss_curve_) == 10
    assert net.loss_curve_[5] < first
    assert int(net.run_.state.optimizer.step) == 10 * 5  # five batches an epoch


def test_partial_fit_learns_epoch_by_epoch(iris):
    x, y = iris
    net = Classifier((), learning_rate=0.05, random_state=0)
    net.partial_fit(x[:50], y[:50], classes=[0, 1, 2])  # the first fifty are all of kind 0
    for _ in range(20):
        net.partial_fit(x, y)
    assert net.n_iter_ == 21
    assert net.score(x, y) > 0.9


def test_early_stopping_keeps_the_best(iris):
    net = Classifier(
        (32,), learning_rate=0.03, epochs=500, early_stopping=True, patience=5, random_state=0
    )
    net.fit(*iris)
    assert net.n_iter_ < 500
    assert net.run_.best_epoch == net.n_iter_ - 5
    assert "val_loss" in net.history_


def test_divergence_is_a_warning(iris):
    net = Classifier((8,), optimizer="sgd", learning_rate=1e20, epochs=3, random_state=0)
    with pytest.warns(ConvergenceWarning, match="not finite"):
        net.fit(*iris)


def test_verbose_shows_a_line(iris, capsys):
    Classifier((), epochs=1, verbose=True, random_state=0).fit(*iris)
    assert "finished 1 epoch" in capsys.readouterr().err
    Classifier((), epochs=1, random_state=0).fit(*iris)
    assert capsys.readouterr().err == ""


WRONG = {
    "hidden_units": ({"hidden_units": 64}, r"hidden_units\n(.*\n)+.*\(64,\)"),
    "activation": ({"activation": "rleu"}, "activation\n(.*\n)+.*did you mean 'relu'"),
    "optimizer": ({"optimizer": "adan"}, "optimizer\n(.*\n)+.*did you mean 'adam'"),
    "optimizer class": ({"optimizer": optim.adam}, "the function adam, not called"),
    "learning_rate": ({"learning_rate": -1.0}, "learning rate"),
    "epochs": ({"epochs": 0}, "epochs\n.*whole number from 1"),
    "likelihood": ({"likelihood": "categorical"}, "likelihood of classification"),
    "classes": ({"likelihood": Categorical(4)}, "likelihood of 3 classes, as many as y has"),
    "model": ({"model": nn.Dense}, "the class Dense"),
    "width": ({"model": nn.Dense(5)}, "end the model with 3 units"),
    "penalty": ({"penalty": 0.1}, r"penalty\n(.*\n)+.*penalties\.l2"),
    "fraction": ({"early_stopping": True, "validation_fraction": 2.0}, "validation"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_parameter_is_refused(iris, name):
    given, wording = WRONG[name]
    with pytest.raises(InputError, match=wording):
        Classifier(**given).fit(*iris)


def test_labels_that_were_not_named_are_refused(iris):
    x, y = iris
    net = Classifier((), epochs=1).partial_fit(x, y, classes=[0, 1, 2])
    with pytest.raises(InputError, match=r"y holds other classes\n.*\[0, 1, 2\]\n.*\[3\]"):
        net.partial_fit(x, y + 1)
    with pytest.raises(InputError, match="classes holds other classes"):
        net.partial_fit(x, y, classes=[0, 1])
    with pytest.raises(InputError, match="y holds one class"):
        Classifier().fit(x, np.zeros(150))
    with pytest.raises(InputError, match="partial_fit"):
        Classifier(class_weight="balanced").partial_fit(x, y)


def test_a_penalty_of_ones_own_adds_to_alpha(iris):
    """‖w‖₁ and ½‖w‖² of strength 1 leave no weight worth the name."""
    net = Classifier((), alpha=1.0, penalty=penalties.l1(1.0), learning_rate=0.01, random_state=0)
    weights = np.asarray(net.fit(*iris).run_.model.layers[-1].weight)
    assert np.abs(weights).max() < 0.05


def test_a_column_of_text_is_named():
    table = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "smokes": ["no", "yes", "no", "yes"]})
    with pytest.raises(InputError, match="column 'smokes', row 0"):
        Classifier(epochs=1).fit(table, [0, 1, 0, 1])
