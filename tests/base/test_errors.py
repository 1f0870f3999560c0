"""The one form of refusals."""

import pytest

from gradus.base.errors import InputError, located, nearest


def refusal():
    return InputError("Dense", expected="(B, 64)", got=(32, 63), fix="give 64 features")


def test_the_message_names_what_expected_got_and_fix():
    assert str(refusal()) == (
        "Dense\n  Expected: (B, 64)\n  Got:      (32, 63)\n  Fix:      give 64 features"
    )


def test_it_can_be_caught_as_a_value_error():
    with pytest.raises(ValueError, match="Dense\n  Expected: "):
        raise refusal()


def test_places_are_put_before_it_from_the_outside_in():
    matched = pytest.raises(InputError, match="^model › layer 1 › Dense\n")
    with matched, located("model"), located("layer 1"):
        raise refusal()


def test_other_errors_pass_a_place_unchanged():
    with pytest.raises(KeyError, match="^'other'$"), located("model"):
        raise KeyError("other")


NAMES = {
    "a slip": ("slaes", ["tv", "radio", "sales"], "did you mean 'sales'?"),
    "nothing like it": ("x", ["tv", "radio"], "choose one of 'tv', 'radio'"),
    "numbers": ("7", [1, 2], "choose one of '1', '2'"),
    "too many to list": (
        "x",
        list("abcdefghijklmn"),
        "choose one of 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l' …",
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_the_hint_names_the_nearest_or_lists_them(case):
    name, names, hint = NAMES[case]
    assert nearest(name, names) == hint
