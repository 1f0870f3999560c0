"""Elementwise activation functions, as plain functions known by name."""

from __future__ import annotations

import jax

from gradus.base.record import named


@named
def identity(x):
    """x"""
    return x


@named
def relu(x):
    return jax.nn.relu(x)
