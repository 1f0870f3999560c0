"""Learning to reconstruct: the inputs are the targets, and are kept from being copied."""

from __future__ import annotations

import math
from typing import Any

import jax

from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.checks import check_number, check_optimizer, check_penalty, is_zero, require
from gradus.learn.contraction import steepness
from gradus.learn.descent import State, begin, descent, key_of
from gradus.learn.supervised import measure
from gradus.likelihoods.inputs import as_targets
from gradus.models.generative.coder import Coder, check_outputs
from gradus.nn.activations import identity
from gradus.nn.layer import Forward, Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import NO_PENALTY, Penalty, activity

STEEPNESS = "steepness of the code"


def autoencoder(
    model: Coder,
    optimizer: Optimizer,
    *,
    corrupt: Layer | None = None,
    contraction: float = 0.0,
    penalty: Penalty | None = None,
) -> Algorithm:
    """Reconstruction by gradient steps on J = −E log p(x | g(f(x̃))) + λ‖∂f/∂x‖² + penalty.

    A code that is narrower than x must leave something out; a wider one can copy x and learn
    nothing, unless one of these keeps it from doing so. The run says when none does.

    Arguments:
        model: a `models.Autoencoder` or `TiedAutoencoder`; weights it already has are kept.
        optimizer: how to follow the gradient.
        corrupt: noise that makes x̃ of x, such as `nn.GaussianNoise(0.3)`, `nn.MaskingNoise(0.3)`
            or `nn.SaltAndPepper(0.1)`: a denoising autoencoder. Reconstructions are compared with
            x itself. Validation has noise, too, always the same.
        contraction: λ ≥ 0, how much it costs when codes move with x: a contractive autoencoder.
            Exact for encoders of one dense layer, estimated for deeper ones.
        penalty: what else is added to the loss, such as `penalties.activity(0.01, name="code")`
            or `penalties.sparsity(0.1)` for sparse codes.

    Targets, where the data has some, are left alone. Raises InputError for arguments of another
    kind, and for x that the model's likelihood cannot describe.

    >>> import numpy as np
    >>> from gradus import fit, models
    >>> from gradus.optim import adam
    >>> t = np.linspace(-1, 1, 64, dtype="float32")
    >>> x = np.stack([t, 2 * t, -t], axis=1)  # a line in space: one number says it all
    >>> run = fit(autoencoder(models.autoencoder(3, [], code=1), adam(0.05)), x, epochs=50)
    >>> run.model.reconstruct(np.float32([[0.5, 1.0, -0.5]])).round(1)
    Array([[ 0.5,  1. , -0.5]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), chapter 14.
    """
    fix = "give models.Autoencoder(encoder, decoder, likelihood) or models.autoencoder(…)"
    require(model, Coder, "model", "an autoencoder", fix)
    check_optimizer(optimizer)
    check_penalty(penalty)
    check_number("contraction", contraction)
    if corrupt is not None:
        require(corrupt, Layer, "corrupt", "a layer of noise", "give nn.MaskingNoise(0.3), say")
    calm = activity(contraction, cost=identity, name=STEEPNESS)
    contractive = not is_zero(contraction)
    added = (penalty or NO_PENALTY) + calm if contractive else penalty

    def measured(model: Coder, batch: Batch, forward: Forward):
        seen = batch.x if corrupt is None else corrupt(batch.x, Forward(key=key_of(forward)))
        if contractive and forward.noisy:
            forward.note(STEEPNESS, steepness(model.encoder, batch.x, forward.key()))
        return measure(model.likelihood, model(seen, forward), itself(batch))

    def init(key: jax.Array, batch: Batch) -> State:
        bias = model.likelihood.marginal_bias(as_targets(batch.x), batch.weight)
        biased = model if bias is None else model.with_output_bias(bias)
        return begin(biased.init(key, batch.x.shape[1:]), optimizer)

    def check(data: Batch) -> None:
        model.check(data.x)
        check_outputs(model.likelihood, model.output_shape(data.x.shape[1:]), data.x.shape[1:])

    def remarks(state: State, batch: Batch) -> dict[str, str]:
        held_back = corrupt is not None or added is not None
        return {} if held_back else too_wide(state.model, batch.x)

    settings = {
        "model": model,
        "likelihood": model.likelihood,
        "optimizer": optimizer.name,
        "corrupt": corrupt,
        "contraction": contraction,
        "penalty": penalty,
    }
    parts = descent(measured, optimizer, added)
    return Algorithm(init, *parts, check, model.likelihood, settings, remarks)


def too_wide(model: Any, x: jax.Array) -> dict[str, str]:
    """What to say of a code that can hold all of x."""
    numbers = math.prod(x.shape[1:])
    code = math.prod(model.encoder.output_shape(x.shape[1:]))
    if code < numbers:
        return {}
    said = (
        f"{code} numbers for an x of {numbers}: it can be copied, and nothing need be learned; "
        "narrow the code, or use corrupt, contraction or a penalty on the code"
    )
    return {"code": said}


def itself(batch: Batch) -> Batch:
    """The batch with its inputs as targets."""
    return batch._replace(y=as_targets(batch.x))
