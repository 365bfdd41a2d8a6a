from datetime import date, timedelta

from odoo.tests import tagged

from ..sandbox.bulk import book_many
from .common import PontoCase


@tagged("post_install", "-at_install")
class TestScale(PontoCase):
    """What a synchronization with nothing new costs, whatever the history."""

    def setUp(self):
        super().setUp()
        self.bank_accounts = [self.open_account(reference=f"BE0000000000000{n}") for n in range(3)]
        self.connection = self.connect_with_history(1_000)

    def connect_with_history(self, count):
        for n, each in enumerate(self.bank_accounts):
            book_many(self.bank, each, count, date.today() - timedelta(days=400), date.today() - timedelta(days=30), seed=n)
        connection, wizard = self.connect()
        for line in wizard.line_ids:
            line.write({"selected": True, "import_from": date.today() - timedelta(days=35)})
        wizard.action_confirm()
        self.synchronize(connection)
        return connection

    def counted(self):
        import threading
        queries = []
        thread = threading.current_thread()
        hooks = getattr(thread, "query_hooks", ())
        thread.query_hooks = [*hooks, lambda cr, query, params, start, delay: queries.append(str(query))]
        try:
            self.env["ir.cron"].search([]).active = False
            cron = self.env.ref("account_online_ponto.cron_synchronize")
            cron.active = True
            self.connection.next_sync_at = date.today()
            self.env.flush_all()
            self.sandbox.clear()
            del queries[:]
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        finally:
            thread.query_hooks = hooks
        return [q for q in queries if "SAVEPOINT" not in q], [f"{c.method} {c.path}" for c in self.sandbox.requests]

    def test_nothing_new(self):
        import logging
        for what in ("first", "second"):
            q, r = self.counted()
            logging.getLogger("SCALE").info("%s: %d queries, %s", what, len(q), r)
        for x in q: logging.getLogger("SCALE").info("   %s", " ".join(x.split())[:300])
