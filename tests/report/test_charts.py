"""Curves, labels, axes and pictures that the charts are made of."""

import zlib

import numpy as np
import pytest
from report.reading import Page

from gradus.report.axes import (
    ValueAxis,
    decades,
    distinct,
    numeric,
    short,
    spread,
    wants_log,
)
from gradus.report.curves import reliability, roc_curves
from gradus.report.html import Markup, element, safe, table
from gradus.report.pictures import as_pictures, png
from gradus.report.style import chart, layer, svg
from gradus.report.traces import some, trace


def test_reliability_by_hand():
    # Confidence 0.15 and 0.05 never came true; 0.95 did in one of two.
    p = np.array([0.15, 0.05, 0.95, 0.95])
    bins = reliability(np.array([0, 0, 1, 0]), np.stack([1 - p, p], axis=1))
    np.testing.assert_allclose(bins.confidence, [0.05, 0.15, 0.95])
    np.testing.assert_allclose(bins.frequency, [0, 0, 0.5])
    assert bins.counts.tolist() == [1, 1, 2]
    assert bins.error == pytest.approx((0.05 + 0.15 + 2 * 0.45) / 4)


def test_reliability_of_several_classes_is_that_of_the_most_probable():
    p = np.array([[0.6, 0.3, 0.1], [0.1, 0.65, 0.25]])
    bins = reliability(np.array([0, 2]), p)
    np.testing.assert_allclose(bins.confidence, [0.625])
    np.testing.assert_allclose(bins.frequency, [0.5])


def test_certainty_lies_in_the_last_bin():
    assert reliability(np.array([1]), np.array([[0.0, 1.0]])).confidence.tolist() == [1]


def test_roc_of_several_classes_leaves_out_what_never_occurs():
    p = np.full((4, 3), 1 / 3)
    curves = roc_curves(np.array([0, 0, 1, 1]), p, ("a", "b", "c"))
    assert [(curve.name, curve.area) for curve in curves] == [("a", 0.5), ("b", 0.5)]


@pytest.mark.parametrize("n", [1, 2, 5, 17])
def test_labels_never_lie_on_top_of_each_other(n):
    places = spread(np.random.default_rng(n).random(n), 0.05)
    assert (np.diff(np.sort(places)) >= 0.05 - 1e-9).all()
    assert places.max() <= 1 + 1e-9


def test_labels_far_apart_stay_where_they_are():
    np.testing.assert_allclose(spread(np.array([0.9, 0.1, 0.5]), 0.1), [0.9, 0.1, 0.5])


@pytest.mark.parametrize(("low", "high"), [(1e-9, 1e3), (0.9, 1.1), (1e-3, 0.5), (3e-5, 3e-4)])
def test_decades_are_few_and_inside(low, high):
    ticks = decades(low, high)
    assert 1 <= len(ticks) <= 12
    assert all(low <= tick <= high for tick in ticks)


def test_logarithms_only_where_needed():
    assert wants_log(np.array([2.0, 0.01]))
    assert not wants_log(np.array([2.0, 0.5]))
    assert not wants_log(np.array([2.0, 0.0]))
    assert not wants_log(np.array([np.nan]))


@pytest.mark.parametrize("log", [True, False])
def test_an_axis_holds_its_values_and_gives_them_back(log):
    values = np.array([0.01, 3.0, 20.0])
    axis = ValueAxis.around(np.append(values, [np.nan, np.inf]), log)
    heights = axis.height(values)
    assert ((heights > 0) & (heights < 1)).all()
    np.testing.assert_allclose(axis.value(heights), values)


def test_an_axis_of_one_value_has_a_range():
    for value in (0.0, -2.0, 5.0):
        low, high, _ = ValueAxis.around(np.array([value]), log=False)
        assert low < value < high


def ticks_of(low, high, **axis):
    """The labels of an axis, as they are drawn."""
    y = numeric("y", scale={"domain": [low, high]}, **axis)
    picture = svg(chart([layer([{"y": low}], {"type": "point"}, y=y)]), "t", "words")
    return Page(picture).svgs["t"]


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0, 500, ["0", "200", "400", "500"]),
        (0, 1000, ["0", "500", "1,000"]),
        (10, 20, ["10", "20"]),
        (-10, 10, ["−10", "0", "10"]),
        (0, 0.003, ["0", "0.001", "0.002", "0.003"]),
        (123_456, 123_457, ["123,456", "123,457"]),
        (0, 2e9, ["0", "1e+9", "2e+9"]),
        (0, 2e-6, ["0", "1e-6", "2e-6"]),
    ],
)
def test_ticks_are_plain_numbers_unless_very_large_or_small(low, high, written):
    values = [float(text.replace(",", "").replace("−", "-")) for text in written]
    assert ticks_of(low, high, values=values) == written


def test_ticks_go_by_a_format_that_was_asked_for():
    assert ticks_of(0, 1, values=[0, 1], format=".2f") == ["0.00", "1.00"]


def test_ticks_that_the_axis_chooses_itself_are_plain():
    assert "500" in ticks_of(0, 600)
    assert not any("e" in tick for tick in ticks_of(0, 600) + ticks_of(5, 25))


def test_some_keeps_the_first_and_the_last():
    kept = list(some({f"w{i}": np.zeros(1) for i in range(100)}))
    assert len(kept) == 16
    assert (kept[0], kept[-1]) == ("w0", "w99")


def test_long_lines_are_thinned_to_their_ends():
    epochs = np.arange(1, 10_001)
    spec = trace(epochs, {"training": 1 / epochs})
    values = spec["layer"][0]["data"]["values"]
    assert len(values) == 300
    assert (values[0]["epoch"], values[-1]["epoch"]) == (1, 10_000)


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["0.weight", "0.bias", "1.weight"], ["0.weight", "0.bias", "1.weight"]),
        (["a.0.w", "a.1.w"], ["0", "1"]),
        (["a.a", "a.a.a"], ["a.a", "a"]),
        (["weight"], ["weight"]),
        ([], []),
    ],
)
def test_names_lose_what_all_share(names, written):
    assert list(distinct(names).values()) == written


def test_short_names_stay():
    assert short("0.weight") == "0.weight"
    assert len(short("a" * 50)) == 18


SHAPES = {
    (2, 64): (2, 8, 8, 1),
    (2, 784): (2, 28, 28, 1),
    (2, 28, 28): (2, 28, 28, 1),
    (2, 32, 40, 3): (2, 32, 40, 3),
    (2, 5): None,
    (2, 10, 7): None,
    (2, 500, 500, 3): None,
    (2, 8, 8, 16): None,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_a_picture(shape):
    pictures = as_pictures(np.zeros(shape))
    assert (None if pictures is None else pictures.shape) == SHAPES[shape]


def test_inputs_in_parts_are_no_picture():
    assert as_pictures((np.zeros((2, 8, 8)), np.zeros(2))) is None


@pytest.mark.parametrize("channels", [1, 3])
def test_png_holds_the_pixels(channels):
    pixels = np.arange(6 * channels, dtype=np.uint8).reshape(2, 3, channels)
    file = png(pixels)
    start = file.index(b"IDAT") + 4
    length = int.from_bytes(file[start - 8 : start - 4], "big")
    rows = zlib.decompress(file[start : start + length])
    assert rows == b"\0" + pixels[0].tobytes() + b"\0" + pixels[1].tobytes()


def test_another_library_reads_the_png():
    image = pytest.importorskip("PIL.Image")
    from io import BytesIO

    pixels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    np.testing.assert_array_equal(np.asarray(image.open(BytesIO(png(pixels)))), pixels)


def test_markup_is_kept_and_text_is_escaped():
    assert safe(Markup("<b>")) == "<b>"
    assert element("p", "<b>", element("i", "&")) == "<p>&lt;b&gt;<i>&amp;</i></p>"
    assert element("p", title='"x"') == '<p title="&quot;x&quot;"></p>'
    assert "<td>&lt;</td>" in table(["a", "b"], [["x", "<"]])
