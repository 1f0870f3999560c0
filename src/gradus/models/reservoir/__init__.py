"""Models that remember in a reservoir, with outputs in closed form."""
