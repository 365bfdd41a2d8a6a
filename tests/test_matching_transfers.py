from datetime import date, timedelta

from odoo.tests import tagged

from ..models.matching.facts import Payment
from .common import PontoCase

DAY = date(2026, 3, 16)
CURRENT = "BE68539007547034"
SAVINGS = "BE71096123456769"
DOMESTIC_SAVINGS = "096-1234567-69"


@tagged("post_install", "-at_install")
class TestMatchingTransfers(PontoCase):
    """Money between the company's own journals goes through the transfer account, seen from both sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.transfer_account = cls.company.transfer_account_id
        cls.current, cls.savings = cls._journal("CUR", CURRENT), cls._journal("SAV", SAVINGS)
        cls.matching = cls.env["ponto.matching"]

    @classmethod
    def _journal(cls, code, number, **values):
        account = number and cls.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": cls.company.partner_id.id}
        )
        return cls.env["account.journal"].create(
            {
                "name": code,
                "code": code,
                "type": "bank",
                "company_id": cls.company.id,
                "bank_account_id": account and account.id,
                **values,
            }
        )

    def payment(self, amount=-500.0, key=1, days=0, number=SAVINGS, **values):
        return Payment(
            key=key,
            date=DAY + timedelta(days=days),
            amount=amount,
            currency_id=self.company.currency_id.id,
            label="To savings",
            account_number=number,
            **values,
        )

    def other_side(self, amount=500.0, days=0, journal=None, number=CURRENT, **values):
        """Book the other side, as a user or another feed did; return its open item."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.savings).id,
                "date": DAY + timedelta(days=days),
                "amount": amount,
                "payment_ref": "From current",
                "account_number": number,
                "counterpart_account_id": self.transfer_account.id,
                **values,
            }
        )
        return line.line_ids.filtered(lambda item: item.account_id == self.transfer_account)

    def find(self, *payments, journal=None):
        return self.matching._find_transfers(self.matching._make_search(journal or self.current, payments), payments)

    def assertAlone(self, *payments):
        """Assert that payments are transfers, and that nothing is settled by them."""
        found = self.find(*payments)
        self.assertEqual({finding.item_ids for finding in found.values()}, {()})
        self.assertEqual(len(found), len(payments))

    def test_the_first_side_is_booked_on_the_transfer_account(self):
        finding = self.find(self.payment())[1]
        self.assertEqual(finding.account_id, self.transfer_account.id)
        self.assertEqual((finding.evidence, finding.item_ids, finding.partner_id), ("transfer", (), 0))

    def test_the_second_side_settles_the_first_from_either_journal(self):
        item = self.other_side()
        finding = self.find(self.payment())[1]
        self.assertEqual(finding.item_ids, (item.id,))
        came_in = self.payment(300.0)
        back = self.other_side(-300.0, days=2)
        self.assertEqual(self.find(came_in)[1].item_ids, (back.id,))
        seen_from_savings = self.other_side(-40.0, journal=self.current, number=SAVINGS)
        finding = self.find(self.payment(40.0, number=CURRENT), journal=self.savings)[1]
        self.assertEqual(finding.item_ids, (seen_from_savings.id,))

    def test_a_journal_without_feed_and_a_domestic_number_count(self):
        item = self.other_side(number=False)
        self.assertEqual(self.find(self.payment(number=DOMESTIC_SAVINGS))[1].item_ids, (item.id,))

    def test_what_is_not_between_journals_of_the_company_is_no_transfer(self):
        other = self._create_company("Elsewhere")
        stranger = "BE43068999999501"
        account = self.env["res.partner.bank"].create({"acc_number": stranger, "partner_id": other.partner_id.id})
        self.env["account.journal"].create(
            {"name": "X", "code": "XX", "type": "bank", "company_id": other.id, "bank_account_id": account.id}
        )
        for number in ("", stranger, CURRENT, "BE83001234567815"):
            self.assertFalse(self.find(self.payment(number=number)), number)
        self.assertFalse(self.find(self.payment(0.0)))
        self.company.transfer_account_id = False
        self.assertFalse(self.find(self.payment()))

    def test_another_amount_direction_day_or_place_settles_nothing(self):
        for values in (
            {"amount": 500.01},
            {"amount": -500.0},
            {"days": 6},
            {"days": -6},
            {"number": "BE43068999999501"},
            {"journal": self._journal("THRD", "BE83001234567815")},
        ):
            item = self.other_side(**values)
            self.assertAlone(self.payment())
            item.move_id.line_ids.remove_move_reconcile()
        settled = self.other_side()
        (settled | self.other_side(-500.0, journal=self.current, number=SAVINGS)).reconcile()
        self.assertAlone(self.payment())
        partly = self.other_side()
        (partly | self.other_side(-100.0, journal=self.current, number=SAVINGS)).reconcile()
        self.assertAlone(self.payment())

    def test_twins_are_booked_and_not_paired(self):
        self.other_side()
        self.assertAlone(self.payment(), self.payment(key=2))
        self.other_side(days=1)
        self.assertAlone(self.payment())

    def test_a_side_that_waits_already_is_a_rival(self):
        self.other_side(-500.0, days=-1, journal=self.current, number=SAVINGS)
        self.other_side()
        self.assertAlone(self.payment())

    def test_two_sides_that_are_applied_together_settle_each_other(self):
        sides = [
            {"journal_id": self.current.id, "amount": -500.0, "account_number": SAVINGS},
            {"journal_id": self.savings.id, "amount": 500.0, "account_number": CURRENT},
            {"journal_id": self.current.id, "amount": -20.0, "account_number": SAVINGS},
        ]
        lines = self.env["account.bank.statement.line"].create(
            [{"date": DAY, "payment_ref": "Transfer", **values} for values in sides]
        )
        findings = {}
        for line in lines:
            found = self.find(*self.matching._get_payments(line), journal=line.journal_id)
            findings[line] = found[line.id]
        self.assertEqual(self.matching._apply(findings, user=self.accountant), lines)
        self.assertEqual(set(lines.mapped("is_reconciled")), {True})
        items = [line.line_ids.filtered(lambda item: item.account_id == self.transfer_account) for line in lines]
        self.assertEqual([item.reconciled for item in items], [True, True, False])
        self.assertEqual(lines.ponto_match_ids.mapped("evidence"), ["transfer"] * 3)
        # What has changed meanwhile is not settled in part.
        late = lines.create({"date": DAY, "payment_ref": "Late", **sides[1], "amount": 20.0})
        finding = self.find(*self.matching._get_payments(late), journal=self.savings)[late.id]
        self.assertEqual(finding.item_ids, (items[2].id,))
        (items[2] | self.other_side(5.0)).reconcile()
        self.assertFalse(self.matching._apply({late: finding}))
        self.assertFalse(late.is_reconciled)

    def test_accounts_of_ponto_book_and_settle_both_sides(self):
        self.env["account.journal"].browse((self.current | self.savings).ids).bank_account_id.unlink()
        first = self.open_account()
        second = self.open_account(reference=SAVINGS, opening_balance=0)
        connection = self.connect_and_import()
        self.pay(first, "-500.00", counterpart_reference=SAVINGS, days_ago=3)
        self.pay(second, "500.00", counterpart_reference=CURRENT, days_ago=1)
        self.synchronize(connection)
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "in", connection.account_ids.journal_id.ids)]
        )
        self.assertEqual(len(lines), 2)
        items = lines.line_ids.filtered(lambda item: item.account_id == self.transfer_account)
        self.assertEqual((len(items), set(items.mapped("reconciled"))), (2, {True}))
        self.assertEqual(sum(connection.account_ids.synchronization_ids.mapped("matched_count")), 2)
        self.assertFalse(self.env["ponto.payment.alarm"].search([]))

    def test_two_currencies_are_a_transfer_that_no_amount_can_prove(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        # One bank account, two currencies: only one of the journals carries the number.
        journal = self._journal("USD", False, currency_id=dollar.id)
        self.other_side(journal=journal)
        self.assertAlone(self.payment())

    def test_many_payments_cost_as_many_queries_as_one(self):
        for number in range(8):
            self.other_side(100.0 + number)

        def count(number):
            payments = [self.payment(-100.0 - key, key=key) for key in range(number)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.find(*payments)
            self.assertEqual(sum(bool(finding.item_ids) for finding in found.values()), number)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(8), count(1))
