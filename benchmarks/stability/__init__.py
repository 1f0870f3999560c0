"""Textbook formulas, as people write them, against 50-digit arithmetic."""
