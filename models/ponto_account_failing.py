import random

from odoo import fields, models

from ..const import PROBED_ACCOUNTS
from ..ponto_client import ConnectionFailed, PontoError, ScopeError, ServerError, TokenRejected
from .ponto_failure import reaction_of

# Ponto answers these for a resource that it cannot or may not give; only if others fail too, it is the connection.
AMBIGUOUS = (ConnectionFailed, ServerError, TokenRejected, ScopeError)


class PontoAccount(models.Model):
    """Failures of one account: whether they are its own, since when, and that a person hears of a long one."""

    _inherit = "ponto.account"

    failing_since = fields.Datetime(readonly=True, copy=False, help="First failure after the last success.")
    failure_told = fields.Boolean(readonly=True, copy=False, help="The responsible knows of this failure.")

    def _fails_alone(self, client, error):
        """Tell whether a failure is of this account only: then the others go on.

        A failure that may be Ponto's is asked at two other accounts, at random: no account can stand in the way of
        the others for good.

        :param PontoClient client: of the connection
        :param PontoError error: what happened to this account
        :return bool: False when all accounts of the connection have to wait
        """
        self.ensure_one()
        if reaction_of(error).scope == "account":
            return True
        if not isinstance(error, AMBIGUOUS):
            return False
        others = self.connection_id.account_ids.filtered(lambda a: a != self and a.listed and not a.failure_count)
        client.call_limit = None  # these few calls are not the run's own
        for other in random.sample(others, min(PROBED_ACCOUNTS, len(others))):
            try:
                next(client.transaction_pages(other.ponto_id, limit=1))
            except PontoError:
                continue
            return True
        return False

    def _note_failure(self):
        """Remember since when this account fails, and tell it when it was not read for a day."""
        self.ensure_one()
        if not self.failing_since:
            self.failing_since = fields.Datetime.now()
        self.connection_id._tell_failures()

    def _note_success(self):
        """Forget that these accounts failed, or that anybody waits for them; what was told is closed."""
        failing = self.filtered("failing_since")
        told = failing.filtered("failure_told")
        failing.write({"failing_since": False, "failure_told": False})
        told.connection_id._close_told_failures()

    def _get_silent_since(self):
        """Return the last moment at which all was well with a failing account.

        :return datetime: naive UTC
        """
        self.ensure_one()
        return self.connection_id._choose_silent_since(self.failing_since, self.last_import_at)
