from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL, date_utils


class PontoAccount(models.Model):
    """Statements: made when their period is over and the bank's balances confirm their lines."""

    _inherit = "ponto.account"

    def _update_statements(self):
        """Make the statements of periods that are over, and move along those of ours that a late line changes.

        The balances are computed back from the one that Ponto reports. A period whose lines do not lead from one to
        the other keeps its lines without statement; a statement that a user made or edited is left alone.
        """
        self.ensure_one()
        first_day = self._get_first_day()
        if self.statement_period == "none" or not first_day or not self._are_past_balances_known():
            return
        last_day = min(fields.Date.context_today(self), self.bank_balance_date + relativedelta(days=1))
        lock_date = self.company_id._get_user_fiscal_lock_date(self.journal_id, ignore_exceptions=True)
        balance = self._get_bank_balance_after(last_day)
        periods = self._get_period_sums(first_day, last_day)
        for start in sorted(periods, reverse=True):
            bank_sum, waiting, book_sum, open_lines = periods[start]
            opening = self.currency_id.round(balance - bank_sum)
            end = self._get_period_end(start)
            confirmed = not waiting and self.currency_id.compare_amounts(bank_sum, book_sum) == 0
            if end < last_day and end > lock_date and confirmed and book_sum is not None:
                self._write_statement(max(start, first_day), end, opening, balance, open_lines)
            balance = opening

    def _get_period_end(self, start):
        return start if self.statement_period == "day" else date_utils.end_of(start, "month")

    def _get_period_sums(self, first_day, last_day):
        """Return per period what the bank says and what the books hold.

        :param date first_day: day of the first transaction in the books
        :param date last_day: last day to look at
        :return dict: first day of the period: (bank's sum, rows not in the books, sum of the lines, lines without
            statement)
        """
        self.env["ponto.transaction"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["date", "state"])
        unit = self.statement_period
        self.env.cr.execute(
            SQL(
                """
                WITH bank AS (
                    SELECT date_trunc(%(unit)s, date)::date AS start, SUM(amount) AS total,
                           COUNT(*) FILTER (WHERE state NOT IN ('imported', 'skipped')) AS waiting
                      FROM ponto_transaction
                     WHERE account_id = %(account)s AND state != 'pending'
                       AND date BETWEEN %(first)s AND %(last)s
                     GROUP BY 1
                ), books AS (
                    SELECT date_trunc(%(unit)s, move.date)::date AS start, SUM(line.amount) AS total,
                           COUNT(*) FILTER (WHERE line.statement_id IS NULL) AS open_lines
                      FROM account_bank_statement_line line
                      JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
                     WHERE line.journal_id = %(journal)s AND move.date BETWEEN %(first)s AND %(last)s
                     GROUP BY 1
                )
                SELECT COALESCE(bank.start, books.start), COALESCE(bank.total, 0), COALESCE(bank.waiting, 0),
                       COALESCE(books.total, 0), COALESCE(books.open_lines, 0)
                  FROM bank FULL JOIN books USING (start)
                """,
                unit=unit,
                account=self.id,
                journal=self.journal_id.id,
                first=first_day,
                last=last_day,
            )
        )
        return {row[0]: (float(row[1]), row[2], float(row[3]), row[4]) for row in self.env.cr.fetchall()}

    def _write_statement(self, start, end, opening, closing, open_lines):
        """Make the statement of a period, or bring ours up to date.

        :param date start: first day
        :param date end: last day
        :param float opening: the bank's balance before the period
        :param float closing: the bank's balance after it
        :param int open_lines: number of lines that have no statement yet
        """
        statements = self.env["account.bank.statement"].with_context(ponto_statement=True)
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("date", ">=", start),
                ("date", "<=", end),
                ("state", "=", "posted"),
            ]
        )
        statement = lines.statement_id
        if not statement:
            statements.create(
                {
                    "line_ids": [Command.set(lines.ids)],
                    "balance_start": opening,
                    "balance_end_real": closing,
                    "ponto_account_id": self.id,
                }
            )
            return
        if len(statement) > 1 or statement.ponto_account_id != self or statement.line_ids - lines:
            return
        statement = statement.with_context(ponto_statement=True)
        compare = self.currency_id.compare_amounts
        if open_lines:
            statement.line_ids = [Command.set(lines.ids)]
        if open_lines or compare(statement.balance_start, opening) or compare(statement.balance_end_real, closing):
            # Both, always: writing the start alone would recompute the end.
            statement.write({"balance_start": opening, "balance_end_real": closing})
