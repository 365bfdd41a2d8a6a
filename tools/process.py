"""Child processes that end when their parent is told to end."""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from . import places
from .output import BEAT_SECONDS, Failure, beat, say

GRACE = 10  # seconds between the ways of ending a child


def install_signal_handlers() -> None:
    """Turn a polite kill or a lost terminal into KeyboardInterrupt, so that every ``finally`` runs."""

    def interrupt(_number, _frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)


@contextlib.contextmanager
def unbroken(text: str) -> Iterator[None]:
    """Let an interruption wait for the end of the block; a second one does not wait.

    :param text: why it waits, as a sentence
    """
    interruptions = []

    def wait(_number, _frame):
        interruptions.append(text)
        if len(interruptions) > 1:
            raise KeyboardInterrupt
        say(f"    {text}")

    before = {number: signal.signal(number, wait) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if interruptions:
        raise KeyboardInterrupt


def end(child: subprocess.Popen, *, group: bool = True) -> None:
    """End a child process: ask twice, then kill. Also reaps it.

    :param child: the process, running or not
    :param group: end what it has started too; it leads a process group of its own
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if group:
                os.killpg(child.pid, number)
            else:
                child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)


def _prepare_child() -> None:
    """Let the new process be interrupted, and ask Linux to kill it when its parent is killed without being asked."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG


@contextlib.contextmanager
def started(command: Sequence[str | Path], *, group: bool = True, **options) -> Iterator[subprocess.Popen]:
    """Start a child process that does not outlive the block.

    :param command: program and arguments
    :param group: give it a process group of its own, which a Ctrl-C in the terminal does not reach: it is then ended
        by the parent, once. An interactive program must stay in the terminal's group.
    :param options: passed to subprocess.Popen
    :raises Failure: when there is no such program
    """
    words = [str(part) for part in command]
    try:
        child = subprocess.Popen(
            words,
            start_new_session=group,
            preexec_fn=_prepare_child,  # noqa: PLW1509 - there are no threads here
            **options,
        )
    except FileNotFoundError as error:
        if error.filename != words[0]:
            raise
        raise Failure(f"The program {words[0]} is not installed on this machine.") from error
    try:
        yield child
    finally:
        with contextlib.suppress(KeyboardInterrupt):  # a second Ctrl-C must not leave the child behind
            end(child, group=group)
        if child.poll() is None:
            child.kill()
            child.wait()


def run(command: Sequence[str | Path], **options) -> int:
    """Run a program to its end, with the output going where the parent's goes.

    :return: its exit code
    """
    with started(command, **options) as child:
        return child.wait()


def output(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    failure: str | None = None,
    stdin: str | None = None,
) -> str:
    """Run a program quietly and return what it printed.

    :param env: its whole environment, the parent's when left out
    :param user: name of the operating system user to run as (root only)
    :param failure: the sentence for the user when it fails; its own output follows it
    :param stdin: text for its standard input
    :raises Failure: when it exits with anything but 0
    """
    options = {"user": user, "group": group_of(user), "extra_groups": []} if user else {}
    with started(
        command,
        env=env,
        cwd=cwd,
        text=True,
        errors="replace",
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    ) as child:
        printed = _communicate(child, stdin)
        if child.returncode:
            tail = "\n".join(printed.splitlines()[-40:])
            raise Failure(f"{failure or Path(command[0]).name + ' failed'} (exit code {child.returncode}).\n{tail}")
    return printed


def _communicate(child: subprocess.Popen, stdin: str | None) -> str:
    """Wait for the end of a program, telling how far the step is, and return what it printed."""
    while True:
        try:
            return child.communicate(stdin, timeout=BEAT_SECONDS)[0]
        except subprocess.TimeoutExpired:
            stdin = None  # it is on its way already
            beat()


def lines(child: subprocess.Popen) -> Iterator[str]:
    """Yield the lines that a program prints, as they come, telling meanwhile how far the step is.

    :param child: started with a pipe as its standard output
    """
    left = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(BEAT_SECONDS):
                beat()
                continue
            printed = os.read(child.stdout.fileno(), 1 << 16)
            if not printed:
                break
            *complete, left = (left + printed).split(b"\n")
            for line in complete:
                yield line.decode(errors="replace").rstrip()
            beat()
    if left:
        yield left.decode(errors="replace").rstrip()


def group_of(user: str) -> int:
    """Return the id of a user's own group."""
    import pwd

    return pwd.getpwnam(user).pw_gid


def plain_environment(**changes: str) -> dict[str, str]:
    """Return the environment without anything that would redirect Odoo, PostgreSQL or Python.

    :param changes: variables to set
    """
    dropped = ("PG", "ODOO_", "OPENERP_", "PYTHON", "VIRTUAL_ENV", "COVERAGE_", "PYTEST_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    compiled = str(places.cache() / "pycache")  # the tree stays clean, and may belong to somebody else
    return {**env, "PYTHONPYCACHEPREFIX": compiled, "PYTHONUNBUFFERED": "1", **changes}


def is_root() -> bool:
    """Tell whether this process may install packages and change users."""
    return os.geteuid() == 0


def interactive() -> bool:
    """Tell whether a person types into standard input."""
    return sys.stdin is not None and sys.stdin.isatty()
