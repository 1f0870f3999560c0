"""`fit` is a fold of `step` over shuffled batches, and nothing else."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, Patience, fit, load, nn, save, supervised
from gradus.data.batch import Batch
from gradus.likelihoods import Bernoulli, Categorical, Gaussian
from gradus.optim import adam, sgd
from gradus.training import slices
from gradus.training.member import compensated
from gradus.training.part import take

from .problems import same


def plain_fold(algorithm, data, epochs, batch, seed=0):
    """The same run as a Python loop, with a last batch that is really short."""
    x, y = map(jnp.asarray, data)
    n, key = len(x), jax.random.key(seed)
    state = algorithm.init(jax.random.fold_in(key, 0), Batch(x, y, jnp.ones(n)))
    losses, number = [], 0
    step = jax.jit(algorithm.step)
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(n)
        total = 0.0
        for start in range(0, n, batch):
            rows = order[start : start + batch]
            noise = jax.random.fold_in(key, number + 1)
            state, info = step(state, Batch(x[rows], y[rows], jnp.ones(len(rows))), noise)
            total, number = total + float(info["loss"]) * len(rows), number + 1
        losses.append(total / n)
    return state, losses


@pytest.mark.parametrize("batch", [1, 16, 40, 100])
def test_a_run_equals_the_plain_fold(line, regress, batch):
    run = fit(regress, line, epochs=3, batch=batch)
    state, losses = plain_fold(regress, line, 3, min(batch, 40))
    assert np.allclose(run.history["loss"], losses, rtol=1e-5)
    assert np.allclose(run.model.weight, state.model.weight, rtol=1e-5)


def test_the_short_last_batch_counts_with_the_examples_it_has(blobs):
    algorithm = supervised(nn.Dense(3), Categorical(3), adam(0.02))
    run = fit(algorithm, blobs, epochs=2, batch=16)  # 70 = 4 · 16 + 6
    state, losses = plain_fold(algorithm, blobs, 2, 16)
    assert np.allclose(run.history["loss"], losses, rtol=1e-5)
    assert np.allclose(run.model.weight, state.model.weight, rtol=1e-4)


def test_equal_seeds_give_equal_runs_and_others_do_not(blobs, classify):
    given = {"epochs": 3, "batch": 16, "validation": 0.2}
    first, again = fit(classify, blobs, **given), fit(classify, blobs, **given)
    other = fit(classify, blobs, **given, seed=1)
    assert same(first.state, again.state)
    assert not same(first.state, other.state)
    assert np.array_equal(first.history["val_loss"], again.history["val_loss"])


def test_the_result_does_not_depend_on_how_the_run_is_cut(blobs, classify, monkeypatch):
    whole = fit(classify, blobs, epochs=4, batch=16, validation=0.2)
    monkeypatch.setattr(slices.Pace, "took", lambda *args: None)
    monkeypatch.setattr(slices, "FIRST_SLICE", 3)
    sliced = fit(classify, blobs, epochs=4, batch=16, validation=0.2)
    assert same(whole.state, sliced.state)
    for name in set(whole.history) - {"seconds"}:
        assert np.array_equal(whole.history[name], sliced.history[name]), name


def test_more_epochs_than_fit_into_the_table(line, regress):
    run = fit(regress, line, epochs=150, batch=40)
    assert run.history.epochs == 150
    assert np.array_equal(run.history["epoch"], np.arange(1, 151))
    assert run.status == "finished 150 epochs"


def test_one_compilation_for_each_of_the_two_programs(blobs, classify):
    compiled = []

    def listen(event, seconds, **_):
        if event == "/jax/core/compile/backend_compile_duration":
            compiled.append(seconds)

    fit(classify, blobs, epochs=1, batch=16, validation=0.2)  # small eager programs are cached now
    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        fit(classify, blobs, epochs=7, batch=16, validation=0.2)
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)
    assert len(compiled) == 2


def test_zero_weight_is_as_good_as_absence(line):
    x, y = line
    weight = np.r_[np.ones(30, "float32"), np.zeros(10, "float32")]
    algorithm = supervised(nn.Dense(1, use_bias=False), Gaussian(), sgd(0.1))
    weighted = fit(algorithm, (x, y, weight), epochs=5, batch=40)
    without = fit(algorithm, (x[:30], y[:30]), epochs=5, batch=40)
    assert np.allclose(weighted.model.weight, without.model.weight, rtol=1e-5)


def test_linear_least_squares_cannot_do_xor():
    """Goodfellow, Bengio and Courville (2016), section 6.1: w = 0, b = ½."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    run = fit(supervised(nn.Dense(1), Gaussian(), sgd(0.5)), (x, x[:, 0] != x[:, 1]), epochs=400)
    assert np.allclose(run.model.weight, 0, atol=1e-4)
    assert np.allclose(run.model.bias, 0.5, atol=1e-4)


def test_weights_that_a_model_has_are_kept(line):
    ready = nn.Dense(1).init(jax.random.key(5), (1,))
    run = fit(supervised(ready, Gaussian(), sgd(0.0)), line, epochs=1)
    assert np.array_equal(run.model.weight, ready.weight)


def test_frozen_layers_stay_as_they_are(blobs):
    frozen = nn.frozen(nn.Dense(4, nn.tanh)).init(jax.random.key(0), (2,))
    model = nn.Sequential(frozen, nn.Dense(3))
    run = fit(supervised(model, Categorical(3), adam(0.1)), blobs, epochs=2)
    assert np.array_equal(run.model.layers[0].inner.weight, frozen.inner.weight)


def test_several_inputs_and_masks(line):
    """A dict of inputs; targets of two columns of which one is masked out and never learned."""
    x, y = line
    model = nn.Sequential(nn.Parallel(a=nn.Dense(2), b=nn.Dense(2)), nn.Concat(), nn.Dense(2))
    targets = np.stack([y, 100 * y], axis=1)
    mask = np.stack([np.ones(40), np.zeros(40)], axis=1).astype("float32")
    algorithm = supervised(model, Gaussian(), adam(0.05))
    run = fit(algorithm, ({"a": x, "b": x**2}, targets, mask), epochs=100, batch=40)
    assert np.allclose(run.outputs({"a": x, "b": x**2})[:, 0], y, atol=0.05)


REFUSED = {
    "no targets": (lambda x, y: (x,), "the data has no targets"),
    "different lengths": (lambda x, y: (x, y[:9]), "40 examples"),
    "nan": (lambda x, y: (np.where(x > 0.9, np.nan, x), y), r"x, row 38, column 0"),
    "text": (lambda x, y: (x.astype(str), y), "text"),
    "objects": (lambda x, y: (x, y.astype(object)), "numbers"),
    "weights below 0": (lambda x, y: (x, y, -np.ones(40)), "weight"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_data_that_cannot_be_learned_from_is_refused(line, regress, name):
    change, message = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        fit(regress, change(*line))
    assert message in str(refusal.value)
    assert "Fix:" in str(refusal.value)


def test_targets_never_broadcast(line, regress):
    x, y = line
    with pytest.raises(InputError, match="y"):
        fit(regress, (x, y[:, None]))


@pytest.mark.parametrize(
    ("likelihood", "outputs", "y", "message"),
    [
        (Categorical(3), 3, [0, 1, 3], "row 2"),
        (Bernoulli(), 1, [0, 1, 2], "row 2"),
        (Categorical(3), 4, [0, 1, 2], "do not fit"),
        (Gaussian(), 2, [0.0, 1.0, 2.0], "do not fit"),
    ],
)
def test_a_likelihood_and_targets_that_do_not_fit(likelihood, outputs, y, message):
    with pytest.raises(InputError, match=message):
        fit(supervised(nn.Dense(outputs), likelihood, sgd(0.1)), (np.ones((3, 1)), np.array(y)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, "epochs"),
        ({"batch": 2.5}, "batch"),
        ({"seed": -1}, "seed"),
        ({"validation": 1.5}, "a fraction between 0 and 1"),
        ({"stop": Patience(3)}, "hold data out with validation=0.1"),
        ({"stop": Patience(3, monitor="los")}, "did you mean 'loss'"),
        ({"then": "retrain"}, "validation"),
        ({"then": "bogus", "validation": 0.2}, "retrain"),
        ({"resume": True}, "the folder of the checkpoint"),
        ({"stop": 5}, "Patience(10)"),
        ({"validation": (np.ones((3, 1)), np.ones(2))}, "validation › y"),
    ],
)
def test_plans_that_mean_nothing_are_refused(line, regress, given, message):
    with pytest.raises(InputError) as refusal:
        fit(regress, line, **given)
    assert message in str(refusal.value)


def test_wrong_width_at_prediction_names_the_layer(line, regress):
    run = fit(regress, line, epochs=1)
    with pytest.raises(InputError, match="Dense"):
        run.predict(np.ones((2, 3), "float32"))


def test_probabilities_of_what_is_no_class_are_refused(line, regress):
    run = fit(regress, line, epochs=1)
    with pytest.raises(InputError, match="probabilities\n.*a likelihood of classes\n.*Gaussian"):
        run.probabilities(line[0])


def test_validation_of_what_cannot_be_evaluated_is_refused(line, regress):
    with pytest.raises(InputError, match="one whose `evaluate` is None"):
        fit(regress._replace(evaluate=None), line, epochs=1, validation=0.2)


def test_taking_rows_marks_those_that_are_none():
    examples = Batch(jnp.arange(3.0)[:, None], jnp.arange(3), jnp.array([2.0, 3.0, 4.0]))
    batch = take(examples, jnp.array([2, -1]))
    assert batch.weight.tolist() == [4.0, 0.0]


def test_double_precision_where_it_is_asked_for(float64):
    """Ill-conditioned least squares keeps more digits than 32 bits have."""
    x = np.linspace(0, 1, 20)[:, None]
    run = fit(
        supervised(nn.Dense(1), Gaussian(), sgd(0.5)), (x, 2 * x[:, 0]), epochs=3000, batch=20
    )
    assert run.model.weight.dtype == jnp.float64
    assert abs(float(run.model.weight[0, 0]) - 2) < 1e-12


def test_class_weights_count_the_same_in_whatever_blocks_they_come():
    """The loss of an epoch, and of validation, is Σ cᵢ(−log pᵢ) / n over all examples."""
    y = np.repeat(np.arange(2, dtype="int32"), 1500)  # sorted: blocks hold one class
    x = np.random.default_rng(0).normal(size=(3000, 2)).astype("float32")
    likelihood = Categorical(2, class_weight=(1.0, 10.0))
    ready = nn.Dense(2).init(jax.random.key(0), (2,))
    algorithm = supervised(ready, likelihood, sgd(0.0))
    run = fit(algorithm, (x, y), epochs=1, batch=64, validation=(x, y))
    log_p = np.asarray(likelihood.log_prob(ready(jnp.asarray(x)), jnp.asarray(y)), float)
    expected = -np.mean(log_p * np.where(y == 1, 10, 1))
    assert run.history["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert run.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)


def test_data_of_odd_forms(line, regress):
    x, y = line
    with pytest.raises(InputError, match="a tuple of 4"):
        fit(regress, (x, y, np.ones(40), y))


def test_soft_targets_can_be_validated_by_a_fraction(line):
    x, y = line
    soft = (y - y.min()) / (y.max() - y.min())
    run = fit(supervised(nn.Dense(1), Bernoulli(), sgd(0.5)), (x, soft), epochs=2, validation=0.2)
    assert "val_loss" in run.history


def test_what_is_no_way_of_learning_is_refused(line):
    with pytest.raises(InputError, match="supervised"):
        fit(nn.Dense(1), line)


def test_weights_that_are_all_zero_are_refused(line, regress):
    with pytest.raises(InputError, match="some example that counts"):
        fit(regress, (*line, np.zeros(40)))


def test_numbers_of_numpy_will_do(line, regress):
    run = fit(regress, line, epochs=np.int64(2), batch=np.int32(8), seed=np.int64(1))
    assert run.history.epochs == 2


def test_sums_over_many_steps_stay_exact():
    """A plain 32-bit sum of a million terms of 0.1 is 1 % off."""
    terms = (jnp.zeros(1), jnp.zeros(1))
    add = jax.jit(
        lambda sums: jax.lax.fori_loop(
            0, 10**6, lambda _, s: compensated(*s, jnp.full(1, 0.1)), sums
        )
    )
    assert float(add(terms)[0][0]) == pytest.approx(1e5, rel=1e-6)


@pytest.fixture(scope="module")
def any_size():
    """A run of a net that would take images of any size."""
    net = nn.Sequential(nn.Conv(2, 3), nn.GlobalMaxPool(), nn.Dense(2))
    x = np.random.default_rng(0).normal(size=(8, 6, 6, 1))
    return fit(supervised(net, Categorical(2), adam(0.01)), (x, np.arange(8) % 2), epochs=1)


def test_images_of_another_size_than_those_learned_from_are_refused(any_size, tmp_path):
    for run in (any_size, load(save(any_size, tmp_path))):
        assert run.input_shape == (6, 6, 1)
        assert run.predict(np.ones((3, 6, 6, 1))).shape == (3,)
        with pytest.raises(InputError, match=r"learned from\n.*\(6, 6, 1\)\n.*\(8, 8, 1\)"):
            run.predict(np.ones((3, 8, 8, 1)))
        assert run.model(jnp.ones((3, 8, 8, 1))).shape == (3, 2)  # the way out that is named


def test_series_may_be_longer_than_those_learned_from():
    net = nn.Sequential(nn.Conv(2, 3), nn.GlobalMaxPool(), nn.Dense(2))
    x = np.random.default_rng(0).normal(size=(8, 6, 1))
    run = fit(supervised(net, Categorical(2), adam(0.01)), (x, np.arange(8) % 2), epochs=1)
    assert run.predict(np.ones((3, 9, 1))).shape == (3,)
