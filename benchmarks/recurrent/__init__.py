"""Layers over time beside others: `python -m benchmarks.recurrent`."""
