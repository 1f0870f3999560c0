"""Layers over time: recurrences, and what they are made of."""
