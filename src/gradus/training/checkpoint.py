"""Where a run stands, in one file: written atomically, resumed bit for bit."""

from __future__ import annotations

import time
import zlib
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.files import DamagedFile, read_arrays, write_arrays
from gradus.training.history import History

SHOWN = "shown"  # before the names of what was kept to look at


class Checkpoint:
    """The checkpoint of a run: written every so often and at the end.

    Arguments:
        folder: where it is kept; None keeps none.
        every: seconds between two writings.
        fingerprint: of the data, the rows and the seed; a run goes on with the same ones only.
    """

    def __init__(self, folder: str | Path | None, every: float = 30.0, fingerprint: int = 0):
        self.path = None if folder is None else Path(folder) / "checkpoint.safetensors"
        self.every, self.written = every, time.perf_counter()
        self.fingerprint = fingerprint

    @property
    def exists(self) -> bool:
        """Whether there is something to resume from."""
        return self.path is not None and self.path.exists()

    def __call__(self, carry: Any, histories: list[History], final: bool = False) -> None:
        """Write if it is time to."""
        now = time.perf_counter()
        if self.path is not None and (final or now - self.written > self.every):
            save_checkpoint(self.path, carry, histories, self.fingerprint)
            self.written = now

    def load(self, like: Any) -> tuple[Any, list[History]]:
        """The carry and the histories to go on from."""
        assert self.path is not None, "ask `exists` first"
        return load_checkpoint(self.path, like, self.fingerprint)


def fingerprint(*trees: Any) -> int:
    """A number that is another one for other arrays.

    >>> fingerprint(np.arange(3)) == fingerprint(np.arange(3)), fingerprint(np.arange(3)) == 0
    (True, False)
    """
    number = 0
    for array in map(np.asarray, jax.tree.leaves(trees)):
        number = zlib.crc32(f"{array.shape}{array.dtype}".encode(), number)
        number = zlib.crc32(np.ascontiguousarray(array).view(np.uint8).data, number)
    return number


def save_checkpoint(path: Path, carry: Any, histories: list[History], run: int) -> None:
    """Write a pytree of arrays and the histories so far to one file."""
    arrays = {name: np.asarray(_raw(value)) for name, value in _named(carry).items()}
    columns = [{name: values.tolist() for name, values in h.items()} for h in histories]
    for place, history in enumerate(histories):
        arrays |= {f"{SHOWN}/{place}/{name}": array for name, array in history.shown.items()}
    write_arrays(path, arrays, {"histories": columns, "fingerprint": run})


def load_checkpoint(path: Path, like: Any, run: int) -> tuple[Any, list[History]]:
    """Read a checkpoint into the structure of `like`.

    Raises InputError for a missing, damaged or foreign file, and for one of another model.
    """
    try:
        arrays, about = read_arrays(path)
    except DamagedFile as error:
        raise InputError(
            f"checkpoint {path}",
            expected="a checkpoint that gradus wrote",
            got=error,
            fix="start the run afresh, without resuming; the file was not changed",
        ) from error
    _check_same_run(path, arrays, like)
    if about["fingerprint"] != run:
        raise InputError(
            f"checkpoint {path}",
            expected="the data, the division into parts and the seed that the run began with",
            got="others",
            fix="resume with the same data and seed, or begin a new run in another folder",
        )
    names = list(_named(like))
    values = [_like(arrays[n], v) for n, v in zip(names, jax.tree.leaves(like), strict=True)]
    shown = [_below(f"{SHOWN}/{place}/", arrays) for place in range(len(about["histories"]))]
    histories = [History(h, s) for h, s in zip(about["histories"], shown, strict=True)]
    return jax.tree.structure(like).unflatten(values), histories


def _below(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _named(tree: Any) -> dict[str, Any]:
    return {jax.tree_util.keystr(p): v for p, v in jax.tree_util.tree_leaves_with_path(tree)}


def _raw(value: Any) -> Any:
    """Typed random keys as plain numbers; everything else as it is."""
    return jax.random.key_data(value) if _is_key(value) else value


def _like(array: np.ndarray, value: Any) -> jax.Array:
    return jax.random.wrap_key_data(jnp.asarray(array)) if _is_key(value) else jnp.asarray(array)


def _is_key(value: Any) -> bool:
    return jnp.issubdtype(value.dtype, jax.dtypes.prng_key)


def _check_same_run(path: Path, arrays: dict[str, np.ndarray], like: Any) -> None:
    for name, value in _named(like).items():
        shape = jax.eval_shape(jax.random.key_data, value).shape if _is_key(value) else value.shape
        found = arrays[name].shape if name in arrays else "nothing"
        if found != shape:
            raise InputError(
                f"checkpoint {path}: {name}",
                expected=f"an array of shape {shape}, as the model to be trained has it",
                got=found,
                fix="resume with the same model, optimiser, data and batch size, or start afresh",
            )
