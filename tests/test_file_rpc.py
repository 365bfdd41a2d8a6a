from odoo import http
from odoo.tests import tagged

from .common import OTHER_IBAN
from .file_case import FileCase
from .rpc_case import RpcCase

WIZARD, LINE = "ponto.file.import", "ponto.file.import.line"
FIGURES = (
    "first_day",
    "last_day",
    "transaction_count",
    "known_count",
    "create_count",
    "opening_balance",
    "closing_balance",
    "ledger_before",
    "ledger_after",
    "refusal",
    "remark",
)
LINE_SPECIFICATION = {"journal_id": {"fields": {"display_name": {}}}, **{name: {} for name in FIGURES}}
SPECIFICATION = {
    "journal_id": {"fields": {"display_name": {}}},
    "attachment_ids": {"fields": {"name": {}, "mimetype": {}}},
    "line_ids": {"fields": LINE_SPECIFICATION},
    "news": {},
}


@tagged("post_install", "-at_install")
class TestFileRpc(RpcCase, FileCase):
    """The dialog as the web client drives it: it saves, reads and asks with a context of its own."""

    def setUp(self):
        super().setUp()
        self.log_in(self.accountant)

    def open_dialog(self, *contents, journal=None, **context):
        """Upload files and read them, with the calls of a browser.

        :return int: id of the dialog
        """
        journal = journal or self.journal
        action = self.call("account.journal", "action_ponto_import_file", [journal.id])
        self.context = {
            "lang": "en_US",
            "tz": "Pacific/Kiritimati",
            "uid": self.accountant.id,
            "allowed_company_ids": self.company.ids,
            **action["context"],
            **context,
        }
        links = [[4, self.upload_file(content)] for content in contents]
        values = {"journal_id": journal.id, "attachment_ids": links, "line_ids": []}
        saved = self.call(WIZARD, "web_save", [], values, specification=SPECIFICATION, context=self.context)
        self.call(WIZARD, "action_read", [saved[0]["id"]], context=self.context)
        return saved[0]["id"]

    def upload_file(self, content):
        data = {"model": WIZARD, "id": 0, "csrf_token": http.Request.csrf_token(self)}
        response = self.url_open("/web/binary/upload_attachment", data=data, files={"ufile": ("file", content)})
        return response.json()[0]["id"]

    def see(self, dialog_id, **specification):
        """Return what the screen shows of the dialog; it is read as the web client does."""
        specification = {**SPECIFICATION, **{name: {} for name in specification}}
        context = {"bin_size": True, **self.context}
        return self.call(WIZARD, "web_read", [dialog_id], specification=specification, context=context)[0]

    def click_import(self, dialog_id):
        answer = self.call(WIZARD, "action_import", [dialog_id], context=self.context)
        return answer["params"]["type"], answer["params"]["message"]

    # ------------------------------------------------------------------ what is read

    def test_the_figures_are_those_of_the_file(self):
        for amount, ago in (("29.00", 9), ("28.00", 8), ("-27.00", 7)):
            self.pay(self.bank_account, amount, ago)
        self.type_line(29, 9)
        for content in (self.coda(10), self.camt(10)):
            [line] = self.see(self.open_dialog(content))["line_ids"]
            self.assertEqual(line["journal_id"]["id"], self.journal.id)
            self.assertEqual((line["first_day"], line["last_day"]), (str(self.day(9)), str(self.day(7))))
            self.assertEqual((line["transaction_count"], line["known_count"], line["create_count"]), (3, 1, 2))
            self.assertEqual((line["opening_balance"], line["closing_balance"]), (1000.0, 1030.0))
            self.assertEqual((line["ledger_before"], line["ledger_after"]), (0.0, 30.0))
            self.assertFalse(line["refusal"])
            self.assertIn("differs by", line["remark"])

    def test_the_figures_stay_when_a_journal_is_chosen_and_the_dialog_is_saved(self):
        self.pay(self.bank_account, "29.00", 9)
        other, free = self.make_journal(OTHER_IBAN, "OTHR"), self.make_journal(None, "FREE")
        self.journal.bank_account_id = False
        dialog_id = self.open_dialog(self.camt(30), journal=other)
        [line] = self.see(dialog_id)["line_ids"]
        self.assertIn("which Bank OTHR does not keep", line["refusal"])
        context = {"bin_size": True, **self.context}
        values = {"journal_id": free.id}
        answer = self.call(LINE, "onchange", [line["id"]], values, ["journal_id"], LINE_SPECIFICATION, context=context)
        self.assertEqual((answer["value"]["refusal"], answer["value"]["create_count"]), (False, 1))
        commands = {"line_ids": [[1, line["id"], values]]}
        [saved] = self.call(WIZARD, "web_save", [dialog_id], commands, specification=SPECIFICATION, context=context)
        [line] = saved["line_ids"]
        self.assertEqual((line["transaction_count"], line["create_count"], line["refusal"]), (1, 1, False))
        # Nor does a button that a client clicks with the context of its reading see anything else.
        self.context = context
        self.assertEqual(self.click_import(dialog_id)[0], "success")
        self.assertEqual(self.env["account.bank.statement.line"].search([("journal_id", "=", free.id)]).amount, 29)

    def test_another_file_clears_what_was_said_of_the_first(self):
        self.pay(self.bank_account, "29.00", 9)
        dialog_id = self.open_dialog(self.camt(30))
        link = {"attachment_ids": [[4, self.upload_file(self.coda(30))]]}
        context = {"bin_size": True, **self.context}
        answer = self.call(WIZARD, "onchange", [dialog_id], link, ["attachment_ids"], SPECIFICATION, context=context)
        self.assertEqual([command[0] for command in answer["value"]["line_ids"]], [2])

    # ------------------------------------------------------------------ when there is nothing to import

    def test_why_there_is_nothing_to_import_is_said(self):
        self.pay(self.bank_account, "29.00", 9)
        self.company.fiscalyear_lock_date = self.day(5)
        locked = self.open_dialog(self.camt(30))
        obstacle = self.see(locked, obstacle=True)["obstacle"]
        self.assertRegex(obstacle, r"^There is nothing to import\. In a locked period.*: 1\.$")
        kind, message = self.click_import(locked)
        self.assertEqual(kind, "warning")
        self.assertIn("Nothing was created. In a locked period", message)
        self.assertNotIn("in the books", message.lower())
        self.company.fiscalyear_lock_date = False
        dialog_id = self.open_dialog(self.camt(30))
        self.assertFalse(self.see(dialog_id, obstacle=True)["obstacle"])
        self.assertEqual(self.click_import(dialog_id), ("success", "Bank transactions created from the file: 1."))
        dialog_id = self.open_dialog(self.camt(30))
        obstacle = self.see(dialog_id, obstacle=True)["obstacle"]
        self.assertEqual(obstacle, "There is nothing to import. In the books already: 1.")
        self.assertEqual(self.click_import(dialog_id), ("info", "Nothing was created. In the books already: 1."))
        empty = self.open_dialog(self.camt(3))
        obstacle = self.see(empty, obstacle=True)["obstacle"]
        self.assertEqual(obstacle, "There is nothing to import. There are no transactions in it.")

    def test_an_import_that_leaves_something_out_says_so(self):
        self.pay(self.bank_account, "29.00", 9)
        self.pay(self.bank_account, "28.00", 3)
        self.company.fiscalyear_lock_date = self.day(5)
        dialog_id = self.open_dialog(self.camt(30))
        self.assertFalse(self.see(dialog_id, obstacle=True)["obstacle"])
        kind, message = self.click_import(dialog_id)
        self.assertEqual(kind, "warning")
        self.assertRegex(message, r"^Bank transactions created from the file: 1\. In a locked period.*: 1\.$")
        self.assertEqual(self.amounts(), [28])

    def test_refused_or_doubled_accounts_are_no_import(self):
        self.pay(self.bank_account, "29.00", 9)
        one = self.coda(30)
        self.bank_account = self.open_account(reference=OTHER_IBAN)
        self.pay(self.bank_account, "28.00", 8)
        self.journal.bank_account_id = False
        dialog_id = self.open_dialog(one + self.coda(30))
        seen = self.see(dialog_id, obstacle=True)
        self.assertIn("No bank or card journal", seen["line_ids"][0]["refusal"])
        self.assertIn("as long as an account below is refused", seen["obstacle"])
        commands = {"line_ids": [[1, line["id"], {"journal_id": self.journal.id}] for line in seen["line_ids"]]}
        self.call(WIZARD, "web_save", [dialog_id], commands, specification={}, context=self.context)
        self.assertEqual(self.see(dialog_id, obstacle=True)["obstacle"], "Two accounts cannot go to the same journal.")

    # ------------------------------------------------------------------ what else the web client sends

    def test_a_file_of_another_journal_goes_there_whole_and_that_is_said(self):
        """The screen says which journal and partner are the default: not one journal item takes them."""
        self.pay(self.bank_account, "29.00", 9)
        asked = self.make_journal(OTHER_IBAN, "OTHR")
        dialog_id = self.open_dialog(self.camt(30), journal=asked, default_partner_id=self.company.partner_id.id)
        [line] = self.see(dialog_id)["line_ids"]
        self.assertIn("of another account than that of Bank OTHR: it goes to Bank FILE", line["remark"])
        self.click_import(dialog_id)
        line = self.env["account.bank.statement.line"].search([("journal_id", "in", (self.journal + asked).ids)])
        self.assertEqual((line.journal_id, line.move_id.journal_id), (self.journal, self.journal))
        self.assertEqual(line.line_ids.journal_id, self.journal)
        self.assertFalse(line.line_ids.partner_id)

    def test_an_archived_journal_is_not_meant_also_where_archived_ones_are_shown(self):
        self.pay(self.bank_account, "29.00", 9)
        current = self.make_journal(None, "NOW")
        current.bank_account_id = self.journal.bank_account_id
        self.journal.active = False
        [line] = self.see(self.open_dialog(self.camt(30), journal=current, active_test=False))["line_ids"]
        self.assertEqual((line["journal_id"]["id"], line["refusal"]), (current.id, False))
