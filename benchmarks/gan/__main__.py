"""`python -m benchmarks.gan [ring|fashion|points|pictures …]`: what GANs reach, and how fast."""

from __future__ import annotations

import argparse
import os
import platform
import time

from benchmarks.gan.speed import speed
from benchmarks.gan.tasks import TASKS

PARTS = ("ring", "fashion", *TASKS)


def main() -> None:
    """One part after the other."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gan", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["ring", *TASKS], help=", ".join(PARTS))
    parser.add_argument("--epochs", type=int, help="of ring and fashion")
    parser.add_argument("--page", help="where to write the report of fashion")
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for part in given.parts:
        if part in TASKS:
            speed(part)
        elif part == "ring":
            from benchmarks.gan.ring import ring

            ring(given.epochs or 150)
        else:
            from benchmarks.gan.fashion import fashion

            fashion(given.epochs or 4, given.page)


if __name__ == "__main__":
    main()
