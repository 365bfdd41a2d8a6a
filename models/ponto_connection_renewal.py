from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import PONTO_HOSTS, PONTO_URL, PONTO_WEBSITE
from .ponto_account_renewal import RENEWABLE


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
        action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_renewal_action")
        return {**action, "domain": [("connection_id", "in", self.ids)]}

    def _get_website(self):
        """Return the website where accounts are added and authorizations renewed.

        :return str: Ponto's own; a server that stands in for Ponto has one of its own
        """
        # sudo: users may not read the address of the API, and may open the website.
        parts = urlsplit(self.sudo()[:1].api_url or PONTO_URL)
        return PONTO_WEBSITE if parts.hostname in PONTO_HOSTS else f"{parts.scheme}://{parts.netloc}/dashboard"

    def _read_soon(self):
        """Let the scheduled action look at Ponto's list now, whatever the schedule."""
        self.ensure_one()
        if self.state == "connected":
            self.next_sync_at = fields.Datetime.now()
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
