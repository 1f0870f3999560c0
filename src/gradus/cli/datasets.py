"""`gradus datasets`: the datasets that are known by name."""

from __future__ import annotations

from gradus import data


def datasets() -> None:
    """Print what every dataset is, its licence, and where it was found."""
    for listing in data.datasets():
        found = listing.found or f"{listing.megabytes:.1f} MB, downloaded when first used"
        print(f"{listing.name:<15} {listing.description}")
        print(f"{'':<15} {listing.licence}")
        print(f"{'':<15} {found}", end="\n\n")
