from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..const import AUTHORIZATION_DAYS, EXPIRES_SOON_DAYS


class PontoAccount(models.Model):
    """What the bank allows Ponto, until when, and what follows for the account."""

    _inherit = "ponto.account"

    listed = fields.Boolean("Shared by Ponto", readonly=True, default=True)
    vanished_on = fields.Date(readonly=True)
    closed_on = fields.Date(readonly=True, copy=False)
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
            ("unlinked", "Not synchronized"),
            ("closed", "Closed"),
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
                expires_at = account.authorized_at + timedelta(days=days)
            account.authorization_expires_at = expires_at

    @api.depends(
        "closed_on",
        "linked",
        "declined",
        "listed",
        "deprecated",
        "authorization_expires_at",
        "authorization_refused_at",
        "journal_id",
    )
    def _compute_state(self):
        now = fields.Datetime.now()
        soon = now + timedelta(days=EXPIRES_SOON_DAYS)
        for account in self:
            account.state = account._get_state(now, soon)

    def _get_state(self, now, soon):
        if self.closed_on:
            return "closed"
        if not self.linked:
            return "unlinked" if self.declined or self.journal_id else "new" if self.listed else "off"
        if not self.listed:
            return "off"
        if self.deprecated:
            return "replaced"
        if self.authorization_refused_at or (self.authorization_expires_at and self.authorization_expires_at <= now):
            return "expired"
        if self.authorization_expires_at and self.authorization_expires_at <= soon:
            return "expires_soon"
        return "linked"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        soon = now + timedelta(days=EXPIRES_SOON_DAYS)
        linked, listed = Domain("linked", "=", True), Domain("listed", "=", True)
        known = Domain("declined", "=", True) | Domain("journal_id", "!=", False)
        usual = linked & listed & Domain("deprecated", "=", False)
        ended = Domain("authorization_refused_at", "!=", False) | Domain("authorization_expires_at", "<=", now)
        ending = Domain("authorization_expires_at", "<=", soon)
        domains = {
            "new": ~linked & ~known & listed,
            "unlinked": ~linked & known,
            "off": ~listed & (linked | ~known),
            "replaced": linked & listed & Domain("deprecated", "=", True),
            "expired": usual & ended,
            "expires_soon": usual & ~ended & ending,
            "linked": usual & ~ended & ~ending,
        }
        closed = Domain("closed_on", "!=", False)
        domains = {state: domain & ~closed for state, domain in domains.items()} | {"closed": closed}
        return Domain.OR(domains[state] for state in value if state in domains)
