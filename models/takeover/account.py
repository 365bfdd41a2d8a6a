from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...const import OVERLAP
from ...ponto_client import FormatError, read_transaction

# What OCA's import makes of an account number, the id of the journal and a Ponto ID; either of the first may be missing.
OCA_IMPORT_ID = r"(^|-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class PontoAccount(models.Model):
    """What an account takes over from OCA's Ponto module: its journal, from its first day on."""

    _inherit = "ponto.account"

    def _take_over_provider(self, provider):
        """Feed a provider's journal from its first imported day on, and switch the provider off.

        :param provider: `online.bank.statement.provider` record
        :raises UserError: when the journal cannot take this account; nothing has changed then
        """
        self.ensure_one()
        journal = provider.journal_id
        if self.linked and self.journal_id != journal:
            raise UserError(
                self.env._(
                    "%(account)s is synchronized with the journal %(journal)s already.",
                    account=self.display_name,
                    journal=self.journal_id.name,
                )
            )
        if not self.linked:
            first_day = self._get_first_imported_day(journal) or self._get_latest_start()
            self._link_journal(journal, first_day or fields.Date.context_today(self))
            self.statement_period = self._get_statement_period_of(provider)
        journal._switch_off_other_feeds()
        last_run = provider.last_successful_run
        self.message_post(
            body=self.env._(
                "Taken over from the OCA module: %(provider)s, which ran last on %(date)s.",
                provider=provider.name,
                date=format_date(self.env, last_run) if last_run else "?",
            )
        )

    @api.model
    def _get_statement_period_of(self, provider):
        if not provider.create_statement:
            return "none"
        return "day" if provider.statement_creation_mode == "daily" else "month"

    def _get_first_imported_day(self, journal):
        """Return the day at the bank of the first transaction that OCA's Ponto module imported into a journal.

        Its line may have another day than this connection gives it: of the value instead of the execution, of another
        time zone, or corrected. So the day is read from what the module kept of the first ones, where it kept it.

        :param journal: `account.journal` record
        :return date | None: None when there is no such line
        """
        lines = self.env["account.bank.statement.line"]
        lines.flush_model(["unique_import_id", "journal_id"])
        self.env["account.move"].flush_model(["date"])
        raw = SQL.identifier("line", "raw_data") if "raw_data" in lines._fields else SQL("NULL")
        self.env.cr.execute(
            SQL(
                """
                WITH theirs AS (
                    SELECT move.date AS day, %(raw)s AS raw
                      FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id
                     WHERE line.journal_id = %(journal)s AND line.unique_import_id ~ %(theirs)s
                )
                SELECT day, raw FROM theirs WHERE day <= (SELECT MIN(day) FROM theirs) + %(days)s
                """,
                raw=raw,
                journal=journal.id,
                theirs=OCA_IMPORT_ID,
                days=OVERLAP.days,
            )
        )
        return min((self._get_day_at_bank(raw) or day for day, raw in self.env.cr.fetchall()), default=None)

    def _get_day_at_bank(self, raw):
        """Return the day of a transaction as this account would import it.

        :param str | None raw: a transaction as Ponto gave it, if it is one
        :return date | None: None when it cannot be read
        """
        try:
            return self.env["ponto.transaction"]._prepare_row(self, read_transaction(raw or ""), 0)["date"]
        except FormatError:
            return None
