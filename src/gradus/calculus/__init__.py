"""Floor 1: what a formula is worth, how it changes, and how to compute it well."""
