from ast import literal_eval
from datetime import date, timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .agreement_case import AgreementCase
from .common import OTHER_IBAN


@tagged("post_install", "-at_install")
class TestLinks(AgreementCase):
    """The report of what was in the books already: both sides, the evidence, and the way back."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.pay(self.bank_account, "10.00", days_ago=9, counterpart_name="Zoë", remittance_information="Rent")
        self.pay(self.bank_account, "20.00", days_ago=8)
        for amount in ("-1.00", "-2.00", "-3.00", "-4.00"):
            self.pay(self.bank_account, amount, days_ago=7, remittance_information=f"Fee{amount}")
        by_id = self.pay(self.bank_account, "30.00", days_ago=6)
        self.near, self.same, self.total, self.by_id = self.type_lines(
            (10, 10, {"account_number": OTHER_IBAN, "payment_ref": "Huur", "partner_name": "Z. Peeters"}),
            (20, 8, {}),
            (-10, 7, {"payment_ref": "Fees of the day"}),
            (30, 20, {"transaction_details": {"ponto": by_id.id}}),
        )
        self.book_elsewhere(self.same)
        self.connection, wizard = self.connect()
        wizard.line_ids.write(
            {
                "selected": True,
                "journal_id": self.journal.id,
                "import_scope": "date",
                "import_from": date.today() - timedelta(days=60),
            }
        )
        wizard.action_confirm()
        self.synchronize(self.connection)
        self.account = self.connection.account_ids
        self.links = {link.evidence: link for link in self.env["ponto.link"].search([])}

    def found_by(self, action, user=None):
        return self.env[action["res_model"]].with_user(user or self.accountant).search(action["domain"])

    def search_nodes(self, path):
        arch = self.env["ponto.link"].with_user(self.invoicing).get_view(view_type="search")["arch"]
        return etree.fromstring(arch).xpath(path)

    # ------------------------------------------------------------------ what it shows

    def test_each_link_says_what_is_on_both_sides(self):
        self.assertEqual(set(self.links), {"near_day", "same_day_amount", "day_total", "ponto_id"})
        link = self.links["near_day"].with_user(self.invoicing)
        self.assertEqual((link.bank_text, link.line_text, link.amount), ("Zoë, Rent", "Z. Peeters, Huur", 10))
        self.assertEqual((link.date - link.line_date).days, 1)
        self.assertIn("a day apart", link.display_name)
        total = self.links["day_total"].with_user(self.invoicing)
        self.assertEqual((total.amount, total.line_text), (-10, "Fees of the day"))
        self.assertEqual(total.bank_text.count("Fee-"), 3)
        self.assertRegex(total.bank_text, "^4 transactions: .*…$")
        with Form(total) as form:
            self.assertEqual(len(form.transaction_ids), 4)

    def test_the_report_is_found_from_account_journal_run_and_transaction(self):
        every = self.env["ponto.link"].browse(link.id for link in self.links.values())
        self.assertEqual(self.account.link_count, 4)
        for user in (self.accountant, self.invoicing):
            self.assertEqual(self.found_by(self.account.with_user(user).action_view_links(), user), every)
            self.assertEqual(self.found_by(self.journal.with_user(user).action_ponto_view_links(), user), every)
        run = self.account.synchronization_ids.filtered("linked_count")
        self.assertEqual(run.linked_count, 7)
        self.assertEqual(self.found_by(run.with_user(self.invoicing).action_view_links()), every)
        other = run.copy({"state": "done"})
        self.assertFalse(self.found_by(other.action_view_links()))
        self.assertEqual(self.total.id, self.links["day_total"].line_ids.id)
        fees = self.account.transaction_ids.filtered(lambda row: row.amount == -1)
        with Form(fees.with_user(self.invoicing)) as form:
            self.assertEqual(form.link_id, self.links["day_total"])

    def test_filters_fields_and_groups_of_the_search(self):
        model = self.env["ponto.link"].with_user(self.invoicing)
        found = {
            node.get("name"): model.search(literal_eval(node.get("domain")))
            for node in self.search_nodes("//filter[@domain]")
        }
        reconciled = found.pop("reconciled")
        self.assertEqual(reconciled.line_ids, self.same)
        evidence = dict(model._fields["evidence"].selection)
        self.assertEqual(set(found), set(evidence))
        for name, links in found.items():
            self.assertEqual(links, self.links.get(name, model), name)
        nodes = {node.get("name"): node for node in self.search_nodes("//field")}
        for name, text, expected in (("transaction_ids", "Zo", "near_day"), ("line_ids", "Fees of", "day_total")):
            domain = literal_eval(nodes[name].get("filter_domain").replace("self", repr(text)))
            self.assertEqual(model.search(domain), self.links[expected])
        self.assertEqual(model.search([("amount", "=", -10)]), self.links["day_total"])
        for node in self.search_nodes("//filter[@context]"):
            group = literal_eval(node.get("context"))["group_by"]
            groups = model.web_read_group([], [group], ["amount:sum"], auto_unfold=True)["groups"]
            self.assertEqual(sum(one["__count"] for one in groups), 4, group)

    # ------------------------------------------------------------------ undoing it

    def undo(self, links):
        with self.working() as env:
            env["ponto.link"].browse(links.ids).with_user(self.accountant).action_undo()

    def test_several_links_are_undone_at_once(self):
        self.undo(self.links["near_day"] + self.links["day_total"])
        self.assertEqual(self.env["ponto.link"].search([]), self.links["same_day_amount"] + self.links["ponto_id"])
        self.assertEqual(sorted(self.lines_of(self.account).mapped("amount")), [-10, -4, -3, -2, -1, 10, 10, 20, 30])
        self.assertEqual(self.account.link_count, 2)
        self.synchronize(self.account)
        self.assertEqual(len(self.lines_of(self.account)), 9)

    def test_one_that_cannot_be_undone_is_told_before_anything_is_done(self):
        every = self.env["ponto.link"].browse(link.id for link in self.links.values())
        with self.assertRaisesRegex(UserError, "^1 of these lines carry the Ponto ID"):
            every.with_user(self.accountant).action_undo()
        self.assertEqual(every.exists(), every)
        self.assertEqual(len(self.lines_of(self.account)), 4)

    def test_the_button_is_there_where_it_works(self):
        for user, buttons in ((self.accountant, 1), (self.invoicing, 0)):
            for view, places in (("form", 1), ("list", 2)):
                arch = self.env["ponto.link"].with_user(user).get_view(view_type=view)["arch"]
                found = etree.fromstring(arch).xpath("//button[@name='action_undo'][@confirm]")
                self.assertEqual(len(found), buttons * places, (user.login, view))
                for button in found:
                    if button.getparent().tag != "header" or view == "form":
                        self.assertEqual(button.get("invisible"), "evidence == 'ponto_id'")

    def test_invoicing_undoes_nothing(self):
        with self.assertRaises(AccessError):
            self.links["near_day"].with_user(self.invoicing).action_undo()
        self.assertTrue(self.links["near_day"].exists())

    def test_from_the_form_the_report_follows(self):
        self.account.linked = False
        link = self.links["near_day"].with_user(self.accountant).with_context(ponto_link_form=True)
        action = link.action_undo()
        self.assertEqual((action["res_model"], action["target"]), ("ponto.link", "main"))
        self.assertEqual(len(self.found_by(action)), 3)
        row = self.account.transaction_ids.filtered(lambda row: row.amount == 10)
        self.assertEqual((row.state, row.kept_apart, row.link_id.id), ("to_import", True, False))

    # ------------------------------------------------------------------ when the account gets another record

    def test_links_go_with_the_account_to_a_new_record(self):
        self.bank.relink(self.bank_account)
        self.synchronize(self.connection)
        fresh = self.journal.ponto_account_id
        self.assertNotEqual(fresh, self.account)
        self.assertEqual((fresh.link_count, self.account.link_count), (4, 0))
        for link in self.links.values():
            self.assertEqual(link.transaction_ids.account_id, fresh, link.evidence)
        self.assertEqual([self.links[name].amount for name in ("day_total", "near_day")], [-10, 10])
        self.assertEqual(len(self.lines_of(fresh)), 4)
        self.undo(self.links["near_day"])
        self.assertEqual(sorted(self.lines_of(fresh).mapped("amount")), [-10, 10, 10, 20, 30])
        self.assertFalse(self.account.transaction_ids.filtered(lambda row: row.state == "to_import"))
