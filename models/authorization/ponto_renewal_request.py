import logging
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import consteq

from ...const import RENEWAL_REQUEST_DAYS, RENEWAL_REQUEST_PAUSE, RENEWAL_RETURN_HOURS
from ...ponto_client import PontoError
from ..connection.ponto_token import DatabaseTokenStore
from ..support.work_slice import CONFLICTS
from .signed_address import RETURN_SCOPE, read_signed, sign

_logger = logging.getLogger(__name__)


class PontoRenewalRequest(models.Model):
    """One way to the bank and back: a reauthorization request of Ponto, and the address where the person returns.

    A custom integration may not be allowed to make one; then the way leads to Ponto's website, and nobody returns.
    """

    _name = "ponto.renewal.request"
    _description = "Reauthorization Request"
    _order = "id desc"

    renewal_id = fields.Many2one("ponto.renewal", required=True, ondelete="cascade", index=True)
    account_id = fields.Many2one("ponto.account", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one(
        "res.users", ondelete="cascade", help="Only this user may return; empty for who came from a mail."
    )
    asked_at = fields.Datetime(required=True, default=fields.Datetime.now)
    redirect = fields.Char(groups=fields.NO_ACCESS, help="Where Ponto wants the person; empty when it refused.")
    nonce = fields.Char(groups=fields.NO_ACCESS, required=True, default=lambda self: secrets.token_urlsafe(12))
    used_at = fields.Datetime()

    # ------------------------------------------------------------------ to the bank

    @api.model
    def _get_way(self, renewal, account, user=None):
        """Return the address where a person renews: the bank's page if Ponto gives one, else Ponto's website.

        Clicks in a row share one request, whatever came of it.

        :param renewal: `ponto.renewal` record
        :param account: `ponto.account` record of the renewal
        :param user: `res.users` record who may return; none for who came from a mail
        :return tuple: the address, and whether the person returns from there
        """
        recent = self.search(
            [
                ("renewal_id", "=", renewal.id),
                ("account_id", "=", account.id),
                ("user_id", "=", user.id if user else False),
                ("used_at", "=", False),
                ("asked_at", ">", fields.Datetime.now() - RENEWAL_REQUEST_PAUSE),
            ],
            limit=1,
        )
        way = recent or self.create(
            {"renewal_id": renewal.id, "account_id": account.id, "user_id": user.id if user else False}
        )
        if not recent:
            way._ask_ponto()
        return (way.redirect, True) if way.redirect else (account.connection_id._get_website(), False)

    def _ask_ponto(self):
        """Make the request at Ponto, and keep where it sends the person."""
        self.ensure_one()
        connection = self.account_id.connection_id
        if connection.state != "connected":  # Ponto would refuse its credentials
            return
        # The token of the connection is kept on a cursor of its own: nothing may be pending there.
        client = connection._make_client(DatabaseTokenStore(connection))
        try:
            asked = client.create_reauthorization_request(self.account_id.ponto_id, self._get_return_address())
        except (PontoError, *CONFLICTS) as error:
            # Expected of a custom integration: Ponto's website does the same. The text holds no secret.
            _logger.warning(
                "Ponto connection %s: no reauthorization request for account %s, Ponto's website is opened instead: %s",
                connection.id,
                self.account_id.id,
                error if isinstance(error, PontoError) else type(error).__name__,
            )
        else:
            self.redirect = asked.redirect_url
        finally:
            client.close()

    # ------------------------------------------------------------------ and back

    def _get_return_address(self):
        token = sign(self.env, RETURN_SCOPE, [self.id, self.nonce], hours=RENEWAL_RETURN_HOURS)
        # Who came from a mail has no session anywhere: only the configured name is trusted.
        root = self._get_return_root() if self.user_id else self.get_base_url().rstrip("/")
        return f"{root}/ponto/renewed/{token}"

    @api.model
    def _get_return_root(self):
        """Return the root of an address that brings the person back to where his session is.

        :return str: without a slash at the end
        """
        root = self.get_base_url()
        if request and urlsplit(request.httprequest.url_root).netloc != urlsplit(root).netloc:
            # The same Odoo has several names, and a session only one of them. Behind the configured name the scheme
            # of the parameter is the better one: a proxy may have ended TLS.
            root = request.httprequest.url_root
        return root.rstrip("/")

    @api.model
    def _take_return(self, token, uid):
        """Take a return address: once, within its time, by whom it was made for. Then Ponto's list is read soon.

        It proves no renewal.

        :param str token: end of the address
        :param int | None uid: user of the session, None without a login
        :return: the `ponto.renewal.request` record, or None when it is refused
        """
        way, problem = self._check_return(token, uid)
        if problem:
            _logger.warning("A return address from a bank was refused: %s", problem)
            return None
        way.used_at = fields.Datetime.now()
        way.account_id.filtered("next_attempt_at").next_attempt_at = False
        way.account_id.connection_id._read_soon(way.user_id)
        return way

    def _check_return(self, token, uid):
        values = read_signed(self.env, RETURN_SCOPE, token)
        if not values:
            return None, "it is forged, or its time is over"
        number, nonce = values
        way = self.browse(number).exists()
        if not way or not consteq(way.nonce, nonce):
            return None, f"request {number} is not known"
        if way.used_at:
            return None, f"request {number} was used before"
        if way.user_id and way.user_id.id != uid:
            return None, f"request {number} is of user {way.user_id.id}, not of {uid or 'a visitor'}"
        return way, None

    @api.autovacuum
    def _gc_requests(self):
        limit = fields.Datetime.now() - timedelta(days=RENEWAL_REQUEST_DAYS)
        self.search([("asked_at", "<", limit)], limit=1000).unlink()
