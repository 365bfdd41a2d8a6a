from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, date_utils

from .check import BOOKED_ROWS


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
    statement_anchor = fields.Json(
        readonly=True, copy=False, help="Balances that only a contradiction changes, as the statements were made."
    )

    def _update_statements(self):
        """Make the statements of periods that are over; late and changed lines move those that are made.

        Balances are computed back from the one that Ponto reports. Where they contradict what is made, nothing is
        touched: the difference shows in the balance check. A period whose lines do not lead from one balance to the
        other keeps its lines without statement; what a user made, edited or deleted is left alone.
        """
        self.ensure_one()
        first_day = self._get_first_day()
        if self.statement_period == "none" or not first_day or not self._are_past_balances_known():
            return
        if not self._is_anchored():
            return
        last_day = min(fields.Date.context_today(self), self.bank_balance_date + relativedelta(days=1))
        days = self._get_days(first_day, last_day)
        balance = self._get_bank_balance_after(first_day - timedelta(days=1))
        self._walk_through(self._get_periods(days), balance, last_day)
        first = self._get_statements()[:1]
        self.statement_anchor = self._get_anchor(first.ponto_period_start) if first else False

    def _walk_through(self, periods, balance, last_day):
        """Make or move the statements of some periods, up to the first that is not clear.

        :param list periods: `Period` in their order
        :param float balance: the bank's balance before the first
        :param date last_day: the last day of which the bank's balance is known
        """
        compare = self.currency_id.compare_amounts
        lock_date = self.company_id._get_user_fiscal_lock_date(self.journal_id, ignore_exceptions=True)
        across = False
        for period in periods:
            opening = self.currency_id.round(balance)
            balance = closing = self.currency_id.round(balance + period.total("bank_sum"))
            statement = period.statement
            if period.end <= lock_date or (statement and period.total("waiting")):
                continue  # it stays as it is; those after it go on with the bank's balance
            if statement:
                ends = compare(statement.balance_start, opening), compare(statement.balance_end_real, closing)
                if across and all(ends):
                    return  # ours do not move across a statement of the user's
                across = False
                self._move_statement(period, opening, closing)
            elif period.total("open_count") != period.total("line_count"):
                across = True
            elif period.end < last_day and self._is_confirmed(period):
                self._make_statement(period, opening, closing)

    def _make_first_statement(self):
        """Make the statement of the first imported day at once: it anchors the balances that Odoo shows.

        :raises UserError: when the bank's balances do not confirm the lines of that day
        """
        self.ensure_one()
        first_day = self._get_first_day()
        days = self._get_days(first_day, first_day) if first_day else []
        period = Period(first_day, first_day, self.env["account.bank.statement"], days)
        if not days or not self._is_confirmed(period) or period.total("open_count") != period.total("line_count"):
            raise UserError(
                self.env._("The lines of the first day are not all from the bank, or have a statement already.")
            )
        opening = self._get_bank_balance_after(first_day - timedelta(days=1))
        self._make_statement(period, opening, self._get_bank_balance_after(first_day))

    # ------------------------------------------------------------------ do bank and statements contradict each other

    def _get_statements(self):
        domain = [("ponto_account_id", "=", self.id), ("ponto_period_start", "!=", False)]
        return self.env["account.bank.statement"].search(domain, order="ponto_period_start")

    def _get_anchor(self, day):
        """Return two balances computed back from the reported one: before a day, and before all that is known.

        A late transaction before that day moves the first and not the second; older history that the bank begins to
        give moves the second and not the first. Only a balance that the transactions do not explain moves both.

        :param date day: the first day of the first statement
        :return dict: to be kept
        """
        known = self.env["ponto.transaction"]._read_group(
            [("account_id", "=", self.id), ("state", "!=", "pending")], aggregates=["amount:sum"]
        )[0][0]
        return {
            "day": day.isoformat(),
            "before_day": self._get_bank_balance_after(day - timedelta(days=1)),
            "before_all": self.currency_id.round(self.bank_balance - (known or 0.0)),
        }

    def _is_anchored(self):
        """Tell whether the balance that Ponto reports is explained by the transactions since the statements were made."""
        kept = self.statement_anchor
        if not kept:
            return True
        compare = self.currency_id.compare_amounts
        now = self._get_anchor(fields.Date.to_date(kept["day"]))
        return any(compare(now[name], kept[name]) == 0 for name in ("before_day", "before_all"))

    # ------------------------------------------------------------------ one statement

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

    def _move_statement(self, period, opening, closing):
        """Bring a statement of ours up to date: late lines join it, and it starts and ends where the bank does.

        :param Period period: with its statement
        :param float opening: the bank's balance before the period
        :param float closing: the bank's balance after it
        """
        compare = self.currency_id.compare_amounts
        statement = period.statement.with_context(ponto_statement=True)
        late = self._get_open_lines(period) if period.total("open_count") else self.env["account.bank.statement.line"]
        if not self._is_confirmed(period):
            late = late.filtered("ponto_transaction_ids")  # what a user typed joins nothing by itself
        if late:
            statement.line_ids = [Command.link(line.id) for line in late]
        if late or compare(statement.balance_start, opening) or compare(statement.balance_end_real, closing):
            # Both, always: writing the start alone would recompute the end.
            statement.write({"balance_start": opening, "balance_end_real": closing})

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
        self._flush_booked_rows()
        self.env.cr.execute(
            SQL(
                """
                WITH bank AS (
                    SELECT book_day AS day, SUM(book_amount) AS total,
                           COUNT(*) FILTER (WHERE state NOT IN ('imported', 'skipped')) AS waiting
                      FROM %(booked_rows)s booked
                     WHERE account_id = %(account)s AND state != 'pending'
                       AND book_day BETWEEN %(first)s AND %(last)s
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
                booked_rows=BOOKED_ROWS,
                account=self.id,
                journal=self.journal_id.id,
                first=first_day,
                last=last_day,
            )
        )
        return [Day(*row) for row in self.env.cr.fetchall()]
