from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .agreement_case import AgreementCase
from .common import IBAN, OTHER_IBAN


@tagged("post_install", "-at_install")
class TestAgreementScreen(AgreementCase):
    """What people see of the comparison, where they find it, and who may."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account(opening_balance=Decimal("0.00"))

    def pay_and_type(self, *both):
        for amount, days_ago in both:
            self.pay(self.bank_account, f"{amount:.2f}", days_ago=days_ago)
        self.type_lines(*[(amount, days_ago, {"account_number": OTHER_IBAN}) for amount, days_ago in both])

    def found(self, shown):
        return [(one.kind, one.bank_amount, one.book_amount) for one in shown.finding_ids]

    # ------------------------------------------------------------------ what is shown

    def test_since_when_and_why_in_one_sentence(self):
        self.pay_and_type((100, 20), (20, 15))
        self.pay(self.bank_account, "7.00", days_ago=10, remittance_information="Forgotten")
        self.type_lines((20, 15, {}))
        shown = self.open_shown(self.connect_account())
        self.assertIn("agreed until", shown.summary)
        self.assertIn("100.00", shown.summary)
        self.assertIn("differ by -\ufeff13.00", shown.summary)  # Odoo keeps sign and figures together
        self.assertIn("missing in the books (1), twice in the books (1)", shown.summary)
        self.assertEqual(self.found(shown), [("twice", 0, 20), ("missing_in_books", 7, 0)])
        self.assertEqual(shown.finding_ids.mapped("label"), ["Typed", "Forgotten"])
        self.assertEqual(shown.start, date.today() - timedelta(days=15))
        self.assertEqual(shown.first_difference_on, shown.start)
        self.assertIn("bg-danger", shown.strip)
        self.assertEqual(shown.strip.count("<span class="), 3)

    def test_agreement_on_every_day(self):
        self.pay_and_type((100, 20), (20, 15))
        shown = self.open_shown(self.connect_account())
        self.assertIn("agree on every day", shown.summary)
        self.assertFalse(shown.finding_ids)
        self.assertNotIn("bg-danger", shown.strip)

    def test_what_cancels_out_is_told_after_what_does_not(self):
        self.pay_and_type((100, 25))
        self.pay(self.bank_account, "20.00", days_ago=20)
        self.type_lines((20, 16, {}))
        self.pay(self.bank_account, "7.00", days_ago=10)
        shown = self.open_shown(self.connect_account())
        self.assertEqual(self.found(shown), [("missing_in_books", 7, 0), ("different_day", 20, 20)])
        self.assertEqual(shown.finding_ids.mapped("settled"), [False, True])
        self.assertIn("Before, what cancels out: different day (1)", shown.summary)
        self.assertEqual(shown.agreed_on, date.today() - timedelta(days=11))

    def test_a_gap_is_one_row_and_opens_what_is_missing(self):
        self.pay_and_type((100, 20), (5, 1))
        for days_ago in range(12, 8, -1):
            self.pay(self.bank_account, f"{days_ago}.00", days_ago=days_ago)
        shown = self.open_shown(self.connect_account())
        gap = shown.finding_ids
        self.assertEqual((gap.kind, gap.count, gap.difference), ("missing_in_books", 4, 42))
        self.assertEqual((date.today() - gap.date).days, 12)
        self.assertEqual((date.today() - gap.last_date).days, 9)
        self.assertIn("nobody imported", gap.detail)
        action = gap.action_open_at_bank()
        self.assertEqual(len(self.env["ponto.transaction"].search(action["domain"])), 4)

    def test_a_journal_entry_on_the_bank_account_is_named(self):
        self.pay_and_type((100, 20))
        entry = self.post_entry(33, date.today() - timedelta(days=10))
        finding = self.open_shown(self.connect_account()).finding_ids
        self.assertEqual((finding.kind, finding.move_id, finding.difference), ("missing_at_bank", entry, -33))
        self.assertIn("no bank transaction", finding.detail)
        self.assertEqual(finding.action_open_in_books()["res_model"], "account.move")
        with self.assertRaises(UserError):
            finding.action_open_at_bank()

    def test_a_draft_entry_is_not_in_the_ledger(self):
        self.pay_and_type((100, 20), (20, 15))
        self.lines_in_journal()[1].move_id.button_draft()
        shown = self.open_shown(self.connect_account())
        self.assertEqual(self.found(shown), [("missing_in_books", 20, 0)])

    def lines_in_journal(self):
        return self.env["account.bank.statement.line"].search([("journal_id", "=", self.journal.id)], order="date")

    def test_both_sides_of_a_finding_open(self):
        self.pay_and_type((100, 20))
        self.pay(self.bank_account, "50.00", days_ago=10)
        (line,) = self.type_lines((60, 10, {"account_number": OTHER_IBAN}))
        account = self.connect_account()
        finding = self.open_shown(account).finding_ids
        self.assertEqual((finding.kind, finding.difference), ("different_amount", -10))
        self.assertEqual(finding.action_open_in_books()["res_id"], line.id)
        action = finding.action_open_at_bank()
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).amount, 50)

    def test_a_linked_account_shows_what_a_user_did(self):
        self.pay(self.bank_account, "10.00", days_ago=9)
        self.pay(self.bank_account, "20.00", days_ago=8)
        self.pay(self.bank_account, "30.00", days_ago=7)
        account = self.connect_and_import().account_ids
        self.journal = account.journal_id
        self.assertFalse(self.open_shown(account).finding_ids)
        first, second, third = self.lines_of(account)
        second.unlink()
        third.amount = 35
        self.type_lines((10, 9, {}))
        shown = self.open_shown(account)
        self.assertEqual(
            self.found(shown), [("twice", 0, 10), ("missing_in_books", 20, 0), ("different_amount", 30, 35)]
        )
        self.assertIn(first.move_id.name, shown.finding_ids[0].detail)
        self.assertIn("deleted in Odoo", shown.finding_ids[1].detail)

    def test_the_opening_entry_of_the_account_is_no_finding(self):
        self.bank.remove_account(self.bank_account)
        self.bank_account = self.open_account(reference=OTHER_IBAN)
        self.pay(self.bank_account, "10.00", days_ago=9)
        account = self.connect_and_import().account_ids.filtered("linked")
        self.journal = account.journal_id
        shown = self.open_shown(account)
        self.assertEqual([(one.kind, one.difference) for one in shown.finding_ids], [("opening", 1000)])
        self.assertEqual(self.found(shown), [("opening", 1000, 0)])
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"]).action_confirm()
        shown = self.open_shown(account)
        self.assertFalse(shown.finding_ids)
        self.assertIn("agree on every day", shown.summary)

    def test_the_date_source_decides_the_day(self):
        day = date.today() - timedelta(days=9)
        self.bank.add_transaction(self.bank_account, Decimal(10), day, value_date=day + timedelta(days=3))
        self.type_lines((10, 6, {}))
        finding = self.open_shown(self.connect_account()).finding_ids
        self.assertEqual((finding.kind, finding.date), ("different_day", day))
        self.assertIn("The bank names that day too", finding.detail)
        connection = self.new_connection(name="By value date", date_source="value")
        connection.action_connect()
        self.assertFalse(self.open_shown(connection.account_ids).finding_ids)

    # ------------------------------------------------------------------ before it is linked

    def link_journal_to_iban(self):
        bank = self.env["res.partner.bank"].create({"acc_number": IBAN, "partner_id": self.company.partner_id.id})
        self.journal.bank_account_id = bank

    def test_fetch_accounts_proposes_the_day_after_both_last_agreed(self):
        self.link_journal_to_iban()
        self.pay_and_type((100, 20), (20, 15))
        self.pay(self.bank_account, "7.00", days_ago=10)
        self.pay(self.bank_account, "8.00", days_ago=5)
        self.type_lines((8, 5, {}))
        connection, wizard = self.connect()
        line = wizard.line_ids
        self.assertEqual((line.import_scope, line.import_from), ("date", date.today() - timedelta(days=10)))
        self.assertIn("Bank and books agreed on", line.note)
        self.assertIn(
            "120.00; 2 transactions since", line.note.replace("\xa0", " ").replace("€ ", "").replace(" €", "")
        )
        line.selected = True
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "100.00", "20.00", "7.00", "8.00")
        self.assertFalse(self.open_shown(connection.account_ids).finding_ids)

    def test_books_that_never_agreed_start_before_their_last_line(self):
        self.link_journal_to_iban()
        self.bank_account.opening_balance = Decimal(55)
        self.bank_account.reported_balance = Decimal(55)
        self.pay_and_type((100, 40), (20, 25))
        self.pay(self.bank_account, "7.00", days_ago=10)
        connection, wizard = self.connect()
        line = wizard.line_ids
        self.assertEqual(line.import_from, date.today() - timedelta(days=35))
        self.assertIn("never agreed", line.note)
        line.selected = True
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "100.00", "20.00", "7.00")

    def test_another_journal_gets_its_own_proposal(self):
        self.pay_and_type((100, 20))
        self.pay(self.bank_account, "7.00", days_ago=10)
        _connection, wizard = self.connect()
        self.assertEqual(wizard.line_ids.import_scope, "latest")
        with Form(wizard.with_user(self.accountant)) as form, form.line_ids.edit(0) as line:
            line.selected = True
            line.journal_id = self.journal
            self.assertEqual((line.import_scope, line.import_from), ("date", date.today() - timedelta(days=10)))
            self.assertIn("Bank and books agreed on", line.note)

    def test_start_here_from_fetch_accounts(self):
        self.pay_and_type((100, 20))
        self.pay(self.bank_account, "7.00", days_ago=10)
        _connection, wizard = self.connect()
        line = wizard.line_ids.with_user(self.accountant)
        line.journal_id = self.journal
        action = line.action_find_agreement()
        shown = self.env["ponto.agreement"].with_user(self.accountant).browse(action["res_id"])
        self.assertTrue(shown.can_start)
        self.assertEqual(shown.action_back()["res_id"], wizard.id)
        self.assertEqual(shown.action_start_here()["res_id"], wizard.id)
        self.assertEqual((line.import_scope, line.import_from), ("date", date.today() - timedelta(days=10)))

    # ------------------------------------------------------------------ a linked account

    def test_start_here_imports_the_gap_and_doubles_nothing(self):
        self.pay_and_type((100, 20))
        self.pay(self.bank_account, "7.00", days_ago=10)
        self.pay(self.bank_account, "8.00", days_ago=2)
        connection, wizard = self.connect()
        wizard.line_ids.write(
            {
                "selected": True,
                "journal_id": self.journal.id,
                "import_scope": "date",
                "import_from": date.today() - timedelta(days=3),
            }
        )
        wizard.action_confirm()
        self.synchronize(connection)
        account = connection.account_ids
        self.assertBooked(account, "100.00", "8.00")
        shown = self.open_shown(account)
        self.assertIn("Before the start date", shown.finding_ids.detail)
        self.assertTrue(shown.can_start)
        shown.action_start_here()
        self.synchronize(connection)
        self.assertBooked(account, "100.00", "7.00", "8.00")
        shown = self.open_shown(account)
        self.assertFalse(shown.can_start or shown.finding_ids)

    def test_the_card_and_the_form_open_it(self):
        self.pay(self.bank_account, "10.00")
        account = self.connect_and_import().account_ids
        for action in (account.action_find_agreement(), account.journal_id.action_ponto_find_agreement()):
            shown = self.env[action["res_model"]].browse(action["res_id"])
            self.assertEqual((shown.account_id, shown.journal_id), (account, account.journal_id))

    # ------------------------------------------------------------------ when it cannot be told

    def test_what_is_not_known_yet_is_one_sentence(self):
        self.pay_and_type((100, 20))
        account = self.connect_account()
        with self.assertRaisesRegex(UserError, "No journal keeps"):
            account.action_find_agreement()
        account.pull_complete = False
        with self.assertRaisesRegex(UserError, "still being read"):
            self.open_shown(account)
        account.write({"pull_complete": True, "bank_balance_date": date.today() - timedelta(days=30)})
        with self.assertRaisesRegex(UserError, "newer than the balance"):
            self.open_shown(account)
        account.write({"bank_balance_date": date.today()})
        account.transaction_ids[:1].write({"state": "error", "reason": "amount"})
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.open_shown(account)
        self.journal = self.env["account.journal"].create(
            {
                "name": "Dollars",
                "code": "USD",
                "type": "bank",
                "company_id": self.company.id,
                "currency_id": self.env.ref("base.USD").id,
            }
        )
        with self.assertRaisesRegex(UserError, "is not in EUR"):
            self.open_shown(account)

    def test_an_account_without_a_single_transaction(self):
        self.type_lines((100, 20, {}))
        shown = self.open_shown(self.connect_account())
        self.assertEqual([(one.kind, one.difference) for one in shown.finding_ids], [("opening", -100)])

    # ------------------------------------------------------------------ who may

    def test_invoicing_sees_and_changes_nothing(self):
        self.pay_and_type((100, 20))
        self.pay(self.bank_account, "7.00", days_ago=10)
        account = self.connect_account()
        account.write({"linked": True, "journal_id": self.journal.id, "import_from": date.today()})
        shown = self.open_shown(account, self.invoicing)
        shown.invalidate_recordset()
        self.assertEqual(shown.finding_ids.mapped("kind"), ["missing_in_books"])
        self.assertEqual(len(shown.day_ids), 22 + (self.bank_day() - date.today()).days)
        self.assertFalse(shown.can_start)
        shown.finding_ids.action_open_at_bank()
        with self.assertRaises(AccessError):
            shown.action_start_here()
        for record in (shown, shown.finding_ids, shown.day_ids[:1]):
            with self.assertRaises(AccessError):
                record.write({"agreement_id": shown.id} if record != shown else {"summary": "x"})
        for user in (self.invoicing, self.accountant):
            with self.assertRaises(AccessError):
                self.env["ponto.agreement"].with_user(user).create({"account_id": account.id, "journal_id": 1})

    def test_an_employee_sees_nothing(self):
        self.pay_and_type((100, 20))
        account = self.connect_account()
        shown = self.open_shown(account)
        with self.assertRaises(AccessError):
            account.with_user(self.employee).action_find_agreement()
        with self.assertRaises(AccessError):
            shown.with_user(self.employee).read(["summary"])

    def test_another_company_sees_nothing(self):
        self.pay_and_type((100, 20))
        self.pay(self.bank_account, "7.00", days_ago=10)
        account = self.connect_account()
        shown = self.open_shown(account)
        stranger = self._create_user(
            "ponto_stranger", "account.group_account_manager", self._create_company("Another Company")
        )
        with self.assertRaises(AccessError):
            account.with_user(stranger)._open_agreement(self.journal)
        for record in (shown, shown.finding_ids, shown.day_ids[:1]):
            with self.assertRaises(AccessError):
                record.with_user(stranger).read(["display_name"])

    # ------------------------------------------------------------------ what it costs

    def test_the_number_of_queries_does_not_grow(self):
        self.pay_and_type(*[(10 + n, 30) for n in range(5)])
        account = self.connect_account()
        few = self.count_queries(account)
        self.pay_and_type(*[(20 + n, 29 - n // 2) for n in range(40)])
        self.synchronize(account)
        self.assertEqual(self.count_queries(account), few)
        self.assertLessEqual(few, 5)

    def count_queries(self, account):
        account._find_agreement(self.journal)  # the account and the journal are read once
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        account._find_agreement(self.journal)
        return self.env.cr.sql_log_count - before
