"""Looking inside: what is drawn for whom, what is left out, and tiles that tell signs apart."""

import struct
import zlib

import jax
import numpy as np
import pytest
from report.examples import make_classification, make_regression, make_run
from report.reading import Page

from gradus import nn, report
from gradus.base.errors import InputError
from gradus.report import inside
from gradus.report.code_maps import SIDE, with_room
from gradus.report.pictures import png
from gradus.report.sheets import NEGATIVE, POSITIVE, plain, shrunk, signed

RNG = np.random.default_rng(0)
PICTURES = RNG.normal(size=(12, 8, 8, 1)).astype(np.float32)
CARDS = (
    "First filters",
    "Activation maps",
    "Inputs that a class likes best",
    "What predictions rest on",
    "Map of examples",
    "Nearest pictures",
)
COLUMNS = "Columns that predictions rest on"


def assessed(x, k=3, **changes):
    """Random predictions for inputs, all of which are kept as the sample."""
    p = RNG.dirichlet(np.ones(k), size=len(x))
    sample = {"sample": np.arange(len(x)), "sample_inputs": x}
    return make_classification(np.arange(len(x)) % k, p, x=x, **(sample | changes))


def cards(page):
    """Titles of the figures in a section of the page."""
    titles = [text for text in Page(page).texts if text in (*CARDS, COLUMNS)]
    return list(dict.fromkeys(titles))  # pictures repeat them for screen readers


@pytest.fixture(scope="module")
def net():
    """A small net for pictures."""
    layers = nn.Conv(4, 3, nn.tanh), nn.Flatten(), nn.Dense(5, nn.tanh), nn.Dense(3)
    return nn.Sequential(*layers).init(jax.random.key(0), (8, 8, 1))


@pytest.fixture(scope="module")
def drawn(net):
    """The section about the net, with labels that would break a careless page."""
    labels = ("<b>zero</b>", "one & all", "two")
    return inside.looking_inside(make_run(model=net), assessed(PICTURES, labels=labels))


def test_everything_is_drawn_for_pictures(drawn):
    assert tuple(cards(drawn)) == CARDS
    assert not Page(drawn).faults
    assert "4 filters" in drawn
    assert len(drawn) < 200_000


def test_wrong_examples_come_first_and_are_named(drawn):
    words = Page(drawn).svgs["What the predictions rest on"]
    told = [word for word in words if word.startswith("row ")]
    assert len(told) == 2 * inside.EACH
    assert ["taken for" in word for word in told] == [True, True, False, False]


def test_labels_are_escaped(drawn):
    assert "<b>" not in drawn
    assert "&lt;b&gt;" in drawn


def test_rows_of_pixels_are_seen_as_pictures():
    model = nn.Dense(3).init(jax.random.key(0), (64,))
    assessment = assessed(PICTURES.reshape(-1, 64), columns=tuple(f"pixel_{i}" for i in range(64)))
    found = cards(inside.looking_inside(make_run(model=model), assessment))
    assert {"First filters", "What predictions rest on"} <= set(found)
    assert "Activation maps" not in found  # a dense layer has none


def test_a_table_shows_its_columns():
    """f = 3·x₁ over columns of ±1: the parts are 0 and 3, and the larger stands first."""
    model = nn.Dense(1).init(jax.random.key(0), (2,))
    model = model.replace(weight=jax.numpy.array([[0.0], [3.0]]))
    x = np.tile(np.array([[1, 1], [-1, -1]], np.float32), (3, 1))
    changes = {"sample": np.arange(6), "sample_inputs": x, "columns": ("idle", "busy")}
    found = inside.looking_inside(
        make_run(model=model), make_regression(np.ones(6), np.ones(6), **changes)
    )
    assert cards(found) == [COLUMNS]
    assert "busy 3, idle 0" in found


LEFT_OUT = {
    "no assessment": (lambda net: (net, None)),
    "no model": (lambda net: (None, assessed(PICTURES))),
    "an assessment without a sample": (lambda net: (net, assessed(PICTURES, sample_inputs=None))),
    "inputs in parts": (lambda net: (net, assessed(PICTURES, sample_inputs={"a": PICTURES}))),
    "columns without names": (
        lambda net: (nn.Dense(3).init(jax.random.key(0), (5,)), assessed(PICTURES[:, 0, :5, 0]))
    ),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_nothing_is_said_where_nothing_is_known(case, net):
    model, assessment = LEFT_OUT[case](net)
    assert inside.looking_inside(make_run(model=model), assessment) == ""


def test_what_would_take_long_is_left_out_and_said(net, monkeypatch):
    monkeypatch.setattr(inside, "MOST_FLOPS", 0)
    found = inside.looking_inside(make_run(model=net), assessed(PICTURES))
    assert cards(found) == [c for c in CARDS if "rest on" not in c and "likes" not in c]
    assert "report.explanations" in found


def test_a_model_that_is_asked_in_vain_still_has_a_page():
    """Outputs of shape (B, 8, 8, 1) are no scores of classes."""
    model = nn.Sequential(nn.Lambda(nn.relu))
    assert cards(inside.looking_inside(make_run(model=model), assessed(PICTURES))) == [CARDS[1]]


def test_maps_of_a_model_without_any_are_refused():
    model = nn.Sequential(nn.Flatten(), nn.Dense(2)).init(jax.random.key(0), (8, 8, 1))
    with pytest.raises(InputError, match="report.filters"):
        report.activation_maps(model, PICTURES[:1])


def test_a_sheet_stands_alone(net):
    alone = report.standalone(report.filters(net))
    assert alone.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "var(" not in alone


def test_signs_are_colours_and_sizes_opacity():
    tile = signed(np.array([[[2.0, -2.0], [1.0, 0.0]]]))[0]
    assert tile[0, 0].tolist() == [*POSITIVE, 255]
    assert tile[0, 1].tolist() == [*NEGATIVE, 255]
    assert tile[1, :, 3].tolist() == [128, 0]
    assert signed(np.zeros((1, 2, 2)))[..., 3].max() == 0


def test_plain_tiles_share_one_scale():
    tiles = plain(np.array([0.0, 0.5, 2.0]).reshape(3, 1, 1, 1))
    assert tiles.ravel().tolist() == [0, 64, 255]


def test_large_pictures_are_thinned():
    assert shrunk(np.ones((1, 64, 64, 3))).shape == (1, 64, 64, 3)
    assert shrunk(np.ones((1, 150, 65, 3))).shape == (1, 50, 22, 3)


def test_png_with_opacity():
    pixels = RNG.integers(0, 256, size=(2, 3, 4)).astype(np.uint8)
    data = png(pixels)
    assert struct.unpack(">IIBB", data[16:26]) == (3, 2, 8, 6)
    start = data.index(b"IDAT") + 4
    rows = np.frombuffer(zlib.decompress(data[start:-16]), np.uint8).reshape(2, 13)
    np.testing.assert_array_equal(rows[:, 1:].reshape(2, 3, 4), pixels)


def test_pictures_on_the_map_do_not_cover_each_other():
    places = np.array([[0.0, 0.0], [SIDE - 1.0, 0.0], [SIDE, 0.0], [0.0, 3 * SIDE]])
    assert with_room(places, np.arange(4)).tolist() == [True, False, True, True]
    assert with_room(places, np.array([1, 0, 2, 3])).tolist() == [False, True, False, True]
