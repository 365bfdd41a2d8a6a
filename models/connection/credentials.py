from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import PONTO_HOSTS, PONTO_URL
from ...ponto_client import NotFound, PontoClient, PontoError, RequestRefused, ScopeError
from ..support.failures import explain
from ..support.writing import keep_own_defaults, refuse_readonly


class PontoConnection(models.Model):
    """The credentials of a connection: replaced only after a test, read back by nobody."""

    _inherit = "ponto.connection"

    client_id = fields.Char(
        "Client ID", required=True, copy=False, groups="account.group_account_manager", help="Given by Ponto."
    )
    client_secret = fields.Char(
        compute="_compute_client_secret",
        inverse="_inverse_client_secret",
        copy=False,
        exportable=False,
        groups="account.group_account_manager",
        help="Given by Ponto once. It can be replaced here, and read by nobody.",
    )
    client_secret_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_secret = fields.Boolean("Secret Is Set", compute="_compute_has_secret")
    api_url = fields.Char(
        "API Address", required=True, default=PONTO_URL, copy=False, groups="account.group_account_manager"
    )
    organization_id = fields.Char("Ponto Organization ID", readonly=True, copy=False)
    organization_name = fields.Char("Ponto Organization", readonly=True, copy=False)

    def _compute_client_secret(self):
        self.client_secret = False

    def _inverse_client_secret(self):
        # sudo: managers may replace the secret, nobody may read it back.
        for connection in self.sudo().filtered("client_secret"):
            secret = connection.client_secret.strip()
            # A query that fails is logged with its values: let the lock fail on a concurrent change, not the secret.
            connection.flush_recordset()
            connection.lock_for_update(allow_referencing=True)
            connection.client_secret_stored = secret
            connection.flush_recordset(["client_secret_stored"])
        # The written value must not be read back from the cache: saving a form answers its fields.
        self.invalidate_recordset(["client_secret"], flush=False)

    @api.depends("client_secret_stored")
    def _compute_has_secret(self):
        for connection in self:
            # sudo: tells only whether there is one.
            connection.has_secret = bool(connection.sudo().client_secret_stored)

    @api.constrains("api_url")
    def _check_api_url(self):
        allowed = self._get_allowed_hosts()
        for connection in self:
            parts = urlsplit(connection.api_url or "")
            if parts.username or parts.password or not parts.hostname:
                raise ValidationError(self.env._("This is not an address of Ponto: %(url)s", url=connection.api_url))
            own_host = parts.hostname in PONTO_HOSTS and parts.scheme == "https" and parts.port in (None, 443)
            extra_host = parts.scheme in ("https", "http") and (parts.hostname in allowed or parts.netloc in allowed)
            if not own_host and not extra_host:
                raise ValidationError(
                    self.env._(
                        "The host %(host)s does not belong to Ponto. Your system administrator can allow it in the"
                        " system parameter account_online_ponto.allowed_hosts.",
                        host=parts.netloc,
                    )
                )

    @api.model
    def _get_allowed_hosts(self):
        # sudo: a system parameter decides, whoever edits the connection.
        value = self.env["ir.config_parameter"].sudo().get_param("account_online_ponto.allowed_hosts", "")
        return {host.strip() for host in value.split(",") if host.strip()}

    @api.model
    def default_get(self, fields):
        return keep_own_defaults(self, super().default_get(fields))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_readonly(self, vals)
            self._strip_credentials(vals)
        return super().create(vals_list)

    def write(self, vals):
        self.check_access("write")
        refuse_readonly(self, vals)
        self._strip_credentials(vals)
        replaced = {name for name in ("client_id", "client_secret", "api_url") if vals.get(name)}
        if replaced:
            for connection in self.filtered(lambda c: c.state != "draft"):
                connection._check_new_credentials(vals)
        res = super().write(vals)
        if replaced:
            # sudo: what follows from new credentials is written by the addon, not by the user.
            stopped = self.sudo().filtered(lambda c: c.state == "error")
            stopped.write({"state": "connected", "last_error_code": False, "last_error_at": False})
            stopped._note_answer()
            for connection in stopped.filtered(lambda c: c.schedule != "manual"):
                connection.next_sync_at = fields.Datetime.now()
            # A token of the old pair must not serve the new one; sudo: nobody has access to tokens.
            self.env["ponto.token"].sudo().search([("connection_id", "in", self.ids)]).unlink()
        if "schedule" in vals or "timezone" in vals:
            for connection in self.filtered(lambda c: c.state != "draft"):
                # sudo: the next time follows from the schedule.
                connection.sudo().next_sync_at = connection._get_next_scheduled_time()
        return res

    @api.model
    def _strip_credentials(self, vals):
        for name in ("client_id", "client_secret", "api_url"):
            if isinstance(vals.get(name), str):
                vals[name] = vals[name].strip().rstrip("/") if name == "api_url" else vals[name].strip()
        if not vals.get("client_secret"):
            vals.pop("client_secret", None)

    def _check_new_credentials(self, vals):
        """Ask Ponto for a token with the new pair before the old one is replaced.

        :param dict vals: new values of `client_id`, `client_secret`, `api_url`; the missing ones stay
        :raises UserError: in one sentence, when Ponto refuses or cannot be reached; nothing has changed then
        """
        self.ensure_one()
        if vals.get("api_url"):
            self.env["ponto.connection"].new({"api_url": vals["api_url"]})._check_api_url()
        # sudo: the part of the pair that stays.
        stored = self.sudo()
        client = PontoClient(
            vals.get("api_url") or stored.api_url,
            vals.get("client_id") or stored.client_id,
            vals.get("client_secret") or stored.client_secret_stored or "",
        )
        try:
            client.check_credentials()
        except PontoError as error:
            raise UserError(explain(self.env, error)) from error

    def _make_client(self, token_store=None):
        """Return a client of Ponto for this connection.

        :param token_store: where its token lives; in memory when not given
        :return PontoClient: not shared between threads
        """
        self.ensure_one()
        # sudo: the secret is readable by nobody.
        stored = self.sudo()
        return PontoClient(stored.api_url, stored.client_id, stored.client_secret_stored or "", token_store=token_store)

    def _read_organization(self, client):
        """Remember which Ponto organization this is; a custom integration may not be allowed to know."""
        try:
            info = client.userinfo()
        except (NotFound, RequestRefused, ScopeError):
            return
        self.write({"organization_id": info.organization_id, "organization_name": info.name})
