"""Transfer: the features that one task taught, under a head for another."""

from __future__ import annotations

from collections.abc import Callable

from gradus import nn
from gradus.base.errors import InputError, nearest
from gradus.models.network import Network
from gradus.nn.checks import check_layer


def features(model: nn.Layer, upto: str | int | None = None) -> nn.Layer:
    """The layers of a model up to and including one: image → vector, or maps.

    Arguments:
        model: a chain of layers, trained or not.
        upto: the last layer that is kept: its name, such as `"layer3"` or `"classifier.3"`, or
            its place in the chain, −1 being the last. By default all but the last layer are.

    Raises InputError for a model that is no chain, and for a layer that it has not.

    >>> net = nn.Sequential(nn.Dense(8, nn.relu), nn.Dense(4, nn.relu), nn.Dense(3))
    >>> features(net).output_shape((2,)), features(net, 0).output_shape((2,))
    ((4,), (8,))

    Yosinski, Clune, Bengio and Lipson (2014). Maps become a vector by
    `nn.Sequential(features(net, "layer3"), nn.GlobalMeanPool())`.
    """
    check_layer(model)
    if upto is None:
        return _before_last(model)
    return _until(model, str(upto).split("."))


def with_head(
    model: nn.Layer, head: int | nn.Layer | Callable, upto: str | int | None = None
) -> Network:
    """A new head on the features of a model: y = head(features(x)).

    The parts are named `features` and `head`, for `freeze` and `optim.per_layer`. The features
    keep their weights and running averages; the head gets its own when learning starts, with the
    bias that `supervised` finds for the new targets.

    Arguments:
        model: a chain of layers, trained or not.
        head: outputs of a `nn.Dense`, or any layer.
        upto: the last layer of the features, as in `features`.

    Raises InputError as `features`.

    >>> import jax
    >>> net = nn.Sequential(nn.Dense(8, nn.relu), nn.Dense(3)).init(jax.random.key(0), (2,))
    >>> nn.summary(with_head(net, 5), (2,))
    Layer             Output  Trained  Fixed
    Network           (5,)         69      0
      features Dense  (8,)         24      0
      head Dense      (5,)         45      0
    69 parameters, 56 of them weights

    Goodfellow, Bengio and Courville (2016), section 15.2.
    """
    top = nn.Dense(head) if isinstance(head, int) else head
    return Network(features=features(model, upto), head=top)


def _before_last(model: nn.Layer) -> nn.Layer:
    """All but the last layer; where that is a chain, all but the last layer of it."""
    if isinstance(model, nn.Frozen):
        return nn.frozen(_before_last(model.inner))
    *before, (name, last) = _named(model).items()
    if _is_longer(last):
        before.append((name, _before_last(last)))
    return _rebuilt(model, dict(before))


def _until(model: nn.Layer, path: list[str]) -> nn.Layer:
    """All layers up to the one at a path of names."""
    if not path:
        return model
    if isinstance(model, nn.Frozen):
        return nn.frozen(_until(model.inner, path))
    layers, (first, *rest) = _named(model), path
    names = list(layers)
    place = _place(names, first)
    kept = {name: layers[name] for name in names[: place + 1]}
    kept[names[place]] = _until(layers[names[place]], rest)
    return _rebuilt(model, kept)


def _named(model: nn.Layer) -> dict[str, nn.Layer]:
    """The layers of a chain by name."""
    if isinstance(model, Network) and model.layers:
        return dict(model.layers)
    if isinstance(model, nn.Sequential) and model.layers:
        return {str(i): layer for i, layer in enumerate(model.layers)}
    raise InputError(
        "features",
        expected="layers one after the other: nn.Sequential, or a net of gradus.models",
        got=type(model).__name__,
        fix="put the layers into nn.Sequential(…), or call the part of the model yourself",
    )


def _is_longer(layer: nn.Layer) -> bool:
    """Whether something of a chain is left without its last layer."""
    chain = layer.inner if isinstance(layer, nn.Frozen) else layer
    return isinstance(chain, Network | nn.Sequential) and len(chain.layers) > 1


def _rebuilt(chain: nn.Layer, layers: dict[str, nn.Layer]) -> nn.Layer:
    """A chain of the same kind; a single layer by itself."""
    if len(layers) == 1:
        return next(iter(layers.values()))
    return Network(**layers) if isinstance(chain, Network) else nn.Sequential(*layers.values())


def _place(names: list[str], name: str) -> int:
    """Where a layer is in a chain, by its name or its place."""
    if name in names:
        return names.index(name)
    if name.removeprefix("-").isdigit() and -len(names) <= int(name) < len(names):
        return int(name) % len(names)
    raise InputError(
        "features: no such layer",
        expected=f"a layer's name, or a place from {-len(names)} to {len(names) - 1}",
        got=repr(name),
        fix=nearest(name, names),
    )
