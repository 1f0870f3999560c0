"""Ten steps beside PyTorch, in float64, from the same start with the same gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import optim

torch = pytest.importorskip("torch")

# ours, PyTorch's class, its settings, relative tolerance: wider where epsilon sits elsewhere,
# and for NAdam, whose product of momenta PyTorch keeps in float32
PAIRS = [
    (optim.sgd(0.1), "SGD", {"lr": 0.1}, 1e-12),
    (optim.momentum(0.1), "SGD", {"lr": 0.1, "momentum": 0.9}, 1e-12),
    (optim.nesterov(0.1), "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, 1e-12),
    (optim.adagrad(), "Adagrad", {}, 1e-8),
    (optim.rmsprop(), "RMSprop", {"lr": 1e-3, "alpha": 0.9}, 1e-12),
    (optim.rmsprop(decay=0.99, momentum=0.5), "RMSprop", {"lr": 1e-3, "momentum": 0.5}, 1e-12),
    (
        optim.rmsprop(momentum=0.5, centred=True),
        "RMSprop",
        {"lr": 1e-3, "alpha": 0.9, "momentum": 0.5, "centered": True},
        1e-12,
    ),
    (optim.adadelta(), "Adadelta", {}, 1e-12),
    (optim.adam(), "Adam", {}, 1e-12),
    (optim.adamw(0.1, weight_decay=0.3), "AdamW", {"lr": 0.1, "weight_decay": 0.3}, 1e-12),
    (optim.nadam(), "NAdam", {"lr": 1e-3, "momentum_decay": 1e6}, 1e-8),
    (optim.amsgrad(beta2=0.5), "Adam", {"betas": (0.9, 0.5), "amsgrad": True}, 1e-7),
    (optim.adamax(), "Adamax", {}, 1e-12),
    (optim.radam(beta2=0.9), "RAdam", {"betas": (0.9, 0.9)}, 1e-9),
]


def numbers(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape)


@pytest.mark.parametrize(
    ("ours", "name", "settings", "tolerance"), PAIRS, ids=[pair[0].name for pair in PAIRS]
)
def test_ten_steps_agree(ours, name, settings, tolerance, float64):
    start = {"bias": numbers(3), "weight": numbers(2, 3)}
    gradients = {"bias": numbers(10, 3), "weight": numbers(10, 2, 3)}

    theirs = {k: torch.nn.Parameter(torch.tensor(v)) for k, v in start.items()}
    groups = [{"params": [theirs["weight"]]}, {"params": [theirs["bias"]]}]
    if "weight_decay" in settings:
        groups[1]["weight_decay"] = 0.0
    their_optimizer = getattr(torch.optim, name)(groups, **settings)

    params = jax.tree.map(jnp.asarray, start)
    state = ours.init(params)
    update = jax.jit(ours.update)
    for step in range(10):
        gradient = {k: v[step] for k, v in gradients.items()}
        for k, parameter in theirs.items():
            parameter.grad = torch.tensor(gradient[k])
        their_optimizer.step()
        change, state = update(jax.tree.map(jnp.asarray, gradient), state, params)
        params = jax.tree.map(jnp.add, params, change)

    for k, parameter in theirs.items():
        np.testing.assert_allclose(params[k], parameter.detach().numpy(), rtol=tolerance)
        assert np.abs(params[k] - start[k]).max() > 1e-4
