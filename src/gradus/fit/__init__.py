"""Floor 4: the compiled run."""
