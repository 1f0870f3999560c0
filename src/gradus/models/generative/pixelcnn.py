"""Images pixel by pixel: convolutions that see what is above and to the left."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.record import static
from gradus.likelihoods import Bernoulli, Likelihood
from gradus.models.generative.autoregressive import Autoregressive
from gradus.nn.conv import check_kernel, slide
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.window import Padding


class MaskedConv(nn.Conv):
    """A convolution of images that sees the rows above and what is to the left in its own row.

    Arguments:
        filters, kernel_size, activation …: as in `nn.Conv`, with `padding="same"`.
        itself: whether a pixel sees itself, as it may where its input is no image but the output
            of such a layer (type B of the paper; the first layer is of type A).

    >>> import jax
    >>> layer = MaskedConv(1, 3, itself=False).init(jax.random.key(0), (5, 5, 1))
    >>> layer.mask.astype(int)
    array([[1, 1, 1],
           [1, 0, 0],
           [0, 0, 0]])

    Van den Oord, Kalchbrenner and Kavukcuoglu (2016), section 3.4.
    """

    padding: Padding = static("same")
    itself: bool = static(True)

    @property
    def mask(self) -> np.ndarray:
        """Which taps there are, shape (height, width)."""
        height, width = self.weight.shape[:2]
        middle = (height - 1) // 2 * width + (width - 1) // 2
        return (np.arange(height * width) < middle + self.itself).reshape(height, width)

    def __call__(self, x, forward: Forward = INFERENCE):
        check_kernel(self, x, self.weight, self.groups)
        kernel = jnp.where(self.mask[:, :, None, None], self.weight, 0)
        return self.finished(slide(x, kernel, self.window(x.shape[1:]), self.groups), self.bias)


def pixelcnn(
    shape: tuple[int, int],
    likelihood: Likelihood | None = None,
    *,
    filters: int = 32,
    blocks: int = 4,
    kernel_size: int = 3,
    first_size: int = 7,
) -> Autoregressive:
    """PixelCNN: p(image) = Π p(pixel | the rows above, and what is to its left).

    A first masked convolution, residual blocks of 1×1, k×k and 1×1 ones at half the filters, two
    1×1 layers at the end. Images are rows of height · width numbers, as for all autoregressive
    models. A density is one pass; a sample takes a pass for every pixel.

    The masks leave a blind spot: whatever the depth, a pixel does not see those u rows up and
    more than (first_size − 1) / 2 + (u − 1) (k − 1) / 2 to the right. It is a density all the
    same, of factors that know a little less than they might.

    Arguments:
        shape: height and width of the images, which have one channel.
        likelihood: of one pixel given the earlier ones; None: `Bernoulli()`. `Categorical(k)` is
            for grey levels 0 … k − 1.
        filters: of the residual stream.
        blocks: residual blocks.
        kernel_size: k.
        first_size: of the first window.

    >>> import jax
    >>> model = pixelcnn((4, 4), filters=8, blocks=1).init(jax.random.key(0), (16,))
    >>> model(jnp.zeros((3, 16))).shape
    (3,)

    Van den Oord, Kalchbrenner and Kavukcuoglu (2016), table 1; the blind spot, and the two stacks
    of gated layers that have none: van den Oord and others, "Conditional image generation with
    PixelCNN decoders" (2016).
    """
    likelihood = likelihood or Bernoulli()
    network = nn.Sequential(
        nn.Reshape((*shape, 1)),
        MaskedConv(filters, first_size, itself=False),
        *(_block(filters, kernel_size) for _ in range(blocks)),
        nn.relu,
        nn.Conv(filters, 1, nn.relu),
        nn.Conv(likelihood.size, 1),
        nn.Flatten(),
    )
    return Autoregressive(network, likelihood, shape[0] * shape[1])


def _block(filters: int, kernel_size: int) -> nn.Residual:
    half = max(filters // 2, 1)
    return nn.Residual(
        nn.relu,
        nn.Conv(half, 1, nn.relu),
        MaskedConv(half, kernel_size, nn.relu),
        nn.Conv(filters, 1),
    )
