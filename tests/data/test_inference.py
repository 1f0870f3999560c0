"""What a column is judged to be."""

import numpy as np
import polars as pl
import pytest

from gradus.base.errors import InputError
from gradus.data import infer_kind, infer_target_kind
from gradus.data.inference import almost_numbers

COLUMNS = {
    "numbers": ([1.5, 2.5, None], "number"),
    "whole numbers": ([3, 5, 3], "number"),
    "years that only happen to differ": (list(range(1900, 2000)), "number"),
    "two levels": (["no", "yes", "no"], "category"),
    "one level and gaps": (["x", None, "x"], "category"),
    "true and false": ([True, False], "boolean"),
    "0 and 1": ([0, 1, 1], "boolean"),
    "0.0 and 1.0": ([0.0, 1.0, None], "boolean"),
    "dates": (pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 3), eager=True), "date"),
    "nothing": ([None, None], "drop"),
    "always the same": ([7, 7, 7], "drop"),
    "names": (["Ada", "Grace", "Emmy"], "drop"),
    "mostly different": ([f"ticket {i // 2}" for i in range(30)] + ["a", "b"], "drop"),
    "a few levels": (["a", "b", "c", "a"], "category"),
}


@pytest.mark.parametrize(("values", "kind"), COLUMNS.values(), ids=COLUMNS)
def test_kind_of_column(values, kind):
    found, reason = infer_kind(pl.Series("x", values))
    assert found == kind
    assert bool(reason) == (kind == "drop")


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("PassengerId", True),
        ("id", True),
        ("customer_id", True),
        ("ID", True),
        ("index", True),
        ("paid", False),
        ("width", False),
    ],
)
def test_row_numbers_are_known_by_values_and_name(name, dropped):
    part = np.random.default_rng(0).permutation(100)[:80]  # a shuffled training part
    assert (infer_kind(pl.Series(name, part))[0] == "drop") == dropped


def test_an_id_that_repeats_is_a_number():
    assert infer_kind(pl.Series("id", [1, 2, 2]))[0] == "number"


TARGETS = {
    "text": (["a", "b", "c"], "classification"),
    "true and false": ([True, False], "classification"),
    "two whole numbers": ([2, 4], "classification"),
    "digits": (list(range(10)) * 3, "classification"),
    "whole numbers written as floats": ([0.0, 1.0, 2.0] * 4, "classification"),
    "counts": ([0, 3, 17, 250, 1, 2, 5, 9, 40, 12, 7, 8], "counts"),
    "prices": ([452600, 358500, 352100], "regression"),
    "prices as floats": ([452600.0, 358500.0, 352100.0], "regression"),
    "negative": (list(range(-10, 10)), "regression"),
    "fractions": ([0.5, 1.5], "regression"),
}


@pytest.mark.parametrize(("values", "kind"), TARGETS.values(), ids=TARGETS)
def test_kind_of_target(values, kind):
    assert infer_target_kind(pl.Series("y", values)) == kind


@pytest.mark.parametrize("values", [[1, 1], [None], ["a", None], [f"name {i}" for i in range(20)]])
def test_a_target_must_vary_and_text_must_repeat(values):
    with pytest.raises(InputError, match="target 'y'"):
        infer_target_kind(pl.Series("y", values))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["1", "oops", "3"], "2 of 3 values are plain numbers, but 'oops' (row 1"),
        (["3", None, "1,234", "4"], "2 of 3 values are plain numbers, but '1,234' (row 2"),
        (["$1,200.50", "$3"], "0 of 2 values are plain numbers, but '$1,200.50' (row 0"),
        (["3.1%", "4"], "1 of 2 values are plain numbers, but '3.1%' (row 0"),
        (["red", "blue", "3"], ""),
        (["01234", "00501"], ""),
        ([1.0, 2.0], ""),
    ],
)
def test_what_keeps_text_from_being_numbers_is_named(values, reason):
    found = almost_numbers(pl.Series("x", values))
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_a_target_that_is_almost_numbers_names_the_row():
    values = [*map(str, range(30)), "oops"]
    with pytest.raises(InputError, match="target 'y' is text") as error:
        infer_target_kind(pl.Series("y", values))
    assert "'oops' (row 30, counted from 0)" in str(error.value)


def test_infinities_leave_no_warning():
    assert infer_target_kind(pl.Series("y", [1.0, np.inf, 3.0])) == "regression"
