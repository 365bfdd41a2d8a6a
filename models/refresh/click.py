import ipaddress

from odoo import api, fields, models
from odoo.http import request

from ..support.notification import make_notification
from .ponto_refresh import OPEN

PROGRESS = "account_online_ponto.progress"


class PontoAccount(models.Model):
    """A person's click: Ponto refreshes at the bank first, if it knows that the person is there."""

    _inherit = "ponto.account"

    refresh_ids = fields.One2many("ponto.refresh", "account_id", string="Refreshes", readonly=True)
    progress = fields.Char("Current Step", compute="_compute_progress", help="What is being done right now.")
    refresh_message = fields.Char("Last Refresh", compute="_compute_progress", help="Why the last refresh failed.")

    @api.depends("sync_stage", "synchronized_at", "authorization_refused_at", "refresh_ids.state")
    @api.depends_context("lang")
    def _compute_progress(self):
        last = self._get_last_refreshes()
        stages = dict(self._fields["sync_stage"]._description_selection(self.env))
        for account in self:
            refresh = last.get(account.id)
            asking = refresh and refresh.state in OPEN
            account.progress = self.env._("Asking the bank") if asking else stages.get(account.sync_stage, False)
            account.refresh_message = refresh and not refresh._is_made_up_for() and refresh.message

    def _get_last_refreshes(self):
        """Return the newest refresh of each account.

        :return dict: `ponto.refresh` record by account id
        """
        refreshes = self.env["ponto.refresh"]
        newest = refreshes._read_group([("account_id", "in", self.ids)], ["account_id"], ["id:max"])
        found = refreshes.browse(number for _account, number in newest)
        return {refresh.account_id.id: refresh for refresh in found}

    # ------------------------------------------------------------------ the click

    def _start(self, connections, refresh):
        """Let the work begin that a click in a web request asks for, and let the page show its progress.

        :param connections: `ponto.connection` records of the accounts
        :param bool refresh: whether Ponto is asked to refresh at the bank first
        :return dict: what the web client does next
        """
        notes = []
        refreshes = self._open_refreshes(notes) if refresh else self.env["ponto.refresh"]
        reading = self - refreshes.account_id
        user = self._get_asking_user()
        self.write({"next_attempt_at": False})
        self.filtered("sync_stage").asked_by_id = user
        connections.write({"failure_count": 0})
        if refreshes:
            connections._trigger_synchronization(refreshes._get_next_minute())
        if reading or not self:
            (reading.connection_id or connections).write(
                {"next_sync_at": fields.Datetime.now(), "asked_by_id": user.id}
            )
            connections._trigger_synchronization()
        if not self:
            return make_notification(self.env._("The transactions are being fetched; they appear here in a moment."))
        return {
            "type": "ir.actions.client",
            "tag": PROGRESS,
            "params": {
                "accounts": self.ids,
                "refreshes": refreshes.ids,
                "seen": self._get_last_finished_runs(),
                "note": "\n".join(notes),
            },
        }

    def _open_refreshes(self, notes):
        """Open a refresh for each account that Ponto can refresh for this user.

        :param list notes: gets a sentence for what is only read
        :return: open `ponto.refresh` records
        """
        wanted = self.filtered(lambda account: account._is_refreshable())
        address = self._get_user_address()
        if wanted and not address:
            notes.append(
                self.env._(
                    "The bank is not asked now, because Odoo does not see your own internet address: what Ponto has"
                    " already is read."
                )
            )
            return self.env["ponto.refresh"]
        for account in wanted:
            if note := account._get_refresh_obstacle():
                notes.append(note)
                wanted -= account
        return self.env["ponto.refresh"]._open(wanted, address) if wanted else self.env["ponto.refresh"]

    def _is_refreshable(self):
        connection = self.connection_id
        return self.linked and self.listed and connection.active and connection.state == "connected"

    def _get_refresh_obstacle(self):
        """Return why Ponto cannot refresh this account now, as a sentence; None when it can."""
        self.ensure_one()
        if self._is_authorization_over():
            return self.env._(
                "%(account)s: the authorization has expired, renew it on Ponto's website. What Ponto has is read now.",
                account=self.display_name,
            )
        if not self.available:
            return self.env._(
                "%(account)s: the bank is under maintenance, so Ponto cannot refresh it. What Ponto has is read now.",
                account=self.display_name,
            )
        return None

    @api.model
    def _get_user_address(self):
        """Return the public address of the person who clicks: the bank must know that the customer is present.

        Never anything else: a made-up address risks a block by Ponto (doc/ponto-api.md, 3.6). A script with an API key
        is nobody's presence.

        :return str | None: None when it is not known
        """
        if not request or request.session.uid != self.env.uid:
            return None
        try:
            address = ipaddress.ip_address(request.httprequest.remote_addr or "")
        except ValueError:
            return None
        address = getattr(address, "ipv4_mapped", None) or address
        return str(address) if address.is_global and not address.is_multicast else None

    def _get_last_finished_runs(self):
        """Return the id of the newest finished run of each account: later ones belong to the click.

        :return list: ids of `ponto.synchronization` records
        """
        newest = self.env["ponto.synchronization"]._read_group(
            [("account_id", "in", self.ids), ("state", "!=", "running")], ["account_id"], ["id:max"]
        )
        return [number for _account, number in newest]
