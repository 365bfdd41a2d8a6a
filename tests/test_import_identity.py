from datetime import date, timedelta

from odoo.tests import tagged

from .common import PontoCase

# What differs between any two entries, and what belongs to the journal.
OWN = {
    "id",
    "move_id",
    "statement_line_id",
    "journal_id",
    "account_id",
    "create_date",
    "write_date",
    "name",
    "move_name",
}
OWN |= {"internal_index", "access_token", "transaction_details", "sequence_prefix", "create_uid", "write_uid"}


@tagged("post_install", "-at_install")
class TestImportIdentity(PontoCase):
    """The quick way of creating lines leaves the same books as Odoo's plain way."""

    def rows(self, table, where, journal):
        self.env.cr.execute(f"SELECT * FROM {table} WHERE {where} = %s ORDER BY id", [journal.id])  # pylint: disable=sql-injection
        return [{key: value for key, value in row.items() if key not in OWN} for row in self.env.cr.dictfetchall()]

    def test_every_stored_column_equals_that_of_a_plain_create(self):
        bank_account = self.open_account()
        for number in range(60):
            day = date.today() - timedelta(days=400 - number * 6)
            self.pay(bank_account, f"{number - 20}.10", day=day, counterpart_name="Zoë")
        account = self.connect_and_import().account_ids
        plain = account.journal_id.copy({"name": account.journal_id.name, "code": "PLAIN"})
        plain.default_account_id = account.journal_id.default_account_id.copy()
        plain.suspense_account_id = account.journal_id.suspense_account_id
        created = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": plain.id,
                    "date": line.date,
                    "amount": line.amount,
                    "payment_ref": line.payment_ref,
                    "partner_name": line.partner_name,
                    "account_number": line.account_number,
                    "narration": line.narration,
                }
                for line in self.lines_of(account)
            ]
        )
        self.lines_of(account).statement_id.with_context(ponto_statement=True).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        for table, where in (
            ("account_move", "journal_id"),
            ("account_bank_statement_line", "journal_id"),
            ("account_move_line", "journal_id"),
        ):
            quick, usual = self.rows(table, where, account.journal_id), self.rows(table, where, plain)
            self.assertEqual(len(quick), len(created) * (2 if table == "account_move_line" else 1))
            for one, other in zip(quick, usual, strict=True):
                self.assertEqual(one, other)
        numbers = [line.move_id.name.replace(account.journal_id.code, "") for line in self.lines_of(account)]
        expected = [line.move_id.name.replace("PLAIN", "") for line in created.sorted("internal_index")]
        self.assertEqual(numbers, expected)
