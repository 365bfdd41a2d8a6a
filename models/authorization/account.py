import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...const import AUTHORIZATION_DAYS, AUTHORIZATION_ISSUES, EXPIRES_SOON_DAYS
from ..support.days import local_day
from .calendar import needs_badge

LINKED_STATES = {"linked", "expires_soon", "expired", "replaced"}
STOPPED_STATES = ("off", "replaced", "closed")


class PontoAccount(models.Model):
    """What the bank allows Ponto, until when, and what follows for the account."""

    _inherit = "ponto.account"

    listed = fields.Boolean("Shared by Ponto", readonly=True, default=True)
    vanished_on = fields.Date(readonly=True)
    closed_on = fields.Date(readonly=True, copy=False, help="A user said that this account is closed at the bank.")
    authorized_at = fields.Datetime(readonly=True)
    authorization_expected_at = fields.Datetime("Expiry as Ponto Expects", readonly=True)
    authorization_refused_at = fields.Datetime(
        readonly=True, help="The bank refused Ponto at this moment, whatever the expiry says."
    )
    authorization_expires_at = fields.Datetime(
        "Authorized Until", compute="_compute_authorization_expires_at", store=True
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("linked", "Linked"),
            ("expires_soon", "Expires soon"),
            ("expired", "Expired"),
            ("off", "Switched off in Ponto"),
            ("replaced", "Replaced"),
            ("closed", "Closed"),
            ("unlinked", "Not synchronized"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("authorized_at", "authorization_expected_at", "institution_id.authorization_lifetime")
    def _compute_authorization_expires_at(self):
        for account in self:
            expires_at = account.authorization_expected_at
            if not expires_at and account.authorized_at:
                days = account.institution_id.authorization_lifetime or AUTHORIZATION_DAYS
                expires_at = fields.Datetime.add(account.authorized_at, days=days)
            account.authorization_expires_at = expires_at

    @api.depends(
        "linked",
        "declined",
        "listed",
        "deprecated",
        "closed_on",
        "authorization_expires_at",
        "authorization_refused_at",
        "journal_id",
        "connection_id.timezone",
    )
    def _compute_state(self):
        for account in self:
            account.state = account._get_state()

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The state depends on today in each connection's time zone: it is found out in one place only.
        domain = Domain("linked", "=", True) if LINKED_STATES.issuperset(value) else Domain.TRUE
        return Domain("id", "in", self.search(domain).filtered(lambda account: account.state in value).ids)

    def _get_state(self):
        if not self.linked:
            if self.closed_on:
                return "closed"
            return "unlinked" if self.declined or self.journal_id else "new" if self.listed else "off"
        if not self.listed:
            return "off"
        if self.deprecated:
            return "replaced"
        end, today = self._get_authorization_end(), self._get_today()
        if not end:
            return "linked"
        return "expired" if end <= today else "expires_soon" if needs_badge(end, today) else "linked"

    # ------------------------------------------------------------------ days

    def _get_day(self, moment):
        """Return the day of a moment in the time zone of the connection.

        :param datetime | bool moment: naive UTC
        :return date | bool: False when there is no moment
        """
        return self.connection_id._calendar_day(moment and pytz.utc.localize(moment))

    def _get_today(self):
        return local_day(fields.Datetime.now(), self.connection_id.timezone)

    def _get_authorization_end(self):
        """Return the day on which the authorization ends or ended: a refusal of the bank may come before the expiry.

        :return date | bool: in the time zone of the connection; False when nothing is known
        """
        self.ensure_one()
        return self._get_day(self._get_authorization_end_moment())

    def _get_authorization_end_moment(self):
        moments = (self.authorization_expires_at, self.authorization_refused_at)
        return min((moment for moment in moments if moment), default=False)

    def _is_authorization_over(self):
        """Tell whether the bank refuses Ponto at this very moment, as far as we know.

        :return bool: true from the minute of the expiry, while the state counts in days
        """
        self.ensure_one()
        ends_at = self.authorization_expires_at
        return bool(self.authorization_refused_at or (ends_at and ends_at <= fields.Datetime.now()))

    def _is_to_be_renewed(self):
        """Tell whether anybody has to renew this account one day.

        :return bool: false for what is not ticked, closed, switched off or replaced
        """
        self.ensure_one()
        return self.linked and self.listed and not self.deprecated

    def _describe_authorization(self):
        """Say how long the bank's authorization lasts, or why the account no longer synchronizes.

        Dates and days are those of the reader, so that "in 9 days" agrees with the date beside it.

        :return tuple: the sentence ("" when nothing is known) and its level: muted, warning or danger
        """
        self.ensure_one()
        if self.state in STOPPED_STATES:
            return self._get_notices()[0].text, "danger"
        moment = self._get_authorization_end_moment()
        if not moment:
            return "", "muted"
        end, today = fields.Datetime.context_timestamp(self, moment).date(), fields.Date.context_today(self)
        day, left = format_date(self.env, end), (end - today).days
        if self._is_authorization_over():
            return self.env._("Authorization expired on %(day)s", day=day), "danger"
        if not needs_badge(end, today):
            return self.env._("Authorized until %(day)s", day=day), "muted"
        if left <= 0:
            return self.env._("Authorization expires today, %(day)s", day=day), "danger"
        if left == 1:
            return self.env._("Authorization expires tomorrow, on %(day)s", day=day), "warning"
        return self.env._("Authorization expires in %(count)s days, on %(day)s", count=left, day=day), "warning"

    # ------------------------------------------------------------------ what Ponto says

    def _note_authorization(self, vals, synchronization):
        """Tell what of Ponto's answer is news about the authorization, and keep what an answer leaves out.

        :param dict vals: values about to be written, changed in place
        :param synchronization: `ponto_client.Synchronization`, the latest one of the account, or None
        :return bool: whether somebody authorized the account again
        """
        before, known = self.authorized_at, self.authorization_expected_at
        if not vals["authorized_at"]:
            vals["authorized_at"] = before
        expected = vals["authorization_expected_at"]
        # Where Ponto names no beginning, an end that is far from the known one is that of another authorization.
        jumped = bool(known and expected) and expected > fields.Datetime.add(known, days=EXPIRES_SOON_DAYS)
        renewed = vals["authorized_at"] > before if before else jumped
        if not renewed and not vals["authorization_expected_at"]:
            vals["authorization_expected_at"] = self.authorization_expected_at
        vals["authorization_refused_at"] = self._get_refused_since(vals["authorized_at"], synchronization)
        return renewed

    def _get_refused_since(self, authorized_at, synchronization):
        """Return since when the bank refuses Ponto: the first refusal since the authorization counts.

        :param datetime | bool authorized_at: naive UTC, of the newest authorization
        :param synchronization: `ponto_client.Synchronization`, the latest one of the account, or None
        :return datetime | bool: naive UTC, False while nothing is refused
        """
        refused_at = self.authorization_refused_at
        if synchronization:
            # Its beginning: one that began before the renewal and failed after it says nothing about now.
            moment = synchronization.created_at or synchronization.updated_at
            moment = self.env["ponto.connection"]._naive_utc(moment) or fields.Datetime.now()
            if any(issue.code in AUTHORIZATION_ISSUES for issue in synchronization.errors):
                refused_at = min(refused_at, moment) if refused_at else moment
            elif synchronization.brought_transactions and refused_at and moment > refused_at:
                # The details of an account may come without the bank; transactions do not.
                refused_at = False
        # In the same second the renewal counts: a refusal that is true comes again.
        return False if refused_at and authorized_at and authorized_at >= refused_at else refused_at
