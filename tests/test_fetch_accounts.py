from datetime import date, timedelta
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import IBAN, OTHER_IBAN, PontoCase


@tagged("post_install", "-at_install")
class TestFetchAccounts(PontoCase):
    """Fetch Accounts: every account of every bank, each in the right journal."""

    def new_journal(self, **kwargs):
        values = {"name": "Existing", "code": "XBNK", "type": "bank", "company_id": self.company.id, **kwargs}
        return self.env["account.journal"].create(values)

    def line_of(self, wizard, bank_account):
        return wizard.line_ids.filtered(lambda line: line.account_id.ponto_id == bank_account.id)

    # ------------------------------------------------------------------ one list

    def test_accounts_of_all_institutions_are_listed_those_of_the_opened_one_first(self):
        beta = self.bank.add_institution("Alpha Beta Bank", bic="ALFABEBB", status="beta")
        self.open_account()
        second = self.open_account(institution=beta, reference=OTHER_IBAN)
        connection, wizard = self.connect()
        self.assertEqual(len(wizard.line_ids), 2)
        self.assertIn("Beta bank", self.line_of(wizard, second).note)
        self.assertTrue(self.line_of(wizard, second).selected)
        for institution in connection.institution_ids:
            action = institution.action_fetch_accounts()
            opened = self.env["ponto.account.fetch"].browse(action["res_id"])
            self.assertEqual(opened.line_ids[0].institution_id, institution)

    def test_what_is_proposed(self):
        usual = self.open_account()
        securities = self.open_account(reference="BE43068999999501", subtype="securities")
        deprecated = self.open_account(reference=OTHER_IBAN, deprecated=True)
        foreign = self.open_account(reference="BE62510007547061", holder_name="Jan Janssens")
        _connection, wizard = self.connect()
        ticked = {
            account: self.line_of(wizard, account).selected for account in (usual, securities, deprecated, foreign)
        }
        self.assertEqual(list(ticked.values()), [True, False, False, False])
        self.assertIn("Its holder is Jan Janssens", self.line_of(wizard, foreign).note)

    def test_more_than_a_hundred_accounts_are_all_found(self):
        for number in range(103):
            self.open_account(reference=f"4111 11XX XXXX {number:04d}", reference_type="MASKEDPAN", subtype="card")
        connection, wizard = self.connect()
        self.assertEqual(len(wizard.line_ids), 103)
        self.assertEqual(len(connection.account_ids), 103)

    # ------------------------------------------------------------------ journals

    def test_a_journal_is_found_by_number_and_currency(self):
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "BE68 5390 0754 7034", "partner_id": self.company.partner_id.id}
        )
        journal = self.new_journal(bank_account_id=bank.id)
        euro = self.open_account()
        dollar = self.open_account(currency="USD")
        _connection, wizard = self.connect()
        self.assertEqual(self.line_of(wizard, euro).journal_id, journal)
        self.assertFalse(self.line_of(wizard, dollar).journal_id)

    def test_the_second_currency_of_a_number_gets_a_journal_of_its_own(self):
        self.env.ref("base.USD").active = True
        self.open_account()
        self.open_account(currency="USD")
        connection, wizard = self.connect()
        self.choose(wizard)
        journals = connection.account_ids.journal_id
        self.assertEqual(len(journals), 2)
        dollar = journals.filtered(lambda journal: journal.currency_id.name == "USD")
        self.assertFalse(dollar.bank_account_id)
        self.assertEqual((journals - dollar).bank_account_id.sanitized_acc_number, IBAN)
        self.assertEqual(len(journals.default_account_id), 2)
        self.assertEqual(dollar.default_account_id.currency_id.name, "USD")

    def test_each_card_has_a_credit_card_journal_and_a_ledger_account_of_its_own(self):
        cards = [
            self.open_account(
                reference=f"5355 XXXX XXXX {number}",
                reference_type="MASKEDPAN",
                subtype="card",
                opening_balance=Decimal(0),
            )
            for number in (1111, 2222)
        ]
        self.pay(cards[0], "-10.00")
        self.pay(cards[1], "-20.00")
        connection = self.connect_and_import()
        journals = connection.account_ids.journal_id
        self.assertEqual(journals.mapped("type"), ["credit", "credit"])
        self.assertEqual(len(journals.default_account_id), 2)
        self.assertEqual(set(journals.default_account_id.mapped("account_type")), {"liability_credit_card"})
        for account in connection.account_ids:
            card = next(card for card in cards if card.id == account.ponto_id)
            self.assertLedgerEqualsBank(account, card)

    def test_an_administrator_of_invoicing_creates_the_journals(self):
        self.open_account()
        connection = self.new_connection()
        action = connection.with_user(self.accountant).action_connect()
        wizard = self.env["ponto.account.fetch"].with_user(self.accountant).browse(action["res_id"])
        self.choose(wizard)
        self.assertEqual(connection.account_ids.journal_id.bank_statements_source, "ponto")
        self.assertTrue(connection.account_ids.journal_id.bank_account_id)

    def test_journals_that_cannot_take_the_account_are_refused_in_a_sentence(self):
        self.env.ref("base.USD").active = True
        other = self._create_company("Other Company")
        sale = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        foreign = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", other.id)], limit=1)
        hashed = self.new_journal(code="HASH")
        hashed.restrict_mode_hash_table = True
        dollar = self.new_journal(code="USDJ", currency_id=self.env.ref("base.USD").id)
        self.open_account()
        connection, wizard = self.connect()
        for journal, sentence in (
            (sale, "neither a bank nor a credit card"),
            (foreign, "belongs to another company"),
            (hashed, "secures posted entries"),
            (dollar, "not in EUR"),
        ):
            with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
                wizard.line_ids.write({"selected": True, "journal_id": journal.id})
                wizard.action_confirm()
            self.assertFalse(connection.account_ids.linked)

    def test_one_journal_takes_one_account(self):
        journal = self.new_journal()
        self.open_account()
        self.open_account(reference=OTHER_IBAN)
        _connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "journal_id": journal.id})
        with self.assertRaisesRegex(UserError, "already synchronized with"), self.env.cr.savepoint():
            wizard.action_confirm()

    def test_another_feed_of_the_journal_is_said_and_switched_off(self):
        journal = self.new_journal()
        self.env.cr.execute(
            "UPDATE account_journal SET bank_statements_source = 'other_feed' WHERE id = %s", [journal.id]
        )
        journal.invalidate_recordset()
        self.open_account()
        _connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "journal_id": journal.id})
        self.assertIn("Existing has another bank feed, other_feed; it is switched off.", wizard.line_ids.note)
        wizard.action_confirm()
        self.assertEqual(journal.bank_statements_source, "ponto")

    def test_an_unticked_account_stops_with_a_farewell_and_everything_stays(self):
        bank_account = self.open_account()
        self.pay(bank_account, "1.00")
        connection = self.connect_and_import()
        account, journal = connection.account_ids, connection.account_ids.journal_id
        action = connection.action_fetch_accounts()
        wizard = self.env["ponto.account.fetch"].browse(action["res_id"])
        with Form(wizard) as form, form.line_ids.edit(0) as line:
            line.selected = False
        self.assertIn("will stop synchronizing", wizard.farewell)
        wizard.action_confirm()
        self.assertEqual(account.state, "unlinked")
        self.assertEqual(journal.bank_statements_source, "undefined")
        self.pay(bank_account, "2.00")
        self.synchronize(connection)
        self.assertBooked(account, "1.00")
        wizard = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        self.assertEqual(wizard.line_ids.journal_id, journal)
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(account, "1.00", "2.00")

    def test_an_account_with_lines_does_not_move_to_another_journal(self):
        self.pay(self.open_account(), "1.00")
        connection = self.connect_and_import()
        wizard = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        wizard.line_ids.journal_id = self.new_journal()
        with self.assertRaisesRegex(UserError, "cannot move"), self.env.cr.savepoint():
            wizard.action_confirm()

    def test_refresh_says_what_appeared_and_what_vanished(self):
        first = self.open_account()
        connection, wizard = self.connect()
        self.choose(wizard)
        self.bank.remove_account(first)
        self.open_account(reference=OTHER_IBAN)
        wizard = self.env["ponto.account.fetch"].browse(wizard.action_refresh()["res_id"])
        self.assertIn(OTHER_IBAN, wizard.news)
        self.assertIn(f"No longer shared by Ponto: Bank van Brabant {IBAN}", wizard.news)
        gone = connection.account_ids.filtered(lambda account: account.reference == IBAN)
        self.assertEqual(gone.state, "off")
        self.assertEqual(self.line_of(wizard, first).selected, False)
        again = self.env["ponto.account.fetch"].browse(wizard.action_refresh()["res_id"])
        self.assertEqual(again.news, "Nothing new in Ponto.")

    # ------------------------------------------------------------------ start dates

    def test_start_dates_of_an_empty_journal(self):
        bank_account = self.open_account()
        today = date.today()
        for number in reversed(range(120)):
            self.pay(bank_account, "1.00", day=today - timedelta(days=number))
        connection, wizard = self.connect()
        line = wizard.line_ids
        self.assertEqual(line.import_scope, "latest")
        self.assertEqual(line.import_from, today - timedelta(days=99))
        self.assertEqual(line.transaction_count, 100)
        line.import_scope = "year"
        self.assertEqual(line.import_from, today.replace(month=1, day=1))
        line.import_scope = "quarter"
        self.assertEqual(line.import_from, today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1))
        line.import_scope = "latest"
        line.selected = True
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, *["1.00"] * 100)
        self.assertEqual(len(connection.account_ids.transaction_ids), 120)

    def test_a_journal_that_never_agreed_starts_before_its_last_line(self):
        day = date.today() - timedelta(days=10)
        bank = self.env["res.partner.bank"].create({"acc_number": IBAN, "partner_id": self.company.partner_id.id})
        journal = self.new_journal(bank_account_id=bank.id)
        self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": day, "payment_ref": "Typed", "amount": 5.0}
        )
        bank_account = self.open_account()
        self.pay(bank_account, "5.00", day=day)
        self.pay(bank_account, "6.00", day=day + timedelta(days=1))
        connection, wizard = self.connect()
        self.assertEqual(wizard.line_ids.import_from, day - timedelta(days=10))
        self.assertIn("has transactions until", wizard.line_ids.note)
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "5.00", "6.00")

    def test_who_may_not(self):
        self.open_account()
        connection, wizard = self.connect()
        for user in (self.invoicing, self.employee):
            with self.assertRaises(UserError):
                wizard.with_user(user).action_confirm()
            with self.assertRaises(UserError):
                connection.with_user(user).action_connect()
            with self.assertRaises(UserError):
                self.env["ponto.connection"].with_user(user).create({"name": "x", "client_id": "y"})
        self.assertFalse(connection.account_ids.linked)

    def test_the_wizard_changes_the_schedule_and_who_renews(self):
        self.open_account()
        connection, wizard = self.connect()
        contact = self.env["res.partner"].create({"name": "An Owner", "email": "owner@example.com"})
        wizard.write(
            {
                "schedule": "four",
                "renewer_id": contact.id,
                "line_ids": [Command.update(wizard.line_ids.id, {"selected": True})],
            }
        )
        self.assertEqual((connection.schedule, connection.renewer_id), ("four", contact))
