"""`gradus datasets`: the datasets that are known by name."""

from __future__ import annotations


def datasets() -> None:
    """Print a table of names, sizes, licences and places."""
    from rich.console import Console
    from rich.table import Table

    from gradus import data

    table = Table("name", "what it is", "MB", "licence and source", "where", box=None)
    for listing in data.datasets():
        size = f"{listing.megabytes:.1f}" if listing.megabytes else ""
        table.add_row(
            listing.name, listing.description, size, listing.licence, listing.found
        )
    Console().print(table)
