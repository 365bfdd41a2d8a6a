from ast import literal_eval
from datetime import date, timedelta

from lxml import etree

from odoo.tests import tagged
from odoo.tools import mute_logger

from .undo_case import UndoCase

MODELS = ("ponto.transaction", "ponto.synchronization", "ponto.balance.day")


@tagged("post_install", "-at_install")
class TestScreensSearch(UndoCase):
    """What a bookkeeper can ask of the screens: every filter finds what its name says, every group opens."""

    def prepare(self):
        super().prepare()
        for months_ago, day in ((6, 3), (3, 4), (2, 5), (1, 6), (1, 7)):
            self.pay_on(months_ago, day, f"{day}.00", counterpart_name="Zoë" if day == 4 else "Klant")
        self.pay_on(1, 8, "-8.00")
        self.company.fiscalyear_lock_date = self.day(3, 28)
        connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "import_scope": "date", "import_from": self.day(4)})
        wizard.action_confirm()
        self.account = connection.account_ids
        self.account.statement_period = "none"
        self.synchronize(connection)
        self.line_at(self.account, 5).unlink()
        self.line_at(self.account, 6).move_id.button_draft()
        self.env.flush_all()

    def search_view(self, model):
        return etree.fromstring(self.env[model].with_user(self.invoicing).get_view(view_type="search")["arch"])

    def filters(self, model):
        """Return what each filter of a screen finds for a user of Invoicing."""
        records = self.env[model].with_user(self.invoicing)
        return {
            node.get("name"): records.search([("account_id", "=", self.account.id), *literal_eval(node.get("domain"))])
            for node in self.search_view(model).xpath("//filter[@domain]")
        }

    def test_the_filters_of_ponto_transactions(self):
        found = {name: sorted(rows.mapped("amount")) for name, rows in self.filters("ponto.transaction").items()}
        self.assertEqual(
            found,
            {
                "waiting": [4],
                "to_import": [4],
                "imported": [-8, 5, 6, 7],
                "skipped": [3],
                "error": [],
                "pending": [],
                "locked": [4],
                "no_rate": [],
                "changed": [],
                "deleted": [5],
                "unposted": [6],
                "linked": [],
                "received": [3, 4, 5, 6, 7],
                "paid": [-8],
            },
        )

    def test_the_fields_of_every_search_find_something(self):
        asked = {
            "ponto.transaction": {"counterpart_name": "Zo", "journal_id": None, "institution_id": "Brabant"},
            "ponto.synchronization": {"institution_id": "Brabant", "account_id": "BE68", "journal_id": None},
            "ponto.balance.day": {"institution_id": "Brabant", "account_id": "BE68", "journal_id": None},
        }
        for model, values in asked.items():
            nodes = {node.get("name"): node for node in self.search_view(model).xpath("//field")}
            for name, value in values.items():
                text = value or self.account.journal_id.name
                domain = [(name, "ilike", text)]
                if nodes[name].get("filter_domain"):
                    domain = literal_eval(nodes[name].get("filter_domain").replace("self", repr(text)))
                self.assertTrue(self.env[model].with_user(self.invoicing).search(domain), (model, name))

    @mute_logger("odoo.addons.account_online_ponto.models.reading.run")
    def test_the_filters_of_the_log(self):
        first = self.account.synchronization_ids
        self.sandbox.faults.add("malformed", path="/transactions", times=9)
        self.pay_on(1, 9, "9.00")
        self.synchronize(self.account)
        failed = self.account.synchronization_ids - first
        self.sandbox.faults.clear()
        run = self.run_of(self.account)
        self.undo(run, import_from=date.today())
        undo = self.account.synchronization_ids.filtered(lambda log: log.trigger == "undo")
        old = run.copy({"started_at": date.today() - timedelta(days=20), "state": "done"})
        found = self.filters("ponto.synchronization")
        self.assertEqual(found["failed"], failed)
        self.assertEqual(found["undone"], run)
        self.assertEqual(found["undo"], undo)
        self.assertIn(run, found["with_imported"])
        self.assertIn(run, found["with_new"])
        for name in ("today", "last_days"):
            self.assertIn(undo, found[name])
            self.assertNotIn(old, found[name])
        self.assertFalse(found["running"])

    def test_the_filters_of_the_balance_check(self):
        found = {
            name: sorted({day.date.day for day in days}) for name, days in self.filters("ponto.balance.day").items()
        }
        self.assertEqual(found["waiting"], [4])
        self.assertEqual(found["deleted"], [5])
        self.assertEqual(found["since_start"], [4, 5, 6, 7, 8])
        self.assertEqual(found["different"], [3, 4, 5, 6, 7, 8])
        self.assertEqual(found["movements_differ"], [3, 4, 5, 6])
        self.assertEqual(found["equal"], [])

    def test_every_group_opens_and_says_its_name(self):
        for model in MODELS:
            records = self.env[model].with_user(self.invoicing)
            for node in self.search_view(model).xpath("//filter[@context]"):
                group = literal_eval(node.get("context"))["group_by"]
                with self.subTest(model=model, group=group):
                    answer = records.web_read_group(
                        [("account_id", "=", self.account.id)], [group], ["__count"], auto_unfold=True
                    )
                    self.assertTrue(answer["groups"])

    def test_reasons_are_grouped_by_their_titles(self):
        titles = dict(self.env["ponto.transaction"].fields_get(["reason"])["reason"]["selection"])
        self.assertEqual(titles["locked"], "Locked period")
        groups = self.env["ponto.transaction"].formatted_read_group(
            [("account_id", "=", self.account.id)], ["reason"], ["__count"]
        )
        self.assertEqual(
            {(group["reason"], group["__count"]) for group in groups}, {("locked", 1), ("before_start", 1), (False, 4)}
        )
