"""The variational autoencoder 784-200-200-50 on binary MNIST, and two estimates of a gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.imagining.digits import binary
from gradus import fit, learn, models, nn, optim
from gradus.base.tree import merge, split
from gradus.data.batch import Batch
from gradus.likelihoods import Bernoulli

EPOCHS, BATCH = 50, 128


def variational() -> dict[str, float]:
    """Nats per test digit; 86.76 is published for 3280 epochs (Burda et al., 2016)."""
    x, test = binary(), binary("test")
    rate = optim.cosine_decay(2e-3, steps=EPOCHS * (len(x) // BATCH))
    model = models.vae(784, [200, 200], 50, Bernoulli(), activation=nn.tanh)
    algorithm = learn.vae(model, optim.adam(rate))
    run = fit(algorithm, x, epochs=EPOCHS, batch=BATCH, validation=test[:5000])
    last = {name: column[-1] for name, column in run.history.items()}
    bound = jax.jit(lambda model, x: model.log_prob(x))
    pieces = [-bound(run.model, jnp.asarray(part)) for part in np.split(test[5000:], 10)]
    return {
        "−ELBO, training": last["loss"],
        "−ELBO, first half of the test part (chose the epoch)": min(run.history["val_loss"]),
        "KL": last["kl"],
        "active hidden variables of 50": last["active"],
        "−log p, K = 100, second half of the test part": float(np.mean(pieces)),
        "seconds of training": run.seconds["train"],
    }


def estimators() -> dict[str, float]:
    """Variance of the score function's gradient beside the reparametrised one's: a net of
    784-50-5 after one epoch, 500 draws for the same 128 digits, encoder weights only.
    """
    x = binary()[:10_000]
    model = models.vae(784, [50], 5, Bernoulli(), activation=nn.tanh)
    run = fit(learn.vae(model, optim.adam(1e-3)), x, epochs=3, batch=128)
    params, rest = split(run.model)
    batch = Batch(jnp.asarray(x[:128]))

    def draws(gradient: str) -> jax.Array:
        bounded = learn.vae(model, optim.adam(1e-3), gradient=gradient)
        state = bounded.init(jax.random.key(0), batch)._replace(model=merge(params, rest))

        def slope(key):
            info = bounded.step(state, batch, key)[1]
            return info["trace"].encoder.layers[-1].weight

        return jax.lax.map(slope, jax.random.split(jax.random.key(1), 500))

    exact, scored = jax.jit(lambda: draws("reparametrised"))(), jax.jit(lambda: draws("score"))()
    apart = jnp.mean(scored, 0) - jnp.mean(exact, 0)
    return {
        "variance of the score function / reparametrised": float(
            jnp.sum(jnp.var(scored, 0)) / jnp.sum(jnp.var(exact, 0))
        ),
        "distance of the means in standard errors": float(
            jnp.sqrt(jnp.mean(jnp.square(apart) / (jnp.var(scored, 0) / 500)))
        ),
    }
