from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..importing.pairing import Entry
from ..support.money import to_units
from .comparison import MARGIN, compare, get_first_day


class BankRow(NamedTuple):
    """The columns of a `ponto.transaction` that a comparison needs, and the entry in the books that it became."""

    id: int
    amount: float
    date: object
    counterpart_account: str
    execution_date: object
    value_date: object
    link_id: int
    move_id: int


class PontoAccount(models.Model):
    """Agreement finder: the bank's balance of every past day beside the ledger's, by a constant number of queries."""

    _inherit = "ponto.account"

    def action_find_agreement(self):
        """Open the comparison of bank and books, day by day.

        :return dict: the action
        :raises UserError: when it is not known yet, in one sentence
        """
        self.ensure_one()
        return self._open_agreement(self.journal_id)

    def _open_agreement(self, journal, fetch_line=None):
        """Compare with a journal and return the action that shows it.

        :param journal: `account.journal` record
        :param fetch_line: `ponto.account.fetch.line` record that asks, before anything is linked
        :return dict: the action
        :raises UserError: when it is not known yet, in one sentence
        """
        self.check_access("read")
        journal.check_access("read")
        if obstacle := self._get_obstacle(journal):
            raise UserError(obstacle)
        shown = self.env["ponto.agreement"]._show(self, journal, self._find_agreement(journal), fetch_line)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare with the Bank"),
            "res_model": shown._name,
            "res_id": shown.id,
            "views": [(False, "form")],
        }

    def _get_obstacle(self, journal):
        """Tell in one sentence why bank and books cannot be compared; nothing when they can.

        :param journal: `account.journal` record
        :return str | bool: the sentence
        """
        _ = self.env._
        if not journal.default_account_id:
            return _("No journal keeps %(account)s yet.", account=self.display_name)
        if (journal.currency_id or journal.company_id.currency_id) != self.currency_id:
            return _(
                "The journal %(journal)s is not in %(currency)s.", journal=journal.name, currency=self.currency_code
            )
        if self._are_past_balances_known():
            return False
        if not self.has_bank_balance:
            return _("Ponto gives no balance of this account, so the balances of past days are not known.")
        if not self._is_balance_current():
            return _("The transactions are still being read from Ponto. Try again in a moment.")
        if not self._is_balance_newest():
            return _(
                "There is a transaction that is newer than the balance of the bank. Try again after the next synchronization."
            )
        return _(
            "The amount or the day of a transaction cannot be read, so the balances of past days are not known: see"
            " Ponto Transactions in state Error."
        )

    def _find_agreement(self, journal):
        """Compare what the bank says with the ledger account of a journal.

        :param journal: `account.journal` record; the past balances of the bank must be known
        :return Agreement: amounts are in the smallest unit of the currency
        """
        self.ensure_one()
        self.env["ponto.transaction"].flush_model()
        self.env["account.bank.statement.line"].flush_model(["move_id", "account_number", "internal_index"])
        self.env["account.move.line"].flush_model(
            ["move_id", "account_id", "company_id", "balance", "amount_currency", "date", "parent_state"]
        )
        bank_begins, due_from, books_begin = self._read_beginnings(journal)
        first_day = get_first_day(
            bank_begins, min(filter(None, (due_from, books_begin)), default=None), self.bank_balance_date
        )
        bank, known = self._read_bank(first_day - MARGIN)
        books, journal_entries, before = self._read_books(journal, first_day - MARGIN)
        # A journal entry on the very first day of the books brings the balance that they begin with.
        in_history = books_begin and bank_begins and books_begin >= bank_begins
        openings = {
            line.key for line in books if in_history and line.day == books_begin and line.key in journal_entries
        }
        # sudo: which entry opens the account, for users who may see the account but not all bank transactions.
        openings.update(self.sudo().opening_line_id.move_id.ids)
        return compare(
            bank,
            books,
            bank_balance=to_units(self.bank_balance, self.currency_id),
            first_day=first_day,
            last_day=self.bank_balance_date,
            ledger_before=before,
            openings=openings,
            known=known,
        )

    def _read_beginnings(self, journal):
        """Return the first day of the transactions, of those due in the books, and of the ledger account."""
        self.env.cr.execute(
            SQL(
                """
                SELECT MIN(date), MIN(date) FILTER (WHERE %(linked)s AND state IN ('to_import', 'imported', 'error')),
                       (SELECT MIN(item.date) FROM account_move_line item WHERE %(of_journal)s)
                  FROM ponto_transaction
                 WHERE account_id = %(account)s AND state != 'pending' AND date IS NOT NULL
                """,
                linked=self.linked and self.journal_id == journal,
                of_journal=self._get_ledger_condition(journal),
                account=self.id,
            )
        )
        return self.env.cr.fetchone()

    def _read_bank(self, since):
        """Return the transactions since a day as `Entry`, and what is known of the entries that stand for them."""
        self.env.cr.execute(
            SQL(
                """
                SELECT row.id, row.amount, row.date, row.counterpart_account, row.execution_date, row.value_date,
                       row.link_id, line.move_id
                  FROM ponto_transaction row
             LEFT JOIN account_bank_statement_line line ON line.id = row.statement_line_id
                 WHERE row.account_id = %s AND row.state != 'pending' AND row.date >= %s AND row.amount != 0
              ORDER BY row.date, row.created_at, row.position DESC, row.id
                """,
                self.id,
                since,
            )
        )
        rows = [BankRow(*row) for row in self.env.cr.fetchall()]
        self.env.cr.execute(
            SQL(
                """
                SELECT link.id, ARRAY_AGG(line.move_id)
                  FROM ponto_link link
                  JOIN ponto_link_line_rel rel ON rel.link_id = link.id
                  JOIN account_bank_statement_line line ON line.id = rel.line_id
                 WHERE link.account_id = %s
              GROUP BY link.id
                """,
                self.id,
            )
        )
        linked = {link_id: ((), tuple(move_ids)) for link_id, move_ids in self.env.cr.fetchall()}
        known = []
        for row in rows:
            if row.move_id:
                known.append(((row.id,), (row.move_id,)))
            elif row.link_id in linked:
                row_ids, move_ids = linked[row.link_id]
                linked[row.link_id] = ((*row_ids, row.id), move_ids)
        known += [pair for pair in linked.values() if pair[0]]
        return [self._get_dated_entry(row) for row in rows], known

    def _get_dated_entry(self, row):
        """Return a transaction on its day in the books, which the connection's source of dates decides."""
        other_day = row.execution_date if row.value_date == row.date else row.value_date
        return self._get_bank_entry(row)._replace(day=row.date, other_day=other_day if other_day != row.date else None)

    def _read_books(self, journal, since):
        """Return what moves the ledger account of a journal since a day: bank transactions and all other entries.

        :param journal: `account.journal` record
        :param date since: the first day
        :return tuple: `Entry` list, keys of those that are no bank transactions, balance before; keys are ids of moves
        """
        condition = self._get_ledger_condition(journal)
        own_currency = self.currency_id == journal.company_id.currency_id
        value = SQL.identifier("item", "balance" if own_currency else "amount_currency")
        self.env.cr.execute(
            SQL(
                """
                SELECT item.move_id, SUM(%(value)s), item.date, line.id, line.account_number
                  FROM account_move_line item
             LEFT JOIN account_bank_statement_line line ON line.move_id = item.move_id
                 WHERE %(condition)s AND item.date >= %(since)s
              GROUP BY item.move_id, item.date, line.id
                HAVING SUM(%(value)s) != 0
              ORDER BY item.date, line.internal_index, item.move_id
                """,
                value=value,
                condition=condition,
                since=since,
            )
        )
        found = self.env.cr.fetchall()
        books = [
            Entry(move_id, to_units(amount, self.currency_id), day, self._normalize_counterparty(number))
            for move_id, amount, day, _line_id, number in found
        ]
        self.env.cr.execute(
            SQL(
                "SELECT COALESCE(SUM(%s), 0) FROM account_move_line item WHERE %s AND item.date < %s",
                value,
                condition,
                since,
            )
        )
        before = to_units(self.env.cr.fetchone()[0], self.currency_id)
        return books, {move_id for move_id, _amount, _day, line_id, _number in found if not line_id}, before

    def _get_ledger_condition(self, journal):
        return SQL(
            "item.account_id = %s AND item.company_id = %s AND item.parent_state = 'posted'",
            journal.default_account_id.id,
            journal.company_id.id,
        )
