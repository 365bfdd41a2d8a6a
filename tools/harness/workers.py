"""Real worker processes for the harness: forked from a parent with a loaded registry, as Odoo's prefork server does."""

import ctypes
import gc
import json
import logging
import mmap
import os
import re
import signal
import sys
import time
import traceback

from odoo import sql_db
from odoo.addons.account_online_ponto.models.support.locks import NAMESPACES
from odoo.addons.base.models import ir_cron
from odoo.modules.registry import Registry

# Where a worker can be, by the method that it is in (the innermost counts).
STEPS = {
    "look": ("ponto.connection", "_write_listed_and_plan"),
    "open run": ("ponto.account", "_open_run"),
    "pull, waiting for a page": ("ponto.account", "_pull"),
    "pull, storing a page": ("ponto.account", "_store_page"),
    "pull, changes and pending": ("ponto.account", "_pull_extras"),
    "pull, end": ("ponto.account", "_end_pull"),
    "balance": ("ponto.account", "_store_balance"),
    "sort out": ("ponto.account", "_sort_out"),
    "import, choosing rows": ("ponto.account", "_import_batch"),
    "import, creating lines": ("ponto.account", "_create_lines_at_once"),
    "following changes": ("ponto.account", "_follow_changes"),
    "statements": ("ponto.account", "_update_statements"),
    "close run": ("ponto.account", "_close_run"),
    "undo, removing lines": ("ponto.account", "_undo_batch"),
    "undo, end": ("ponto.account", "_close_undo"),
    "commit": ("ir.cron", "_commit_progress"),
}
NAMES = ["between steps", *STEPS]
POLL_SECONDS = 0.05  # a worker looks for the next job as often; Odoo's is woken by NOTIFY, as fast
VERB = re.compile(r"^\s*(COMMIT|ROLLBACK|BEGIN|SAVEPOINT|RELEASE|INSERT|UPDATE|DELETE|SELECT|WITH)", re.IGNORECASE)


class Board:
    """Memory shared with a worker: which step it is in, how often it entered each, and how long each took last."""

    def __init__(self):
        memory = mmap.mmap(-1, 4 * (1 + 2 * len(NAMES)))
        self._cells = memoryview(memory).cast("I")

    @property
    def step(self):
        """Return the name of the step that the worker is in now."""
        return NAMES[self._cells[0]]

    def entered(self, name):
        """Return how often the worker has entered a step."""
        return self._cells[1 + NAMES.index(name)]

    def seconds(self):
        """Return how long each step took last, for those that the worker has ended."""
        durations = self._cells[1 + len(NAMES) :]
        return {name: milliseconds / 1000 for name, milliseconds in zip(NAMES, durations, strict=True) if milliseconds}

    def watch(self, registry):
        """Note every step that this process takes from now on."""
        for name, (model, method) in STEPS.items():
            self._wrap(registry[model], method, NAMES.index(name))

    def _wrap(self, cls, method, number):
        original, cells = getattr(cls, method), self._cells

        def stepped(*arguments, **options):
            before, cells[0] = cells[0], number
            cells[1 + number] += 1
            start = time.monotonic()
            try:
                return original(*arguments, **options)
            finally:
                cells[0] = before
                cells[1 + len(NAMES) + number] = 1 + int(1000 * (time.monotonic() - start))

        setattr(cls, method, stepped)


class Worker:
    """A forked process that does one job, and can be killed at any moment.

    :param str database: name of the database it works on
    :param job: function of registry and board; what it returns comes back as JSON
    """

    def __init__(self, database, job):
        self.board = Board()
        registry = Registry(database)
        sql_db.close_all()  # no connection is shared with the child
        gc.freeze()
        sys.stdout.flush()
        reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            registry._db = sql_db.db_connect(database)  # under the name of this process
            self._live(lambda: job(registry, self.board), writing)
        os.close(writing)
        self._reading = reading
        self._status = None

    def _live(self, job, writing):
        """Do the job and end, in the child."""
        code = 1
        try:
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # dies with the parent
            os.write(writing, json.dumps(job()).encode())
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it was, it is in the log, and the process ends
            traceback.print_exc()
        finally:
            logging.shutdown()
            os._exit(code)

    def over(self):
        """Tell whether the process has ended by itself."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def stop(self):
        """Freeze the process where it is, so that it can be looked at.

        :return bool: False when it had ended before
        """
        if self.over():
            return False
        os.kill(self.pid, signal.SIGSTOP)
        _pid, status = os.waitpid(self.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            self._status = status
            return False
        return True

    def kill(self):
        """Kill the process as the kernel would."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            _pid, self._status = os.waitpid(self.pid, 0)
        os.close(self._reading)

    def result(self):
        """Wait for the end, and return what the job returned.

        :raises RuntimeError: when the job failed
        """
        pieces = []
        while piece := os.read(self._reading, 65536):
            pieces.append(piece)
        os.close(self._reading)
        if self._status is None:
            _pid, self._status = os.waitpid(self.pid, 0)
        if self._status:
            raise RuntimeError(f"A worker ended with status {self._status}; its traceback is in the log.")
        return json.loads(b"".join(pieces))


def run_jobs(database, *, slice_seconds=ir_cron.MIN_TIME_PER_JOB):
    """Run Odoo's own cron loop until no scheduled action of the database is ready.

    :param float slice_seconds: the slice that Odoo gives to a scheduled action
    """
    ir_cron.MIN_TIME_PER_JOB = slice_seconds
    while True:
        ir_cron.IrCron._process_jobs(database)
        with sql_db.db_connect(database).cursor() as cr:
            if not ir_cron.IrCron._get_all_ready_jobs(cr):
                return
        time.sleep(POLL_SECONDS)


def look_at(cr, worker):
    """Return what a stopped worker was doing, seen from the database.

    :param cr: a cursor of this process
    :return tuple: stage of the run that it has open ("pull", "import", "undo"), or None; what its connection did last
    """
    application = f"odoo-{worker.pid}"
    cr.execute(
        "SELECT CASE WHEN run.undo_of_id IS NULL THEN account.sync_stage ELSE 'undo' END FROM ponto_synchronization run"
        " JOIN ponto_account account ON account.id = run.account_id"
        " JOIN pg_locks lock ON lock.locktype = 'advisory' AND lock.classid = %s AND lock.objid = account.id"
        " JOIN pg_stat_activity backend ON backend.pid = lock.pid"
        " WHERE run.state = 'running' AND backend.application_name = %s",
        [NAMESPACES["ponto.account"], application],
    )
    run = cr.fetchone()
    cr.execute(
        "SELECT state, query FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
        " AND query NOT LIKE '%%pg_try_advisory_xact_lock%%' ORDER BY query_start DESC LIMIT 1",
        [application],
    )
    backend = cr.fetchone()
    return (run[0] if run else None), _describe(*backend) if backend else "no connection"


def _describe(state, query):
    verb = VERB.search(query)
    return f"{state}, {'in' if state == 'active' else 'after'} {verb[1].upper() if verb else 'another statement'}"
