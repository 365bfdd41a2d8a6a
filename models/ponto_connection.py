from datetime import datetime, timedelta, timezone

import pytz

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ..const import SCHEDULE_SPREAD_MINUTES, SCHEDULE_TIMES, WORKERS
from ..ponto_client import PontoError
from .support.actions import open_action
from .support.failures import explain


class PontoConnection(models.Model):
    """One custom integration of Ponto (Client ID and Client Secret) of one company."""

    _name = "ponto.connection"
    _description = "Ponto Connection"
    _inherit = ["ponto.access", "mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, default="Ponto")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, tracking=True
    )
    timezone = fields.Selection(_tz_get, string="Time Zone", required=True, default="Europe/Brussels")
    date_source = fields.Selection(
        [("execution", "Execution date"), ("value", "Value date")],
        string="Transaction Date",
        required=True,
        default="execution",
        help="The date of the bank transactions in the books. The other one is kept and shown.",
    )
    schedule = fields.Selection(
        [("twice", "Twice a day"), ("four", "Four times a day"), ("manual", "Only by hand")],
        required=True,
        default="twice",
        tracking=True,
    )
    next_sync_at = fields.Datetime("Next Synchronization", readonly=True, copy=False)
    responsible_user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        help="Gets the activities about this connection.",
    )
    renewer_id = fields.Many2one(
        "res.partner",
        string="Who Renews",
        tracking=True,
        help="The contact who renews the authorizations at Ponto. No Odoo login is needed.",
    )
    state = fields.Selection(
        [("draft", "Not connected"), ("connected", "Connected"), ("error", "Credentials refused")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    health = fields.Selection(
        [
            ("draft", "Not connected"),
            ("error", "Credentials refused"),
            ("failing", "Last attempt failed"),
            ("expired", "Authorization expired"),
            ("connected", "Connected"),
        ],
        string="Status",
        compute="_compute_health",
        help="The state of the connection, or what keeps transactions away all the same.",
    )
    last_success_at = fields.Datetime("Last Success", readonly=True, copy=False)
    last_error_at = fields.Datetime(readonly=True, copy=False)
    last_error_code = fields.Char(readonly=True, copy=False)
    last_error_message = fields.Char("Last Error", compute="_compute_last_error_message")
    failure_count = fields.Integer(readonly=True, copy=False)
    account_ids = fields.One2many("ponto.account", "connection_id", string="Accounts")
    institution_ids = fields.One2many("ponto.institution", "connection_id", string="Institutions")
    authorization_expires_at = fields.Datetime("Authorized Until", compute="_compute_authorization_expires_at")

    # ------------------------------------------------------------------ computes

    @api.depends("account_ids.linked", "account_ids.authorization_expires_at")
    def _compute_authorization_expires_at(self):
        for connection in self:
            dates = connection.account_ids.filtered(lambda a: a.linked and a.authorization_expires_at)
            connection.authorization_expires_at = min(dates.mapped("authorization_expires_at"), default=False)

    @api.depends("state", "last_error_code", "account_ids.state")
    def _compute_health(self):
        for connection in self:
            connection.health = connection.state
            if connection.state == "connected" and connection.last_error_code:
                connection.health = "failing"
            elif connection.state == "connected" and "expired" in connection.account_ids.mapped("state"):
                connection.health = "expired"

    @api.depends("last_error_code")
    @api.depends_context("lang")
    def _compute_last_error_message(self):
        for connection in self:
            code = connection.last_error_code
            connection.last_error_message = explain(self.env, code) if code else False

    # ------------------------------------------------------------------ constraints

    @api.constrains("company_id")
    def _check_company_of_accounts(self):
        for connection in self:
            if connection.account_ids:
                raise ValidationError(
                    self.env._("Accounts of this connection are known already: its company cannot change anymore.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        self.account_ids._unlink_except_imported()

    # ------------------------------------------------------------------ actions

    def action_connect(self):
        """Check the credentials, read institutions and accounts, and start the background pull.

        :return dict: action of the Fetch Accounts wizard
        :raises UserError: in one sentence, when Ponto refuses, cannot be reached or shares no account
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: users cannot write what a synchronization writes.
        connection = self.sudo()
        if not connection.client_secret_stored:
            raise UserError(self.env._("Paste the Client ID and the Client Secret that Ponto shows first."))
        # The token stays in memory: the connection may not be committed yet.
        client = connection._make_client()
        try:
            client.check_credentials()
            connection._read_organization(client)
            _before, accounts = connection._look(client)
        except PontoError as error:
            raise UserError(explain(self.env, error)) from error
        if not accounts:
            raise UserError(
                self.env._(
                    "Ponto shares no bank account with this integration. In Ponto, open Integrations, choose your"
                    " custom integration, switch on the accounts, and connect again."
                )
            )
        connection.write(
            {
                "state": "connected",
                "next_sync_at": connection._get_next_scheduled_time(),
                "last_success_at": fields.Datetime.now(),
                "last_error_code": False,
            }
        )
        connection._note_answer()
        accounts._pull_first_pages(client)
        self._trigger_synchronization()
        return self._action_fetch_accounts()

    def action_fetch_accounts(self):
        """Open the Fetch Accounts wizard over all institutions of the connection.

        :return dict: the action of the wizard
        :raises UserError: when Ponto refuses or cannot be reached
        """
        self.ensure_one()
        if self.state == "draft":
            return self.action_connect()
        return self._action_fetch_accounts()

    def action_synchronize(self):
        """Synchronize now: in a web request mark due and trigger, elsewhere do everything before returning.

        :return dict | None: what the web client does next: it shows the progress until everything is done
        """
        self.check_access("read")
        # Whoever may edit bank transactions may fetch them, not a user who only sees them.
        self.env["account.bank.statement.line"].check_access("write")
        return self.account_ids.filtered("linked")._synchronize_now(self, refresh=True)

    def action_check(self):
        """Look at everything that this connection needs, at Ponto and in Odoo, and show what is to be mended.

        What Ponto lists is written, as by *Refresh* in Fetch Accounts.

        :return dict: the action of the check
        """
        self.ensure_one()
        self.check_access("write")
        return self.env["ponto.connection.check"]._open(self)

    def action_open_ponto(self):
        """Open the website of Ponto in a new tab.

        :return dict: the action
        """
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self._get_website(), "target": "new"}

    def action_view_log(self):
        """Open the log of this connection.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(
            self.env, "account_online_ponto.ponto_synchronization_action", [("connection_id", "in", self.ids)]
        )

    def _action_fetch_accounts(self, institution=None):
        wizard = self.env["ponto.account.fetch"].create(
            {"connection_id": self.id, "institution_id": institution.id if institution else False}
        )
        return wizard._get_action()

    # ------------------------------------------------------------------ business methods

    def _get_next_scheduled_time(self, after=None):
        """Return the next moment of the schedule.

        :param datetime after: naive UTC; now when not given
        :return datetime | bool: naive UTC, or False when only by hand
        """
        self.ensure_one()
        zone = pytz.timezone(self.timezone)
        after = pytz.utc.localize(after or fields.Datetime.now())
        spread = timedelta(minutes=self.id % SCHEDULE_SPREAD_MINUTES)
        today = after.astimezone(zone).date()
        moments = (
            zone.localize(datetime.combine(day, slot)) + spread
            for day in (today - timedelta(days=1), today, today + timedelta(days=1))
            for slot in SCHEDULE_TIMES[self.schedule]
        )
        following = min((moment for moment in moments if moment > after), default=None)
        return following.astimezone(pytz.utc).replace(tzinfo=None) if following else False

    def _trigger_synchronization(self, at=None):
        """Wake the scheduled actions now, or the first of them at a moment: it wakes the others when it has work for them.

        :param datetime at: naive UTC
        """
        # sudo: users may not read scheduled actions.
        for name in WORKERS if at is None else WORKERS[:1]:
            cron = self.env.ref(f"account_online_ponto.{name}", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger(at)

    @api.model
    def _is_web_request(self):
        return bool(request)

    @api.model
    def _naive_utc(self, moment):
        """Return an aware moment as Odoo stores it.

        :param datetime | None moment: aware
        :return datetime | bool: naive UTC, or False
        """
        return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else False

    def _calendar_day(self, moment):
        """Return the bank's day of a date-time of Ponto.

        A timestamp at 00:00:00Z is that calendar day (doc/ponto-api.md, 8.4); any other is converted to the time zone
        of the connection.

        :param datetime | None moment: aware
        :return date | bool: the day, or False
        """
        if not moment:
            return False
        moment = moment.astimezone(timezone.utc)
        if moment.time().replace(microsecond=0).isoformat() == "00:00:00":
            return moment.date()
        return moment.astimezone(pytz.timezone(self.timezone)).date()
