"""Any way of learning from images, with every batch altered at random."""

from __future__ import annotations

from typing import Any

import jax

from gradus.augment.transform import Transform, altered, check_images
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.checks import require


def augmented(algorithm: Algorithm, *transforms: Transform) -> Algorithm:
    """The same way of learning, whose steps see altered batches: step(t(batch)).

    Batches are altered inside the compiled program, anew whenever an image is seen. Validation
    and prediction see the images as they are.

    Arguments:
        algorithm: such as `supervised(model, likelihood, optimizer)`.
        transforms: such as `augment.crop(4)` and `augment.flip()`, done in this order.

    Raises InputError for inputs that are no images of shape (B, height, width, channels), or
    whose pixels are whole numbers.

    >>> import numpy as np
    >>> from gradus import augment, fit, models, supervised
    >>> from gradus.likelihoods import Categorical
    >>> from gradus.optim import adam
    >>> x = np.zeros((64, 4, 4, 1), "float32")
    >>> x[:32, :, 0], y = 1, np.repeat([0, 1], 32)  # a line on the left, or nothing
    >>> learner = supervised(models.mlp([], 2), Categorical(2), adam(0.1))
    >>> run = fit(augmented(learner, augment.flip()), (x, y), epochs=20)
    >>> run.predict(x[:1, :, ::-1])  # on the right it is a line, too
    array([0], dtype=int32)

    Goodfellow, Bengio and Courville (2016), section 7.4.
    """
    fix = "augmented(supervised(model, likelihood, optimizer), augment.crop(4))"
    require(algorithm, Algorithm, "algorithm", "a way of learning", fix)
    for transform in transforms:
        require(transform, Transform, "transforms", "transforms such as augment.flip()", fix)

    def step(state: Any, batch: Batch, key: jax.Array):
        ours, theirs = jax.random.split(key)
        return algorithm.step(state, altered(transforms, batch, ours), theirs)

    def check(data: Batch) -> None:
        check_images(data.x)
        if algorithm.check is not None:
            algorithm.check(data)

    settings = {**algorithm.settings, "augment": ", ".join(map(repr, transforms))}
    return algorithm._replace(step=step, check=check, settings=settings)
