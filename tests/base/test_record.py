"""Records go through a file and come back the same; nothing else comes back."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.base.record import Record, decode, encode, named, param, static, weight


@named
def double(x):
    return 2 * x


class Pair(Record):
    """A record with every kind of field."""

    setting: object = static(None)
    function: object = static(double)
    weight: object = weight()
    bias: object = param()


def round_trip(value):
    """`value` as it comes back from JSON text and named arrays."""
    arrays = {}
    text = json.dumps(encode(value, arrays))
    return decode(json.loads(text), arrays)


def same(a, b):
    """Equality of structure, types and numbers, NaN and the last bit included."""
    flat_a, structure_a = jax.tree.flatten(a)
    flat_b, structure_b = jax.tree.flatten(b)
    return structure_a == structure_b and all(
        type(x) is type(y)
        and np.asarray(x).dtype == np.asarray(y).dtype
        and np.asarray(x).shape == np.asarray(y).shape
        and np.asarray(x).tobytes() == np.asarray(y).tobytes()
        for x, y in zip(flat_a, flat_b, strict=True)
    )


VALUES = {
    "none": None,
    "true": True,
    "integer": 3,
    "float": 0.1,
    "infinity": float("inf"),
    "not a number": float("nan"),
    "text": 'a "quoted" word, ∂ and \n',
    "empty tuple": (),
    "nested tuples and lists": ((1, [2, (3.0,)]), []),
    "dictionary": {"a": 1, "array": {"tuple": (1,)}, "record": None},
    "jax array": jnp.arange(6.0).reshape(2, 3),
    "empty array": jnp.zeros((0, 3)),
    "numpy array": np.array([[1.5, -0.0], [np.nan, np.inf]]),
    "numpy integers": np.array([1, 2, 3], np.int8),
    "a single number in float64": np.array(0.1),
    "a single number on the device": jnp.asarray(0.1),
    "booleans": jnp.array([True, False]),
    "function": double,
    "record": Pair(setting=(1, "two")),
    "record with arrays": Pair().replace(weight=jnp.ones((2, 2)), bias=jnp.zeros(2)),
    "records in records": Pair().replace(
        weight=(Pair(1).replace(bias=jnp.ones(1)), {"k": Pair(2)})
    ),
}


@pytest.mark.parametrize("case", VALUES)
def test_what_is_written_comes_back(case):
    assert same(round_trip(VALUES[case]), VALUES[case])


def test_arrays_keep_their_library():
    back = round_trip((jnp.ones(2), np.ones(2)))
    assert [type(a) for a in back] == [type(jnp.ones(2)), np.ndarray]


def test_arrays_are_named_by_their_path():
    arrays = {}
    encode({"model": Pair().replace(weight=(jnp.ones(1), jnp.ones(2)))}, arrays)
    assert list(arrays) == ["model/weight/0", "model/weight/1"]


def test_static_fields_are_no_leaves():
    assert jax.tree.leaves(Pair(setting=3).replace(weight=jnp.ones(2)))[0].shape == (2,)
    assert len(jax.tree.leaves(Pair(setting=3))) == 0


def test_a_fresh_record_equals_the_one_that_comes_back():
    """Structures are compared when runs go on: they must not remember how they were made."""
    fresh = Pair(setting=(1, "two"))
    assert round_trip(fresh) == fresh == fresh.replace(setting=(1, "two"))


def test_replace_leaves_the_original_alone():
    old = Pair(1)
    new = old.replace(setting=2)
    assert (old.setting, new.setting) == (1, 2)


def test_replace_of_an_unknown_field_names_the_nearest():
    with pytest.raises(InputError, match="Pair.replace") as refusal:
        Pair().replace(wieght=1)
    assert refusal.value.got == "wieght"
    assert refusal.value.fix == "did you mean 'weight'?"


def test_a_function_without_a_name_is_refused_with_its_place():
    with pytest.raises(InputError, match="^function cannot be saved") as refusal:
        encode(Pair(function=lambda x: x), {})
    assert "gradus.named" in refusal.value.fix


def test_a_function_that_borrows_a_known_name_is_refused():
    def impostor(x):
        return x

    impostor.__module__, impostor.__qualname__ = double.__module__, double.__qualname__
    with pytest.raises(InputError, match="cannot be saved"):
        encode(impostor, {})


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", 1j], ids=lambda v: type(v).__name__)
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(InputError, match="^value cannot be saved"):
        encode(value, {})


UNKNOWN = {
    "class": ({"record": "os.system", "fields": {}}, "the file needs the class os.system"),
    "function": ({"function": "builtins.eval"}, "the file needs the function builtins.eval"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_a_file_can_only_name_what_is_known(what):
    content, message = UNKNOWN[what]
    with pytest.raises(InputError, match=message) as refusal:
        decode(content, {})
    assert refusal.value.got == f"no {what} of that name"
    assert "import the module that defines it" in refusal.value.fix


def test_own_names_leave_out_the_file():
    from gradus.nn import Dense, relu

    assert encode(Dense(1), {})["record"] == "gradus.nn.Dense"
    assert encode(relu, {}) == {"function": "gradus.nn.relu"}
