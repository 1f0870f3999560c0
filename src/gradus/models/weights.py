"""Weights from files: safetensors of PyTorch's nets and of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError, nearest
from gradus.base.files import write_arrays
from gradus.base.tree import leaves, map_leaves
from gradus.models.torch_layout import Slot, own_slots, torch_slots

LAYOUTS = {"torch": torch_slots, "gradus": own_slots}
IGNORED = "num_batches_tracked"  # PyTorch counts batches for averages that ours do not take
SHOWN = 4  # names in a message


class Misfit(NamedTuple):
    """An array whose shape in the file is another one than the model needs."""

    name: str
    expected: tuple[int, ...]
    got: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.got} for {self.expected}"


@dataclass(frozen=True, eq=False, repr=False)
class Loaded:
    """A model with weights from elsewhere, and what fitted; prints as a report.

    Arguments:
        model: the model; what found no array kept its own.
        found: names of the file whose arrays were taken.
        missing: names that the model asked for in vain.
        unexpected: names in the file that the model has no place for.
        misfits: arrays of another shape than the model's.

    >>> net = nn.Dense(2).replace(weight=jnp.zeros((3, 2)), bias=jnp.zeros(2))
    >>> load_weights(net, {"weight": np.ones((2, 3))}, strict=False).missing
    ('bias',)
    """

    model: nn.Layer
    found: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misfits: tuple[Misfit, ...]

    @property
    def complete(self) -> bool:
        """Whether every array of the model and of the file found its counterpart."""
        return not (self.missing or self.unexpected or self.misfits)

    def __str__(self) -> str:
        lines = [f"{len(self.found)} arrays loaded"]
        for what in ("missing", "unexpected", "misfits"):
            if names := getattr(self, what):
                lines.append(f"{len(names)} {what}: {listed(names)}")
        return "\n".join(lines)

    __repr__ = __str__


def load_weights(
    model: nn.Layer,
    source: str | Path | Mapping[str, Any],
    *,
    names: Mapping[str, str] | None = None,
    layout: str | None = None,
    strict: bool = True,
) -> Loaded:
    """A model with the weights of a safetensors file, or of arrays by name.

    PyTorch's weights are turned: convolutions from (filters, channels, height, width), dense
    layers from (outputs, inputs), and the first dense layer after a `Flatten` from inputs whose
    channels stand first. Batch normalisation gets its running averages.

    Arguments:
        model: the model, after `init`.
        source: a file, such as `safetensors.torch.save_file(net.state_dict(), path)` writes, or
            a dict of arrays.
        names: beginnings of names in the model, and those that the file has for them; of several
            that fit the longest counts. Nets of `gradus.models` whose weights torchvision has bear
            its names already.
        layout: "torch", or "gradus" for weights as `save_weights` wrote them; by default what the
            file says, and "torch" for a dict.
        strict: refuse weights that are not complete; otherwise take what fits.

    Raises InputError for a file that cannot be read or holds code (.pt, .pth), for a model without
    weights, for layers that PyTorch lays out in a way of its own, and, if `strict`, for missing,
    unexpected and misshapen arrays, which are named.

    >>> import jax
    >>> net = nn.Sequential(nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> state = {"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2), "old.bias": np.zeros(5)}
    >>> loaded = load_weights(net, state, names={"0": "fc"}, strict=False)
    >>> loaded
    2 arrays loaded
    1 unexpected: old.bias
    >>> loaded.model(jnp.ones((1, 3)))
    Array([[3., 3.]], dtype=float32)
    """
    arrays, found_layout = _read(source)
    slots = _layout(layout or found_layout)(model)
    if not slots:
        raise InputError(
            "load_weights: the model has no weights yet",
            expected="a model that has seen `init`",
            got="a model straight from its constructor",
            fix="model.init(jax.random.key(0), shape), with the shape of one example",
        )
    loaded = _fill(model, _renamed(slots, names or {}), arrays)
    if strict and not loaded.complete:
        raise InputError(
            "load_weights: the weights do not fit the model",
            expected="an array of the right shape for every name of the model, and no others",
            got="; ".join(str(loaded).splitlines()[1:]),
            fix='name the parts by names={"ours": "theirs"}, or take what fits by strict=False',
        )
    return loaded


def save_weights(model: nn.Layer, path: str | Path) -> Path:
    """Write the arrays of a model, and nothing else, as a safetensors file.

    `gradus.save` writes a whole run, from which the model itself comes back.

    Arguments:
        model: a model that has its weights.
        path: the file.

    >>> import jax, tempfile
    >>> net = nn.Dense(2).init(jax.random.key(0), (3,))
    >>> path = save_weights(net, tempfile.mkdtemp() + "/net.safetensors")
    >>> bool((load_weights(nn.Dense(2).init(jax.random.key(1), (3,)), path).model.weight
    ...       == net.weight).all())
    True
    """
    arrays = {leaf.name: np.asarray(leaf.value, order="C") for leaf in leaves(model)}
    write_arrays(path, arrays, {"layout": "gradus"})
    return Path(path)


def listed(names: tuple) -> str:
    """The first few of many, in words."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(str, names[:SHOWN])) + more


def _read(source: Any) -> tuple[dict[str, Any], str]:
    """Arrays by name, and how they are laid out."""
    if isinstance(source, Mapping):
        return dict(source), "torch"
    from safetensors import SafetensorError, safe_open

    if not Path(source).is_file():
        raise InputError(
            f"weights {source}", expected="a file", got="no such file", fix="check the path"
        )
    try:
        with safe_open(str(source), framework="jax") as file:
            layout = "gradus" if "gradus" in (file.metadata() or {}) else "torch"
            names = [name for name in file.keys() if not name.endswith(IGNORED)]  # noqa: SIM118
            return {name: file.get_tensor(name) for name in names}, layout
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"weights {source}",
            expected="a safetensors file",
            got=f"{type(error).__name__}: {error}",
            fix="in PyTorch: safetensors.torch.save_file(net.state_dict(), path); files of "
            "torch.save can run code, and are not read",
        ) from error


def _layout(name: str):
    if name in LAYOUTS:
        return LAYOUTS[name]
    expected, fix = " or ".join(map(repr, LAYOUTS)), nearest(name, LAYOUTS)
    raise InputError("load_weights: layout", expected=expected, got=repr(name), fix=fix)


def _renamed(slots: list[Slot], names: Mapping[str, str]) -> list[Slot]:
    """The slots with the file's names for the beginnings of ours."""
    lost = [name for name in names if not any(_begins(slot.name, name) for slot in slots)]
    if lost:
        raise InputError(
            "load_weights: names",
            expected="beginnings of names in the model, with dots between their parts",
            got=repr(lost[0]),
            fix=nearest(lost[0], [slot.name for slot in slots]),
        )
    renamed = []
    for slot in slots:
        fitting = [name for name in names if _begins(slot.name, name)]
        longest = max(fitting, key=len, default="")
        rest = slot.theirs.split(".")[len(_split(longest)) :]
        parts = [*_split(names.get(longest, "")), *rest] if fitting else rest
        renamed.append(slot._replace(theirs=".".join(parts)))
    return renamed


def _split(name: str) -> list[str]:
    return name.split(".") if name else []


def _begins(name: str, beginning: str) -> bool:
    return not beginning or name == beginning or name.startswith(f"{beginning}.")


def _fill(model: nn.Layer, slots: list[Slot], arrays: dict[str, Any]) -> Loaded:
    """The model with those arrays that fit."""
    new, missing, misfits = {}, [], []
    for slot in slots:
        if slot.theirs not in arrays:
            missing.append(slot.theirs)
        elif np.shape(arrays[slot.theirs]) != slot.shape:
            misfits.append(Misfit(slot.theirs, slot.shape, np.shape(arrays[slot.theirs])))
        else:
            new[slot.name] = slot.turned(np.asarray(arrays[slot.theirs])).astype(slot.like.dtype)
    asked = {slot.theirs for slot in slots}
    return Loaded(
        model=map_leaves(lambda a: jnp.asarray(new[a.name]) if a.name in new else a.value, model),
        found=tuple(slot.theirs for slot in slots if slot.name in new),
        missing=tuple(missing),
        unexpected=tuple(n for n in arrays if n not in asked and not n.endswith(IGNORED)),
        misfits=tuple(misfits),
    )
