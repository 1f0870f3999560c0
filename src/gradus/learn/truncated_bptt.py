"""Long sequences in windows: the state is carried on, the gradient is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.base.tree import split
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm, require_targets
from gradus.learn.checks import as_likelihood, check_model
from gradus.learn.descent import Descent, State, descent
from gradus.learn.stability import as_written, is_users_own, stable_form
from gradus.learn.supervised import check_examples, measure, supervised
from gradus.likelihoods import Likelihood
from gradus.nn.layer import Forward, Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty


class Place(NamedTuple):
    """Where a step stands between two windows."""

    learner: State
    memory: Any  # the recurrent state of every sequence
    trace: Any  # the gradient of the last window


def truncated_bptt(
    model: Layer,
    likelihood: Likelihood | Callable[[jax.Array, jax.Array], jax.Array],
    optimizer: Optimizer,
    *,
    window: int = 100,
    penalty: Penalty | None = None,
) -> Algorithm:
    """Back-propagation through time, truncated: one update for every `window` steps of a batch.

        for each window:  θ ← θ − ε · direction(∇J(window, s)),  s ← s after the window

    J is −E log p(y | x) + penalty over the targets of the window, and s a constant in it: errors
    reach back to the beginning of the window and no further, what the model remembers comes from
    as far as the sequence goes. With a window as long as the sequences it is `supervised`. The
    loss of the history is the mean over all targets, each measured when its window came; that of
    the validation part carries the state over whole sequences.

    Every sequence begins at `model.start`: nothing is carried from one example to another, so
    examples can be shuffled. Long ones are what makes it worth while: a text in few long rows. The
    optimiser counts updates: a schedule needs epochs × batches × ⌈T / window⌉ steps.

    Arguments:
        model: gives an output at every step, and has `start` and `steps`: `nn.LSTM`,
            `nn.Stack(nn.LSTM(64), nn.Dense(1))`, `models.language_model(…)`.
        likelihood: what the outputs mean, as of `supervised`.
        optimizer: how to follow the gradient.
        window: steps that a gradient goes back at most. Where it does not divide T, the last
            window is shorter. One without a step that counts makes no update.
        penalty: what is added to the loss of each window.

    Data: x of shape (B, T, …), or the pair of it and a mask (B, T); y of shape (B, T) or
    (B, T, K); a weight for each sequence, (B,), or each step, (B, T).

    Raises InputError for models that do not go step by step, a window below 1, and targets that
    do not have a place for every step.

    >>> import numpy as np
    >>> from gradus import fit, nn
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import adam
    >>> x = np.random.default_rng(0).normal(size=(8, 60, 1)).astype("float32")
    >>> y = np.roll(x, 1, axis=1) * (np.arange(60)[:, None] > 0)  # what came one step before
    >>> model = nn.Stack(nn.SimpleRNN(8), nn.Dense(1))
    >>> run = fit(truncated_bptt(model, Gaussian(), adam(0.03), window=6), (x, y), epochs=30)
    >>> bool(run.history["mse"][-1] < 0.05 < 0.4 < run.history["mse"][0])
    True

    Williams and Peng (1990), with h = h′; Goodfellow, Bengio and Courville (2016), section 10.2.2.
    In Keras (`stateful=True`) and PyTorch (`detach`) the state is carried by hand.
    """
    check_stepwise(model)
    check_whole("window", window, fix="take 100")
    whole = supervised(model, likelihood, optimizer, penalty=penalty)
    meaning = as_likelihood(likelihood)
    form = stable_form if is_users_own(meaning) else as_written
    inner = descent(measured_from_memory(meaning), optimizer, penalty, form)

    def check(data: Batch) -> None:
        check_steps(data)
        check_examples(model, meaning, data)

    return whole._replace(
        step=step_by_windows(inner, window),
        evaluate=evaluate_by_windows(inner, window),
        watch=inner.watch,
        check=check,
        settings=whole.settings | {"window": window},
        remarks=None,
    )


def measured_from_memory(likelihood: Likelihood) -> Callable[..., dict]:
    """The measures of a window that begins where the one before has ended, and its last state."""

    def measured(model: Any, batch: Batch, forward: Forward) -> dict:
        (x, mask), memory = batch.x
        outputs, memory = model.steps(x, memory, mask, forward)
        return measure(likelihood, outputs, batch) | {"memory": memory}

    return measured


def step_by_windows(inner: Descent, window: int) -> Callable:
    """A step over a batch: one of `inner` for every window of it."""

    def learn(place: Place, part: Batch, key: jax.Array):
        learner, info = inner.step(place.learner, beside(part, place.memory), key)
        return Place(learner, info.pop("memory"), info.pop("trace")), info

    def one(place: Place, at: tuple[Batch, jax.Array]):
        part, key = at
        place, info = where_it_counts(learn, place, part, key)
        return place, (part.total(), info)

    def step(state: State, batch: Batch, key: jax.Array):
        windows = cut(batch, window)
        keys = jax.random.split(key, windows.size)
        no_gradient = jax.tree.map(jnp.zeros_like, split(state.model)[0])
        start = Place(state, memory_of(state, batch), no_gradient)
        place, found = lax.scan(one, start, (windows, keys))
        return place.learner, averaged(*found) | {"trace": place.trace}

    return step


def evaluate_by_windows(inner: Descent, window: int) -> Callable:
    """The measures of a batch; the state goes through all of its windows."""

    def evaluate(state: State, batch: Batch) -> dict:
        def one(memory: Any, part: Batch):
            found = inner.evaluate(state, beside(part, memory))
            return found.pop("memory"), (part.total(), found)

        _, found = lax.scan(one, memory_of(state, batch), cut(batch, window))
        return averaged(*found)

    return evaluate


def memory_of(state: State, batch: Batch) -> Any:
    """The recurrent state before the first step of a batch."""
    stepwise: Any = state.model
    return stepwise.start(batch.size)


def where_it_counts(learn: Callable, place: Place, part: Batch, key: jax.Array):
    """What `learn` makes of a window, which stays as it is where nothing in it counts."""
    shapes = jax.eval_shape(learn, place, part, key)[1]
    nothing = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), shapes)
    return lax.cond(
        part.total() > 0, learn, lambda place, part, key: (place, nothing), place, part, key
    )


def beside(part: Batch, memory: Any) -> Batch:
    """A window whose inputs have the state beside them."""
    return part._replace(x=(part.x, memory))


def cut(batch: Batch, window: int) -> Batch:
    """A batch as windows, (W, B, window, …): x as the pair of it and its mask, or None, and a
    weight for every step. What fills up the last window has weight 0.

    >>> windows = cut(Batch(jnp.arange(10).reshape(2, 5), jnp.zeros((2, 5))), 3)
    >>> windows.x[0]
    Array([[[0, 1, 2],
            [5, 6, 7]],
    <BLANKLINE>
           [[3, 4, 0],
            [8, 9, 0]]], dtype=int32)
    >>> windows.weight[1, 0]
    Array([1., 1., 0.], dtype=float32)
    """
    x, mask = batch.x if isinstance(batch.x, tuple) else (batch.x, None)
    size, length = x.shape[:2]
    weight = jnp.ones(size) if batch.weight is None else batch.weight
    weight = jnp.broadcast_to(weight.reshape(size, -1), (size, length))
    window = min(window, length)
    count = -(-length // window)

    def parted(array: jax.Array) -> jax.Array:
        missing = [(0, 0), (0, count * window - length)] + [(0, 0)] * (array.ndim - 2)
        parts = jnp.pad(array, missing).reshape(size, count, window, *array.shape[2:])
        return jnp.swapaxes(parts, 0, 1)

    return jax.tree.map(parted, Batch((x, mask), batch.y, weight))


def averaged(weights: jax.Array, infos: dict[str, jax.Array]) -> dict[str, jax.Array]:
    """The means of windows as the mean of all."""
    total = jnp.sum(weights)
    share = weights / jnp.where(total == 0, 1, total)
    return {name: jnp.sum(share * values) for name, values in infos.items()}


def check_stepwise(model: Any) -> None:
    """Refuse a model that cannot go on where it has ended."""
    check_model(model)
    if not (hasattr(model, "start") and hasattr(model, "steps")):
        raise InputError(
            "model",
            expected="one with a state that is carried on: with `start` and `steps`",
            got=type(model).__name__,
            fix="take nn.Stack(nn.LSTM(64), nn.Dense(1)) in the place of nn.Sequential, or "
            "models.language_model(…) for tokens",
        )


def check_steps(data: Batch) -> None:
    """Refuse targets without a place for every step of x."""
    require_targets(data)
    x = data.x[0] if isinstance(data.x, tuple) else data.x
    if np.ndim(x) < 2 or np.shape(data.y)[:2] != np.shape(x)[:2]:
        raise InputError(
            "targets of every step",
            expected=f"y of shape {(*np.shape(x)[:2],)} or {(*np.shape(x)[:2], 'K')}",
            got=f"y of shape {np.shape(data.y)} for x of shape {np.shape(x)}",
            fix="give a target for every step; for one of a whole sequence use `supervised`",
        )
