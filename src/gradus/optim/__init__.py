from gradus.optim.optimizer import Optimizer
import optax
def adam(rate=1e-3):
    return Optimizer(f"adam({rate})", optax.scale_by_adam(), rate)
