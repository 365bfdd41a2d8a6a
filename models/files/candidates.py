from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...statement_files import Place
from ..importing.pairing import TOLERANCE, Entry
from ..support.money import to_units
from .chains import chain
from .plan import CREATE, DELETED, KNOWN, LOCKED, OPENED, WAITING, Candidate, decide, get_parts

MOST_PARTS = 5000  # of a total that a line keeps: those of the largest payroll


class AccountJournal(models.Model):
    """Files of the bank: what of them is in the books already, will come from Ponto, or has to be created."""

    _inherit = "account.journal"

    def _plan_file(self, statements):
        """Decide what becomes of the movements of some statements; nothing is written.

        :param statements: `statement_files.Statement` objects of the account of this journal
        :return dict: lists of movements by what becomes of them: `create`, `known`, `waiting` at Ponto, `deleted` by
            a user, `opened` (held by the opening entry) and `locked`
        """
        self.ensure_one()
        chains = chain(statements)
        keys = [movement.key for links in chains for movement in links.movements]
        verdicts = decide(chains, self._find_file_keys(keys), self._get_candidates, self._get_file_entry)
        plan = {verdict: [] for verdict in (CREATE, KNOWN, WAITING, DELETED, OPENED, LOCKED)}
        # sudo: the opening entry counts, whoever asks.
        opening_day = max(self.sudo().ponto_account_ids.opening_line_id.mapped("date"), default=None)
        lock_date = self.company_id._get_user_fiscal_lock_date(self, ignore_exceptions=True)
        for movement, verdict in verdicts.values():
            if verdict == CREATE and opening_day and movement.day <= opening_day:
                verdict = OPENED
            elif verdict == CREATE and movement.day <= lock_date:
                verdict = LOCKED
            plan[verdict].append(movement)
        return plan

    def _get_file_entry(self, movement, key):
        other_day = movement.value_day if movement.value_day != movement.day else None
        number = self.env["ponto.account"]._normalize_counterparty(movement.counterpart_reference)
        return Entry(key, to_units(movement.amount, self._get_own_currency()), movement.day, number, other_day)

    def _find_file_keys(self, keys):
        """Return those keys that lines of this journal carry, posted or not.

        :param list keys: of movements
        :return set: keys
        """
        self.env["account.bank.statement.line"].flush_model(["transaction_details", "journal_id"])
        self.env.cr.execute(
            SQL(
                "SELECT transaction_details ->> 'ponto_file' FROM account_bank_statement_line"
                " WHERE journal_id = %s AND transaction_details ->> 'ponto_file' = ANY(%s)",
                self.id,
                keys,
            )
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _get_candidates(self, links):
        """Return what the books and Ponto hold in the days of statements.

        :param links: `Chain`
        :return list: `Candidate`
        """
        days = {movement.value_day for movement in links.movements if movement.value_day}
        opening = float(links.statements[0].opening)
        if not self._get_own_currency().compare_amounts(self._get_ledger_balance_before(links.first_day), opening):
            days = set()  # what is in the books before these days is all of it: none of these movements
        wide = self._widen(links, opening_is_ledger=not days)
        return [
            *self._get_line_candidates(links.first_day, links.last_day, days, wide),
            *self._get_row_candidates(*wide),
        ]

    def _widen(self, links, *, opening_is_ledger):
        """Return the days in which Ponto may tell the movements of statements: it may tell them a day apart.

        Only where it tells the days of the statements too: what comes back every day is other money beyond its days.

        :param links: `Chain`
        :param bool opening_is_ledger: all that was booked before is in the books, so none of these movements
        :return tuple: first and last day
        """
        # sudo: what Ponto knows counts, whoever asks.
        accounts = self.sudo().ponto_account_ids
        rows = Domain("account_id", "in", accounts.ids) & Domain("state", "in", ("imported", "to_import"))
        rows &= Domain("date", "!=", False)
        first, last = accounts.env["ponto.transaction"]._read_group(rows, aggregates=["date:min", "date:max"])[0]
        first_day, last_day = links.first_day, links.last_day
        if not first:
            return first_day, last_day
        closing, currency = float(links.statements[-1].closing), self._get_own_currency()
        ends_alike = any(
            account.has_bank_balance and not currency.compare_amounts(account.bank_balance, closing)
            for account in accounts
        )
        if (last >= first_day or ends_alike) and not opening_is_ledger:
            first_day -= TOLERANCE
        if first <= last_day and (last > last_day or ends_alike):
            last_day += TOLERANCE
        return first_day, last_day

    def _get_line_candidates(self, first_day, last_day, days, wide):
        """Return the posted lines of some days, those of Ponto on the bank's day, and also while they are not posted.

        :param date first_day, last_day: the days
        :param set days: more of them; lines that users typed may have their value date
        :param tuple wide: first and last day for what came from Ponto
        :return list: `Candidate`
        """
        for model in ("account.bank.statement.line", "account.move", "ponto.transaction"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.amount, COALESCE(row.execution_date, row.date, move.date) AS day,
                       line.account_number, line.transaction_details ->> 'ponto_file',
                       line.transaction_details -> 'ponto_file_place'
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
             LEFT JOIN ponto_transaction row ON row.statement_line_id = line.id
             LEFT JOIN ponto_account opened ON opened.opening_line_id = line.id
                 WHERE line.journal_id = %(journal)s AND opened.id IS NULL
                   AND (move.state = 'posted' OR row.id IS NOT NULL
                        OR EXISTS (SELECT FROM ponto_link_line_rel link WHERE link.line_id = line.id))
                   AND (COALESCE(row.execution_date, row.date, move.date) BETWEEN %(first)s AND %(last)s
                        OR (row.id IS NOT NULL AND COALESCE(row.execution_date, row.date)
                            BETWEEN %(wide_first)s AND %(wide_last)s)
                        OR (row.id IS NULL AND move.date = ANY(%(days)s)))
              ORDER BY line.internal_index
                """,
                journal=self.id,
                first=first_day,
                last=last_day,
                days=list(days),
                wide_first=wide[0],
                wide_last=wide[1],
            )
        )
        currency, normalize = self._get_own_currency(), self.env["ponto.account"]._normalize_counterparty
        return [
            Candidate(
                Entry(("line", key), to_units(amount, currency), day, normalize(number)),
                KNOWN,
                file_key or "",
                *self._read_place(kept),
            )
            for key, amount, day, number, file_key, kept in self.env.cr.fetchall()
        ]

    @api.model
    def _keep_place(self, movement):
        """Return what a line keeps of where its movement stands in the bank's balance, and of the parts of a total.

        Another file that tells the same money under other names is recognized by it.

        :param movement: `statement_files.Movement`
        :return dict: values of JSON
        """
        place, currency = movement.place, self._get_own_currency()
        normalize = self.env["ponto.account"]._normalize_counterparty
        parts = [
            [to_units(part.amount, currency), normalize(part.counterpart_reference)]
            for part in get_parts(movement)[:MOST_PARTS]
        ]
        kept = {"parts": parts} if 0 < len(parts) < MOST_PARTS else {}
        if place:
            kept["start"], kept["before"], kept["opening"] = (
                f"{amount:f}" for amount in (place.day_start, place.before, place.opening)
            )
            kept["statement"], kept["first_day"] = place.statement, place.first_day.isoformat()
        return kept

    @api.model
    def _read_place(self, kept):
        """Return the place and the parts that a line keeps.

        :param kept: as `_keep_place` gives it; anything else when another program wrote there
        :return tuple: `Place` or None; tuple of amount and counterparty of each part
        """
        if not isinstance(kept, dict):
            return None, ()
        try:
            parts = tuple((int(amount), str(number)) for amount, number in kept.get("parts", ()))
            if "statement" not in kept:
                return None, parts
            start, before, opening = (Decimal(kept[name]) for name in ("start", "before", "opening"))
            return Place(start, before, kept["statement"], date.fromisoformat(kept["first_day"]), opening), parts
        except (KeyError, TypeError, ValueError, ArithmeticError):
            return None, ()

    def _get_row_candidates(self, first_day, last_day):
        """Return what Ponto knows of some days that has no line: it will get one, or a user deleted it.

        :param date first_day, last_day: the days
        :return list: `Candidate`
        """
        # sudo: what Ponto knows counts, whoever asks.
        accounts = self.sudo().ponto_account_ids
        account = accounts.filtered("linked")
        days = Domain("date", ">=", first_day) & Domain("date", "<=", last_day)
        waits = Domain("account_id", "=", account.id) & Domain("state", "=", "to_import")
        if account.import_from:
            waits &= Domain("date", ">=", account.import_from)
        deleted = Domain("account_id", "in", accounts.ids) & Domain("deleted", "=", True)
        rows = accounts.env["ponto.transaction"].search(
            days & (waits | deleted), order="date, created_at, position desc, id"
        )
        waiting = rows.filtered(lambda row: row.state == "to_import")
        known = set()
        if to_compare := account._leave_out_kept_apart(waiting):
            # Those that are in the books are looked at as lines.
            by_id, adopted, found = account._compare_with_books(to_compare, self)
            known.update(by_id.ids, adopted.ids, (entry.key for match in found.pairs for entry in match.bank))
        return [
            Candidate(
                row.account_id._get_bank_entry(row)._replace(key=("row", row.id), other_day=None),
                WAITING if row in waiting else DELETED,
            )
            for row in rows
            if row.id not in known
        ]

    def _get_ledger_balance_before(self, day):
        """Return the posted balance of this journal's account before a day, in the journal's currency.

        :param date day: the day
        :return float: the balance
        """
        amount = "balance" if self._get_own_currency() == self.company_id.currency_id else "amount_currency"
        domain = [
            ("account_id", "=", self.default_account_id.id),
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<", day),
        ]
        # sudo: a ledger balance, for users who may import files but not see all journal items.
        return self.env["account.move.line"].sudo()._read_group(domain, aggregates=[f"{amount}:sum"])[0][0] or 0.0
