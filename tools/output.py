"""What a command tells its user: steps with their duration, how far a long one is, and one clear sentence when it fails.

Results go to standard output, everything else to standard error.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BEAT_SECONDS = 1  # between two looks at a step that takes long
LINE_SECONDS = 10  # between two lines about it where nobody sees one line change: in a pipe, a file or a log


class Failure(Exception):
    """A problem that the user can understand and act upon; shown without a traceback."""


@dataclass
class _Step:
    """The step that is being done."""

    start: float
    so_far: Callable[[], str] | None
    told: float


_steps: list[_Step] = []
_line_is_open = False


def in_order() -> None:
    """Write results line by line: in a pipe they would come after everything that was told before and after them."""
    sys.stdout.reconfigure(line_buffering=True)


def say(text: str) -> None:
    """Print a line of progress on standard error, which leaves standard output to results."""
    _close_line()
    print(text, file=sys.stderr, flush=True)
    for each in _steps:
        each.told = time.monotonic()


def beat() -> None:
    """Tell how far the step is that is being done; whoever waits for a program calls this every BEAT_SECONDS.

    A terminal shows one line that changes, everything else gets a line now and then.
    """
    global _line_is_open  # noqa: PLW0603 - there is one terminal
    if not _steps:
        return
    current, now = _steps[-1], time.monotonic()
    visible = sys.stderr.isatty()
    if not visible and now - current.told < LINE_SECONDS:
        return
    far = current.so_far() if current.so_far else ""
    text = f"    ... {now - current.start:.0f} s{': ' if far else ''}{far}"
    if visible:
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        _line_is_open = True
    else:
        say(text)


def note(text: str) -> None:
    """Remember how far the step is, for the next beat.

    :param text: such as "200 of 2,502 transactions"
    """
    if _steps:
        _steps[-1].so_far = lambda: text


def _close_line() -> None:
    """End the line that changes, so that the next one begins on its own."""
    global _line_is_open  # noqa: PLW0603
    if _line_is_open:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        _line_is_open = False


@contextlib.contextmanager
def step(text: str, so_far: Callable[[], str] | None = None) -> Iterator[None]:
    """Announce a step and print how long it took.

    :param text: what is being done, as a phrase without a full stop
    :param so_far: tells how far it is, such as "48 of about 135 MB"; the seconds are told when omitted
    """
    say(f"--> {text}")
    start = time.monotonic()
    _steps.append(_Step(start, so_far, start))
    try:
        yield
    except BaseException:
        _steps.pop()
        say(f"    {text}: stopped after {time.monotonic() - start:.1f} s")
        raise
    _steps.pop()
    say(f"    done in {time.monotonic() - start:.1f} s")
