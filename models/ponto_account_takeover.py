from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

# What OCA's import makes of an account number, the id of the journal and a Ponto ID.
OCA_IMPORT_ID = r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class PontoAccount(models.Model):
    """What an account takes over from OCA's Ponto module, and what it leaves for that module to recognize."""

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
            self._link(journal, first_day or fields.Date.context_today(self))
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
        """Return the day of the first line that OCA's Ponto module imported into a journal.

        :param journal: `account.journal` record
        :return date | None: None when there is no such line
        """
        self.env["account.bank.statement.line"].flush_model(["unique_import_id", "journal_id"])
        self.env["account.move"].flush_model(["date"])
        self.env.cr.execute(
            SQL(
                "SELECT MIN(move.date) FROM account_bank_statement_line line JOIN account_move move"
                " ON move.id = line.move_id WHERE line.journal_id = %s AND line.unique_import_id ~ %s",
                journal.id,
                OCA_IMPORT_ID,
            )
        )
        return self.env.cr.fetchone()[0]

    def _prepare_import_id_vals(self, ponto_id):
        """Return the key by which OCA's import modules know a transaction, where they are installed.

        Were their provider switched on again, it would find that it has the transaction already.

        :param str ponto_id: id of the transaction
        :return dict: value of `unique_import_id`, or nothing
        """
        if "unique_import_id" not in self.env["account.bank.statement.line"]._fields:
            return {}
        journal = self.journal_id
        parts = (journal.bank_account_id.sanitized_acc_number, str(journal.id), ponto_id)
        return {"unique_import_id": "-".join(filter(None, parts))}
