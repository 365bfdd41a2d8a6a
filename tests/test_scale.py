import re
import threading
from contextlib import contextmanager
from datetime import date, timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..sandbox.bulk import book_many
from .common import PontoCase

HISTORIES = (100, 40, 40)  # transactions of the accounts of one connection
SMALL, LARGE = 1_000, 10_000  # rows of the first of them
MOST_REQUESTS = 3
MOST_QUERIES = 40
TABLE = re.compile(r'^(SELECT|INSERT|UPDATE|DELETE|WITH|SET)\b.*?(?:FROM|INTO|UPDATE|ponto_)\s*"?(\w*)', re.DOTALL)


@tagged("post_install", "-at_install")
class TestScale(PontoCase):
    """What a synchronization with nothing new costs, whatever the history: counted at 1,000 and at 10,000 rows."""

    def setUp(self):
        super().setUp()
        for number, count in enumerate(HISTORIES):
            account = self.open_account(reference=f"BE0000000000000{number}")
            days = (date.today() - timedelta(days=400), date.today() - timedelta(days=30))
            book_many(self.bank, account, count, *days, seed=number)
        self.connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "import_from": date.today() - timedelta(days=35)})
        wizard.action_confirm()
        self.synchronize(self.connection)
        self.account, self.other = self.connection.account_ids.sorted("reference")[:2]
        self.env["ir.cron"].search([]).active = False
        self.cron = self.env.ref("account_online_ponto.cron_synchronize")
        self.cron.active = True
        self.run_scheduled()  # what is cached from now on is cached in every worker

    # ------------------------------------------------------------------ counting

    @contextmanager
    def counting(self):
        """Give the list of the queries of all cursors from here on, each as verb and table."""
        queries, thread = [], threading.current_thread()
        hooks = getattr(thread, "query_hooks", ())
        self.env.flush_all()
        thread.query_hooks = [*hooks, lambda _cr, query, *_more: queries.append(str(query).strip())]
        try:
            yield queries
        finally:
            thread.query_hooks = hooks
        # Savepoints stand for the commits of a test: no queries of a worker.
        kept = [query for query in queries if "SAVEPOINT" not in query]
        queries[:] = [" ".join(found.groups()) if (found := TABLE.match(query)) else query for query in kept]

    def run_scheduled(self):
        """Run the scheduled action as Odoo does, all of Odoo's own work for it included.

        :return tuple: queries, paths of the requests
        """
        self.connection.next_sync_at = date.today()
        self.sandbox.clear()
        with self.counting() as queries, self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.connection.account_ids.filtered("sync_stage"))
        return queries, [call.path for call in self.sandbox.requests]

    def run_next_day(self):
        self.connection.account_ids.last_read_on = date.today() - timedelta(days=1)
        return self.run_scheduled()

    def grow(self, count):
        """Let the first account have more rows, as many as asked for in all, by copies of those before its start."""
        fields = self.env["ponto.transaction"]._fields.values()
        columns = [field.name for field in fields if field.store and field.column_type]
        columns = [name for name in columns if name not in ("id", "ponto_id", "state", "reason", "statement_line_id")]
        self.env.cr.execute(
            SQL(
                "INSERT INTO ponto_transaction (ponto_id, state, reason, %(columns)s)"
                " SELECT ponto_id || '-' || n, 'skipped', 'before_start', %(columns)s"
                " FROM ponto_transaction, generate_series(%(first)s, %(count)s) n"
                " WHERE id = (SELECT MIN(id) FROM ponto_transaction WHERE account_id = %(account)s AND state = 'skipped')",
                columns=SQL(", ").join(SQL.identifier(name) for name in columns),
                first=len(self.account.transaction_ids) + 1,
                count=count,
                account=self.account.id,
            )
        )
        self.env.invalidate_all()
        self.assertEqual(len(self.account.transaction_ids), count)

    # ------------------------------------------------------------------ what it costs

    def test_nothing_new_costs_the_same_whatever_the_history(self):
        self.grow(SMALL)
        queries, requests = self.run_scheduled()
        self.assertLessEqual(len(requests), MOST_REQUESTS, requests)
        self.assertLessEqual(len(queries), MOST_QUERIES, "\n".join(queries))
        self.grow(LARGE)
        more_queries, more_requests = self.run_scheduled()
        self.assertEqual(more_requests, requests)
        self.assertEqual(more_queries, queries)

    def test_the_first_read_of_a_day_costs_one_page_whatever_the_history(self):
        self.grow(SMALL)
        self.run_next_day()
        queries, requests = self.run_next_day()
        pages = [path for path in requests if path.endswith("/transactions")]
        self.assertEqual(len(pages), len(HISTORIES))
        self.grow(LARGE)
        self.run_next_day()
        more_queries, more_requests = self.run_next_day()
        self.assertEqual(more_requests, requests)
        self.assertEqual(more_queries, queries)

    def test_statements_of_many_days_cost_no_more_than_those_of_a_few(self):
        self.other.statement_period = "day"
        costs = []
        for first_day in (date.today() - timedelta(days=100), date(2000, 1, 1)):
            self.other.import_from = first_day
            self.synchronize(self.connection)
            count = self.env["account.bank.statement"].search_count([("ponto_account_id", "=", self.other.id)])
            self.run_next_day()
            costs.append((count, self.run_next_day()[0]))
        (few, queries), (many, more_queries) = costs
        self.assertGreater(many, 2 * few)
        self.assertEqual(more_queries, queries)

    def test_a_click_with_nothing_new_costs_no_more(self):
        self.sandbox.clear()
        with self.counting() as queries:
            self.synchronize(self.connection)
        self.assertLessEqual(len(self.sandbox.requests), MOST_REQUESTS)
        self.assertLessEqual(len(queries), MOST_QUERIES, "\n".join(queries))
