import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq, format_list

from ...const import AUTHORIZATION_DAYS, RENEWAL_LINK_DAYS, RENEWAL_MAIL_DAYS
from ..support.days import local_day, say_day, say_recent_day
from .signed_address import MAIL_SCOPE, read_signed, sign

TEMPLATE = "account_online_ponto.mail_template_renewal"
# In the context of the mail that the addon itself makes. A context that comes over the network cannot hold it.
OWN_MAIL = object()
MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"


class PontoRenewal(models.Model):
    """One asking to renew: who is asked for which accounts of a connection, and what became of it.

    Nothing here proves a renewal: that is the newer `authorizedAt` of Ponto (see `ponto.account._note_renewed`).
    """

    _name = "ponto.renewal"
    _description = "Renewal of Bank Authorizations"
    _order = "asked_at desc, id desc"

    connection_id = fields.Many2one("ponto.connection", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Who Renews",
        readonly=True,
        ondelete="restrict",
        help="Empty when a user went to Ponto at once.",
    )
    asked_by = fields.Many2one("res.users", readonly=True, help="Empty when the daily check asked.")
    asked_at = fields.Datetime("Asked On", required=True, readonly=True, default=fields.Datetime.now)
    stage = fields.Selection(
        [
            ("two_weeks", "Two weeks before"),
            ("three_days", "Three working days before"),
            ("day", "On the day"),
            ("after", "Three days after"),
        ],
        string="Reminder",
        readonly=True,
        help="Which reminder asked last; empty when a user did.",
    )
    opened_at = fields.Datetime("Went to Ponto On", readonly=True)
    line_ids = fields.One2many("ponto.renewal.line", "renewal_id", string="Accounts", readonly=True)
    renewed_at = fields.Datetime("Renewed On", compute="_compute_state", store=True)
    state = fields.Selection(
        [("asked", "Asked"), ("opened", "Opened"), ("renewed", "Renewed"), ("dropped", "Not needed")],
        compute="_compute_state",
        store=True,
    )
    summary = fields.Char(compute="_compute_summary")
    has_ended = fields.Boolean(compute="_compute_end", help="Whether one of the authorizations has ended already.")
    ends_on = fields.Date(compute="_compute_end", help="Last day of the authorization that ends first.")
    nonce = fields.Char(
        groups=fields.NO_ACCESS, copy=False, readonly=True, default=lambda self: secrets.token_urlsafe(12)
    )

    # ------------------------------------------------------------------ computes

    @api.depends("line_ids.renewed_at", "line_ids.account_id.linked", "opened_at")
    def _compute_state(self):
        for renewal in self:
            done = bool(renewal.line_ids) and not renewal._get_pending_lines()
            renewal.renewed_at = done and max(filter(None, renewal.line_ids.mapped("renewed_at")), default=False)
            if done:
                renewal.state = "renewed" if renewal.renewed_at else "dropped"
            else:
                renewal.state = "opened" if renewal.opened_at else "asked"

    @api.depends("asked_at", "renewed_at", "partner_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for renewal in self:
            renewal.summary = renewal._describe(renewal.renewed_at)

    # They depend on today too: every asking computes them anew.
    @api.depends(
        "asked_at",
        "line_ids.renewed_at",
        "line_ids.account_id.linked",
        "line_ids.account_id.authorization_expires_at",
        "line_ids.account_id.authorization_refused_at",
    )
    def _compute_end(self):
        for renewal in self:
            accounts = renewal._get_pending_lines().account_id
            days = (account._get_authorization_end() for account in accounts)
            renewal.ends_on = min(filter(None, days), default=False)
            renewal.has_ended = any(account._is_authorization_over() for account in accounts)

    @api.depends("connection_id", "partner_id")
    def _compute_display_name(self):
        for renewal in self:
            # sudo: a name for whoever may see the renewal; the contact may be of another company.
            names = (renewal.connection_id.name, renewal.sudo().partner_id.name or renewal.sudo().asked_by.name)
            renewal.display_name = ": ".join(name for name in names if name)

    def _describe(self, renewed_at):
        """Say when somebody was asked, and when it was renewed: asked on March 3, renewed on March 5.

        :param datetime | bool renewed_at: naive UTC
        :return str: a sentence in the language of the environment
        """
        self.ensure_one()
        # sudo: who was asked decides the words, and is not told here.
        asked = bool(self.sudo().partner_id)
        days = {"asked": self._say_day(self.asked_at), "renewed": renewed_at and self._say_day(renewed_at)}
        if not asked:
            if renewed_at:
                return self.env._("Opened at Ponto on %(asked)s, renewed on %(renewed)s.", **days)
            return self.env._("Opened at Ponto on %(asked)s.", **days)
        if renewed_at:
            return self.env._("Asked on %(asked)s, renewed on %(renewed)s.", **days)
        return self.env._("Asked on %(asked)s.", **days)

    def _say_day(self, moment):
        zone = self.connection_id.timezone
        return say_recent_day(self.env, local_day(moment, zone), local_day(fields.Datetime.now(), zone))

    # ------------------------------------------------------------------ asking

    @api.model
    def _ask(self, accounts, partner, stage=None, user=None):
        """Ask a contact by mail to renew the authorization of some accounts.

        An open asking of the same contact goes on: the accounts are added to it, and one mail names all that are left.

        :param accounts: `ponto.account` records of one connection
        :param partner: `res.partner` record, with an e-mail address
        :param str | None stage: which reminder of the daily check asks
        :param user: `res.users` record who asks; none when the daily check does
        :return: the `ponto.renewal` record
        :raises UserError: when the contact has no e-mail address
        """
        accounts.connection_id.ensure_one()
        # sudo: the contact may be of another company.
        partner = partner.sudo()
        if not partner.email_normalized:
            raise UserError(self.env._("%(name)s has no e-mail address to ask at.", name=partner.name or "?"))
        renewal = self.sudo()._open(accounts, partner=partner, user=user)
        renewal.stage = stage
        renewal._send_mail()
        renewal._note_asked(accounts)
        return renewal

    @api.model
    def _open(self, accounts, partner=None, user=None):
        """Return the open renewal of a contact, or of a user who goes to Ponto himself, with some accounts added.

        :param accounts: `ponto.account` records of one connection
        :param partner: `res.partner` record who is asked; nobody is when a user goes himself
        :param user: `res.users` record
        :return: a `ponto.renewal` record
        """
        now, connection = fields.Datetime.now(), accounts.connection_id
        who = [("partner_id", "=", partner.id)] if partner else [("partner_id", "=", False), ("asked_by", "=", user.id)]
        # What was renewed once is asked anew in a new record: what was asked before stays as it was.
        again = ("line_ids", "not any", [("account_id", "in", accounts.ids), ("renewed_at", "!=", False)])
        renewal = self.search(
            [("connection_id", "=", connection.id), ("state", "in", ("asked", "opened")), again, *who], limit=1
        )
        vals = {"asked_at": now, "asked_by": user.id if user else False}
        if not partner:
            vals["opened_at"] = now
        if renewal:
            renewal.write(vals)
        else:
            partner_id = partner.id if partner else False
            renewal = self.create({**vals, "connection_id": connection.id, "partner_id": partner_id})
        known = renewal.line_ids.filtered(lambda line: line.account_id in accounts)
        known.asked_at = now
        renewal.line_ids.create(
            [
                {"renewal_id": renewal.id, "account_id": account.id, "asked_at": now}
                for account in accounts - known.account_id
            ]
        )
        return renewal

    def _send_mail(self):
        """Queue the mail in the language of the contact; it leaves when this transaction is committed."""
        self.ensure_one()
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template:
            raise UserError(self.env._("The e-mail template for renewals was deleted: upgrade the app to restore it."))
        mail_id = template.with_context(ponto_renewal_mail=OWN_MAIL).send_mail(
            self.id,
            email_values={"references": self.connection_id._get_renewal_thread()},
        )
        # Whoever may read a renewal may read its message, and the link in it is for one person: it stays in the mail.
        self.env["mail.mail"].browse(mail_id).mail_message_id.body = False
        # The queue is run once an hour otherwise.
        self.env.ref(MAIL_QUEUE)._trigger()

    @api.model
    def _get_failed_mails(self, connection):
        """Return the mails of the last days that the mail server refused: they are sent again, and told.

        :param connection: `ponto.connection` record
        :return: `mail.mail` records
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), days=RENEWAL_MAIL_DAYS)
        renewals = self.search([("connection_id", "=", connection.id), ("state", "in", ("asked", "opened"))])
        failed = [("model", "=", self._name), ("res_id", "in", renewals.ids), ("state", "=", "exception")]
        return self.env["mail.mail"].search([*failed, ("create_date", ">=", since)])

    def _note_asked(self, accounts):
        """Tell in the connection's chatter who was asked for what."""
        responsible = self.connection_id._get_responsible()
        # The daily check works in no language of its own.
        env = self.env if self.asked_by else self.with_context(lang=responsible.lang).env
        self.connection_id.message_post(
            body=env._(
                "Asked %(name)s (%(email)s) to renew the authorization of %(accounts)s.",
                name=self.partner_id.name,
                email=self.partner_id.email,
                accounts=format_list(env, accounts.mapped("display_name")),
            )
        )

    # ------------------------------------------------------------------ what the mail and its page say

    def _get_pending_lines(self):
        """Return the accounts that are still to be renewed; one that is not synchronized anymore is nobody's work.

        :return: `ponto.renewal.line` records
        """
        return self.line_ids.filtered(lambda line: not line.renewed_at and line.account_id.linked)

    def _get_banks(self):
        """Return what the mail and its page show, bank by bank.

        :return list: dicts of `id` and `name` of the bank, its `lines` and those `pending`, the day when the last one was
            renewed (`renewed_on`, as text), the `days` a renewal lasts
        """
        self.ensure_one()
        shown = self.line_ids.filtered(lambda line: line.renewed_at or line.account_id.linked)
        banks = []
        for institution, lines in shown.grouped(lambda line: line.account_id.institution_id).items():
            renewed = max(filter(None, lines.mapped("renewed_at")), default=None)
            banks.append(
                {
                    "id": institution.id or 0,
                    "name": institution.name or self.env._("Your bank"),
                    "lines": lines,
                    "pending": lines & self._get_pending_lines(),
                    "renewed_on": renewed and self._say_day(renewed),
                    "days": institution.authorization_lifetime or AUTHORIZATION_DAYS,
                }
            )
        return sorted(banks, key=lambda bank: (not bank["pending"], bank["name"]))

    def _get_sender(self):
        """Return who stands behind the mail: the user who asks, else the responsible.

        :return: a `res.users` record
        """
        return self.asked_by or self.connection_id._get_responsible()

    def _get_copy_address(self):
        """Return the address of the responsible, unless he is asked himself.

        :return str: empty when there is nobody else
        """
        responsible = self.connection_id._get_responsible().partner_id
        return "" if responsible == self.partner_id else responsible.email_formatted or ""

    def _get_link(self):
        """Return the address in the mail, which leads to the bank without a login.

        :return str: signed; it serves nothing anymore once all is renewed
        :raises AccessError: outside of the mail that the addon makes. Superuser mode is no proof: Odoo renders a template
            in it for whoever writes a mail about the renewal
        """
        self.ensure_one()
        if self.env.context.get("ponto_renewal_mail") is not OWN_MAIL:
            raise AccessError(self.env._("The link is for who renews."))
        return self._make_link(days=RENEWAL_LINK_DAYS)

    def _make_link(self, **validity):
        """Return an address that leads to the bank without a login.

        :param validity: how long it serves, as for a `timedelta`
        :return str: signed; it serves nothing anymore once all is renewed
        """
        self.ensure_one()
        # sudo: whoever edits the mail may put the link into it; nobody reads what signs it.
        token = sign(self.env, MAIL_SCOPE, [self.id, self.sudo().nonce], **validity)
        return f"{self.get_base_url()}/ponto/renew/{token}"

    @api.model
    def _find_by_link(self, token):
        """Return the renewal that the address in a mail leads to.

        :param str token: end of the address
        :return: a `ponto.renewal` record, or None when the address is forged or its time is over
        """
        values = read_signed(self.env, MAIL_SCOPE, token)
        renewal = self.browse(values[0]).exists() if values else self
        serves = renewal.connection_id.active and renewal.partner_id.active
        return renewal if serves and consteq(renewal.nonce, values[1]) else None

    def _go(self, institution_id):
        """Return where somebody who came from the mail renews a bank: one request serves one account of it.

        :param int institution_id: of `_get_banks`
        :return str | None: an address; None when nothing of that bank is left to renew
        """
        self.ensure_one()
        bank = next((bank for bank in self._get_banks() if bank["id"] == institution_id), None)
        if not bank or not bank["pending"]:
            return None
        self.opened_at = self.opened_at or fields.Datetime.now()
        accounts = bank["pending"].account_id.sorted(lambda account: account.authorization_expires_at or self.asked_at)
        address, _returns = self.env["ponto.renewal.request"]._get_way(self, accounts[0])
        return address

    def _get_link_end(self):
        """Return the last day of the link in a mail that is written now.

        :return str: in the language of the environment
        """
        ends_at = fields.Datetime.add(fields.Datetime.now(), days=RENEWAL_LINK_DAYS)
        return say_day(self.env, local_day(ends_at, self.connection_id.timezone))
