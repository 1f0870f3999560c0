"""What books and standards print, to every printed digit."""

import json
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from gradus import fit
from gradus.data import read_table
from gradus.likelihoods import Bernoulli, Gaussian
from gradus.models import linear

ADVERTISING = files("gradus.data").joinpath("files/advertising.csv")
FOLDER = Path(os.environ.get("GRADUS_DATA", "nowhere"))
DEFAULT, NIST = FOLDER / "islr" / "Default.csv", FOLDER / "nist_strd"
needs_default = pytest.mark.skipif(not DEFAULT.exists(), reason=f"no {DEFAULT} (see GRADUS_DATA)")
needs_nist = pytest.mark.skipif(not NIST.exists(), reason=f"no {NIST} (see GRADUS_DATA)")


@pytest.fixture(scope="module")
def advertising():
    return read_table(str(ADVERTISING))


def printed(fit, decimals):
    """Estimate, standard error and t of every coefficient, as strings of some decimals."""
    return {
        c.term: (f"{c.estimate:.{decimals}f}", f"{c.error:.4f}", f"{c.statistic:.2f}")
        for c in fit.coefficients
    }


def test_advertising_with_three_media(advertising):
    """James et al., table 3.4, and the correlations of table 3.5."""
    found = linear.least_squares("Sales ~ TV + Radio + Newspaper", advertising)
    assert printed(found, 3) == {
        "Intercept": ("2.939", "0.3119", "9.42"),
        "TV": ("0.046", "0.0014", "32.81"),
        "Radio": ("0.189", "0.0086", "21.89"),
        "Newspaper": ("-0.001", "0.0059", "-0.18"),
    }
    assert f"{found['Newspaper'].p:.4f}" == "0.8599"
    assert [c.p < 0.0001 for c in found.coefficients] == [True, True, True, False]
    assert f"{found.measures['r2']:.3f}" == "0.897"
    # RSE = √(RSS/(n−p−1)) and F by their formulas.
    rss, y = found.measures["rss"], advertising["Sales"].to_numpy()
    total = np.sum((y - y.mean()) ** 2)
    assert found.measures["rse"] == pytest.approx(np.sqrt(rss / 196), rel=1e-12)
    assert found.measures["f"] == pytest.approx((total - rss) / 3 / (rss / 196), rel=1e-9)
    assert f"{found.measures['f']:.0f}" == "570"


def test_advertising_correlations(advertising):
    """R² of a line with one term is the squared correlation."""
    for pair, expected in {
        "Sales ~ TV": "0.7822",
        "Sales ~ Radio": "0.5762",
        "Sales ~ Newspaper": "0.2283",
        "Newspaper ~ Radio": "0.3541",
    }.items():
        r2 = linear.least_squares(pair, advertising).measures["r2"]
        assert f"{np.sqrt(r2):.4f}" == expected


def test_advertising_with_synergy(advertising):
    """James et al., table 3.9."""
    found = linear.least_squares("Sales ~ TV * Radio", advertising)
    assert {c.term: f"{c.estimate:.4f}" for c in found.coefficients} == {
        "Intercept": "6.7502",
        "TV": "0.0191",
        "Radio": "0.0289",
        "TV:Radio": "0.0011",
    }
    assert f"{found['TV:Radio'].statistic:.2f}" == "20.73"
    assert f"{found.measures['r2']:.3f}" == "0.968"
    without = linear.least_squares("Sales ~ TV + Radio", advertising).measures["r2"]
    assert f"{100 * (found.measures['r2'] - without) / (1 - without):.0f}" == "69"


@pytest.mark.parametrize("formula", ["Sales ~ TV * Radio", "Sales ~ TV + Radio + Newspaper"])
def test_the_net_arrives_where_statistics_does(formula, advertising):
    """Six digits of every coefficient that stands out of its own error, by 32-bit gradients."""
    expected = linear.least_squares(formula, advertising)
    net = linear.as_net(formula, advertising, Gaussian())
    run = fit(net.algorithm, net.data, epochs=200, batch=net.rows)
    for term, value in net.coefficients_of(run.model).items():
        known = expected[term]
        assert abs(value - known.estimate) < 1e-4 * known.error


BALANCE = {"Intercept": -10.6513306, "balance": 0.0054989169}
THREE = {
    "Intercept": -10.86904521,
    "balance": 0.005736505266,
    "income": 3.033450119e-06,
    "student[Yes]": -0.6467758082,
}
BOTH = [("default ~ balance", BALANCE), ("default ~ balance + income + student", THREE)]


@needs_default
@pytest.mark.parametrize(("formula", "expected"), BOTH)
def test_default_by_statistics(formula, expected):
    found = linear.logistic(formula, DEFAULT)
    for term, value in expected.items():
        assert found[term].estimate == pytest.approx(value, rel=1e-8)


@needs_default
@pytest.mark.parametrize(("formula", "expected"), BOTH)
def test_default_by_gradient(formula, expected):
    """To 4 digits in 32 bits, with columns whose scales are 10⁴ apart, coefficients 10⁷."""
    net = linear.as_net(formula, DEFAULT, Bernoulli())
    run = fit(net.algorithm, net.data, epochs=300, batch=net.rows)
    found = net.coefficients_of(run.model)
    assert found == pytest.approx(expected, rel=5e-5)


@needs_nist
@pytest.mark.parametrize(
    ("name", "terms"), [("Norris", "x"), ("Longley", "x1 + x2 + x3 + x4 + x5 + x6")]
)
def test_certified_values_to_nine_digits(name, terms):
    """The Statistical Reference Datasets of NIST."""
    certified = json.loads((NIST / "certified.json").read_text())[name]
    found = linear.least_squares(f"y ~ {terms}", NIST / f"{name}.csv")
    pairs = [
        ([c.estimate for c in found.coefficients], certified["certified_beta"]),
        ([c.error for c in found.coefficients], certified["certified_sd"]),
        ([found.measures["rss"]], [certified["certified_rss"]]),
        ([found.measures["rse"]], [certified["exact"]["residual_sd"]]),
        ([found.measures["r2"]], [certified["exact"]["r_squared"]]),
    ]
    for computed, exact in pairs:
        assert linear.systems.digits_right(computed, np.array(exact, float)) >= 9
