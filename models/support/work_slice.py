import time

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from ...const import STEP_RETRIES
from .locks import lock_rows

# Another transaction wrote the same rows: the same step succeeds a moment later.
CONFLICTS = (SerializationFailure, DeadlockDetected, LockNotAvailable)


class WorkSlice:
    """The time that one call may work, cut into units that each end in a commit.

    In a scheduled action it is Odoo's own slice; a unit is one page or one batch (doc/decisions.md, 3).

    :param env: environment whose cursor does the work
    :param float seconds: the most it may take; unlimited when not given
    """

    def __init__(self, env, seconds=float("inf")):
        self._env = env
        self._deadline = time.monotonic() + seconds

    def next(self, processed=0, *, remaining=1):
        """Commit what is done and tell whether there is time for another unit.

        :param int processed: units done since the last call
        :param int remaining: 0 when nothing is left to do
        :return bool: False when the time is over
        """
        left = self._env["ir.cron"]._commit_progress(processed, remaining=remaining)
        return left > 0 and time.monotonic() < self._deadline

    def repeat(self, step, *recordsets):
        """Run one unit again when another worker, or a user, got in between.

        :param step: function without arguments, which leaves its work uncommitted
        :param recordsets: what the step writes and others write too; it is locked first, so that a conflict shows
            before anything is done
        :return: what the step returns
        :raises CONFLICTS: when others got in between each time
        """
        for attempt in range(STEP_RETRIES):
            try:
                for records in recordsets:
                    lock_rows(records)
                result = step()
                self._env.flush_all()
                return result
            except CONFLICTS:
                self._env.cr.rollback()
                if attempt == STEP_RETRIES - 1:
                    raise
        raise AssertionError("unreachable")
