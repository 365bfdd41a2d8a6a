from odoo import api, fields, models
from odoo.tools.misc import format_date

from ...const import CARD_NOTICES
from ..support.notice import Notice

CLOSABLE_STATES = ("off", "expired")


class PontoAccount(models.Model):
    """What should be known of an account and its bank: one sentence each, the same on every screen."""

    _inherit = "ponto.account"

    notice = fields.Text("Remarks", compute="_compute_notice")
    # Stored, so that the dashboard reads only the institutions that have something to say.
    institution_marked = fields.Boolean(compute="_compute_institution_marked", store=True)

    @api.depends("institution_id.deprecated", "institution_id.maintenance_type")
    def _compute_institution_marked(self):
        for account in self:
            institution = account.institution_id
            account.institution_marked = institution.deprecated or institution.maintenance_type

    @api.depends("closed_on", "listed", "vanished_on", "deprecated", "available", "institution_id.notice")
    @api.depends_context("lang", "tz", "uid")
    def _compute_notice(self):
        for account in self:
            account.notice = "\n".join(notice.text for notice in account._get_notices()) or False

    def _get_notices(self):
        """Return what should be known of this account and of its bank, the most pressing first.

        :return list: `Notice`; beside the kinds of an institution: closed, vanished, replaced and readonly
        """
        self.ensure_one()
        if self.closed_on:
            text = self.env._("Closed on %(date)s.", date=format_date(self.env, self.closed_on))
            return [Notice("closed", text)]
        notices = []
        if not self.listed:
            notices.append(Notice("vanished", self._describe_vanished()))
        elif self.deprecated:
            notices.append(Notice("replaced", self.env._("Ponto replaced this account by another record.")))
        bank = [notice for institution in self.institution_id for notice in institution._get_notices()]
        if self._is_readonly() and not self._is_in_maintenance():
            text = self.env._(
                "Maintenance at %(bank)s, as Ponto says: it shows what it has and gets nothing new meanwhile; what is"
                " missing arrives afterwards by itself.",
                bank=self.institution_id.name or "Ponto",
            )
            notices.append(Notice("readonly", text))
        return notices + bank

    def _note_end_of_maintenance(self, vals):
        """Remember when Ponto could ask the bank again: the hours without a refresh count from then on.

        :param dict vals: values about to be written
        """
        institution, seen_at = self.institution_id, self.connection_id.last_success_at
        known = seen_at and institution.maintenance_ended_at and institution.maintenance_ended_at >= seen_at
        if vals["available"] and not self.available and not known:
            institution.maintenance_ended_at = fields.Datetime.now()

    def _get_card_notice(self):
        """Return what the card of the journal says: what keeps transactions away right now.

        :return str: "" when nothing does
        """
        if self.available and not self.institution_marked:
            return ""
        return " ".join(notice.text for notice in self._get_notices() if notice.kind in CARD_NOTICES)

    def _is_readonly(self):
        """Tell whether Ponto cannot ask the bank for this account now, by its own words.

        What was said before a maintenance ended is not said of now.
        """
        if self.available or not self.listed:
            return False
        seen_at, ended_at = self.connection_id.last_success_at, self.institution_id.maintenance_to
        return not (seen_at and ended_at and seen_at < ended_at <= fields.Datetime.now())

    def _is_in_maintenance(self):
        return bool(self.institution_marked and self.institution_id._is_in_maintenance())


class AccountJournal(models.Model):
    """What the card of a journal says of its account beside balance and authorization: maintenance, silence, its end."""

    _inherit = "account.journal"

    def _prepare_ponto_notice_vals(self, account):
        """Prepare what keeps transactions away, in words.

        :param account: the linked `ponto.account` record
        :return dict: JSON-able
        """
        return {
            "notice": account._get_card_notice(),
            "silence": account.silence_message or "",
            "closable": account.state in CLOSABLE_STATES,
        }

    def action_ponto_close_account(self):
        """End the synchronization of the linked account, which was closed at the bank.

        :return dict: the account's notice about its last balance
        :raises UserError: when no account is linked
        """
        return self._get_linked_ponto_account().action_close_account()
