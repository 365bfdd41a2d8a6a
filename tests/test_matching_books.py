from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .matching_case import KNOWN, UNKNOWN, MatchingCase


@tagged("post_install", "-at_install")
class TestMatchingBooks(MatchingCase):
    """What matching does to the books: the first import, the switch, what fails, what is applied later."""

    def test_the_first_import_proposes_and_changes_no_invoice_until_it_is_applied(self):
        invoice, twice = self.make_document(100), self.make_document(50)
        self.bank_account = self.open_account()
        self.receive("100.00", invoice.name)
        self.receive("50.00", f"once {twice.name}")
        self.account = self.connect_and_import().account_ids
        line = self.lines_of(self.account).filtered(lambda line: line.payment_ref == invoice.name)
        self.assertEqual((line.is_reconciled, invoice.amount_residual), (False, 100))
        self.assertEqual((line.ponto_match_ids.state, line.ponto_match_ids.evidence), ("proposed", "number"))
        self.assertTrue(self.account.matching_started_at)

        matching = self.env["ponto.matching"]
        once = self.lines_of(self.account) - line
        search = matching._make_search(self.account.journal_id, matching._get_payments(line | once))
        findings = matching._find(search)
        self.assertEqual(set(findings), {line.id, once.id})
        twice.button_draft()
        twice.button_cancel()
        matched = matching._apply({line: findings[line.id], once: findings[once.id]}, user=self.accountant)
        self.assertEqual(matched, line)
        self.assertEqual((line.is_reconciled, invoice.payment_state, line.partner_id), (True, "paid", self.customer))
        self.assertEqual(line.ponto_match_ids.mapped("state"), ["applied"])
        self.assertEqual(line.ponto_match_ids.user_id, self.accountant)
        line.action_undo_match()
        self.assertEqual((line.is_reconciled, invoice.amount_residual, line.partner_id.id), (False, 100, False))
        self.assertEqual(line.ponto_match_ids.state, "undone")

    def test_the_switch_of_the_account_keeps_lines_as_the_bank_gave_them(self):
        self.begin()
        invoice = self.make_document(100)
        self.account.matching = "off"
        self.receive("100.00", invoice.name, number=KNOWN)
        line = self.fetch()[invoice.name]
        self.assertOpen(line, invoice)
        self.assertEqual(line.partner_id, self.customer)

    def test_what_looking_for_matches_fails_over_stops_no_import(self):
        self.begin()
        self.account.matching = "rules"
        self.make_document(100)
        matching = self.env.registry["ponto.matching"]
        for number, (method, error) in enumerate(
            (("_find_exact", TypeError), ("_find_exact", OverflowError), ("_get_rules", KeyError))
        ):
            self.receive("100.00", f"Payment {number}")
            with (
                patch.object(matching, method, side_effect=error("of another module")),
                self.assertLogs("odoo.addons.account_online_ponto", "ERROR"),
            ):
                self.assertEqual(list(self.fetch()), [f"Payment {number}"])
        with (
            patch.object(matching, "_find_exact", side_effect=OperationalError("try again")),
            self.assertRaises(OperationalError),
        ):
            self.account._recognize_payments(self.env["ponto.transaction"], [])

    def test_when_matching_is_refused_everything_is_imported_without_it(self):
        self.begin()
        invoice, other = self.make_document(100), self.make_document(110)
        self.receive("100.00", invoice.name)
        self.receive("110.00", other.name)
        with patch.object(
            self.env.registry["account.move.line"], "_reconcile_plan", side_effect=ValueError("refused by a module")
        ):
            lines = self.fetch()
        for line in lines.values():
            self.assertFalse(line.is_reconciled)
            self.assertEqual(line.ponto_match_ids.state, "proposed")
        run = self.account.synchronization_ids[0]
        self.assertEqual((run.imported_count, run.matched_count, run.failed_count), (2, 0, 0))

    def test_a_document_in_dollars_is_settled_on_a_journal_in_dollars_only(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        today = fields.Date.today()
        for days, rate in ((90, 1.1), (1, 1.25)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": dollar.id,
                    "name": today - timedelta(days=days),
                    "rate": rate,
                    "company_id": self.company.id,
                }
            )
        self.begin(currency="USD")
        invoice = self.make_document(
            100, currency_id=dollar.id, invoice_date=today - timedelta(days=40), date=today - timedelta(days=40)
        )
        in_euro = self.make_document(110)
        self.receive("100.00", invoice.name, number=KNOWN)
        self.receive("110.00", in_euro.name, number=KNOWN)
        lines = self.fetch()
        self.assertSettled(lines[invoice.name], invoice, evidence="number")
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (0, "paid"))
        self.assertOpen(lines[in_euro.name], in_euro)
        self.assertLedgerEqualsBank(self.account, self.bank_account)

    def test_partners_are_recognized_by_number_then_name_then_what_a_user_said(self):
        self.begin()
        branch = self._create_company("Elsewhere")
        self.env["res.partner"].create({"name": "Only There", "company_id": branch.id})
        self.env["res.partner"].create([{"name": "Twin"}, {"name": "Twin"}])
        payers = {
            "by number": {"number": KNOWN, "name": "Jan Sen"},
            "by name": {"name": "jan sen"},
            "not quite the name": {"name": "Jansen"},
            "of another company": {"name": "Only There"},
            "of two": {"name": "Twin"},
            "a sign": {"name": "/"},
        }
        for text, payer in payers.items():
            self.receive("7.00", text, **payer)
        lines = self.fetch()
        found = {text: line.partner_id.name for text, line in lines.items() if line.partner_id}
        self.assertEqual(found, {"by number": self.customer.name, "by name": "Jan Sen"})

        self.env["ponto.partner.mapping"]._remember(lines["not quite the name"], self.stranger)
        self.receive("8.00", "said before", name="JANSEN", number="NL91ABNA0417164300")
        self.receive("9.00", "said before by number", name="J. S.", number=UNKNOWN)
        lines = self.fetch()
        self.assertEqual([line.partner_id for line in lines.values()], [self.stranger, self.stranger])

    def test_undoing_an_import_still_tells_who_touched_its_lines(self):
        self.begin()
        self.receive("7.00", "by number", number=KNOWN)
        line = self.fetch()["by number"]
        run = self.account.synchronization_ids[0]
        self.assertEqual([judged.edited for judged in run._judge_lines()], [False])
        line.partner_id = self.stranger
        self.assertEqual([judged.edited for judged in run._judge_lines()], [True])

    def test_undoing_an_import_leaves_what_is_matched_and_the_next_one_only_proposes(self):
        self.account = None
        invoice = self.make_document(100)
        self.bank_account = self.open_account()
        self.receive("100.00", invoice.name)
        self.receive("110.00", "nothing named")
        self.account = self.connect_and_import().account_ids
        self.assertEqual(invoice.amount_residual, 100, "the first import")
        self.assertTrue(self.account.matching_started_at)
        wizard = self.account.synchronization_ids[0].action_undo()
        with self.working() as env:
            env[wizard["res_model"]].browse(wizard["res_id"]).action_confirm()
        self.synchronize(self.account)
        self.env.invalidate_all()
        self.assertEqual(len(self.lines_of(self.account)), 2)
        self.assertEqual(invoice.amount_residual, 100, "nothing was in the books: this is a first import again")
        line = self.lines_of(self.account).filtered(lambda line: line.payment_ref == invoice.name)
        matching = self.env["ponto.matching"]
        search = matching._make_search(self.account.journal_id, matching._get_payments(line))
        matching._apply({line: matching._find(search)[line.id]})
        judged = {each.line_id: each.stays for each in self.account.synchronization_ids[0]._judge_lines()}
        self.assertEqual(judged[line.id], "reconciled")

    def test_the_log_is_read_by_invoicing_and_written_by_nobody(self):
        self.begin()
        invoice = self.make_document(100)
        self.receive("100.00", invoice.name)
        match = self.fetch()[invoice.name].ponto_match_ids
        self.assertEqual(match.with_user(self.invoicing).explanation, match.explanation)
        for user in self.invoicing, self.accountant:
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.env["ponto.match"].with_user(user).has_access(operation))
        with self.assertRaises(AccessError):
            match.with_user(self.employee).read(["explanation"])
        other = self._create_company("Elsewhere")
        outsider = self._create_user("outsider", "account.group_account_manager", other)
        match = match.with_context(allowed_company_ids=other.ids)
        self.assertFalse(match.with_user(outsider).search([]))
        with self.assertRaises(AccessError):
            match.with_user(outsider).read(["explanation"])

    def test_the_number_of_queries_of_a_look_up_does_not_depend_on_the_payments(self):
        self.begin()
        documents = [self.make_document(100 + number) for number in range(12)]
        for document in documents:
            self.receive(str(document.amount_total), f"{document.name}", name=f"Payer {document.id}")
        lines = self.fetch().values()
        self.env["account.bank.statement.line"].union(*lines).action_undo_match()
        matching, journal = self.env["ponto.matching"], self.account.journal_id
        payments = matching._get_payments(self.env["account.bank.statement.line"].union(*lines))
        counts = []
        for some in payments[:1], payments:
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(matching._find_exact(matching._make_search(journal, some), some)), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 12)
