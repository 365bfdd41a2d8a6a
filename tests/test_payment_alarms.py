from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.matching.facts import Finding
from .common import OTHER_IBAN, PontoCase

DAY = date(2026, 3, 16)
STRANGE_IBAN = "BE43068999999501"


@tagged("post_install", "-at_install")
class TestPaymentAlarms(PontoCase):
    """Two things that cost money are said: a payment made twice, and a supplier paid on an unknown account."""

    statement_period = "none"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create(
            {"name": "Bank", "code": "ALRM", "type": "bank", "company_id": cls.company.id}
        )
        cls.supplier = cls.env["res.partner"].create({"name": "Molens van Deinze", "supplier_rank": 1})
        cls.env["res.partner.bank"].create({"acc_number": "BE71 0961 2345 6769", "partner_id": cls.supplier.id})

    def vals(self, amount=-120.0, days=0, **values):
        return {
            "journal_id": self.journal.id,
            "date": DAY + timedelta(days=days),
            "amount": amount,
            "payment_ref": "Invoice 2026/17",
            "partner_name": "Molens van Deinze",
            "account_number": OTHER_IBAN,
            **values,
        }

    def arrive(self, *vals_list):
        """Import bank transactions, and return the alarms that they gave."""
        before = self.env["ponto.payment.alarm"].search([])
        self.env["account.bank.statement.line"]._create_from_bank(list(vals_list), self.company)
        return self.env["ponto.payment.alarm"].search([], order="date, id") - before

    # ------------------------------------------------------------------ paid twice

    def test_the_same_payment_within_thirty_days_is_an_alarm_on_the_later_one(self):
        self.assertFalse(self.arrive(self.vals()))
        alarm = self.arrive(self.vals(days=30, payment_ref="INVOICE 2026-17", account_number="BE71 0961 2345 6769"))
        self.assertEqual((alarm.kind, alarm.state, alarm.date), ("paid_twice", "open", DAY + timedelta(days=30)))
        self.assertEqual(alarm.first_line_id.date, DAY)
        self.assertRegex(alarm.sentence, r"Molens van Deinze was paid .*120.00.* on 03/16/2026 and again on 04/15/2026")
        # An older one that arrives late makes an alarm of what is there already.
        self.assertEqual(self.arrive(self.vals(days=-2)).date, DAY)

    def test_three_at_once_are_two_too_many(self):
        alarms = self.arrive(self.vals(), self.vals(), self.vals())
        self.assertEqual(len(alarms), 2)
        self.assertFalse(self.env["ponto.payment.alarm"]._raise_for(alarms.statement_line_id))

    def test_another_amount_account_reference_or_day_is_no_alarm(self):
        different = (
            {"amount": -120.01},
            {"amount": 120.0, "days": -1},
            {"account_number": "BE83001234567815"},
            {"account_number": False},
            {"payment_ref": "Invoice 2026/18"},
            {"days": 31},
        )
        self.assertFalse(self.arrive(self.vals(), *(self.vals(**values) for values in different)))
        no_reference = {"amount": -7.0, "payment_ref": "Molens van Deinze"}
        self.assertFalse(self.arrive(self.vals(**no_reference), self.vals(**no_reference)))

    def test_a_payment_of_another_company_is_no_repetition(self):
        other = self._create_company("Elsewhere")
        self.env.user.company_ids |= other
        journal = self.env["account.journal"].create(
            {"name": "Bank", "code": "ELSE", "type": "bank", "company_id": other.id}
        )
        lines = self.env(context={"allowed_company_ids": (self.company | other).ids})["account.bank.statement.line"]
        lines = lines.create([self.vals(), self.vals(journal_id=journal.id)])
        self.assertFalse(self.env["ponto.payment.alarm"]._raise_for(lines))

    def test_a_standing_order_and_money_that_came_back_are_no_alarm(self):
        rent = {"amount": -900.0, "payment_ref": "Rent"}
        self.assertEqual(len(self.arrive(self.vals(days=-58, **rent), self.vals(days=-28, **rent))), 1)
        self.assertFalse(self.arrive(self.vals(**rent)))
        self.assertEqual(len(self.arrive(self.vals(days=3, **rent))), 1)
        self.assertFalse(self.arrive(self.vals(), self.vals(120.0, days=1), self.vals(days=2)))

    def test_money_that_stays_in_the_company_is_no_alarm(self):
        own = self.env["res.partner.bank"].create(
            {"acc_number": STRANGE_IBAN, "partner_id": self.company.partner_id.id}
        )
        self.env["account.journal"].create(
            {"name": "S", "code": "SAV", "type": "bank", "company_id": self.company.id, "bank_account_id": own.id}
        )
        values = {"account_number": STRANGE_IBAN, "partner_id": self.supplier.id}
        self.assertFalse(self.arrive(self.vals(**values), self.vals(**values)))

    # ------------------------------------------------------------------ unknown account

    def test_a_supplier_paid_on_an_account_that_is_not_in_its_file(self):
        contact = self.env["res.partner"].create({"name": "Accounts", "parent_id": self.supplier.id})
        known = self.vals(partner_id=contact.id, account_number="096-1234567-69")
        alarm = self.arrive(known, self.vals(-50.0, partner_id=contact.id, account_number=STRANGE_IBAN))
        self.assertEqual((alarm.kind, alarm.amount, alarm.partner_id), ("unknown_account", -50.0, self.supplier))
        self.assertRegex(alarm.sentence, f"Molens van Deinze was paid .*50.00.* on {STRANGE_IBAN}, which is not among")

    def test_what_was_dismissed_once_is_right_from_then_on(self):
        values = {"partner_id": self.supplier.id, "account_number": STRANGE_IBAN}
        alarm = self.arrive(self.vals(-50.0, **values))
        self.assertTrue(self.arrive(self.vals(-51.0, **values)))
        alarm.with_user(self.accountant).action_dismiss()
        self.assertEqual((alarm.state, alarm.dismissed_by_id), ("dismissed", self.accountant))
        self.assertTrue(alarm.dismissed_at)
        self.assertFalse(self.arrive(self.vals(-52.0, **values)))

    def test_an_empty_file_a_customer_and_a_direct_debit_are_no_alarm(self):
        self.assertFalse(
            self.arrive(
                self.vals(partner_id=self.env["res.partner"].create({"name": "New", "supplier_rank": 1}).id),
                self.vals(-1.0, account_number=STRANGE_IBAN),
                self.vals(2.0, partner_id=self.supplier.id, account_number=STRANGE_IBAN),
                self.vals(
                    -3.0,
                    partner_id=self.supplier.id,
                    account_number=STRANGE_IBAN,
                    transaction_details={"ref2": "M-1", "ref3": "BE12ZZZ"},
                ),
            )
        )

    def test_a_partner_that_a_user_finds_later_gives_the_alarm(self):
        self.assertFalse(self.arrive(self.vals(account_number=STRANGE_IBAN)))
        line = self.env["account.bank.statement.line"].search([], order="id desc", limit=1)
        payable = self.env["account.account"].search(
            [("account_type", "=", "liability_payable"), ("company_ids", "in", self.company.ids)], limit=1
        )
        finding = Finding(key=line.id, evidence="chosen", account_id=payable.id, partner_id=self.supplier.id)
        line = line.with_user(self.accountant)
        self.assertTrue(line.env["ponto.matching"]._apply({line: finding}, user=self.accountant))
        self.assertEqual(line.ponto_alarm_ids.mapped("kind"), ["unknown_account"])

    # ------------------------------------------------------------------ whole, and who may

    def test_an_import_from_ponto_raises_alarms(self):
        bank_account = self.open_account()
        for days_ago in (9, 4):
            self.pay(bank_account, "-75.00", days_ago, remittance_information="Invoice 9", counterpart_name="Baker")
        connection = self.connect_and_import()
        alarm = self.env["ponto.payment.alarm"].search([])
        self.assertEqual((alarm.kind, alarm.journal_id), ("paid_twice", connection.account_ids.journal_id))
        alarm.statement_line_id.unlink()
        self.assertFalse(alarm.exists())

    def test_who_may_see_and_who_may_dismiss(self):
        alarm = self.arrive(self.vals(), self.vals())
        self.assertTrue(alarm.with_user(self.invoicing).sentence)
        with self.assertRaises(AccessError):
            alarm.with_user(self.invoicing).action_dismiss()
        with self.assertRaises(AccessError):
            alarm.with_user(self.accountant).state = "dismissed"
        with self.assertRaises(AccessError):
            alarm.with_user(self.employee).read(["kind"])
        elsewhere = self._create_company("Elsewhere")
        stranger = self._create_user("ponto_alarm_stranger", "account.group_account_manager", elsewhere)
        with self.assertRaises(AccessError):
            alarm.with_user(stranger).action_dismiss()
        self.assertEqual(alarm.state, "open")

    def test_many_payments_cost_as_many_queries_as_one(self):
        lines = self.env["account.bank.statement.line"].create(
            [self.vals(-number, partner_id=self.supplier.id) for number in range(1, 13)]
        )

        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["ponto.payment.alarm"]._raise_for(lines)
            return self.env.cr.sql_log_count - before

        count(lines[:1])
        self.assertEqual(count(lines), count(lines[:1]))
