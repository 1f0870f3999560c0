"""Floor 1: tables and arrays on their way to a batch."""
