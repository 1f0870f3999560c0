"""Gradus and its peers on the same work, in turn, on one machine: ratios of medians."""
