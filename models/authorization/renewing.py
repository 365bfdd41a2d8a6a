from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...const import EXPIRES_SOON_DAYS, PONTO_HOSTS, PONTO_URL, PONTO_WEBSITE, RENEWAL_SHOWN
from ..support.actions import open_action
from ..support.days import local_day, say_day, say_recent_day
from ..support.notification import make_notification

RENEWABLE = ("expires_soon", "expired")


class PontoAccount(models.Model):
    """Who renews the authorization of an account, and how: at the bank's page, on Ponto's website, or somebody asked."""

    _inherit = "ponto.account"

    mandate_id = fields.Many2one(
        "res.partner",
        string="Only This Contact Can Renew",
        check_company=True,
        tracking=True,
        help="The bank lets only this person authorize Ponto. Reminders go to this contact instead of who renews the"
        " other accounts of the connection.",
    )
    mandate_note = fields.Char(compute="_compute_mandate_note")
    renewal_line_ids = fields.One2many("ponto.renewal.line", "account_id", string="Renewals", readonly=True)
    renewal_note = fields.Char("Last Renewal", compute="_compute_renewal_note")

    # ------------------------------------------------------------------ computes

    @api.depends("mandate_id.name")
    @api.depends_context("lang")
    def _compute_mandate_note(self):
        # sudo: the name of who renews, for whoever may see the account; the contact may be of another company.
        for account in self.sudo():
            name = account.mandate_id.name
            account.mandate_note = self.env._("Only %(name)s can renew.", name=name) if name else False

    @api.depends("renewal_line_ids.summary")
    @api.depends_context("lang")
    def _compute_renewal_note(self):
        # sudo: two dates, for whoever may see the account.
        lines = self.env["ponto.renewal.line"].sudo().search([("account_id", "in", self.ids)], order="asked_at, id")
        last = {line.account_id.id: line for line in lines}
        for account in self:
            account.renewal_note = account._origin.id in last and last[account._origin.id].summary

    # ------------------------------------------------------------------ actions

    def action_renew_authorization(self):
        """Lead to where the authorization is renewed: the bank's page if Ponto gives one, else Ponto's website.

        The renewal is recognized at the next read from the new `authorizedAt`, without a click.

        :return dict: the action
        """
        self.ensure_one()
        self._check_may_act()
        # sudo: users may start a renewal, and write none.
        account = self.sudo()
        renewal = account.env["ponto.renewal"]._open(account, user=self.env.user)
        url, returns = account.env["ponto.renewal.request"]._get_way(renewal, account, self.env.user)
        return {"type": "ir.actions.act_url", "url": url, "target": "self" if returns else "new"}

    def action_ask_to_renew(self):
        """Ask whoever renews these accounts, by mail, to do it now.

        :return dict: a notice that says who was asked
        :raises UserError: in one sentence, when an account is not synchronized, or somebody cannot be asked
        """
        self._check_may_act()
        if not self or not all(account._is_to_be_renewed() for account in self):
            raise UserError(
                self.env._("Only the authorization of an account that is synchronized can be renewed here.")
            )
        asked = []
        # sudo: the mail goes out whatever the user may read of contacts and connections.
        groups = self.sudo().grouped(lambda account: (account.connection_id, account._get_renewer(strict=True)))
        for (connection, partner), accounts in groups.items():
            self.env["ponto.renewal"]._ask(accounts, partner, user=self.env.user)
            today = local_day(fields.Datetime.now(), connection.timezone)
            asked.append(
                self.env._(
                    "Asked %(name)s (%(email)s) on %(day)s.",
                    name=partner.name,
                    email=partner.email,
                    day=say_recent_day(self.env, today, today),
                )
            )
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        return make_notification("\n".join(asked), "success", next=reload)

    @api.model
    def action_come_back(self):
        """Open the dashboard for a user who has just come back from a bank, with the progress of what can be read now.

        :return dict: the action
        """
        self.check_access("read")
        dashboard = self.env["ir.actions.act_window"]._for_xml_id("account.open_account_journal_dashboard_kanban")
        since = fields.Datetime.now() - RENEWAL_SHOWN
        # sudo: nobody reads these requests; they are the user's own.
        ways = (
            self.env["ponto.renewal.request"].sudo().search([("user_id", "=", self.env.uid), ("used_at", ">", since)])
        )
        accounts = ways.account_id.with_env(self.env)._filtered_access("read").filtered("linked")
        accounts = accounts.filtered(lambda a: a.connection_id.active and a.connection_id.state == "connected")
        if not accounts:
            return dashboard
        accounts._check_may_act()
        action = accounts._synchronize_now(accounts.connection_id)
        action["params"]["next"] = dashboard
        return action

    def action_view_renewals(self):
        """Open who was asked to renew these accounts, and what became of it.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(
            self.env, "account_online_ponto.ponto_renewal_action", [("line_ids.account_id", "in", self.ids)]
        )

    def _check_may_act(self):
        """Refuse users who only see the books: whoever may edit bank transactions may also renew."""
        self.check_access("read")
        self.env["account.bank.statement.line"].check_access("write")

    # ------------------------------------------------------------------ who

    def _get_renewer(self, strict=False):
        """Return who renews these accounts: the only one who can, else who renews for the connection, else the responsible.

        :param bool strict: refuse when who is chosen has no e-mail address, rather than take the next one
        :return: a `res.partner` record
        :raises UserError: only when strict
        """
        mandate = self.mandate_id if len(self.mandate_id) == 1 and all(a.mandate_id for a in self) else False
        responsible = self.connection_id._get_responsible().partner_id
        for partner in filter(None, (mandate, self.connection_id.renewer_id, responsible)):
            if partner.active and partner.email_normalized:
                return partner
            if strict:
                raise UserError(self._say_nobody(partner, mandate))
        return responsible

    def _say_nobody(self, partner, mandate):
        values = {"name": partner.name, "accounts": format_list(self.env, self.mapped("display_name"))}
        if not partner.active:
            return self.env._("%(name)s, who renews %(accounts)s, is archived: choose somebody else.", **values)
        if mandate:
            return self.env._("Only %(name)s can renew %(accounts)s, and has no e-mail address.", **values)
        return self.env._("%(name)s, who renews %(accounts)s, has no e-mail address.", **values)

    def _note_renewed(self):
        """Close what was asked for these accounts: Ponto gives a newer authorization, whoever renewed it and wherever."""
        self.write({"reminded_stage": False, "reminded_end": False, "end_told": False})
        # sudo: what was asked is written by the addon only.
        lines = (
            self.env["ponto.renewal.line"].sudo().search([("account_id", "in", self.ids), ("renewed_at", "=", False)])
        )
        for line in lines:
            renewed_at = line.account_id.authorized_at or fields.Datetime.now()
            # Who is asked may have renewed some days before; what is older is a date that Ponto corrected.
            if renewed_at > fields.Datetime.subtract(line.asked_at, days=EXPIRES_SOON_DAYS):
                line.renewed_at = renewed_at

    # ------------------------------------------------------------------ in words

    def _say_authorization_end(self):
        """Say until when the account is authorized: until July 4, 2026, in 9 days.

        :return str: in the language of the environment
        """
        self.ensure_one()
        _, day = self.env._, self._get_authorization_end()
        if not day:
            return _("authorized until an unknown day")
        values = {"day": say_day(self.env, day), "count": (day - self._get_today()).days}
        if self._is_authorization_over():
            return _("ended on %(day)s", **values)
        if values["count"] == 0:
            return _("authorized until %(day)s, today", **values)
        if values["count"] == 1:
            return _("authorized until %(day)s, tomorrow", **values)
        return _("authorized until %(day)s, in %(count)s days", **values)

    def _prepare_renewal_card_vals(self):
        """Prepare what the journal's card says about renewing; the notes only while there is something to renew.

        :return: JSON-able dict
        """
        self.ensure_one()
        if self.state not in RENEWABLE:
            return {"renewable": False}
        return {
            "renewable": True,
            "mandate_note": self.mandate_note or "",
            "renewal_note": self._get_open_renewal_note(),
        }

    def _get_open_renewal_note(self):
        """Return when somebody was asked to renew, until it is done.

        :return str: empty when nobody was asked
        """
        # sudo: a date, for whoever may see the account.
        pending = self.sudo().renewal_line_ids.filtered(lambda line: not line.renewed_at and line.renewal_id.partner_id)
        return pending.sorted("asked_at")[-1:].summary or ""


class PontoConnection(models.Model):
    """Renewing the authorizations of a connection: who is asked, and where it is done."""

    _inherit = "ponto.connection"

    renewal_ids = fields.One2many("ponto.renewal", "connection_id", string="Renewals", readonly=True)
    renewal_count = fields.Integer("Number of Renewals", compute="_compute_renewal_count")

    @api.depends("renewal_ids")
    def _compute_renewal_count(self):
        groups = self.env["ponto.renewal"]._read_group(
            [("connection_id", "in", self.ids)], ["connection_id"], ["__count"]
        )
        counts = {connection.id: count for connection, count in groups}
        for connection in self:
            connection.renewal_count = counts.get(connection.id, 0)

    def action_ask_to_renew(self):
        """Ask by mail to renew what ends soon or has ended; when nothing does, all that is synchronized.

        :return dict: a notice that says who was asked
        :raises UserError: in one sentence, when there is nothing to renew, or somebody cannot be asked
        """
        self.check_access("read")
        linked = self.account_ids.filtered(lambda account: account._is_to_be_renewed())
        ending = linked.filtered(lambda account: account.state in RENEWABLE)
        if not linked:
            raise UserError(self.env._("No account of this connection is synchronized: there is nothing to renew."))
        return (ending or linked).action_ask_to_renew()

    def action_view_renewals(self):
        """Open who was asked to renew, and what became of it.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(self.env, "account_online_ponto.ponto_renewal_action", [("connection_id", "in", self.ids)])

    def _get_website(self):
        """Return the website where accounts are added and authorizations renewed.

        :return str: Ponto's own; a server that stands in for Ponto has one of its own
        """
        # sudo: users may not read the address of the API, and may open the website.
        parts = urlsplit(self.sudo()[:1].api_url or PONTO_URL)
        return PONTO_WEBSITE if parts.hostname in PONTO_HOSTS else f"{parts.scheme}://{parts.netloc}/dashboard"

    def _read_soon(self, user):
        """Let the scheduled action look at Ponto's list now, whatever the schedule.

        :param user: `res.users` record of who came for it, empty for nobody; the log tells it
        """
        self.ensure_one()
        if self.state == "connected":
            self.write({"next_sync_at": fields.Datetime.now(), "asked_by_id": user.id})
            self._trigger_synchronization()

    def _get_renewal_thread(self):
        """Return what holds all mails about renewing this connection together in a mailbox.

        :return str: a message id that no mail has; every mail refers to it
        """
        self.ensure_one()
        parameters = self.env["ir.config_parameter"].sudo()
        host = urlsplit(self.get_base_url()).hostname or "localhost"
        # The id of the database tells two databases on one host apart; it is no secret.
        return f"<ponto-renewal-{self.id}-{parameters.get_param('database.uuid', '')}@{host}>"
