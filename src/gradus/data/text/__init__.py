"""Text on its way to numbers: what its tokens are, and what number each has."""
