import logging
from datetime import timedelta

from markupsafe import escape

from odoo import api, fields, models

from ...const import EXPIRES_SOON_DAYS
from ..support.work_slice import CONFLICTS, WorkSlice
from .calendar import MAIL_STAGES, due_mail, needs_activity

_logger = logging.getLogger(__name__)

ACTIVITY = "account_online_ponto.mail_activity_authorization"


class PontoAccount(models.Model):
    """What was told about the end of an authorization: each stage once, anew after each renewal."""

    _inherit = "ponto.account"

    reminded_stage = fields.Char(readonly=True, copy=False, help="The last mail to who renews.")
    reminded_end = fields.Date(readonly=True, copy=False, help="The end of the authorization that this mail told.")
    end_told = fields.Selection(
        [("ending", "Ending"), ("ended", "Ended")],
        readonly=True,
        copy=False,
        help="What the responsible was told of the authorization by an activity.",
    )

    def _get_due_mail(self):
        """Return the stage of the mail to who renews that is due and was not sent.

        :return str | None: see `authorization/calendar`
        """
        self.ensure_one()
        end = self._get_authorization_end()
        if not end or not self._is_to_be_renewed():
            return None
        stage = due_mail(end, self._get_day(self.authorized_at), self._get_today())
        # An end that moves by hours or days is still that of the same authorization: no stage is told twice.
        told = self.reminded_end and end <= self.reminded_end + timedelta(days=EXPIRES_SOON_DAYS)
        stages = list(MAIL_STAGES)
        return None if stage and told and stages.index(stage) <= stages.index(self.reminded_stage) else stage


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
        """Give the responsible one activity about all accounts to renew, keep it up to date, or close it.

        Who has ticked it off is not told the same again, only that another authorization ends, or that one has ended.
        """
        self.ensure_one()
        ending = self.account_ids.filtered(
            lambda account: (
                account._is_to_be_renewed()
                and (end := account._get_authorization_end())
                and needs_activity(end, account._get_today())
            )
        )
        (self.account_ids - ending).filtered("end_told").end_told = False
        if not ending:
            self.activity_feedback([ACTIVITY])
            return
        levels = {account: "ended" if account.state == "expired" else "ending" for account in ending}
        news = [account for account, level in levels.items() if account.end_told != level]
        if news or self.activity_search([ACTIVITY]):
            self._ask_to_act(ACTIVITY, self._get_authorization_note(ending))
        for account in news:
            account.end_told = levels[account]

    def _get_authorization_note(self, ending):
        """Return what to tell of authorizations that end or have ended, and of mails that could not be sent.

        :param ending: `ponto.account` records of this connection
        :return Markup: in the language of the responsible
        """
        env = self.with_context(lang=self._get_responsible().lang).env
        sentences = [
            env._(
                "%(account)s: %(authorized)s.",
                account=account.display_name,
                authorized=account.with_env(env)._say_authorization_end(),
            )
            for account in ending
        ]
        sentences += [
            env._("The mail to %(address)s could not be sent.", address=mail.email_to or mail.recipient_ids[:1].email)
            for mail in self.env["ponto.renewal"]._get_failed_mails(self)
        ]
        return escape(
            env._(
                "Renew the authorization at Ponto: an account whose authorization has ended does not synchronize."
                " %(sentences)s",
                sentences=" ".join(sentences),
            )
        )

    def _remind(self):
        """Send who renews one mail about all accounts whose stage has come; a late mail stands for those missed."""
        self.ensure_one()
        due = {account: stage for account in self.account_ids if (stage := account._get_due_mail())}
        accounts = self.env["ponto.account"].union(*due)
        for partner, theirs in accounts.grouped(lambda account: account._get_renewer()).items():
            if not partner.email_normalized:
                continue  # nobody can be written to; the activity tells the responsible
            try:
                with self.env.cr.savepoint():
                    self._remind_partner(partner, theirs, due)
            except CONFLICTS:
                raise
            except Exception:  # a mail that cannot be written keeps nobody else from his; it is tried again tomorrow
                _logger.exception("Ponto connection %s: a mail to who renews failed", self.id)
        self.env["ponto.renewal"]._get_failed_mails(self).mark_outgoing()

    def _remind_partner(self, partner, accounts, due):
        """Send one mail, and remember what it told.

        :param partner: `res.partner` record who renews
        :param accounts: `ponto.account` records
        :param dict due: stage of the mail by account
        """
        # The words are those of the most urgent account; each one is named with its own day.
        first = min(accounts, key=lambda account: account._get_authorization_end())
        self.env["ponto.renewal"]._ask(accounts, partner, stage=due[first])
        for account in accounts:
            account.write({"reminded_stage": due[account], "reminded_end": account._get_authorization_end()})
