"""Random sequences of what may happen: whatever the order, the invariants hold.

`ACCOUNT_ONLINE_PONTO_SEED=123 ./dev test tests/test_model.py` plays the sequences of a seed again, and makes the failing
one as short as it can be; `ACCOUNT_ONLINE_PONTO_STEPS="[('relink', ()), ...]"` plays one sequence.
"""

import ast
import os
import random
from collections import deque
from copy import deepcopy

import hypothesis
from freezegun import freeze_time
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LONG, PontoCase
from .test_pull import SYNC_LOGGERS
from .world import BEGINNING, FIRST_DAY, PLACES, WAYS, World, make_bank

EXAMPLES, LONG_EXAMPLES = 100, 2000
STEPS = (4, 10)


def strategies():
    """Return what may happen: name of the act -> strategy of its arguments."""
    index, yes = st.integers(0, 60), st.booleans()
    fault = st.none() | st.tuples(
        st.sampled_from(sorted(WAYS)), st.sampled_from(sorted(PLACES)), st.integers(1, 4), st.sampled_from((1, 3, 99))
    )
    texts = st.sampled_from(("remittance_information", "counterpart_name", "counterpart_reference", "description"))
    return {
        "pay": st.tuples(st.sampled_from((0, 0, 1, 3, 9, 20, 40, 60)), yes, st.integers(1, 3), st.integers(0, 9).map(bool).map(lambda other: not other)),
        "change_texts": st.tuples(index, texts),
        "change_amount": st.tuples(index, yes),
        "change_day": st.tuples(index, st.integers(-40, 40)),
        "announce": st.tuples(yes),
        "settle": st.tuples(yes),
        "page_size": st.tuples(st.none() | st.integers(1, 5)),
        "expire": st.just(()),
        "renew": st.just(()),
        "relink": st.just(()),
        "connect_again": st.tuples(yes),
        "delete": st.tuples(index, yes),
        "import_again": st.just(()),
        "edit_label": st.tuples(index),
        "reconcile": st.tuples(index, yes),
        "lock": st.tuples(st.integers(5, 70)),
        "unlock": st.just(()),
        "import_on_open_day": st.just(()),
        "click": st.tuples(fault),
        "cron": st.tuples(st.sampled_from((0, 1, 1, 3, 12, 30)), fault),
    }  # fmt: skip


# How often an act is drawn, where it is not once.
WEIGHTS = {"pay": 4, "click": 4, "cron": 3, "change_amount": 2, "change_day": 2}


@tagged("post_install", "-at_install")
class TestModel(PontoCase):
    """Two prepared books, so that an example costs what happens in it and no more."""

    def setUp(self):
        super().setUp()
        # Hypothesis would read all of Odoo's source for numbers to draw, which are of no use here.
        self.patch(providers, "_get_local_constants", providers.Constants)
        clock = freeze_time(BEGINNING)
        self.frozen = clock.start()
        self.addCleanup(clock.stop)

    def make_books(self, statement_period, opened):
        """Make the books that every example begins with: a history of two months and a half, imported.

        :return: `ponto.connection` record
        """
        self.bank, _bank_account = make_bank()
        self.sandbox.bank = self.bank
        self.integration = self.bank.integrations[0]
        connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "import_scope": "date", "import_from": FIRST_DAY})
        wizard.action_confirm()
        account = connection.account_ids
        account.statement_period = statement_period
        self.synchronize(connection)
        if opened:
            action = account.action_create_opening_entry()
            self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        return connection

    def play(self, connection, steps):
        """Let one sequence happen, and take it back.

        :param connection: `ponto.connection` record of the prepared books
        :param list steps: (name of the act, arguments)
        """
        cr = self.env.cr
        hooks = [cr.precommit, cr.postcommit, cr.prerollback, cr.postrollback]
        kept = [(deque(hook._funcs), deepcopy(hook.data)) for hook in hooks]
        self.env.flush_all()
        cr.execute("SAVEPOINT world")
        self.frozen.move_to(BEGINNING)
        try:
            world = World(self, connection)
            for name, arguments in steps:
                getattr(world, name)(*arguments)
            world.finish()
        finally:
            self.env.clear()
            cr.execute("ROLLBACK TO SAVEPOINT world")
            self.env.clear()
            for hook, (functions, data) in zip(hooks, kept, strict=True):
                hook._funcs, hook.data = functions, data

    def play_many(self, connection, examples):
        """Let many sequences happen.

        :param connection: `ponto.connection` record of the prepared books
        :param int examples: how many
        """
        if given := os.environ.get("ACCOUNT_ONLINE_PONTO_STEPS"):
            self.play(connection, ast.literal_eval(given))
            return
        chosen = os.environ.get("ACCOUNT_ONLINE_PONTO_SEED")
        number = int(chosen or os.environ.get("ACCOUNT_ONLINE_PONTO_DRAW") or random.SystemRandom().randrange(10**9))
        acts = strategies()
        names = [name for name in acts for _time in range(WEIGHTS.get(name, 1))]
        step = st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), acts[name]))
        played = 0
        last = []

        def example(steps):
            nonlocal played
            played += 1
            last[:] = steps
            self.play(connection, steps)

        phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if chosen else [])]
        settings = hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=False,
            phases=phases,
            suppress_health_check=list(hypothesis.HealthCheck),
            print_blob=False,
        )
        test = settings(
            hypothesis.seed(number)(hypothesis.given(st.lists(step, min_size=STEPS[0], max_size=STEPS[1]))(example))
        )
        started = os.times()  # freezegun does not know it
        try:
            test()
        except BaseException:
            print(f"\nACCOUNT_ONLINE_PONTO_SEED={number}, sequence {played}:")  # noqa: T201 pylint: disable=print-used
            for name, arguments in last:
                print(f"    {name}{arguments!r}")  # noqa: T201 pylint: disable=print-used
            raise
        ended = os.times()
        spent, passed = ended.user + ended.system - started.user - started.system, ended.elapsed - started.elapsed
        print(  # noqa: T201 pylint: disable=print-used
            f"\n{played} sequences of seed {number} in {passed:.0f} s, {spent:.0f} s of them on a processor"
        )

    def test_random_sequences_with_monthly_statements_and_an_opening_entry(self):
        self.run_half(self.make_books("month", opened=True))

    def test_random_sequences_with_daily_statements(self):
        self.run_half(self.make_books("day", opened=False))

    @mute_logger(*SYNC_LOGGERS)
    def run_half(self, connection):
        self.play_many(connection, (LONG_EXAMPLES if LONG else EXAMPLES) // 2)
