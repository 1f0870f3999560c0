"""Generative adversarial nets: what they reach, and how fast: `python -m benchmarks.gan`."""
