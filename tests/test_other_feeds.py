from types import SimpleNamespace

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IBAN, OTHER_IBAN, PontoCase

CARD = {"reference": "5355 XXXX XXXX 1111", "reference_type": "MASKEDPAN", "subtype": "card"}


@tagged("post_install", "-at_install")
class TestOtherFeeds(PontoCase):
    """What would bring the same transactions twice is said before linking, and refused or switched off.

    The OCA modules are no part of these tests: tools/scripts/oca.py takes over from the real ones.
    """

    def wizard_of(self, connection):
        return self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])

    def connect_in_another_company(self):
        other = self._create_company("Slagerij Peeters")
        connection = self.new_connection(company_id=other.id, name="Other")
        action = connection.with_context(allowed_company_ids=other.ids).action_connect()
        return connection, self.env[action["res_model"]].browse(action["res_id"])

    # ------------------------------------------------------------------ other feeds of a journal

    def test_files_that_a_user_imports_are_no_feed(self):
        journal = self.env["account.journal"].create({"name": "Files", "code": "FILE", "type": "bank"})
        for source in ("file_import", "file_import_oca", "manual", "undefined"):
            self.env.cr.execute(
                "UPDATE account_journal SET bank_statements_source = %s WHERE id = %s", [source, journal.id]
            )
            journal.invalidate_recordset()
            self.assertEqual(journal._get_other_feeds(), [], source)

    def test_a_journal_of_another_account_is_said_before_it_is_refused(self):
        self.open_account()
        connection, wizard = self.connect()
        self.choose(wizard)
        journal = connection.account_ids.journal_id
        self.open_account(reference=OTHER_IBAN)
        wizard = self.env["ponto.account.fetch"].browse(wizard.action_refresh()["res_id"])
        line = wizard.line_ids.filtered(lambda line: line.reference == OTHER_IBAN)
        line.write({"selected": True, "journal_id": journal.id})
        self.assertIn(f"{journal.name} is synchronized with {connection.account_ids[0].display_name}", line.note)
        self.assertNotIn("is synchronized with", (wizard.line_ids - line).note)
        with self.assertRaisesRegex(UserError, "already synchronized with"), self.env.cr.savepoint():
            wizard.action_confirm()

    def test_of_two_journals_with_one_transaction_the_own_one_counts(self):
        paid = self.pay(self.open_account(), "12.00")
        connection, wizard = self.connect()
        journals = self.env["account.journal"].create(
            [{"name": name, "code": name, "type": "bank"} for name in ("OWN", "FORME")]
        )
        own, former = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": journal.id,
                    "date": paid.execution_date,
                    "amount": 12,
                    "payment_ref": "From elsewhere",
                    "transaction_details": {"ponto": paid.id},
                }
                for journal in journals
            ]
        )
        wizard.line_ids.journal_id = own.journal_id
        self.choose(wizard)
        self.synchronize(connection)
        self.assertEqual(connection.account_ids.transaction_ids.statement_line_id, own)
        self.assertFalse(former.ponto_transaction_ids)
        self.assertBooked(connection.account_ids, "12.00")

    # ------------------------------------------------------------------ one account, two connections

    def test_a_masked_card_through_two_connections_is_one_account(self):
        self.pay(self.open_account(**CARD), "-9.00")
        first = self.connect_and_import()
        second, wizard = self.connect(name="Second")
        self.assertFalse(wizard.line_ids.selected)
        self.assertIn("Already synchronized through Ponto", wizard.line_ids.note)
        self.assertEqual(wizard.line_ids.journal_id, first.account_ids.journal_id)
        self.choose(wizard)
        self.synchronize(second)
        self.assertFalse(first.account_ids.linked)
        self.assertBooked(second.account_ids, "-9.00")

    def test_the_database_refuses_a_second_link_of_one_account(self):
        self.open_account(**CARD)
        self.connect_and_import()
        second, _wizard = self.connect(name="Second")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "ponto_account_linked_uniq"),
            self.env.cr.savepoint(),
        ):
            second.account_ids.sudo().linked = True
            second.account_ids.flush_recordset()

    def test_a_second_connection_of_one_organization_is_said(self):
        self.open_account()
        first, _wizard = self.connect()
        self.assertFalse(first.organization_note)
        integration = self.bank.add_integration(name="Again")
        second, wizard = self.connect(
            name="Second", client_id=integration.client_id, client_secret=integration.client_secret
        )
        sentence = "connects the same Ponto organization in this company: one of the two is enough."
        self.assertEqual(wizard.organization_note, f"Ponto {sentence}")
        first.invalidate_recordset()
        self.assertEqual(first.organization_note, f"Second {sentence}")
        first.active = False
        second.invalidate_recordset()
        self.assertFalse(second.organization_note)

    def test_without_an_organization_the_client_id_tells_it(self):
        self.open_account()
        self.sandbox.faults.add("status", path=r"/userinfo", times=9, status=404)
        first, _wizard = self.connect()
        second, wizard = self.connect(name="Second")
        self.assertFalse(first.organization_id or second.organization_id)
        self.assertIn("one of the two is enough", wizard.organization_note)

    # ------------------------------------------------------------------ one account, two companies

    def test_an_organization_and_an_account_of_two_companies_are_said(self):
        self.pay(self.open_account(), "1.00")
        self.connect_and_import()
        _connection, wizard = self.connect_in_another_company()
        self.assertIn("is connected in Bakkerij Maes", wizard.organization_note)
        self.assertFalse(wizard.line_ids.selected)
        self.assertIn("Also synchronized in Bakkerij Maes: both sets of books get its lines.", wizard.line_ids.note)

    def test_a_company_that_the_user_does_not_know_is_not_named(self):
        self.open_account(**CARD)
        self.connect_and_import()
        connection, _wizard = self.connect_in_another_company()
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", connection.company_id)
        wizard = self.wizard_of(connection.with_user(stranger).with_context(allowed_company_ids=[]))
        wizard = wizard.with_user(stranger).with_context(allowed_company_ids=[])
        self.assertIn("connected in another company of this database", wizard.organization_note)
        self.assertIn("Also synchronized in another company of this database", wizard.line_ids.note)
        self.assertNotIn("Maes", wizard.organization_note)

    # ------------------------------------------------------------------ taking over, where there is nothing

    def test_without_the_oca_module_there_is_nothing_to_take_over(self):
        self.open_account()
        connection, wizard = self.connect()
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.company.id)])[:1]
        for take_over in (
            self.env["ponto.connection"].action_take_over,
            connection.action_take_over,
            wizard.action_take_over,
            journal.action_ponto_take_over,
        ):
            with self.assertRaisesRegex(UserError, "nothing to take over"):
                take_over()
        self.assertFalse(connection.provider_count or journal.ponto_take_over)
        arch = self.env["ponto.connection"].get_view(view_type="list")["arch"]
        self.assertNotIn("action_take_over", arch)

    def test_the_account_of_a_provider_is_that_of_its_number_and_currency_in_its_newest_record(self):
        self.open_account(deprecated=True)
        self.open_account(currency="USD")
        self.open_account(reference=OTHER_IBAN)
        older, newer = self.open_account(), self.open_account()
        connection, _wizard = self.connect()
        by_id = {account.ponto_id: account for account in connection.account_ids}
        journal = self.env["account.journal"].create({"name": "Books", "code": "BOOK", "type": "bank"})
        provider = SimpleNamespace(journal_id=journal, account_number=IBAN)  # what is asked of OCA's record
        by_id[older.id].sudo().authorized_at = False
        self.assertEqual(connection._find_account_of(provider), by_id[newer.id])
        journal.currency_id = self.env.ref("base.USD")
        self.assertEqual(connection._find_account_of(provider).currency_code, "USD")
        for number in (False, "BE43068999999501"):
            provider.account_number = number
            with self.assertRaisesRegex(UserError, "does not list"):
                connection._find_account_of(provider)

    def test_who_may_not_take_over(self):
        self.open_account()
        connection, wizard = self.connect()
        for user in (self.invoicing, self.employee):
            for records, method in (
                (connection, "action_take_over"),
                (connection.browse(), "action_take_over"),
                (wizard, "action_take_over"),
                (self.env["account.journal"].search([("company_id", "=", self.company.id)]), "action_ponto_take_over"),
            ):
                with self.assertRaises(AccessError):
                    getattr(records.with_user(user), method)()
