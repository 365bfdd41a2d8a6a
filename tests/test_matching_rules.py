import re
from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.matching.facts import Payment
from .common import PontoCase

DAY = date(2026, 3, 16)


@tagged("post_install", "-at_install")
class TestMatchingRules(PontoCase):
    """Automated reconciliation models book a payment as a whole, in the words of Odoo's own fields, or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create(
            {"name": "Bank", "code": "RULE", "type": "bank", "company_id": cls.company.id}
        )
        cls.fees = cls._account("Bank fees", "659001")
        cls.income = cls._account("Card income", "709001", "income")
        cls.matching = cls.env["ponto.matching"]
        cls.partner = cls.env["res.partner"].create({"name": "Acquirer"})

    @classmethod
    def _account(cls, name, code, account_type="expense"):
        return cls.env["account.account"].create(
            {"name": name, "code": code, "account_type": account_type, "company_ids": cls.company.ids}
        )

    def rule(self, *lines, **values):
        """Create an automated rule on bank fees; lines are values of its counterpart items."""
        return self.env["account.reconcile.model"].create(
            {
                "name": "Rule",
                "company_id": self.company.id,
                "trigger": "auto_reconcile",
                "line_ids": [
                    Command.create({"account_id": self.fees.id, **line})
                    for line in lines or ({"amount_string": "100"},)
                ],
                **values,
            }
        )

    def payment(self, amount=-12.5, label="Monthly FEE account", **values):
        return Payment(key=1, date=DAY, amount=amount, currency_id=self.company.currency_id.id, label=label, **values)

    def find(self, payments, journal=None):
        return self.matching._find_by_rules(self.matching._make_search(journal or self.journal, payments), payments)

    def items(self, *args, **kwargs):
        """Return account, amount and currency's amount of what a payment is booked on; None when on nothing."""
        finding = self.find([self.payment(*args, **kwargs)]).get(1)
        return finding and [
            (self.env["account.account"].browse(item["account_id"]).name, item["balance"])
            for item in finding.counterparts
        ]

    def assertApplied(self, *args, **kwargs):
        self.assertTrue(self.items(*args, **kwargs), (args, kwargs))

    def assertNotApplied(self, *args, **kwargs):
        self.assertFalse(self.items(*args, **kwargs), (args, kwargs))

    # ------------------------------------------------------------------ conditions

    def test_a_label_is_looked_for_in_label_details_and_note_whatever_its_case(self):
        rule = self.rule(match_label="contains", match_label_param="Fee")
        self.assertEqual(self.items(), [("Bank fees", 12.5)])
        self.assertApplied(label="Something", texts=("costs", "the fees of March"))
        self.assertApplied(label="Something", end_to_end_id="FEE-1")
        self.assertNotApplied(label="Something", partner_name="Fee Brothers")
        rule.match_label_param = "100%"
        self.assertNotApplied(label="1000 euros")
        self.assertApplied(label="paid for 100% now")

    def test_not_contains_and_regular_expressions(self):
        rule = self.rule(match_label="not_contains", match_label_param="rent")
        self.assertApplied()
        self.assertNotApplied(label="RENT of March")
        self.assertNotApplied(texts=("rent",))
        rule.write({"match_label": "match_regex", "match_label_param": r"^fee \d{3}$"})
        self.assertApplied(label="Fee 123")
        self.assertNotApplied(label="Fee 1234")

    def test_an_amount_without_sign_means_both_directions(self):
        rule = self.rule(match_amount="between", match_amount_min=10, match_amount_max=20)
        for amount in (10.0, 20.0, -10.0, -20.0):
            self.assertApplied(amount)
        for amount in (9.99, 20.01, -9.99, -20.01):
            self.assertNotApplied(amount)
        rule.match_amount = "lower"
        self.assertApplied(-20.0)
        self.assertNotApplied(-5000.0)
        rule.match_amount = "greater"
        self.assertApplied(10.0)
        self.assertNotApplied(9.99)

    def test_a_negative_bound_means_the_sign(self):
        self.rule(match_amount="between", match_amount_min=-20, match_amount_max=-10)
        self.assertApplied(-12.5)
        self.assertNotApplied(12.5)
        self.assertNotApplied(-20.01)

    def test_partner_journal_company_and_trigger_must_be_right(self):
        rule = self.rule(match_partner_ids=self.partner.ids)
        self.assertApplied(partner_id=self.partner.id)
        self.assertNotApplied()
        self.assertNotApplied(partner_id=self.company.partner_id.id)
        rule.write({"match_partner_ids": [Command.clear()], "match_label": "contains", "match_label_param": "fee"})
        self.assertApplied()
        other = self.journal.copy({"code": "OTHR"})
        rule.match_journal_ids = other
        self.assertNotApplied()
        rule.match_journal_ids |= self.journal
        self.assertApplied()
        rule.trigger = "manual"
        self.assertNotApplied()
        rule.write({"trigger": "auto_reconcile", "active": False})
        self.assertNotApplied()

    def test_a_rule_of_another_company_books_nothing_here(self):
        other = self._create_company("Elsewhere")
        self.rule(
            {"account_id": self.fees.copy({"company_ids": other.ids, "code": "659009"}).id},
            match_label="contains",
            match_label_param="fee",
            company_id=other.id,
        )
        self.assertNotApplied()

    def test_a_rule_without_conditions_or_account_books_nothing(self):
        fee = {"match_label": "contains", "match_label_param": "fee"}
        self.rule()
        self.assertNotApplied()
        rule = self.rule(match_label="contains", match_label_param=False)
        self.assertNotApplied()
        rule.unlink()
        for account in (self.env["account.account"], self.journal.suspense_account_id, self.journal.default_account_id):
            rule = self.rule({"account_id": account.id, "partner_id": self.partner.id}, **fee)
            self.assertNotApplied()
            rule.unlink()
        self.rule(**fee)
        self.assertApplied()

    def test_the_first_rule_in_the_order_of_the_database_decides(self):
        self.rule(match_label="contains", match_label_param="fee", sequence=20)
        first = self.rule({"account_id": self.income.id}, match_label="contains", match_label_param="fee", sequence=5)
        self.assertEqual(self.items(), [("Card income", 12.5)])
        # A rule that leaves something open is not passed over in silence.
        first.line_ids.amount_string = "50"
        self.assertFalse(self.items())

    def test_a_model_that_fails_over_one_payment_takes_nothing_from_the_others(self):
        self.rule(match_label="contains", match_label_param="fee")
        prepare = type(self.matching)._prepare_counterparts
        payments = [
            Payment(key=key, date=DAY, amount=-12.5, currency_id=self.company.currency_id.id, label=f"fee {key}")
            for key in range(7)
        ]
        errors = [None, OverflowError, TypeError, KeyError, AttributeError, re.error, UserError]

        def fail(matching, rule, journal, payment, partner_id):
            if error := errors[payment.key]:
                raise error("of another module")
            return prepare(matching, rule, journal, payment, partner_id)

        self.patch(type(self.matching), "_prepare_counterparts", fail)
        with self.assertLogs("odoo.addons.account_online_ponto", "ERROR") as logs:
            self.assertEqual(list(self.find(payments)), [0])
        self.assertEqual(len(logs.output), 1, "one tells of them all")

    # ------------------------------------------------------------------ counterpart items

    def test_percentages_of_the_balance_are_of_what_is_left(self):
        self.rule(
            {"amount_string": "50"}, {"account_id": self.income.id}, match_label="contains", match_label_param="fee"
        )
        self.assertEqual(self.items(-10.01), [("Bank fees", 5.01), ("Card income", 5.0)])
        self.assertEqual(self.items(10.01), [("Bank fees", -5.01), ("Card income", -5.0)])

    def test_percentages_of_the_line_take_all_of_it(self):
        half = {"amount_type": "percentage_st_line", "amount_string": "50"}
        rule = self.rule(half, {**half, "account_id": self.income.id}, match_label="contains", match_label_param="fee")
        self.assertEqual(self.items(-10.01), [("Bank fees", 5.01), ("Card income", 5.0)])
        rule.line_ids[:1].amount_string = "40"
        self.assertFalse(self.items(-10.01))

    def test_a_fixed_amount_is_a_debit_if_it_is_negative(self):
        self.rule(
            {"amount_type": "fixed", "amount_string": "-2.5"},
            {"account_id": self.income.id},
            match_label="contains",
            match_label_param="fee",
        )
        self.assertEqual(self.items(97.5), [("Bank fees", 2.5), ("Card income", -100.0)])
        self.assertEqual(self.items(-97.5), [("Bank fees", 2.5), ("Card income", 95.0)])

    def test_an_amount_from_the_label(self):
        rule = self.rule(
            {"account_id": self.income.id, "amount_type": "regex", "amount_string": r"BRT: ([\d.,]+)"},
            {},
            match_label="contains",
            match_label_param="BRT",
        )
        for text, gross in (
            ("1.003,07", 1003.07),
            ("1,003.07", 1003.07),
            ("1003", 1003.0),
            ("1.003", 1003.0),
            ("1003,5", 1003.5),
        ):
            self.assertEqual(
                self.items(1000.0, f"R:9672938 BRT: {text} C:"),
                [("Card income", -gross), ("Bank fees", round(gross - 1000, 2))],
            )
        self.assertEqual(self.items(-1000.0, "BRT: 1003"), [("Card income", 1003.0), ("Bank fees", -3.0)])
        for digits in (14, 400):  # no amount, whatever it is
            self.assertEqual(self.items(1000.0, "BRT: " + "9" * digits), [("Bank fees", -1000.0)])
        rule.line_ids[1].unlink()
        self.assertFalse(self.items(1000.0, "BRT: 1003,07"))
        self.assertTrue(self.items(1003.07, "BRT: 1003,07"))

    def test_taxes_are_included_in_what_the_bank_moved(self):
        tax, vat = self.new_tax(21)
        self.rule({"tax_ids": tax.ids}, match_label="contains", match_label_param="fee")
        self.assertEqual(self.items(-121.0), [("Bank fees", 100.0), (vat.name, 21.0)])
        self.assertEqual(self.items(-10.0), [("Bank fees", 8.26), (vat.name, 1.74)])
        self.company.tax_lock_date = DAY
        self.assertNotApplied(-121.0)
        self.company.tax_lock_date = False
        tax.price_include_override = "tax_included"
        self.assertEqual(self.items(-121.0), [("Bank fees", 100.0), (vat.name, 21.0)])
        finding = self.find([self.payment(121.0)])[1]
        refund = tax.refund_repartition_line_ids.filtered(lambda line: line.repartition_type == "tax")
        self.assertEqual(finding.counterparts[1]["tax_repartition_line_id"], refund.id)

    def test_the_counterparts_make_a_balanced_entry(self):
        """A payment in another currency, three items, taxes: every cent is somewhere, in both currencies."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "company_id": self.company.id, "name": DAY, "rate": 1.0937}
        )
        tax, _vat = self.new_tax(21)
        journal = self.journal.copy({"code": "USD", "currency_id": dollar.id})
        self.rule(
            {"amount_type": "percentage_st_line", "amount_string": "33.33", "tax_ids": tax.ids},
            {"amount_string": "33.33"},
            {"account_id": self.income.id},
            match_label="contains",
            match_label_param="fee",
        )
        lines = self.env["account.bank.statement.line"].create(
            [
                {"journal_id": journal.id, "date": DAY, "payment_ref": "fee", "amount": cents / 100}
                for cents in (-1, 7, -1013)
            ]
        )
        payments = [
            Payment(key=line.id, date=DAY, amount=line.amount, currency_id=dollar.id, label="fee") for line in lines
        ]
        for key, finding in self.find(payments, journal).items():
            line = lines.browse(key)
            liquidity, _suspense, _others = line._seek_for_lines()
            self.assertAlmostEqual(sum(item["balance"] for item in finding.counterparts), -liquidity.balance, 9)
            self.assertAlmostEqual(sum(item["amount_currency"] for item in finding.counterparts), -line.amount, 9)
        self.assertEqual(len(payments), 3)

    def test_a_rule_books_a_line_to_the_cent_and_undo_takes_it_back(self):
        tax, vat = self.new_tax(21)
        rule = self.rule({"tax_ids": tax.ids}, match_label="contains", match_label_param="fee")
        rule.next_activity_type_id = self.env.ref("mail.mail_activity_data_todo")
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": DAY, "payment_ref": "fee", "amount": -10.0}
        )
        finding = self.find(self.matching._get_payments(line))[line.id]
        self.assertEqual(self.matching._apply({line: finding}), line)
        _liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(suspense)
        self.assertEqual(line.ponto_match_ids.documents, "Rule")
        self.assertEqual(line.move_id.activity_ids.mapped("summary"), ["Rule"])
        # Of a base of 8.26 alone Odoo would make 1.73 of taxes.
        self.assertEqual(others.mapped("balance"), [8.26, 1.74])
        self.assertEqual((others[0].tax_ids, others[1].tax_line_id, others[1].account_id), (tax, tax, vat))
        self.assertEqual(others.reconcile_model_id, rule)
        self.assertTrue(line.is_reconciled)
        line.with_user(self.accountant).action_undo_match()
        self.assertEqual(line._seek_for_lines()[1].balance, 10.0)
        self.assertFalse(line._seek_for_lines()[2])

    def test_an_account_of_ponto_applies_rules_only_when_it_is_told_to(self):
        rule = self.rule(match_label="contains", match_label_param="fee")
        bank_account = self.open_account(opening_balance=0)
        connection = self.connect_and_import()
        account = connection.account_ids
        for matching, booked in (("off", 0), ("exact", 0), ("rules", 1)):
            account.matching = matching
            self.pay(bank_account, "-12.50", remittance_information=f"Fee, {matching}")
            self.synchronize(connection)
            self.assertEqual(len(self.lines_of(account).line_ids.filtered("reconcile_model_id")), booked, matching)
        line = self.lines_of(account).filtered("is_reconciled")
        self.assertEqual(line.payment_ref, "Fee, rules")
        self.assertEqual(line.line_ids.reconcile_model_id, rule)
        self.assertEqual(line.ponto_match_ids.mapped("evidence"), ["rule"])
        self.assertLedgerEqualsBank(account, bank_account)

    def new_tax(self, percent):
        """Create a purchase tax and the account it is booked on."""
        vat = self._account("VAT to recover", "411001", "asset_current")
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": vat.id}),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": f"{percent}%",
                "amount": percent,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
                "tax_group_id": self.env["account.tax.group"]
                .search([("company_id", "=", self.company.id)], limit=1)
                .id,
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
            }
        )
        return tax, vat

    # ------------------------------------------------------------------ cost

    def test_many_payments_cost_as_many_queries_as_one(self):
        tax, _vat = self.new_tax(21)
        self.rule({"tax_ids": tax.ids}, match_label="contains", match_label_param="fee")
        self.rule(match_amount="lower", match_amount_max=5)

        def count(number):
            payments = [
                Payment(key=key, date=DAY, amount=-12.5, currency_id=self.company.currency_id.id, label="fee")
                for key in range(number)
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.find(payments)), number)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(100), count(1))
