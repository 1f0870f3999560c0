"""Gradus as `fit` runs it, its compiled program kept between calls as within one long run."""

from __future__ import annotations

import numpy as np

from benchmarks.tasks import RATE, Task
from gradus import learn, models, nn, supervised
from gradus.data.batch import Batch
from gradus.likelihoods import Bernoulli, Categorical
from gradus.optim import adam
from gradus.training.checkpoint import Checkpoint
from gradus.training.door import on_device
from gradus.training.history import History
from gradus.training.interrupt import Interrupt
from gradus.training.member import Examples, Life, Member
from gradus.training.program import Program
from gradus.training.progress import Reporter
from gradus.training.slices import train
from gradus.training.stopping import BEST


def algorithm(task: Task):
    """The same net and optimiser as everybody's."""
    if task.code:
        columns, *hidden = task.sizes
        return learn.vae(models.vae(columns, hidden, task.code, Bernoulli()), adam(RATE))
    *hidden, classes = task.sizes[1:]
    layers = [nn.Dense(units, nn.relu) for units in hidden]
    return supervised(nn.Sequential(*layers, nn.Dense(classes)), Categorical(classes), adam(RATE))


def trainer(task: Task, x: np.ndarray, y: np.ndarray):
    """Train epoch after epoch through the loop of `fit`, history and all."""
    member = Member(np.uint32(0), np.arange(len(x), dtype=np.int32), None, {})
    life = Life(lambda _: algorithm(task), task.batch, BEST)
    program = Program(life, member, on_device(Examples(Batch(x, y), None)), 10**9)
    carry = program.start()

    def epochs(count: int) -> None:
        nonlocal carry
        program.until = int(carry.step) + count * program.steps
        outcome = train(
            program, carry, [History({})], Reporter(False, count), Interrupt(), Checkpoint(None)
        )
        carry = outcome.carry

    return epochs


def whole(task: Task, x, y, x_test, y_test) -> float:
    """Build, train and judge through the public door."""
    from gradus import fit

    run = fit(algorithm(task), (x, y), epochs=task.epochs, batch=task.batch)
    return float((run.predict(x_test) == y_test).mean())
