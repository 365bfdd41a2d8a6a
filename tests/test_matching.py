from odoo.tests import tagged

from .matching_case import KNOWN, SUPPLIER, MatchingCase

STRUCTURED, OTHER_STRUCTURED = "+++090/9337/55493+++", "+++000/0000/00097+++"


@tagged("post_install", "-at_install")
class TestMatching(MatchingCase):
    """New bank transactions match themselves where the evidence is exact, and only there."""

    def prepare(self):
        super().prepare()
        self.begin()

    def test_exact_evidence_settles_documents_of_both_sides(self):
        made = self.make_document
        structured = made(100, payment_reference=STRUCTURED)
        creditor = made(110, payment_reference="RF18 5390 0754 7034")
        numbered = made(120)
        one, two, three = made(130), made(140), made(-50 + 200)
        credit = made(30, "out_refund")
        netted = made(300)
        credit_of_netted = made(60, "out_refund")
        order = made(170, ref="PO-2025/774")
        bill = made(210, "in_invoice", ref="F25-1100")
        bill_structured = made(220, "in_invoice", ref="F25-1101", payment_reference=OTHER_STRUCTURED)
        refund = made(75, "in_refund", ref="CN25-77")
        parted = made(310)
        parts = f"Naam: Somebody<br>Omschrijving: {parted.name}<br>IBAN: {KNOWN}<br>Valutadatum: 01-02-2025"
        texts = {
            "structured": ("100.00", "betaling 090933755493 dank u", {}),
            "creditor": ("110.00", "RF18539007547034", {}),
            "number": ("120.00", f"Invoice {numbered.name.replace('/', ' ')}", {}),
            "numbers": ("270.00", f"{one.name} + {two.name}", {"number": KNOWN}),
            "netted": ("240.00", f"{netted.name} - {credit_of_netted.name}", {"number": KNOWN}),
            "refunded": ("-30.00", f"refund {credit.name}", {"number": KNOWN}),
            "order": ("170.00", "your PO-2025/774", {"name": "CAFE D ETE, SPRL"}),
            "bill": ("-210.00", "F25 1100", {"number": SUPPLIER}),
            "bill_structured": ("-220.00", "***000/0000/00097***", {"number": SUPPLIER}),
            "parted": ("310.00", parts, {"number": None}),
            "supplier_refund": ("75.00", "creditnota CN25-77", {"number": SUPPLIER}),
        }
        for amount, text, more in texts.values():
            self.receive(amount, text, **more)
        lines = self.fetch()

        def line(name):
            return lines[texts[name][1].replace("<br>", " ")]

        self.assertSettled(line("structured"), structured, evidence="structured")
        self.assertSettled(line("creditor"), creditor, evidence="creditor")
        self.assertSettled(line("number"), numbered, evidence="number")
        self.assertSettled(line("numbers"), one, two, evidence="numbers")
        self.assertSettled(line("netted"), netted, credit_of_netted, evidence="numbers")
        self.assertSettled(line("refunded"), credit, evidence="number")
        self.assertSettled(line("order"), order, evidence="customer_reference")
        self.assertSettled(line("bill"), bill, evidence="number")
        self.assertSettled(line("bill_structured"), bill_structured, evidence="structured")
        self.assertSettled(line("supplier_refund"), refund, evidence="number")
        self.assertSettled(line("parted"), parted, evidence="number")
        self.assertEqual(three.amount_residual, 150)
        self.assertEqual(line("number").partner_id, self.customer)
        run = self.account.synchronization_ids[0]
        self.assertEqual((run.imported_count, run.matched_count, run.failed_count), (11, 11, 0))
        self.assertLedgerEqualsBank(self.account, self.bank_account)

    def test_what_is_not_exact_is_left_alone(self):
        made = self.make_document
        invoice = made(100, payment_reference=STRUCTURED)
        twin, other_twin = made(130, partner=self.stranger), made(130)
        two, three = made(140), made(150)
        shared = [made(80, payment_reference=OTHER_STRUCTURED) for _number in range(2)]
        same_order = [made(90, ref="PO-2025/774") for _number in range(2)]
        bill = made(210, "in_invoice", ref="1001")
        credit = made(45, "out_refund")
        last_year = two.name.replace(str(two.date.year), str(two.date.year - 1))
        kept = [
            ("99.99", f"part of {invoice.name}", {}),
            ("-100.00", f"wrong sign {invoice.name}", {}),
            ("100.00", "wrong check digits +++090/9337/55494+++", {}),
            ("100.00", f"the supplier's account {invoice.name}", {"number": SUPPLIER}),
            ("100.00", f"another's name {invoice.name}", {"name": "Molens Peeters"}),
            ("100.00", f"returned {invoice.name}", {"bank_transaction_code": "PMNT-RDDT-UPDD"}),
            ("140.00", f"not the whole number {two.name[:-1]}", {}),
            ("140.00", f"of last year {last_year}", {}),
            ("140.00", f"{two.name} and another {last_year}", {}),
            ("140.00", f"{two.name} and {three.name}", {}),
            ("130.00", f"maybe a slip {twin.name}", {}),
            ("80.00", "shared reference +++000/0000/00097+++", {}),
            ("90.00", "shared order PO-2025/774", {}),
            ("-210.00", "a number like any other 1001", {"number": SUPPLIER}),
            ("45.00", f"money for a credit note {credit.name}", {}),
            ("150.00", str(three.date.year), {}),
            ("150.00", f"INV/{three.date.year}", {}),
        ]
        for amount, text, more in kept:
            self.receive(amount, text, **more)
        for text in ("first", "second"):
            self.receive("150.00", f"{text} payment of {three.name}", number=KNOWN)
        lines = self.fetch()
        self.assertEqual(len(lines), len(kept) + 2)
        for line in lines.values():
            self.assertOpen(line)
        for move in (invoice, twin, other_twin, two, three, bill, credit, *shared, *same_order):
            self.assertEqual(move.amount_residual, move.amount_total)
        self.assertEqual(self.account.synchronization_ids[0].matched_count, 0)
        self.assertEqual(lines[f"the supplier's account {invoice.name}"].partner_id, self.supplier)

    def test_a_shared_reference_with_a_unique_amount_is_exact(self):
        made = self.make_document
        first, second = (made(amount, payment_reference=STRUCTURED) for amount in (80, 81))
        numbered, other = made(82, payment_reference=OTHER_STRUCTURED), made(83, payment_reference=OTHER_STRUCTURED)
        self.receive("81.00", STRUCTURED)
        self.receive("82.00", f"{OTHER_STRUCTURED} for {numbered.name}")
        lines = self.fetch()
        self.assertSettled(lines[STRUCTURED], second, evidence="structured")
        self.assertSettled(lines[f"{OTHER_STRUCTURED} for {numbered.name}"], numbered, evidence="structured")
        self.assertEqual((first.amount_residual, other.amount_residual), (80, 83))

    def test_a_registered_payment_comes_before_its_document(self):
        invoice, bill, other = (
            self.make_document(100),
            self.make_document(210, "in_invoice", ref="F25-1100"),
            self.make_document(100),
        )
        journal = self.account.journal_id
        for move in invoice, bill:
            wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
            wizard.create(
                {"journal_id": journal.id, "payment_date": self.get_day_of_documents()}
            ).action_create_payments()
        payments = self.env["account.payment"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(payments), 2)
        self.receive("100.00", invoice.name, number=KNOWN)
        self.receive("-210.00", "F25-1100", number=SUPPLIER)
        self.receive("100.00", "nothing named")
        lines = self.fetch()
        for line in lines[invoice.name], lines["F25-1100"]:
            self.assertEqual(line.ponto_match_ids.evidence, "payment")
            self.assertTrue(line.is_reconciled)
        self.assertEqual(payments.mapped("is_matched"), [True, True])
        self.assertOpen(lines["nothing named"], other)

    def test_an_undo_gives_everything_back_in_every_stored_column(self):
        invoice = self.make_document(100)
        before = self._get_columns(invoice.line_ids)
        self.receive("100.00", invoice.name)
        self.receive("100.00", "the same payment without a number")
        lines = self.fetch()
        matched, plain = lines[invoice.name], lines["the same payment without a number"]
        self.assertSettled(matched, invoice, evidence="number")
        self.assertEqual(matched.partner_id, self.customer)
        matched.action_undo_match()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._get_columns(invoice.line_ids), before)
        self.assertEqual(self._get_columns(matched.line_ids, names=True), self._get_columns(plain.line_ids, names=True))
        self.assertFalse(matched.partner_id)
        self.assertEqual(matched.ponto_match_ids.state, "undone")
        self.assertOpen(plain, invoice)

    def _get_columns(self, items, names=False):
        """Return all stored columns of items except ids, dates and authors; names too when they are to be equal."""
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM account_move_line WHERE id = ANY(%s) ORDER BY account_id, id", [items.ids])
        columns = [column.name for column in self.env.cr.description]
        own = {"id", "create_date", "write_date", "create_uid", "write_uid"}
        own |= {"move_id", "move_name", "name", "statement_line_id"} if names else set()
        rows = [dict(zip(columns, row, strict=True)) for row in self.env.cr.fetchall()]
        return [{name: value for name, value in row.items() if name not in own} for row in rows]
