"""Recurrences that stay as they are drawn: only what reads them is learned."""
