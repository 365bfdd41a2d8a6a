from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..wizards.connection_check.accounts import look_at_authorizations
from .check_case import CheckCase
from .common import OTHER_IBAN
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestConnectionCheckOfJournals(CheckCase):
    """Check Connection: journals, authorizations, currencies. Each line is broken, and mended by its button."""

    def link_new_account(self, **kwargs):
        """Open another account at the bank and synchronize it; return it and its record."""
        bank_account = self.open_account(reference=OTHER_IBAN, **kwargs)
        wizard = self.env["ponto.account.fetch"].create({"connection_id": self.connection.id})
        self.choose(wizard.browse(wizard.action_refresh()["res_id"]))
        return bank_account, self.connection.account_ids.filtered(lambda account: account.reference == OTHER_IBAN)

    # ------------------------------------------------------------------ journals

    def test_an_archived_journal(self):
        self.journal.active = False
        dialog = self.assertBroken("journals", "red", f"^Archived.*{self.journal.name}")
        self.assertInOrder(self.follow(self.press(dialog, "journals")))
        self.assertTrue(self.journal.active)

    def test_a_journal_in_another_currency(self):
        _bank_account, account = self.link_new_account()
        self.env.ref("base.USD").active = True
        account.journal_id.currency_id = self.env.ref("base.USD")
        dialog = self.assertBroken("journals", "red", "is not in EUR, the currency of")
        action = self.press(dialog, "journals")
        self.assertEqual((action["res_model"], action["res_id"]), ("account.journal", account.journal_id.id))
        # Odoo writes the journal's bank account along, which takes the right to create contacts.
        account.journal_id.currency_id = False
        self.assertInOrder(self.check_again(dialog))

    def test_a_journal_without_a_suspense_account(self):
        suspense = self.journal.suspense_account_id
        self.journal.suspense_account_id = False
        dialog = self.assertBroken("journals", "red", "no suspense account")
        self.assertEqual(self.press(dialog, "journals")["res_id"], self.journal.id)
        self.journal.with_user(self.accountant).suspense_account_id = suspense
        self.assertInOrder(self.check_again(dialog))

    def test_another_bank_feed(self):
        self.journal.bank_statements_source = "manual"
        dialog = self.assertBroken("journals", "orange", f"feed of .*{self.journal.name}.* is not Ponto")
        self.assertInOrder(self.follow(self.press(dialog, "journals")))
        self.assertEqual(self.journal.bank_statements_source, "ponto")

    def test_a_journal_that_waits_for_an_account(self):
        waiting = self.env["account.journal"].create(
            {"name": "Waiting", "type": "bank", "company_id": self.company.id, "bank_statements_source": "ponto"}
        )
        self.assertBroken("journals", "orange", "Ponto is the bank feed of Waiting.*, but no account is")
        self.open_account(reference=OTHER_IBAN)
        dialog = self.open_check()
        wizard = self.env["ponto.account.fetch"].browse(self.press(dialog, "journals")["res_id"])
        wizard.line_ids.filtered(lambda line: line.reference == OTHER_IBAN).journal_id = waiting
        self.choose(wizard)
        self.assertInOrder(self.check_again(dialog))

    def test_the_worst_problem_has_the_button_and_all_are_told(self):
        self.journal.write({"active": False, "bank_statements_source": "manual"})
        dialog = self.assertBroken("journals", "red", "Archived.*is not Ponto")
        dialog = self.follow(self.press(dialog, "journals"))
        self.assertLine(dialog, "journals", "orange", "is not Ponto")
        self.assertInOrder(self.follow(self.press(dialog, "journals")))

    # ------------------------------------------------------------------ authorizations

    def test_an_authorization_that_has_ended(self):
        # Where the clock changes in between, 180 days end an hour later or earlier: late in the evening, on another day.
        self.connection.timezone = "UTC"
        other, _account = self.link_new_account()
        self.bank.expire(self.bank_account)
        other.expires_at_override = self.bank.clock.now() + timedelta(days=9)
        dialog = self.assertBroken("authorizations", "red", rf"{self.account.reference} EUR: the bank no longer lets")
        self.assertRegex(
            self.line(dialog, "authorizations").sentence, rf"{OTHER_IBAN} EUR: authorized until .+in 9 days"
        )
        self.assertEqual(self.press(dialog, "authorizations")["type"], "ir.actions.act_url")
        self.bank.renew(self.bank_account)
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "authorizations", "orange", rf"^Bank van Brabant {OTHER_IBAN} EUR: authorized until")
        self.press(dialog, "authorizations")
        self.bank.renew(other)
        dialog = self.check_again(dialog)
        self.assertInOrder(dialog)
        self.assertLine(dialog, "authorizations", "green", r"^Authorized until .+, in 180 days\.$")

    def test_an_authorization_whose_day_is_over(self):
        self.account.authorization_expected_at = fields.Datetime.now() - timedelta(days=3)
        check = self.env["ponto.connection.check"].new({"connection_id": self.connection.id})
        problem = next(look_at_authorizations(check, None))
        self.assertEqual((problem.level, problem.action), ("red", "renew_authorization"))
        self.assertRegex(problem.sentence, r"the authorization ended on .+, 3 days ago\.$")

    # ------------------------------------------------------------------ currencies and rates

    def link_in_dollars(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        (self.env.ref("base.EUR") | dollar).rate_ids.unlink()
        self.rate = self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "company_id": self.company.id, "name": fields.Date.today(), "rate": 1.1}
        )
        return dollar, *self.link_new_account(currency="USD")

    def test_an_archived_currency(self):
        dollar, _bank_account, _account = self.link_in_dollars()
        dollar.active = False
        dialog = self.assertBroken("currencies", "red", "^Archived in Odoo: USD")
        self.assertInOrder(self.follow(self.press(dialog, "currencies")))
        self.assertTrue(dollar.active)

    def test_a_currency_without_a_rate(self):
        dollar, _bank_account, _account = self.link_in_dollars()
        self.rate.unlink()
        dialog = self.assertBroken("currencies", "red", "no USD rate")
        action = self.press(dialog, "currencies")
        self.assertEqual((action["res_model"], action["res_id"]), ("res.currency", dollar.id))
        old = {"currency_id": dollar.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 1.1}
        rate = self.env["res.currency.rate"].with_user(self.accountant).create(old)
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "currencies", "orange", r"newest USD rate is of 01/01/2020")
        self.press(dialog, "currencies")
        rate.copy({"name": fields.Date.today()})
        self.assertInOrder(self.check_again(dialog))

    @mute_logger(*SYNC_LOGGERS)
    def test_transactions_that_wait_for_a_rate(self):
        _dollar, bank_account, account = self.link_in_dollars()
        self.pay(bank_account, "5.00", days_ago=4)
        self.pay(bank_account, "6.00", days_ago=0)
        account.import_from = fields.Date.today() - timedelta(days=30)
        self.synchronize(self.connection)
        self.assertBooked(account, "6.00")
        dialog = self.assertBroken("currencies", "red", "1 transactions are older than the first USD rate")
        self.press(dialog, "currencies")
        self.rate.with_user(self.accountant).copy({"name": fields.Date.today() - timedelta(days=30)})
        self.assertInOrder(self.check_again(dialog))
        self.synchronize(self.connection)
        self.assertBooked(account, "5.00", "6.00")
