import logging
from types import SimpleNamespace

from psycopg2 import OperationalError

from odoo import models
from odoo.tools import SQL, html2plaintext

from ...const import FOLLOW_BATCH
from ...ponto_client import read_transaction
from ..support.errors import RECORD_ERRORS

_logger = logging.getLogger(__name__)

# These can be written on every line, also on a matched or a hashed one (doc/decisions.md, 15).
DETAILS = ("partner_name", "account_number", "transaction_type", "narration", "transaction_details", "unique_import_id")


class PontoAccount(models.Model):
    """Later changes by the bank: a field of the line follows only where it still is what was written.

    What may not follow (the label of a matched line; amount and day of a matched, locked or secured one) raises a flag
    on the row instead.
    """

    _inherit = "ponto.account"

    def _follow_changes(self):
        """Bring the lines of changed rows up to date.

        :return int: number of rows looked at; 0 when nothing is left
        """
        self.env["ponto.transaction"].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM ponto_transaction WHERE account_id = %s AND to_follow"
                " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                self.id,
                FOLLOW_BATCH,
            )
        )
        rows = self.env["ponto.transaction"].browse(row[0] for row in self.env.cr.fetchall())
        for row in rows:
            readable = not row._prepare_row(self, read_transaction(row.raw), row.position)["reason"]
            flag = self._try_to_follow(row) if readable else "changed"
            row.write({"to_follow": False, "reason": flag or row.reason})
            if readable:
                row.raw_in_books = False
        return len(rows)

    def _try_to_follow(self, row):
        try:
            with self.env.cr.savepoint():
                flag = self._follow_change(row)
                self.env.flush_all()
                return flag
        except OperationalError:
            raise
        except RECORD_ERRORS as error:
            _logger.info("Ponto transaction %s: its line refused a change: %s", row.id, type(error).__name__)
            return "changed"

    def _follow_change(self, row):
        """Bring the line of one row up to date.

        :param row: `ponto.transaction` record that changed after its import
        :return str | None: flag of what could not follow
        """
        written = self._prepare_line_vals_from(row, row.raw_in_books)
        wanted = self._prepare_line_vals_from(row, row.raw)
        if row.link_id:  # its lines were made elsewhere: nothing on them is touched
            return "changed" if (written["amount"], written["date"]) != (wanted["amount"], wanted["date"]) else None
        line = row.statement_line_id.with_context(skip_readonly_check=True)
        if not line:
            return None
        changed = {
            name: value
            for name, value in wanted.items()
            if value != written[name] and self._is_as_written(line, written, name)
        }
        vals, flag = self._prepare_followed_vals(line, changed, wanted["date"])
        if "amount" in vals:
            self._move_end_of_statement(line, vals["amount"], wanted["date"])
        if vals:
            line.write(vals)
        return flag

    def _prepare_followed_vals(self, line, changed, day):
        """Return what of a change a line may follow.

        :param line: `account.bank.statement.line` record
        :param dict changed: values that the bank has changed and nobody else
        :param date day: of the line, as the bank says it now
        :return tuple: values of the line, and the flag of what could not follow, or None
        """
        flag = None
        vals = {name: value for name, value in changed.items() if name in DETAILS}
        if "payment_ref" in changed:
            if line.label_editable:
                vals["payment_ref"] = changed["payment_ref"]
            else:
                flag = "changed_texts"
        moved = {name: changed[name] for name in ("amount", "date") if name in changed}
        if moved and self._may_move(line, day):
            # The amount is written with the day: a foreign currency has the rate of the new day.
            vals.update({"amount": line.amount, **moved})
        elif moved:
            flag = "changed"
        return vals, flag

    def _move_end_of_statement(self, line, amount, day):
        """Let a statement end where its lines will: the bank's balances may move it later, or not for long.

        :param line: `account.bank.statement.line` record that is about to follow the bank
        :param float amount: its new amount
        :param date day: its new day; outside of the statement's period it leaves the statement
        """
        statement = line.statement_id.with_context(ponto_statement=True)
        if not statement:
            return
        start, end, change = statement.balance_start, statement.balance_end_real, amount - line.amount
        if not statement.ponto_period_start <= day <= statement.ponto_period_end:
            change = -line.amount
            statement.line_ids -= line
        # Both, always: writing the start alone would recompute the end.
        statement.write({"balance_start": start, "balance_end_real": self.currency_id.round(end + change)})

    def _prepare_line_vals_from(self, row, raw):
        """Return the values of a line as they would be made of a text of Ponto.

        :param row: `ponto.transaction` record
        :param str raw: a transaction as received
        :return dict: values of the line
        """
        item = self._leave_out_placeholders(read_transaction(raw))
        columns = row._prepare_row(self, item, row.position)
        vals = self._prepare_line_vals(SimpleNamespace(**{**columns, "booking_date": row.booking_date}), item)
        del vals["journal_id"]
        return vals

    def _is_as_written(self, line, written, name):
        """Tell whether a field of a line still is what was written; a user may have changed it."""
        if name == "amount":
            return self.currency_id.compare_amounts(line.amount, written["amount"]) == 0
        if name == "narration":
            return html2plaintext(line.narration or "").strip() == html2plaintext(written[name] or "").strip()
        if name == "transaction_details":
            return not line[name] or "ponto" in line[name]
        return (line[name] or False) == (written[name] or False)

    def _may_move(self, line, day):
        """Tell whether amount and day of a line may follow the bank (doc/decisions.md, 13, 15, 16).

        :param line: `account.bank.statement.line` record
        :param date | None day: the new day
        :return bool: not when it is matched, split, secured, locked, in a statement of the user's or in another year
        """
        lock_date = self.company_id._get_user_fiscal_lock_date(self.journal_id, ignore_exceptions=True)
        own_statement = not line.statement_id or line.statement_id.ponto_account_id == self
        return bool(
            day
            and line.label_editable
            and line.state == "posted"
            and own_statement
            and min(line.date, day) > lock_date
            and line.date.year == day.year
        )
