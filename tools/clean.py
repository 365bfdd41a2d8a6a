"""``./dev clean``: delete everything that ./dev made."""

import shutil

from . import cluster, places
from .output import step


def run() -> int:
    """Stop PostgreSQL and delete the cache folder, and what as root had to lie outside it.

    :return: exit code
    """
    with places.lock("postgres"):
        if (places.cache() / "postgres").exists():
            with step("Stopping PostgreSQL and deleting its databases"):
                cluster.remove()
    with step(f"Deleting {places.cache()}"):
        shutil.rmtree(places.cache())
    return 0
