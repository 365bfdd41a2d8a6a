import logging

from odoo import api, fields, models
from odoo.tools import format_list
from odoo.tools.misc import format_date

from .authorization_calendar import due_mail, needs_activity
from .ponto_slice import WorkSlice

_logger = logging.getLogger(__name__)

ACTIVITY = "account_online_ponto.mail_activity_authorization"


class PontoAccount(models.Model):
    """What was told about the end of an authorization: each stage once, anew after each renewal."""

    _inherit = "ponto.account"

    reminded_stage = fields.Char(readonly=True, copy=False, help="The last mail to who renews.")
    reminded_end = fields.Date(readonly=True, copy=False, help="The end of the authorization that this mail told.")

    def _get_due_mail(self):
        """Return the stage of the mail to who renews that is due and was not sent.

        :return str | None: see `authorization_calendar`
        """
        self.ensure_one()
        end = self._get_authorization_end()
        if not end or not self._is_to_be_renewed():
            return None
        stage = due_mail(end, self._get_day(self.authorized_at), self._get_today())
        return None if (end, stage) == (self.reminded_end, self.reminded_stage) else stage


class PontoConnection(models.Model):
    """The duty of a connection towards people: an authorization that ends is told in time."""

    _inherit = "ponto.connection"

    @api.model
    def _cron_check_authorizations(self):
        """Tell people of authorizations that end: the responsible by one activity per connection from 21 days before,
        who renews by mails; close the activity after renewal."""
        engine = self.sudo()
        work = WorkSlice(engine.env)
        for connection in engine.search([("state", "!=", "draft")]):
            for duty in (connection._check_authorizations, connection._check_silence, connection._remind):
                try:
                    work.repeat(duty)
                except Exception:  # a mail template that somebody broke keeps nobody else from what he has to know
                    _logger.exception("Ponto connection %s: %s failed", connection.id, duty.__name__)
                    engine.env.cr.rollback()
                work.next()
            work.next(1)

    def _check_authorizations(self):
        """Give the responsible one activity about all accounts to renew, keep it up to date, or close it."""
        self.ensure_one()
        ending = self.account_ids.filtered(
            lambda account: (
                account._is_to_be_renewed()
                and (end := account._get_authorization_end())
                and needs_activity(end, account._get_today())
            )
        )
        if not ending:
            self.activity_feedback([ACTIVITY])
            return
        env = self.with_context(lang=self._get_responsible().lang).env
        sentences = [
            env._(
                "%(account)s: authorized until %(date)s.",
                account=account.display_name,
                date=format_date(env, account._get_authorization_end()),
            )
            for account in ending
        ]
        note = env._(
            "Renew the authorization on Ponto's website, or these accounts stop synchronizing. %(accounts)s",
            accounts=format_list(env, sentences, "unit"),
        )
        self._ask_to_act(ACTIVITY, note)

    def _remind(self):
        """Send who renews one mail about all accounts whose stage has come; a late mail stands for those missed."""
        self.ensure_one()
        due = {account: stage for account in self.account_ids if (stage := account._get_due_mail())}
        accounts = self.env["ponto.account"].union(*due)
        for partner, theirs in accounts.grouped(lambda account: account._get_renewer()).items():
            if not partner.email_normalized:
                continue  # nobody can be written to; the activity tells the responsible
            # The words are those of the most urgent account; each one is named with its own day.
            first = min(theirs, key=lambda account: account._get_authorization_end())
            self.env["ponto.renewal"]._ask(theirs, partner, stage=due[first])
            for account in theirs:
                account.write({"reminded_stage": due[account], "reminded_end": account._get_authorization_end()})
