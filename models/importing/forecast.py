from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain


class Forecast(NamedTuple):
    """What an import would do, before it is done."""

    to_create: int  # new bank transactions
    known: int  # in the books already, under another id or from before
    waiting: int  # in a locked period, without a rate, or with an error


class PontoAccount(models.Model):
    """Dry run: what a start date would bring, counted by the same rules as the import itself."""

    _inherit = "ponto.account"

    def _forecast(self, import_from, journal):
        """Count what would be imported from a start date on, of what has been read so far.

        :param date import_from: first day to import
        :param journal: `account.journal` record that gets it; empty when it is yet to be created
        :return Forecast: numbers of transactions
        """
        self.ensure_one()
        # sudo: the numbers are the same whoever asks; reading this account was checked.
        account = self.sudo()
        rows = account.env["ponto.transaction"]
        of_account = Domain("account_id", "=", account.id) & Domain("date", ">=", import_from)
        failed = rows.search_count(of_account & Domain("state", "=", "error"))
        due = of_account & (Domain("state", "=", "to_import") | Domain("reason", "in", ("before_start", "replaced")))
        count, known = rows.search_count(due), []
        if count and account.currency_id and account._may_be_known(journal):
            candidates = rows.search(due, order="date, created_at, position desc, id")
            candidates = account._leave_out_kept_apart(candidates)
            by_id, adopted, found = account._compare_with_books(candidates, journal)
            known = [*by_id.ids, *adopted.ids, *(entry.key for match in found.pairs for entry in match.bank)]
        ready = Domain("date", ">=", account._get_first_ready_day()) | Domain("on_open_day", "=", True)
        waiting = rows.search_count(due & ~ready & Domain("id", "not in", known))
        return Forecast(count - len(known) - waiting, len(known), waiting + failed)

    def _get_first_ready_day(self):
        """Return the first day that is neither locked nor without a rate, or the day after all days."""
        first_rate = self._get_first_rate_date()
        lock_date = self.company_id._get_user_fiscal_lock_date(self.journal_id, ignore_exceptions=True)
        return max(lock_date + timedelta(days=1), first_rate) if first_rate else lock_date.max

    def _may_be_known(self, journal):
        """Tell whether the books may hold transactions of this account already: else nothing has to be compared."""
        lines = self.env["account.bank.statement.line"]
        carry_ids = Domain("company_id", "=", self.company_id.id) & Domain("transaction_details", "!=", False)
        of_journal = Domain("journal_id", "=", journal.id)
        return bool(self._get_kin(journal) or lines.search_count(carry_ids | of_journal, limit=1))
