"""What the tests of a class begin with is made once: in the database, and in the sandbox, which no rollback reaches."""

import time
from collections import deque
from copy import deepcopy

import freezegun

from odoo.sql_db import Savepoint
from odoo.tests import TransactionCase

from ..sandbox.snapshot import Snapshot

RECORDS = (__name__.rpartition(".")[0], "freezegun")  # whose objects change in a test: those of tests, frozen clocks
# A clock that `prepare` froze stands still between the tests too: pytest measures how long they take by the real one.
freezegun.configure(extend_ignore_list=["_pytest.timing"])
OLDEST = 60  # seconds; what was made before is made again, so that no test begins long after what it begins with


def _real_seconds():
    return time.clock_gettime(time.CLOCK_REALTIME)  # never frozen


class Stage:
    """What `prepare` made.

    :param case: the test that is about to begin
    """

    def __init__(self, case):
        self._case = case
        self._cr = case.cr
        self._made_at = _real_seconds()
        self._hooks = [
            (hook, deque(hook._funcs), deepcopy(hook.data))
            for hook in (self._cr.precommit, self._cr.postcommit, self._cr.prerollback, self._cr.postrollback)
        ]
        case.env.flush_all()
        self._savepoint = Savepoint(self._cr)
        self._player = type(case)("prepare")
        own = set(vars(self._player))
        try:
            self._player.prepare()
            case.env.flush_all()
        except BaseException:
            self.leave()
            raise
        case.env.invalidate_all()
        self.attributes = {name: value for name, value in vars(self._player).items() if name not in own}
        self._snapshot = Snapshot(self.attributes, *RECORDS)

    def is_over(self):
        """Tell whether it was made too long ago: before the hour changed, and maybe the day with it."""
        now = _real_seconds()
        return now - self._made_at > OLDEST or now // 3600 != self._made_at // 3600

    def restore(self):
        """Let everything outside the database be as `prepare` left it."""
        self._snapshot.restore()

    def stop(self):
        """Do what `prepare` left to do at the end, such as stopping a server; the database stays as it is."""
        while self._player._cleanups:
            function, arguments, options = self._player._cleanups.pop()
            function(*arguments, **options)

    def leave(self):
        """Take everything back."""
        self.stop()
        self._case.env.clear()
        self._savepoint.rollback()
        self._case.env.clear()
        with self._case.muted_registry_logger:
            self._case.registry.clear_all_caches()
        for hook, functions, data in self._hooks:
            hook._funcs, hook.data = functions, data


class StageCase(TransactionCase):
    """A test case whose `prepare` is written like a `setUp` and runs once for the tests of a class.

    Each test begins with the attributes that it set, with the database and the sandbox as it left them. What belongs to
    one test alone, such as an opener of HTTP or a patch, belongs into `setUp`.
    """

    _stage = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stage = None
        cls.addClassCleanup(lambda: cls._stage and cls._stage.stop())

    def prepare(self):
        """Make what every test of the class begins with."""

    def setUp(self):
        cls = type(self)
        if cls._stage and cls._stage.is_over():
            cls._stage.leave()
            cls._stage = None
        if not cls._stage:
            cls._stage = Stage(self)
        cls._stage.restore()
        vars(self).update(cls._stage.attributes)
        super().setUp()
