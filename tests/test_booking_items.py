"""The items of a booking: those that Odoo makes of a journal entry whose bases were typed."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..models.booking.items import Booking, make_items
from ..models.booking.replacing import replace_items, restore_items
from .match_case import MatchCase

# What tells one entry from another, whatever is booked.
OWN = {
    "id",
    "sequence",
    "move_id",
    "move_name",
    "parent_state",
    "statement_line_id",
    "statement_id",
    "create_date",
    "write_date",
    "create_uid",
    "write_uid",
}


class BookingCase(MatchCase):
    """Taxes as a Belgian company has them, each with tags of its own."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls.env["account.account"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "account_type": kind,
                    "company_ids": cls.company.ids,
                    "reconcile": reconcile,
                }
                for name, code, kind, reconcile in (
                    ("Input tax", "411099", "asset_current", False),
                    ("Output tax", "451099", "liability_current", False),
                    ("Tax not due yet", "451098", "liability_current", True),
                    ("Restaurants", "614099", "expense", False),
                    ("Current account of the director", "416099", "asset_current", False),
                )
            ]
        )
        cls.input, cls.output, cls.transition, cls.restaurants, cls.director = cls.accounts
        cls.company.tax_exigibility = True
        cls.company.account_fiscal_country_id = cls.env.ref("base.be")
        cls.tax_group = cls.env["account.tax.group"].create(
            {"name": "Taxes", "company_id": cls.company.id, "country_id": cls.env.ref("base.be").id}
        )
        cls.full = cls.make_tax("21 %", 21, [(100, cls.input)])
        cls.half = cls.make_tax("21 % half", 21, [(50, cls.input), (50, None)])
        cls.third = cls.make_tax("21 % 35", 21, [(35, cls.input), (65, None)])
        cls.none = cls.make_tax("21 % not deductible", 21, [(100, None)])
        cls.reverse = cls.make_tax("21 % cocontractor", 21, [(100, cls.input), (-100, cls.output)])
        cls.twelve = cls.make_tax("12 %", 12, [(100, cls.input)])
        cls.sold = cls.make_tax("21 % sold", 21, [(100, cls.output)], "sale")
        cls.due_on_payment = cls.make_tax(
            "21 % on payment",
            21,
            [(100, cls.input)],
            tax_exigibility="on_payment",
            cash_basis_transition_account_id=cls.transition.id,
        )

    @classmethod
    def make_tax(cls, name, amount, shares, kind="purchase", **values):
        """Create a tax; each of its shares, and its base, has a tag of its own."""
        repartitions = {}
        for document in ("invoice", "refund"):
            tags = cls.env["account.account.tag"].create(
                [
                    {
                        "name": f"{name} {document} {number}",
                        "applicability": "taxes",
                        "country_id": cls.env.ref("base.be").id,
                    }
                    for number in range(len(shares) + 1)
                ]
            )
            repartitions[f"{document}_repartition_line_ids"] = [
                Command.create({"repartition_type": "base", "tag_ids": tags[0].ids}),
                *(
                    Command.create(
                        {
                            "repartition_type": "tax",
                            "factor_percent": percent,
                            "account_id": account.id if account else False,
                            "tag_ids": tag.ids,
                        }
                    )
                    for (percent, account), tag in zip(shares, tags[1:], strict=True)
                ),
            ]
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": kind,
                "tax_group_id": cls.tax_group.id,
                "company_id": cls.company.id,
                "country_id": cls.env.ref("base.be").id,
                **repartitions,
                **values,
            }
        )

    def booking(self, account, amount, *taxes, **values):
        return Booking(account.id, amount, "Lunch", tax_ids=tuple(tax.id for tax in taxes), **values)

    def book(self, line, *bookings):
        """Book a bank transaction by the engine; return the items besides the bank's own."""
        replace_items(self.env, {line: make_items(line, list(bookings))})
        return line.line_ids - line._seek_for_lines()[0]

    def get_columns(self, items):
        """Return what the items of an entry say, in no order."""
        names = [
            name
            for name, field in items._fields.items()
            if field.store and field.type != "one2many" and name not in OWN
        ]
        rows = []
        for item in items:
            row = item.read(names, load="")[0]
            del row["id"]
            rows.append({name: sorted(value) if isinstance(value, list) else value for name, value in row.items()})
        return sorted(rows, key=lambda row: (row["account_id"], row["tax_repartition_line_id"] or 0, row["balance"]))

    def type_entry(self, line, items):
        """Let Odoo make the same entry of typed bases; return its items besides the bank's own.

        The cent that does not divide, which Odoo puts on the bank's account, is put on the largest tax item.
        """
        typed = items.filtered(lambda item: not item.tax_repartition_line_id)
        liquidity = line._seek_for_lines()[0]
        move = self.env["account.move"].create(
            {
                "journal_id": line.journal_id.id,
                "date": line.date,
                "partner_id": line.partner_id.id,
                "currency_id": line.move_id.currency_id.id,
                "line_ids": [
                    Command.create(
                        {
                            "name": item.name,
                            "account_id": item.account_id.id,
                            "partner_id": item.partner_id.id,
                            "currency_id": item.currency_id.id,
                            "amount_currency": item.amount_currency,
                            "balance": item.balance,
                            "tax_ids": [Command.set(item.tax_ids.ids)],
                            "analytic_distribution": item.analytic_distribution,
                        }
                    )
                    for item in typed
                ]
                + [
                    Command.create(
                        {
                            "name": liquidity.name,
                            "account_id": liquidity.account_id.id,
                            "currency_id": liquidity.currency_id.id,
                            "amount_currency": liquidity.amount_currency,
                            "balance": liquidity.balance,
                        }
                    )
                ],
            }
        )
        return move.line_ids.filtered(lambda item: item.account_id != liquidity.account_id)

    def assertAsTyped(self, line, items, most_cents=1):
        """Assert that items are those that Odoo makes of their bases, but for cents of the tax."""
        found, typed = self.get_columns(items), self.get_columns(self.type_entry(line, items))
        self.assertEqual(len(found), len(typed), [row["name"] for row in typed])
        amounts = ("balance", "amount_currency", "debit", "credit", "amount_residual", "amount_residual_currency")
        amounts += ("price_unit", "price_subtotal", "price_total")
        for mine, theirs in zip(found, typed, strict=True):
            cents = abs(mine["balance"] - theirs["balance"])
            if cents:
                self.assertTrue(mine["tax_repartition_line_id"], "a cent of a base")
                self.assertLess(cents, 0.01 * most_cents + 0.001)
                theirs.update({name: mine[name] for name in amounts})
            self.assertEqual(mine, theirs)
        self.assertAlmostEqual(sum(row["balance"] for row in found), -line._seek_for_lines()[0].balance, 2)


@tagged("post_install", "-at_install")
class TestBookingItems(BookingCase):
    def test_each_tax_is_divided_as_odoo_divides_it(self):
        for tax in (self.full, self.half, self.third, self.none, self.reverse, self.twelve, self.due_on_payment):
            for amount in (-100.0, 60.5, -0.14):
                with self.subTest(tax=tax.name, amount=amount):
                    line = self.line(amount)
                    items = self.book(line, self.booking(self.restaurants, amount, tax))
                    self.assertTrue(line.is_reconciled)
                    self.assertAsTyped(line, items)

    def test_the_tags_are_those_of_the_tax(self):
        items = self.book(line := self.line(-121.0), self.booking(self.restaurants, -121.0, self.full))
        base, tax = items.filtered("tax_ids"), items.filtered("tax_repartition_line_id")
        self.assertEqual((base.balance, tax.balance, tax.tax_base_amount), (100.0, 21.0, 100.0))
        self.assertEqual((base.tax_tag_ids.name, tax.tax_tag_ids.name), ("21 % invoice 0", "21 % invoice 1"))
        back = self.book(self.line(121.0), self.booking(self.restaurants, 121.0, self.full))
        self.assertEqual(set(back.tax_tag_ids.mapped("name")), {"21 % refund 0", "21 % refund 1"})
        sold = self.book(self.line(121.0), self.booking(self.expense, 121.0, self.sold))
        self.assertEqual(set(sold.tax_tag_ids.mapped("name")), {"21 % sold invoice 0", "21 % sold invoice 1"})
        self.assertEqual(line.move_id.state, "posted")

    def test_a_tax_due_on_payment_is_due_with_what_moved_money(self):
        items = self.book(self.line(-121.0), self.booking(self.restaurants, -121.0, self.due_on_payment))
        tax = items.filtered("tax_repartition_line_id")
        self.assertEqual(tax.account_id, self.input, "not the transition account")
        self.assertEqual(
            set(items.tax_tag_ids.mapped("name")), {"21 % on payment invoice 0", "21 % on payment invoice 1"}
        )

    def test_a_tax_due_on_payment_waits_beside_what_is_owed(self):
        payable = self.insurer.with_company(self.company).property_account_payable_id
        line = self.line(-150.0)
        items = self.book(
            line,
            self.booking(self.restaurants, -121.0, self.due_on_payment),
            self.booking(payable, -29.0, partner_id=self.insurer.id),
        )
        self.assertFalse(items.tax_tag_ids)
        self.assertIn(self.transition, items.account_id)
        self.assertAsTyped(line, items)

    def test_a_tax_of_several_lines_is_one_item(self):
        line = self.line(-200.0)
        items = self.book(
            line, *(self.booking(self.restaurants, -100.0, self.full, partner_id=self.insurer.id) for _ in range(2))
        )
        self.assertEqual(len(items.filtered("tax_repartition_line_id")), 1)
        self.assertAsTyped(line, items, most_cents=2)

    def test_lines_with_and_without_taxes_stand_together_and_the_rest_is_open(self):
        line = self.line(-100.0)
        items = self.book(line, self.booking(self.restaurants, -60.5, self.half), self.booking(self.director, -20.0))
        _liquidity, suspense, others = line._seek_for_lines()
        self.assertEqual(suspense.balance, 19.5)
        self.assertFalse(line.is_reconciled)
        self.assertEqual(sum(others.mapped("balance")), 80.5)
        self.assertAsTyped(line, items)

    def test_the_default_tax_of_an_account_is_never_filled_in(self):
        self.restaurants.tax_ids = self.full
        env = self.env(context={**self.env.context, "account_default_taxes": True})
        whole, part = self.line(-121.0).with_env(env), self.line(-121.0).with_env(env)
        for line, amount in ((whole, -121.0), (part, -100.0)):
            replace_items(env, {line: make_items(line, [self.booking(self.restaurants, amount)])})
            items = line._seek_for_lines()[2]
            self.assertEqual(items.account_id, self.restaurants)
            self.assertFalse(items.tax_ids | items.tax_line_id)

    def test_a_booking_without_tax_is_as_typed_however_it_is_written(self):
        line = self.line(-50.0, partner_id=self.insurer.id)
        suspense = line._seek_for_lines()[1]
        items = self.book(line, Booking(self.restaurants.id, -50.0, "Lunch with a customer", self.customer.id))
        self.assertEqual(items, suspense, "the suspense item itself: nothing is deleted")
        self.assertEqual((items.name, items.partner_id), ("Lunch with a customer", self.customer))
        self.assertAsTyped(line, items)

    def test_an_analytic_distribution_goes_where_odoo_puts_it(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        shop = self.env["account.analytic.account"].create(
            {"name": "Ghent", "plan_id": plan.id, "company_id": self.company.id}
        )
        for tax in (self.full, self.half):
            for taxes in ((tax,), ()):
                line = self.line(-121.0)
                items = self.book(
                    line, self.booking(self.restaurants, -121.0, *taxes, distribution={str(shop.id): 100.0})
                )
                self.assertAsTyped(line, items)
                base = items.filtered(lambda item: not item.tax_line_id)
                self.assertEqual(base.analytic_line_ids.amount, -base.balance)

    def test_a_journal_in_another_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "name": fields.Date.today() - timedelta(days=60),
                "currency_id": usd.id,
                "company_id": self.company.id,
                "rate": 1.1337,
            }
        )
        journal = self.env["account.journal"].create(
            {"name": "USD", "code": "USD", "type": "bank", "company_id": self.company.id, "currency_id": usd.id}
        )
        for amount in (-121.0, -99.99, -0.07):
            for bookings in ([(1.0, self.full)], [(1.0, self.half)], [(1.0, None)], [(0.5, self.full), (0.25, None)]):
                line = self.line(amount, journal_id=journal.id)
                items = self.book(
                    line,
                    *(
                        self.booking(self.restaurants, usd.round(amount * share), *([tax] if tax else []))
                        for share, tax in bookings
                        if usd.round(amount * share)
                    ),
                )
                self.assertEqual(items.currency_id, usd)
                self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0.0, 2)
                self.assertAlmostEqual(sum(line.line_ids.mapped("amount_currency")), 0.0, 2)
                self.assertAsTyped(line, items, most_cents=2)

    def test_an_amount_in_another_currency_than_that_of_the_journal_keeps_it(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        line = self.line(-100.0, foreign_currency_id=usd.id, amount_currency=-113.0)
        items = self.book(line, self.booking(self.restaurants, -60.0, self.full))
        self.assertEqual((line.foreign_currency_id, line.amount_currency), (usd, -113.0))
        self.assertEqual(items.currency_id, usd)
        self.assertAlmostEqual(sum(items.mapped("amount_currency")), 113.0, 2)
        self.assertAlmostEqual(sum(items.mapped("balance")), 100.0, 2)
        self.assertAlmostEqual(line._seek_for_lines()[1].balance, 40.0, 2)


@tagged("post_install", "-at_install")
class TestManyAtOnce(BookingCase):
    """The cost of many: a few statements for all of them, not for each."""

    def make_lines(self, count):
        return self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.match_journal.id,
                    "date": fields.Date.today(),
                    "amount": -121.0,
                    "payment_ref": f"{n}",
                }
                for n in range(count)
            ]
        )

    def count_queries(self, count, what):
        lines = self.make_lines(count)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        what(lines)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def book_all(self, lines, *taxes):
        replace_items(
            self.env, {line: make_items(line, [self.booking(self.restaurants, line.amount, *taxes)]) for line in lines}
        )

    def test_ten_more_cost_few_statements(self):
        for taxes, most in (((), 2), ((self.full,), 8)):
            few = self.count_queries(10, lambda lines, taxes=taxes: self.book_all(lines, *taxes))
            many = self.count_queries(30, lambda lines, taxes=taxes: self.book_all(lines, *taxes))
            self.assertLessEqual((many - few) / 20, most, f"{few} statements for 10, {many} for 30")

    def test_restoring_leaves_what_odoo_leaves(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        shop = self.env["account.analytic.account"].create({"name": "Ghent", "plan_id": plan.id})
        for taxes in ((self.full,), ()):
            mine, theirs = self.make_lines(3), self.make_lines(3)
            for line in mine | theirs:
                self.book(line, self.booking(self.restaurants, -121.0, *taxes, distribution={str(shop.id): 100.0}))
            self.assertTrue(all((mine | theirs).mapped("is_reconciled")))
            restore_items(self.env, mine)
            theirs.action_undo_reconciliation()
            for one, other in zip(mine, theirs, strict=True):
                self.assertFalse(one.is_reconciled)
                self.assertTrue(one.label_editable)
                self.assertFalse(one.line_ids.analytic_line_ids)
                self.assertEqual(one.amount_residual, other.amount_residual)
                self.assertEqual(self.get_columns(one.line_ids), self.get_columns(other.line_ids))
