"""What looks right and is not, as people and banks write it; and what is right although a piece of it is missing."""

from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from .common import OTHER_IBAN
from .match_case import ExactCase
from .matching_case import SUPPLIER

THEIRS = {"account_number": OTHER_IBAN, "partner_name": "Drukkerij Claes"}
SUPPLIERS = {"account_number": SUPPLIER, "partner_name": "Papier Peeters"}
STRANGER = {"account_number": "NL91ABNA0417164300", "partner_name": "Piet Pieters"}
PROVIDER = {"account_number": "NL02ABNA0123456789", "partner_name": "Stichting Betaaldienst"}


class HostileCase(ExactCase):
    def assertFound(self, finding, *items):
        self.assertTrue(finding, "nothing was found")
        self.assertEqual(sorted(finding.item_ids), sorted(item.id for item in items))

    def register(self, item, memo, days_ago=6):
        """Register the payment of a document; return its item that the bank has not shown yet."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=item.move_id.ids
        )
        payment = wizard.create(
            {
                "journal_id": self.match_journal.id,
                "communication": memo,
                "payment_date": date.today() - timedelta(days=days_ago),
            }
        )._create_payments()
        return payment.move_id.line_ids.filtered(lambda line: line.account_id == payment.outstanding_account_id)

    def best(self, line):
        """Return the first candidate of a line, and whether one click accepts it."""
        line.invalidate_recordset()
        candidates = self.suggest(line)
        return (candidates[0] if candidates else None), line.ponto_candidate_settles


@tagged("post_install", "-at_install")
class TestRegisteredPayments(HostileCase):
    def test_a_payment_sent_to_somebody_else_is_only_proposed(self):
        bill = self.bill(210.0, self.supplier, "in_invoice", ref="INV/2026/01977")
        item = self.register(bill, "INV/2026/01977")
        self.assertFalse(self.find(-210.0, "INV/2026/01977", **STRANGER))
        line = self.line(-210.0, "INV/2026/01977", **STRANGER)
        candidate, one_click = self.best(line)
        self.assertFound(candidate, item)
        self.assertFalse(one_click)
        self.assertIn("neither account nor name is that of the registered payment", line.ponto_candidate_evidence)
        for values in (SUPPLIERS, {**STRANGER, "partner_name": "PAPIER PEETERS"}, {}):
            finding = self.find(-210.0, "INV/2026/01977", **values)
            self.assertFound(finding, item)
            self.assertEqual(finding.evidence, "payment")

    def test_a_payment_of_another_time_is_only_proposed(self):
        bill = self.bill(310.0, self.supplier, "in_invoice", ref="LB/2026/0331")
        item = self.register(bill, "Huur loods 1234-567", days_ago=20)
        label = "Huur loods 1234-567"
        self.assertFound(self.find(-310.0, label, days_ago=20, **SUPPLIERS), item)
        self.assertFalse(self.find(-310.0, label, days_ago=21, **SUPPLIERS), "it is registered the day after")
        line = self.line(-310.0, label, days_ago=21, **SUPPLIERS)
        candidate, one_click = self.best(line)
        self.assertFound(candidate, item)
        self.assertFalse(one_click)
        self.assertIn("the registered payment is of another time", line.ponto_candidate_evidence)

    def test_a_month_later_it_is_the_next_one(self):
        bill = self.bill(311.0, self.supplier, "in_invoice", ref="LB/2026/0332")
        item = self.register(bill, "Huur loods 1234-568", days_ago=30)
        self.assertFound(self.find(-311.0, "Huur loods 1234-568", days_ago=3, **SUPPLIERS), item)
        self.assertFalse(self.find(-311.0, "Huur loods 1234-568", days_ago=2, **SUPPLIERS))

    def test_what_the_payer_wrote_for_itself_never_contradicts(self):
        item = self.bill(95.0)
        label = item.move_name
        own = {"transaction_details": {"ref1": label[:-1] + ("8" if label[-1] != "8" else "9")}}
        self.assertFound(self.find(95.0, label, **THEIRS, **own), item)
        self.assertFalse(self.find(95.0, f"{label} {own['transaction_details']['ref1']}", **THEIRS))
        note = {"narration": f"<p>End-to-end reference: {own['transaction_details']['ref1']}</p>"}
        self.assertFound(self.find(95.0, label, **THEIRS, **own, **note), item)
        self.assertFound(self.find(95.0, "thanks", **THEIRS, transaction_details={"ref1": label}), item)


@tagged("post_install", "-at_install")
class TestContracts(HostileCase):
    def test_a_reference_of_a_contract_needs_a_document_of_its_time(self):
        paid = self.bill(60.0, ref="CONTRACT-1188", invoice_date=date.today() - timedelta(days=50))
        self.line(60.0, paid.move_name, **THEIRS)._accept(self.suggest(self.line(60.0, paid.move_name, **THEIRS))[0])
        item = self.bill(61.0, ref="CONTRACT-1188")  # of 20 days ago
        self.assertFound(self.find(61.0, "CONTRACT-1188", days_ago=20, **THEIRS), item)
        self.assertFalse(self.find(61.0, "CONTRACT-1188", days_ago=21, **THEIRS))
        day = item.move_id.invoice_date
        other = (day.replace(day=1) - timedelta(days=1)).strftime("%m/%Y")
        self.assertFalse(self.find(61.0, f"CONTRACT-1188 {other}", **THEIRS))
        self.assertFound(self.find(61.0, f"CONTRACT-1188 {day.strftime('%m/%Y')}", **THEIRS), item)

    def test_one_reference_is_the_same_however_it_is_written(self):
        for day, reference in ((50, "+++090/9337/55493+++"), (20, "090933755493")):
            item = self.bill(63.0, payment_reference=reference, invoice_date=date.today() - timedelta(days=day))
            if day == 50:
                item.move_id.button_draft()
                item.move_id.payment_reference = reference
                item.move_id.action_post()
                line = self.line(63.0, item.move_name, **THEIRS)
                line._accept(self.suggest(line)[0])
        day = item.move_id.invoice_date
        other = (day.replace(day=1) - timedelta(days=1)).strftime("%m/%Y")
        self.assertFalse(self.find(63.0, f"+++090/9337/55493+++ {other}", **THEIRS))
        self.assertFound(self.find(63.0, "+++090/9337/55493+++", **THEIRS), item)

    def test_a_text_without_letters_stops_nothing(self):
        item = self.bill(64.0, self.supplier, "in_invoice", ref="SL-2026-4471")
        for text in ("-", "***", "/", "❶/2026"):
            values = {**SUPPLIERS, "transaction_details": {"ref4": text}}
            self.assertFound(self.find(-64.0, "SL-2026-4471", **values), item)
            self.assertTrue(self.suggest(self.line(-64.0, "SL-2026-4471", **values)), text)

    def test_a_communication_of_a_supplier_needs_a_bill_that_is_not_later(self):
        item = self.bill(62.0, self.supplier, "in_invoice", ref="TP-1", payment_reference="+++090/9337/55493+++")
        self.assertFound(self.find(-62.0, "090933755493", days_ago=20, **SUPPLIERS), item)
        self.assertFalse(self.find(-62.0, "090933755493", days_ago=21, **SUPPLIERS))


@tagged("post_install", "-at_install")
class TestLeftOut(HostileCase):
    def test_a_number_without_its_series_needs_payer_and_amount(self):
        item = self.bill(77.0)
        short = item.move_name.partition("/")[2]
        self.assertFound(self.find(77.0, short, **THEIRS), item)
        self.assertFalse(self.find(77.0, short, **STRANGER))
        self.assertFalse(self.find(76.0, short, **THEIRS))
        line = self.line(76.0, short, **THEIRS)
        self.assertIn("part", self.suggest(line)[0].found)

    def test_it_is_not_enough_where_something_else_could_be_meant(self):
        item, other = self.bill(78.0), self.bill(78.0)
        short, beside = (number.move_name.partition("/")[2] for number in (item, other))
        self.assertFalse(self.find(78.0, short, **THEIRS))
        other.move_id.button_draft()
        self.assertFound(self.find(78.0, short, **THEIRS), item)
        self.assertFalse(self.find(78.0, f"{short} en {beside}", **THEIRS), "another number is not open")

    def test_a_part_of_a_document_is_not_the_document(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (10, 60)
                ],
            }
        )
        items = self.bill(158.0, invoice_payment_term_id=terms.id)
        self.assertEqual(items.mapped("amount_residual"), [79.0, 79.0])
        self.assertFalse(self.find(79.0, items[0].move_name.partition("/")[2], **THEIRS))


@tagged("post_install", "-at_install")
class TestLearning(HostileCase):
    def mappings(self):
        return self.env["ponto.partner.mapping"].search([("company_id", "=", self.company.id)])

    def test_an_amount_alone_teaches_nothing(self):
        self.bill(401.0, self.insurer)
        line = self.line(401.0, "uitbetaling 11-20", **PROVIDER)
        candidate, one_click = self.best(line)
        self.assertEqual(candidate.found, ("amount",))
        self.assertFalse(one_click)
        line._accept(candidate)
        self.assertFalse(self.mappings())
        item = self.bill(402.0)
        self.assertFound(self.find(402.0, f"uitbetaling {item.move_name}", **PROVIDER), item)

    def test_an_account_of_several_partners_counts_as_unknown_again(self):
        lines = self.line(1.0).browse()
        for amount, partner in ((501.0, self.insurer), (502.0, self.customer)):
            item = self.bill(amount, partner)
            line = self.line(amount - 1, f"deel van {item.move_name}", **PROVIDER)
            candidate = next(one for one in self.suggest(line) if one.item_ids == tuple(item.ids))
            line._accept(candidate)
            lines |= line
            self.assertEqual(set(self.mappings().mapped("is_shared")), {partner == self.customer})
            self.assertEqual(self.mappings().partner_id, self.insurer)
        third = self.bill(503.0, self.supplier)
        self.assertFound(self.find(503.0, third.move_name, **PROVIDER), third)
        self.assertFalse(self.find(503.0, "503", **PROVIDER))
        lines[0].action_undo_reconciliation()
        self.assertEqual(self.mappings().mapped("is_shared"), [False, False])
        self.assertEqual(self.mappings().partner_id, self.customer, "one partner is left")
        lines[1].action_undo_reconciliation()
        self.assertFalse(self.mappings())

    def test_what_matched_by_itself_for_others_counts_too(self):
        item = self.bill(601.0, self.insurer)
        line = self.line(601.0, item.move_name, **PROVIDER)
        matching = self.env["ponto.matching"]
        found = matching._find(matching._make_search(line.journal_id, matching._get_payments(line)))
        self.assertTrue(matching._apply({line: found[line.id]}))
        other = self.bill(602.0)
        part = self.line(600.0, f"deel van {other.move_name}", **PROVIDER)
        part._accept(self.suggest(part)[0])
        self.assertEqual(set(self.mappings().mapped("is_shared")), {True})


@tagged("post_install", "-at_install")
class TestSums(HostileCase):
    def test_a_credit_note_that_is_not_named_is_deducted(self):
        item = self.bill(150.0)
        note = self.bill(23.11, move_type="out_refund")
        line = self.line(126.89, f"{item.move_name} min creditnota", **THEIRS)
        candidate, one_click = self.best(line)
        self.assertFound(candidate, item, note)
        self.assertTrue(one_click)
        line._accept(candidate)
        self.assertTrue(item.reconciled and note.reconciled and line.is_reconciled)

    def test_a_credit_note_alone_does_not_say_what_it_is_deducted_from(self):
        item, note = self.bill(300.0), self.bill(150.0, move_type="out_refund")
        candidate, one_click = self.best(self.line(150.0, note.move_name, **THEIRS))
        self.assertFound(candidate, item, note)
        self.assertFalse(one_click)

    def test_a_registered_payment_and_an_open_invoice_in_one_amount(self):
        registered, opened = self.bill(81.0), self.bill(82.0)
        item = self.register(registered, registered.move_name)
        line = self.line(163.0, f"{registered.move_name} {opened.move_name}", **THEIRS)
        candidate, one_click = self.best(line)
        self.assertFound(candidate, item, opened)
        self.assertTrue(one_click)
        line._accept(candidate)
        self.assertTrue(item.reconciled and opened.reconciled and line.is_reconciled)
        self.assertEqual(set(line._seek_for_lines()[2].account_id), set((item | opened).account_id))

    def test_an_office_that_pays_for_two_clients_is_proposed(self):
        one, two = self.bill(91.0), self.bill(92.0, self.insurer)
        label = f"{one.move_name} {two.move_name}"
        self.assertFalse(self.find(183.0, label, **STRANGER))
        line = self.line(183.0, label, **STRANGER)
        candidate, _one_click = self.best(line)
        self.assertFound(candidate, one, two)
        self.assertIn("the documents are of several partners", line.ponto_candidate_evidence)
        line._accept(candidate)
        self.assertTrue(one.reconciled and two.reconciled)
        self.assertFalse(self.env["ponto.partner.mapping"].search([("company_id", "=", self.company.id)]))

    def test_a_sum_with_what_is_named_comes_before_one_of_another_amount(self):
        items = [self.bill(amount) for amount in (101.0, 102.0, 103.0)]
        line = self.line(204.0, " ".join(item.move_name for item in items), **THEIRS)
        candidate, _one_click = self.best(line)
        self.assertFound(candidate, items[0], items[2])


@tagged("post_install", "-at_install")
class TestOneClick(HostileCase):
    def test_an_equal_amount_alone_is_no_click(self):
        item = self.bill(701.0)
        for values, one_click in ((STRANGER, False), ({}, False), (THEIRS, True)):
            candidate, settles = self.best(self.line(701.0, "betaling", **values))
            self.assertFound(candidate, item)
            self.assertEqual(settles, one_click, values)

    def test_another_number_in_the_text_is_said_and_is_no_click(self):
        item = self.bill(702.0, payment_reference="+++090/9337/55493+++")
        number = item.move_name
        other = number[:-1] + ("8" if number[-1] != "8" else "9")
        for label in (other, f"{number} vervangt {other}", other.partition("/")[2], "+++000/0000/00097+++"):
            line = self.line(702.0, label, **THEIRS)
            candidate, settles = self.best(line)
            self.assertFound(candidate, item)
            self.assertFalse(settles, label)
            self.assertIn("the text names another number", line.ponto_candidate_evidence)

    def test_what_stands_against_exact_evidence_stands_against_a_click(self):
        item = self.bill(705.0, self.supplier, "in_invoice", ref="TP-2", payment_reference="+++090/9337/55493+++")
        self.assertFound(self.find(-705.0, "090933755493", **SUPPLIERS), item)
        late = self.line(-705.0, "090933755493", days_ago=21, **SUPPLIERS)
        candidate, settles = self.best(late)
        self.assertEqual((candidate.doubt, settles), ("too_early", False))
        back = self.bill(706.0, self.supplier, "in_refund", ref="CN-706")
        candidate, settles = self.best(self.line(706.0, "CN-706", transaction_type="PMNT-RCDT-RRTN", **SUPPLIERS))
        self.assertFound(candidate, back)
        self.assertEqual((candidate.doubt, settles), ("comes_back", False))

    def test_a_named_document_of_another_amount_takes_the_click_from_others(self):
        named, equal = self.bill(707.0), self.bill(708.0)
        line = self.line(708.0, named.move_name, **THEIRS)
        candidate = next(one for one in self.suggest(line) if one.item_ids == tuple(equal.ids))
        self.assertFalse(self.env["ponto.matching"]._settles(candidate))

    def test_a_month_or_a_short_number_of_somebody_unknown_is_no_click(self):
        item = self.bill(709.0, self.supplier, "in_invoice", ref="2026/04")
        candidate, settles = self.best(self.line(-709.0, "Leasing 2026/04", **STRANGER))
        self.assertFound(candidate, item)
        self.assertIn("weak", candidate.found)
        self.assertFalse(settles)
        self.assertFound(self.find(-709.0, "Leasing 2026/04", **SUPPLIERS), item)

    def test_another_long_reference_is_no_click(self):
        self.bill(711.0, self.supplier, "in_invoice", ref="AANSLAG 1", payment_reference="3261000000074592")
        line = self.line(-711.0, "2261 0000 3696 3629", **SUPPLIERS)
        _candidate, settles = self.best(line)
        self.assertFalse(settles)
        self.assertIn("the text names another number", line.ponto_candidate_evidence)

    def test_what_the_bank_calls_charges_interest_card_or_cash_is_offered_no_document(self):
        self.bill(703.0, self.supplier, "in_invoice", ref="TV-703")
        codes = ("PMNT-MDOP-CHRG", "ACMT-MDOP-INTR", "PMNT-CCRD-POSD", "PMNT-CCRD-CWDL", "PMNT-CNTR-CDPT")
        for code in codes:
            self.assertFalse(self.suggest(self.line(-703.0, "x", transaction_type=code, **SUPPLIERS)), code)
        self.assertTrue(self.suggest(self.line(-703.0, "x", transaction_type="PMNT-ICDT-ESCT", **SUPPLIERS)))

    def test_the_words_say_why_it_did_not_match_by_itself(self):
        self.bill(704.0)
        line = self.line(704.0, "dank", **THEIRS)
        self.assertEqual(
            line.ponto_candidate_evidence,
            "amount equal, account known; not by itself: the text names nothing that is open",
        )
