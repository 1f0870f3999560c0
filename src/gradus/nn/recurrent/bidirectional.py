"""Two recurrences, one from the first step on and one from the last step back."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.recurrent.sequence import OverTime, Stepwise, sequences_of, shape_of_outputs

MERGED = {
    "concat": lambda there, back: jnp.concatenate([there, back], axis=-1),
    "sum": jnp.add,
    "mean": lambda there, back: (there + back) / 2,
    "product": jnp.multiply,
}


class Bidirectional(OverTime):
    """Every step sees the past and the future: yₜ = (f(x₁ … xₜ), g(x_T … xₜ)).

    Arguments:
        layer: a recurrent layer; two of its kind are made, with weights of their own. It says
            whether all steps are returned; if not, y is (f(x₁ … x_T), g(x_T … x₁)).
        merge: "concat" gives (B, T, 2 units); "sum", "mean" and "product" keep the width.

    Takes what the layer takes; padding is passed over in both directions. Raises InputError for
    layers that cannot be run backwards, and for other ways to merge.

    >>> from gradus import nn
    >>> layer = nn.Bidirectional(nn.LSTM(2, return_sequences=True))
    >>> layer.init(jax.random.key(0), (7, 3))(jnp.ones((5, 7, 3))).shape
    (5, 7, 4)

    Schuster and Paliwal (1997).
    """

    there: Stepwise
    back: Stepwise
    merge: str = static("concat")

    def __init__(self, layer: Stepwise, merge: str = "concat"):
        if not isinstance(layer, Stepwise):
            raise InputError(
                "Bidirectional",
                expected="a recurrent layer",
                got=repr(layer),
                fix="write nn.Bidirectional(nn.LSTM(64))",
            )
        if merge not in MERGED:
            raise InputError(
                "Bidirectional: merge",
                expected=", ".join(MERGED),
                got=repr(merge),
                fix='leave it out for "concat"',
            )
        self.there, self.back, self.merge = layer, layer, merge
        self.return_sequences = layer.return_sequences

    def init(self, key, shape):
        one, other = jax.random.split(key)
        with located("Bidirectional"):
            return self.replace(
                there=self.there.init(one, shape), back=self.back.init(other, shape)
            )

    def output_shape(self, shape):
        width = self.there.output_shape(shape)[-1]
        return shape_of_outputs(self, shape, 2 * width if self.merge == "concat" else width)

    def __call__(self, x, forward: Forward = INFERENCE):
        with located("Bidirectional"):
            x, mask = sequences_of(self.there, x)
            there, _ = self.there.steps(x, self.there.start(x.shape[0]), mask, forward)
            mask = None if mask is None else jnp.flip(mask, axis=1)
            x, start = jnp.flip(x, axis=1), self.back.start(x.shape[0])
            back, _ = self.back.steps(x, start, mask, forward)
        if not self.return_sequences:
            return MERGED[self.merge](there[:, -1], back[:, -1])
        return MERGED[self.merge](there, jnp.flip(back, axis=1))
