from datetime import datetime, timezone

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import fields, models
from odoo.tools import SQL

from ...const import TOKEN_RETRIES
from ...ponto_client import Token

LOCK_TIMEOUT = "15s"


class PontoToken(models.Model):
    """The access token of one connection, in a table that nothing else touches (doc/decisions.md, 7)."""

    _name = "ponto.token"
    _description = "Ponto Access Token"
    _log_access = False

    connection_id = fields.Many2one("ponto.connection", required=True, ondelete="cascade")
    access_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    scope = fields.Char()
    expires_at = fields.Float(digits=0)

    _connection_uniq = models.UniqueIndex("(connection_id)")


class DatabaseTokenStore:
    """Keep the token of a connection in the database, so that all workers share one.

    Every access uses a cursor of its own: two workers cannot refresh at once, and a rollback of the business
    transaction cannot lose a token.

    :param connection: one `ponto.connection` record that is committed already
    """

    def __init__(self, connection):
        connection.ensure_one()
        self._registry = connection.env.registry
        self._connection_id = connection.id

    def load(self):
        """Return the stored token, or None."""
        with self._registry.cursor() as cr:
            return self._read(cr)

    def renew(self, stale, request):
        """Store a new token, unless another worker has already replaced the stale one.

        :param Token | None stale: the token that no longer serves
        :param request: function without arguments that asks Ponto for a new token
        :return Token: the token to use from now on
        """
        for _attempt in range(TOKEN_RETRIES - 1):
            try:
                return self._renew(stale, request)
            except (SerializationFailure, LockNotAvailable, DeadlockDetected):
                continue  # another worker has just renewed it: a new cursor sees its token
        return self._renew(stale, request)

    def _renew(self, stale, request):
        with self._registry.cursor() as cr:
            cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
            cr.execute(
                SQL(
                    "INSERT INTO ponto_token (connection_id, expires_at) VALUES (%s, 0) ON CONFLICT (connection_id)"
                    " DO UPDATE SET connection_id = excluded.connection_id",
                    self._connection_id,
                )
            )
            current = self._read(cr)
            if current and (stale is None or current.access_token != stale.access_token) and self._serves(current):
                return current
            token = request()
            cr.execute(
                SQL(
                    "UPDATE ponto_token SET access_token = %s, scope = %s, expires_at = %s WHERE connection_id = %s",
                    token.access_token,
                    token.scope,
                    token.expires_at,
                    self._connection_id,
                )
            )
            return token

    def _read(self, cr):
        cr.execute(
            SQL(
                "SELECT access_token, expires_at, scope FROM ponto_token"
                " WHERE connection_id = %s AND access_token IS NOT NULL",
                self._connection_id,
            )
        )
        row = cr.fetchone()
        return Token(access_token=row[0], expires_at=row[1], scope=row[2] or "") if row else None

    @staticmethod
    def _serves(token):
        return token.expires_at > datetime.now(timezone.utc).timestamp() + 60
