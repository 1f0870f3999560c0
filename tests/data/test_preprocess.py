"""From tables to numbers: fitted on the training part, saved, and applied to anything later."""

import datetime

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import Preprocessor

PASSENGERS = {
    "PassengerId": [1, 2, 3, 4, 5, 6],
    "Pclass": [3, 1, 3, 1, 3, 2],
    "Name": ["Braund", "Cumings", "Heikkinen", "Futrelle", "Allen", "Moran"],
    "Sex": ["male", "female", "female", "female", "male", "male"],
    "Age": [22.0, 38.0, 26.0, 36.0, None, 28.0],
    "Embarked": ["S", "C", "S", "S", None, "Q"],
    "Alone": [True, False, True, False, True, True],
    "Boarded": [datetime.date(1912, 4, day) for day in (10, 10, 11, 10, 10, 11)],
    "Ship": ["Titanic"] * 6,
    "Survived": [0, 1, 1, 1, 0, 0],
}


@pytest.fixture
def prep():
    return Preprocessor.fit(PASSENGERS, "Survived")


def test_says_what_it_decided(prep):
    # Ages, the gap filled with the median 28: mean 178/6 = 29.67, variance 187.33/6 = 5.588².
    assert prep.sentences == [
        "Pclass: number, mean 2.167, standard deviation 0.8975 → standardised",
        "Sex: 2 categories → 1 dummy, baseline 'female'",
        "Age: number, mean 29.67, standard deviation 5.588 → standardised; "
        "1 missing, filled with the median 28 and marked by a column",
        "Embarked: 4 categories → 3 dummies, baseline 'S'; 1 missing, a category of their own",
        "Alone: true or false, as 1 or 0",
        "Boarded: date → day, weekday",
        "PassengerId: dropped, row numbers",
        "Name: dropped, text (6 different values in 6 rows)",
        "Ship: dropped, always 'Titanic'",
        "Survived: classification, 2 classes: 0, 1",
    ]


def test_every_number_has_a_name(prep):
    assert prep.features == (
        *("Pclass", "Sex=male", "Age", "Age is missing"),
        *("Embarked=C", "Embarked=Q", "Embarked is missing"),
        *("Alone", "Boarded day", "Boarded weekday"),
    )
    assert prep.inputs(PASSENGERS).shape == (6, len(prep.features))
    assert prep.inputs(PASSENGERS).dtype == np.float32


def test_known_answers():
    prep = Preprocessor.fit({"x": [2.0, 4.0, 6.0, 8.0], "c": ["b", "a", "b", "c"]})
    # mean 5, variance (9 + 1 + 1 + 9)/4 = 5; the baseline is "b", then "a" and "c" in order.
    z = 1 / np.sqrt(5)
    expected = [[-3 * z, 0, 0], [-z, 1, 0], [z, 0, 0], [3 * z, 0, 1]]
    found = prep.inputs({"x": [2.0, 4.0, 6.0, 8.0], "c": ["b", "a", "b", "c"]})
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_dummies_are_one_fewer_than_levels_and_the_baseline_can_be_chosen():
    table = {"education": ["HS", "HS", "BA", "MA"], "y": [1.0, 2.0, 3.0, 4.5]}
    prep = Preprocessor.fit(table, "y", baselines={"education": "BA"})
    assert prep.sentences[0] == "education: 3 categories → 2 dummies, baseline 'BA'"
    assert prep.inputs({"education": ["BA", "HS", "MA"]}).tolist() == [[0, 0], [1, 0], [0, 1]]


def test_dates_become_their_parts():
    days = ["2024-01-31 06:30", "2025-03-02 18:30"]  # a Wednesday and a Sunday
    prep = Preprocessor.fit({"when": days})
    assert prep.features == ("when year", "when month", "when day", "when weekday", "when hour")
    np.testing.assert_allclose(prep.inputs({"when": days}), [[-1, -1, 1, -1, -1], [1, 1, -1, 1, 1]])


def test_missing_values_of_every_kind():
    table = {
        "n": [1.0, None, 3.0],
        "b": [True, None, False],
        "c": ["x", None, "x"],
        "d": ["2024-01-01", None, "2024-01-03"],
    }
    numbers = Preprocessor.fit(table).inputs(table)
    assert np.isfinite(numbers).all()
    gap = dict(zip(Preprocessor.fit(table).features, numbers[1].tolist(), strict=True))
    assert [gap[f"{name} is missing"] for name in "nbcd"] == [1, 1, 1, 1]
    assert [gap["n"], gap["b"], gap["d day"]] == [0, 0, 0]


def test_only_the_training_part_is_looked_at(prep):
    """A poisoned row of another part changes nothing that was learned."""
    before = prep.inputs(PASSENGERS)
    poison = {name: [*values, values[0]] for name, values in PASSENGERS.items()}
    poison["Pclass"][-1], poison["Age"][-1] = 10**6, -(10**6)
    poison["Embarked"][-1] = "Mars"
    with pytest.warns(UserWarning, match="Mars"):
        after = prep.inputs(poison)
    np.testing.assert_array_equal(after[:-1], before)


def test_columns_are_found_by_name(prep):
    names = list(reversed(PASSENGERS))
    reordered = {name: PASSENGERS[name] for name in names} | {"extra": [0] * 6}
    np.testing.assert_array_equal(prep.inputs(reordered), prep.inputs(PASSENGERS))


def test_a_renamed_column_is_named(prep):
    renamed = {("age" if name == "Age" else name): v for name, v in PASSENGERS.items()}
    with pytest.raises(InputError) as error:
        prep.inputs(renamed)
    assert error.value.what == "the table has no column 'Age'"
    assert error.value.fix == "did you mean 'age'?"


def test_an_unseen_category_is_the_baseline_with_a_warning(prep):
    row = {name: [values[0]] for name, values in PASSENGERS.items()}
    with pytest.warns(UserWarning, match=r"Embarked: categories .* \('X'; rows: 1\)"):
        unseen = prep.inputs(row | {"Embarked": ["X"]})
    np.testing.assert_array_equal(unseen, prep.inputs(row | {"Embarked": ["S"]}))


def test_a_first_gap_after_training_is_filled_with_a_warning():
    prep = Preprocessor.fit({"x": [1.0, 2.0, 6.0]})
    with pytest.warns(UserWarning, match="x: 1 missing, though none"):
        filled = prep.inputs({"x": [None, 2.0]})
    assert filled[0] == filled[1]  # the median


BAD_VALUES = {
    "text for a number": ({"n": ["1.5", "tall"], "b": [0, 1]}, "column 'n', row 1", "'tall'"),
    "infinite": ({"n": [1.0, np.inf], "b": [0, 1]}, "column 'n', row 1", "inf"),
    "neither true nor false": ({"n": [1.0, 2.0], "b": [0, 2]}, "column 'b', row 1", "2"),
    "several": ({"n": ["a", "b"], "b": [0, 1]}, "column 'n', row 0", "'a', and 1 more like it"),
}


@pytest.mark.parametrize(("table", "place", "value"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_bad_values_are_named(table, place, value):
    prep = Preprocessor.fit({"n": [1.0, 2.0, 4.0], "b": [0, 1, 1]})
    with pytest.raises(InputError) as error:
        prep.inputs(table)
    assert place in error.value.what
    assert error.value.got == value


def test_text_for_a_date_is_named():
    prep = Preprocessor.fit({"d": ["2024-01-01", "2024-01-02"]})
    with pytest.raises(InputError, match="column 'd', row 0"):
        prep.inputs({"d": ["soon"]})


def test_kinds_can_be_overruled(prep):
    chosen = Preprocessor.fit(PASSENGERS, "Survived", kinds={"Pclass": "category", "Age": "drop"})
    assert chosen.features[:2] == ("Pclass=1", "Pclass=2")  # 3 is the baseline
    assert ("Age", "as you chose") in chosen.dropped
    floats = PASSENGERS | {"Pclass": [3.0, 1.0, 3.0, 1.0, 3.0, 2.0]}
    np.testing.assert_array_equal(chosen.inputs(floats), chosen.inputs(PASSENGERS))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"target": "Survive"}, "no column 'Survive'"),
        ({"target": "Survived", "kinds": {"Aeg": "drop"}}, "no column 'Aeg'"),
        ({"target": "Survived", "kinds": {"Age": "numeric"}}, "kind of column 'Age'"),
        ({"target": "Survived", "baselines": {"Sex": "diverse"}}, "baseline of Sex"),
        ({"target": "Survived", "target_kind": "ranking"}, "kind of target 'Survived'"),
        ({"target": "Ship"}, "target 'Ship'"),
    ],
)
def test_wrong_choices_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        Preprocessor.fit(PASSENGERS, **arguments)


def test_nothing_to_learn_from():
    with pytest.raises(InputError, match="no column to learn from") as error:
        Preprocessor.fit({"name": ["a", "b", "c"], "y": [1.0, 2.5, 3.0]}, "y")
    assert "name: text (3 different values in 3 rows)" in error.value.got


def test_gaps_throughout_are_dropped_whatever_was_chosen():
    prep = Preprocessor.fit({"x": [1.0, 2.0], "gap": [None, None]}, kinds={"gap": "number"})
    assert prep.dropped == (("gap", "no value in any row"),)


def test_text_chosen_as_dates_or_numbers_is_named():
    for kind in ("date", "number"):
        with pytest.raises(InputError, match="column 's', row 0"):
            Preprocessor.fit({"s": ["a", "b"]}, kinds={"s": kind})


def test_a_dataset_with_names(prep):
    data = prep.dataset(PASSENGERS)
    assert (data.features, data.labels) == (prep.features, (0, 1))
    np.testing.assert_array_equal(data.y, PASSENGERS["Survived"])


def test_no_target_known():
    with pytest.raises(InputError, match="knows no target"):
        Preprocessor.fit({"x": [1.0, 2.0]}).targets({"x": [1.0]})


def test_saved_and_read_back_it_does_the_same(prep):
    arrays = {}
    again = decode(encode(prep, arrays), arrays)
    assert again == prep
    np.testing.assert_array_equal(again.inputs(PASSENGERS), prep.inputs(PASSENGERS))
    assert again.target.decode(again.targets(PASSENGERS)).tolist() == PASSENGERS["Survived"]


def test_pandas_in_pandas_out_of_the_way(prep):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(PASSENGERS)
    np.testing.assert_array_equal(prep.inputs(frame), prep.inputs(PASSENGERS))


def test_a_value_that_never_varies_stays_small_when_it_does():
    """17 numbers 0.1 have the mean 0.1 + 10⁻¹⁷ and so, computed, a variance above 0."""
    prep = Preprocessor.fit({"dose": [0.1] * 17 + [None], "y": range(18)}, "y")
    np.testing.assert_allclose(
        prep.inputs({"dose": [0.1, 0.2, None]})[:, 0], [0, 0.1, 0], atol=1e-6
    )


@pytest.mark.parametrize(
    ("shown", "alone", "level"),
    [
        ([1.5, 2.0, 2.5], [2.0], "2"),
        (["True", "False", "unknown"], ["True"], "true"),
        (["TRUE", "false", "unknown"], [True], "true"),
    ],
)
def test_a_category_is_the_same_whatever_stands_beside_it(shown, alone, level, recwarn):
    """A column of 2.0 alone is whole numbers, one of True alone is true or false, and no text."""
    table = {"c": shown * 4, "y": range(12)}
    prep = Preprocessor.fit(table, "y", kinds={"c": "category"}, baselines={"c": str(shown[-1])})
    found = dict(zip(prep.features, prep.inputs({"c": alone})[0].tolist(), strict=True))
    assert found[f"c={level}"] == 1
    assert not recwarn.list
