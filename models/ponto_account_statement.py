from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL, date_utils


class Day(NamedTuple):
    """What bank and books say about one day of an account."""

    day: date
    bank_sum: float
    waiting: int  # transactions that are not in the books
    book_sum: float
    line_count: int
    open_count: int  # lines without statement


class Period(NamedTuple):
    """Days in a row that have, or may get, one statement."""

    start: date
    end: date
    statement: models.BaseModel  # ours, or empty
    days: list[Day]

    def total(self, name):
        """Return the sum of one figure of the days."""
        return sum(getattr(day, name) for day in self.days)


class PontoAccount(models.Model):
    """Statements: made when their period is over and the bank's balances confirm their lines."""

    _inherit = "ponto.account"

    declined_periods = fields.Json(
        readonly=True, copy=False, help="First days of periods whose statement a user deleted."
    )

    def _update_statements(self):
        """Make the statements of periods that are over; a late line joins ours, and the following move along.

        Balances are computed back from the one that Ponto reports. Where they contradict a statement that is made,
        nothing is touched: the difference shows in the balance check. A period whose lines do not lead from one
        balance to the other keeps its lines without statement; what a user made, edited or deleted is left alone.
        """
        self.ensure_one()
        first_day = self._get_first_day()
        if self.statement_period == "none" or not first_day or not self._are_past_balances_known():
            return
        last_day = min(fields.Date.context_today(self), self.bank_balance_date + relativedelta(days=1))
        days = self._get_days(first_day, last_day)
        periods = self._get_periods(days)
        lock_date = self.company_id._get_user_fiscal_lock_date(self.journal_id, ignore_exceptions=True)
        balance = self._get_bank_balance_after(last_day) - sum(day.bank_sum for day in days)
        shift = gap = 0.0
        for period in periods:
            opening = self.currency_id.round(balance)
            balance = closing = self.currency_id.round(balance + period.total("bank_sum"))
            if period.end <= lock_date:
                continue
            if period.statement:
                shift = self._move_statement(period, opening, closing, (shift, shift + gap, 0.0))
                gap = 0.0
                if shift is None:
                    return
            elif period.total("open_count") != period.total("line_count"):
                shift = 0.0  # lines of a statement that is the user's: ours do not move across it
            elif period.end < last_day and self._is_confirmed(period):
                self._make_statement(period, opening, closing)
                # All of it may be late: the statement that follows tells by its start.
                gap += period.total("bank_sum")

    def _is_confirmed(self, period):
        """Tell whether all transactions of the bank, and nothing else, are in the books."""
        compare = self.currency_id.compare_amounts
        return not period.total("waiting") and not compare(period.total("bank_sum"), period.total("book_sum"))

    def _make_statement(self, period, opening, closing):
        lines = self._get_open_lines(period)
        if not lines or period.start.isoformat() in (self.declined_periods or []):
            return
        self.env["account.bank.statement"].with_context(ponto_statement=True).create(
            {
                "line_ids": [Command.set(lines.ids)],
                "balance_start": opening,
                "balance_end_real": closing,
                "ponto_account_id": self.id,
                "ponto_period_start": period.start,
                "ponto_period_end": period.end,
            }
        )

    def _move_statement(self, period, opening, closing, shifts):
        """Bring a statement of ours up to date: late lines join it, changed ones move its end.

        One of its ends, moved like those before it or as it is, must still be the bank's: else the bank's figures
        contradict what is made, and nobody knows which is right.

        :param Period period: with its statement
        :param float opening: the bank's balance before the period
        :param float closing: the bank's balance after it
        :param tuple shifts: by how much what came earlier may move it, the likeliest first
        :return float | None: by how much the following ones move; None when the bank contradicts what is made
        """
        compare = self.currency_id.compare_amounts
        statement = period.statement.with_context(ponto_statement=True)
        for shift in shifts:
            start, end = statement.balance_start + shift, statement.balance_end_real + shift
            if not compare(start, opening) or not compare(end, closing):
                break
        else:
            return None
        if self._is_confirmed(period):
            shift = closing - statement.balance_end_real
            start, end = opening, closing
            if period.total("open_count"):
                late = self._get_open_lines(period)
                statement.line_ids = [Command.link(line.id) for line in late]
        if compare(start, statement.balance_start) or compare(end, statement.balance_end_real):
            # Both, always: writing the start alone would recompute the end.
            statement.write({"balance_start": start, "balance_end_real": end})
        return shift

    def _get_open_lines(self, period):
        return self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("date", ">=", period.days[0].day),
                ("date", "<=", period.days[-1].day),
                ("state", "=", "posted"),
                ("statement_id", "=", False),
            ]
        )

    # ------------------------------------------------------------------ periods

    def _get_periods(self, days):
        """Return the periods of some days: those of our statements, and between them those of the account's choice.

        :param list days: `Day` in their order
        :return list: `Period` in their order
        """
        statements = self.env["account.bank.statement"].with_context(ponto_statement=True)
        ours = [("ponto_account_id", "=", self.id), ("ponto_period_start", "!=", False)]
        statements.search([*ours, ("line_ids", "=", False)]).unlink()
        statements = statements.search(ours, order="ponto_period_start")
        starts = statements.mapped("ponto_period_start")
        periods = []
        for day in days:
            place = bisect_right(starts, day.day) - 1
            statement = statements[place] if place >= 0 else statements.browse()
            if statement and statement.ponto_period_end < day.day:
                statement = statements.browse()
            start = statement.ponto_period_start or date_utils.start_of(day.day, self.statement_period)
            if periods and (periods[-1].statement.id, periods[-1].start) == (statement.id, start):
                periods[-1].days.append(day)
            else:
                end = statement.ponto_period_end or date_utils.end_of(start, self.statement_period)
                periods.append(Period(start, end, statement, [day]))
        return self._part_periods(periods)

    @api.model
    def _part_periods(self, periods):
        """Let no two periods overlap: a new one gives way to those that have statements already."""
        for number, (one, other) in enumerate(pairwise(periods)):
            if one.end >= other.start and one.statement:
                periods[number + 1] = other._replace(start=one.end + timedelta(days=1))
            elif one.end >= other.start:
                periods[number] = periods[number]._replace(end=other.start - timedelta(days=1))
        return periods

    def _get_days(self, first_day, last_day):
        """Return what bank and books say about every day that has something.

        :param date first_day: day of the first transaction in the books
        :param date last_day: last day to look at
        :return list: `Day` in their order
        """
        self.env["ponto.transaction"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["date", "state"])
        self.env.cr.execute(
            SQL(
                """
                WITH bank AS (
                    SELECT COALESCE(booking_date, date) AS day, SUM(amount) AS total,
                           COUNT(*) FILTER (WHERE state NOT IN ('imported', 'skipped')) AS waiting
                      FROM ponto_transaction
                     WHERE account_id = %(account)s AND state != 'pending'
                       AND COALESCE(booking_date, date) BETWEEN %(first)s AND %(last)s
                     GROUP BY 1
                ), books AS (
                    SELECT move.date AS day, SUM(line.amount) AS total, COUNT(*) AS lines,
                           COUNT(*) FILTER (WHERE line.statement_id IS NULL) AS open_lines
                      FROM account_bank_statement_line line
                      JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
                     WHERE line.journal_id = %(journal)s AND move.date BETWEEN %(first)s AND %(last)s
                     GROUP BY 1
                )
                SELECT day, COALESCE(bank.total, 0)::float, COALESCE(bank.waiting, 0), COALESCE(books.total, 0)::float,
                       COALESCE(books.lines, 0), COALESCE(books.open_lines, 0)
                  FROM bank FULL JOIN books USING (day) ORDER BY day
                """,
                account=self.id,
                journal=self.journal_id.id,
                first=first_day,
                last=last_day,
            )
        )
        return [Day(*row) for row in self.env.cr.fetchall()]
