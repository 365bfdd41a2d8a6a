from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OTHER_IBAN, PontoCase


@tagged("post_install", "-at_install")
class TestIdentity(PontoCase):
    """One bank account is one journal, and one transaction one line, whatever ids Ponto gives them."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        for number in range(1, 6):
            self.pay(self.bank_account, f"{number}.00", days_ago=20 - number)
        self.pay(self.bank_account, "3.00", days_ago=17)  # the twin of another one

    def linked_accounts(self):
        return self.env["ponto.account"].search([("company_id", "=", self.company.id), ("linked", "=", True)])

    def wizard_of(self, connection):
        return self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])

    def relink(self, bank_account):
        """Remove the account from Ponto and link it again; Ponto keeps what it had under new ids."""
        return self.bank.relink(bank_account)

    # ------------------------------------------------------------------ a new link

    def test_an_account_that_is_linked_anew_in_ponto_goes_on_by_itself(self):
        connection = self.connect_and_import()
        old = connection.account_ids
        lines = self.lines_of(old)
        fresh = self.relink(self.bank_account)
        self.pay(fresh, "7.00", days_ago=1)
        self.synchronize(connection)
        account = self.linked_accounts()
        self.assertEqual((account.ponto_id, account.journal_id), (fresh.id, old.journal_id))
        self.assertBooked(account, "1.00", "2.00", "3.00", "3.00", "4.00", "5.00", "7.00")
        self.assertEqual(self.lines_of(account)[:6], lines)
        self.assertEqual(set(old.transaction_ids.mapped("reason")), {"replaced"})
        self.assertEqual(lines[0].transaction_details["ponto"], account.transaction_ids.sorted("date")[0].ponto_id)
        self.assertIn("new record", old.message_ids[0].body)
        self.assertFalse(old.message_ids[0].body == account.message_ids[0].body)

    def test_what_a_user_deleted_stays_deleted_under_the_new_id(self):
        connection = self.connect_and_import()
        self.lines_of(connection.account_ids).filtered(lambda line: line.amount == 2).unlink()
        self.relink(self.bank_account)
        self.synchronize(connection)
        account = self.linked_accounts()
        self.assertBooked(account, "1.00", "3.00", "3.00", "4.00", "5.00")
        self.assertEqual(account.transaction_ids.filtered("deleted").amount, 2)

    def test_rows_of_a_locked_period_are_taken_over_too(self):
        connection = self.connect_and_import()
        for line in self.lines_of(connection.account_ids):
            self.book_elsewhere(line)
        self.company.fiscalyear_lock_date = date.today() - timedelta(days=2)
        self.relink(self.bank_account)
        self.synchronize(connection)
        account = self.linked_accounts()
        self.assertFalse(account.waiting_count)
        self.assertEqual(len(self.lines_of(account)), 6)

    def test_opening_and_statements_go_with_the_link(self):
        self.env["ir.default"].set("ponto.account", "statement_period", "month")
        for days_ago in (75, 45):
            self.pay(self.bank_account, "1.10", days_ago=days_ago)
        connection = self.connect_and_import()
        action = connection.account_ids.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        statements = self.env["account.bank.statement"].search([("company_id", "=", self.company.id)])
        self.assertTrue(statements)
        fresh = self.relink(self.bank_account)
        self.synchronize(connection)
        account = self.linked_accounts()
        self.assertEqual(statements.ponto_account_id, account)
        self.assertTrue(account.opening_line_id)
        self.assertEqual(account.balance_state, "equal")
        self.assertLedgerEqualsBank(account, fresh)

    def test_a_masked_card_asks(self):
        card = self.open_account(reference="XXXX XXXX XXXX 1234", reference_type="MASKEDPAN", subtype="card")
        self.pay(card, "-9.00")
        connection = self.connect_and_import()
        old = connection.account_ids.filtered(lambda a: a.ponto_id == card.id)
        self.relink(card)
        self.synchronize(connection)
        self.assertTrue(old.linked)
        self.assertEqual(old.state, "off")
        wizard = self.wizard_of(connection)
        new_line = wizard.line_ids.filtered(lambda line: line.account_id.subtype == "card" and line.account_id != old)
        old_line = wizard.line_ids.filtered(lambda line: line.account_id == old)
        self.assertFalse(new_line.journal_id)
        new_line.write({"selected": True, "journal_id": old.journal_id.id})
        old_line.selected = False
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(old, "-9.00")
        self.assertEqual(new_line.account_id.transaction_ids.statement_line_id.amount, -9)

    # ------------------------------------------------------------------ two records of one account

    def test_a_second_connection_says_it_and_ticking_moves_the_link(self):
        first = self.connect_and_import()
        second, wizard = self.connect(name="Second")
        self.assertFalse(wizard.line_ids.selected)
        self.assertIn("Already synchronized through Ponto", wizard.line_ids.note)
        self.assertEqual(wizard.line_ids.journal_id, first.account_ids.journal_id)
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.pay(self.bank_account, "8.00", days_ago=1)
        self.synchronize(second)
        self.assertEqual(self.linked_accounts().connection_id, second)
        self.assertBooked(second.account_ids, "1.00", "2.00", "3.00", "3.00", "4.00", "5.00", "8.00")
        back = self.wizard_of(first)
        back.line_ids.selected = True
        back.action_confirm()
        self.pay(self.bank_account, "9.00", days_ago=1)
        self.synchronize(first)
        self.assertBooked(first.account_ids, "1.00", "2.00", "3.00", "3.00", "4.00", "5.00", "8.00", "9.00")

    def test_a_change_on_the_other_side_does_not_double_when_the_link_comes_back(self):
        first = self.connect_and_import()
        second, wizard = self.connect(name="Second")
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(second)
        for item in self.bank.transactions(self.bank_account):
            self.bank.change_transaction(item, counterpart_reference=OTHER_IBAN[:-2] + "00")
        self.synchronize(second)
        back = self.wizard_of(first)
        back.line_ids.selected = True
        back.action_confirm()
        self.synchronize(first)
        self.assertBooked(first.account_ids, "1.00", "2.00", "3.00", "3.00", "4.00", "5.00")

    def test_an_account_of_a_connection_that_is_refused_is_proposed_by_a_new_one(self):
        first = self.connect_and_import()
        first.state = "error"
        integration = self.bank.add_integration(name="Books, again")
        second, wizard = self.connect(
            name="Second", client_id=integration.client_id, client_secret=integration.client_secret
        )
        self.assertTrue(wizard.line_ids.selected)
        self.assertEqual(wizard.line_ids.import_from, first.account_ids.import_from)
        wizard.action_confirm()
        self.synchronize(second)
        self.assertBooked(second.account_ids, "1.00", "2.00", "3.00", "3.00", "4.00", "5.00")
        self.assertFalse(first.account_ids.linked)

    def test_two_live_records_of_one_number_cannot_both_be_ticked(self):
        merged = self.open_account(institution=self.bank.add_institution("Merged Bank", bic="MERGBEBB"))
        for item in list(self.bank_account.ledger):
            self.pay(merged, item.amount, day=item.day)
        connection, wizard = self.connect()
        wizard.line_ids.selected = True
        with self.assertRaisesRegex(UserError, "two records of it"), self.env.cr.savepoint():
            wizard.action_confirm()
        wizard.line_ids[0].selected = False
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertEqual(len(self.lines_of(self.linked_accounts())), 6)
        wizard = self.wizard_of(connection)
        for line in wizard.line_ids:
            line.selected = not line.account_id.linked
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertEqual(len(self.lines_of(self.linked_accounts())), 6)

    def test_a_replaced_record_hands_over_when_its_authorization_ends(self):
        connection = self.connect_and_import()
        old = connection.account_ids
        merged = self.open_account(institution=self.bank.add_institution("Merged Bank", bic="MERGBEBB"))
        for item in list(self.bank_account.ledger):
            self.pay(merged, item.amount, day=item.day)
        self.bank_account.deprecated = True
        self.synchronize(connection)
        self.assertEqual((self.linked_accounts(), old.state), (old, "replaced"))
        self.bank.expire(self.bank_account)
        self.synchronize(connection)
        self.assertEqual(self.linked_accounts().ponto_id, merged.id)
        self.assertEqual(len(self.lines_of(old)), 6)

    def test_two_numbers_in_one_journal_stay_two_accounts(self):
        connection = self.connect_and_import()
        journal = connection.account_ids.journal_id
        other = self.open_account(reference=OTHER_IBAN)
        for item in list(self.bank_account.ledger):
            self.pay(other, item.amount, day=item.day)
        wizard = self.env["ponto.account.fetch"].browse(self.wizard_of(connection).action_refresh()["res_id"])
        for line in wizard.line_ids:
            is_other = line.account_id.ponto_id == other.id
            line.write({"selected": is_other, "import_scope": "all"})
            if is_other:
                line.journal_id = journal
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertEqual(len(self.lines_of(self.linked_accounts())), 12)

    def test_the_same_number_in_another_company_is_another_account(self):
        self.connect_and_import()
        other = self._create_company("Other Company")
        self.env.user.company_ids |= other
        action = self.new_connection(company_id=other.id, name="Other").with_company(other).action_connect()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertFalse(wizard.line_ids.selected)
        self.assertIn("Also synchronized in Bakkerij Maes: both sets of books get its lines.", wizard.line_ids.note)
        wizard.line_ids.write({"selected": True, "import_scope": "all"})
        wizard.action_confirm()
        self.synchronize(wizard.connection_id)
        self.assertBooked(wizard.connection_id.account_ids, "1.00", "2.00", "3.00", "3.00", "4.00", "5.00")
