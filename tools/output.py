"""What a command tells its user: steps with their duration, and one clear sentence when it fails."""

import contextlib
import sys
import time
from collections.abc import Iterator


class Failure(Exception):
    """A problem that the user can understand and act upon; shown without a traceback."""


def say(text: str) -> None:
    """Print a line of progress on standard error, which leaves standard output to results."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step and print how long it took.

    :param text: what is being done, as a phrase without a full stop
    """
    say(f"--> {text}")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"    {text}: stopped after {time.monotonic() - start:.1f} s")
        raise
    say(f"    done in {time.monotonic() - start:.1f} s")
