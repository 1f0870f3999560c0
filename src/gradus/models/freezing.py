"""Parts of a model, by name, that training leaves as they are, and that it takes up again."""

from __future__ import annotations

from collections.abc import Callable

from gradus import nn
from gradus.base.errors import InputError, nearest
from gradus.nn.checks import check_layer
from gradus.nn.watched import layer_name, layers_of, parts_of


def freeze(model: nn.Layer, *names: str) -> nn.Layer:
    """The model with some layers frozen, see `nn.frozen`.

    Arguments:
        model: any layer.
        names: layers, as `nn.summary` names them; without names the whole model.

    Raises InputError for a name that no layer has.

    >>> import jax
    >>> from gradus.base.tree import count
    >>> net = nn.Sequential(nn.Dense(4), nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> count(net, trainable=True), count(freeze(net, "0"), trainable=True)
    (26, 10)

    Frozen batch normalisation takes its running averages, and these stay; in PyTorch that takes
    `eval()` besides `requires_grad_(False)`.
    """
    return _changed(model, names, lambda layer: nn.frozen(_thawed(layer)))


def unfreeze(model: nn.Layer, *names: str) -> nn.Layer:
    """The model with some layers trained again, and all layers in them.

    Arguments:
        model: any layer.
        names: layers, as `nn.summary` names them; without names the whole model.

    Raises InputError for a name that no layer has, and for a layer inside one that is frozen as
    a whole.

    >>> net = nn.Sequential(nn.Dense(4), nn.Dense(2))
    >>> unfreeze(freeze(net, "0")) == net
    True
    """
    for path, _, layer in layers_of(model):
        holder = layer_name(path)
        inside = [name for name in names if name.startswith(f"{holder}." if holder else "")]
        if isinstance(layer, nn.Frozen) and inside:
            raise InputError(
                f"{inside[0]} is part of what is frozen as a whole",
                expected="a layer that was frozen by itself",
                got=f"{holder or 'the model'}, frozen",
                fix="unfreeze that first, then freeze the parts of it that shall stay",
            )
    return _changed(model, names, _thawed)


def _changed(
    model: nn.Layer, names: tuple[str, ...], change: Callable[[nn.Layer], nn.Layer]
) -> nn.Layer:
    """The model with the named layers changed; without names all of it."""
    check_layer(model)
    if not names:
        return change(model)
    known = dict.fromkeys(layer_name(path) for path, _, _ in layers_of(model) if path)
    if lost := [name for name in names if name not in known]:
        raise InputError(
            "no layer of this name",
            expected="a name of a layer, as nn.summary shows it",
            got=repr(lost[0]),
            fix=nearest(lost[0], known),
        )
    return _mapped(model, lambda name, layer: change(layer) if name in names else None)


def _thawed(model: nn.Layer) -> nn.Layer:
    """The model with nothing frozen in it."""
    if isinstance(model, nn.Frozen):
        return _thawed(model.inner)
    return _mapped(model, lambda _, layer: _thawed(layer))


def _mapped(
    model: nn.Layer, change: Callable[[str, nn.Layer], nn.Layer | None], path: tuple = ()
) -> nn.Layer:
    """The model with `change(name, layer)` for each layer in it; None looks inside the layer."""
    parts, structure = parts_of(model)
    new = []
    for at, part in parts:
        if isinstance(part, nn.Layer):
            changed = change(layer_name(path + at), part)
            part = _mapped(part, change, path + at) if changed is None else changed
        new.append(part)
    return structure.unflatten(new)
