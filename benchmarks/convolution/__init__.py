"""Convolution on a CPU, inside loops and beside others: `python -m benchmarks.convolution`."""
