"""What is added to the loss, or done to the weights, to keep a model simple."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.record import Record


class Penalty(Record):
    """No penalty; the base of all others. Penalties add up with `+`."""

    def __call__(self, model: Any, notes: dict[str, list], batch: Any) -> jax.Array:
        """The number added to the loss."""
        return jnp.zeros(())

    def project(self, model: Any) -> Any:
        """The model moved back to where it is allowed to be, after every step."""
        return model


NO_PENALTY = Penalty()
