"""`gradus explain`: a formula at the shell."""

import xml.etree.ElementTree as ElementTree


def test_it_prints_graph_tables_and_derivatives(gradus):
    answer = gradus("explain", "x1*x2 + sin(x1)", "--at", "x1=2,x2=3", "--svg", "graph.svg")
    assert answer.code == 0
    assert "f(x1, x2)\nx1 · x2 + sin x1\n" in answer.out
    assert "1 · (−0.4161) + 1 · 3 = 2.584" in answer.out
    assert "Forward accumulation by x2\n" in answer.out
    assert "∂f/∂x1 = x2 + cos x1\n∂f/∂x2 = x1\n" in answer.out
    assert ElementTree.parse("graph.svg").getroot().tag.endswith("svg")


def test_digits_are_those_of_double_precision(gradus):
    answer = gradus("explain", "exp(x)", "--at", "x=1", "--digits", "15")
    assert "2.71828182845905" in answer.out


def test_slips_are_explained(gradus):
    power = gradus("explain", "x^2", "--at", "x=1")
    assert (power.code, "x ** 2" in power.err) == (2, True)
    missing = gradus("explain", "x*y", "--at", "x=1")
    assert (missing.code, "none for y" in missing.err) == (2, True)
    assert gradus("explain", "1 + 2").code == 2


def test_a_formula_may_begin_with_a_minus(gradus):
    """`-h` stays the help, though "-tanh" has an h."""
    answer = gradus("explain", "-tanh(x)", "--at", "x=0.5")
    assert answer.out.startswith("f(x)\n−tanh x\n")
    assert "Show how a formula" in gradus("explain", "-h").out
