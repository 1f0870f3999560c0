import optax

from gradus.optim.optimizer import Optimizer


def adam(rate=1e-3):
    return Optimizer(f"adam({rate})", optax.scale_by_adam(), rate)
