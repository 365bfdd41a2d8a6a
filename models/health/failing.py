import random

from odoo import fields, models

from ...const import FAILING_TOLD_AFTER, PROBED_ACCOUNTS
from ...ponto_client import ConnectionFailed, PontoError, ScopeError, ServerError, TokenRejected
from ..support.days import say_moment
from ..support.failures import reaction_of

# Ponto answers these for a resource that it cannot or may not give; only if others fail too, it is the connection.
AMBIGUOUS = (ConnectionFailed, ServerError, TokenRejected, ScopeError)
CREDENTIALS = "account_online_ponto.mail_activity_credentials"
FAILING = "account_online_ponto.mail_activity_failing"


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


class PontoConnection(models.Model):
    """The duty of a connection towards people: what brings nothing for a day is told, once, and closes by itself.

    Every failure is tried again by itself, so a short one is nobody's work.
    """

    _inherit = "ponto.connection"

    failing_since = fields.Datetime(readonly=True, copy=False, help="First failure after the last success.")
    failure_told = fields.Boolean(readonly=True, copy=False, help="The responsible knows of this failure.")

    def _note_failure(self):
        """Remember since when this connection fails, and tell it when it was not read for a day."""
        self.ensure_one()
        if not self.failing_since:
            self.failing_since = fields.Datetime.now()
        self._tell_failures()

    def _note_answer(self):
        """Forget that these connections failed: Ponto answers; what was told is closed."""
        for connection in self.filtered(lambda c: c.failing_since or c.failure_count):
            connection.write(
                {
                    "last_success_at": fields.Datetime.now(),
                    "last_error_code": False,
                    "failure_count": 0,
                    "failing_since": False,
                    "failure_told": False,
                }
            )
            connection.activity_feedback([CREDENTIALS])
            connection._close_told_failures()

    def _tell_failures(self):
        """Give the responsible one activity about all that brought nothing for a day, unless it was told before."""
        self.ensure_one()
        limit = fields.Datetime.now() - FAILING_TOLD_AFTER
        failing = [record for record in self._get_failing() if record._get_silent_since() <= limit]
        if all(record.failure_told for record in failing):
            return
        self._ask_to_act(FAILING, self._get_failure_note(failing))
        for record in failing:
            record.failure_told = True

    def _close_told_failures(self):
        """Close the activities of connections where nothing fails anymore that was told; else keep what still does."""
        for connection in self:
            told = [record for record in connection._get_failing() if record.failure_told]
            if not told:
                connection.activity_feedback([FAILING])
            elif connection.activity_search([FAILING]):
                connection._ask_to_act(FAILING, connection._get_failure_note(told))

    def _get_failing(self):
        """Return what fails and is tried again by itself: the connection, or some of its accounts.

        :return list: records with `failing_since`
        """
        # Refused credentials are tried again by nobody: they are told at once, by an activity of their own.
        connection = self.filtered(lambda c: c.state == "connected")
        records = (*connection, *self.account_ids.filtered("linked"))
        return [record for record in records if record.failing_since]

    def _get_failure_note(self, failing):
        """Return what to tell: what fails, since when and why.

        :param list failing: `ponto.connection` and `ponto.account` records
        :return str: in the language of the responsible
        """
        env = self._speak_to_responsible().env
        return " ".join(
            env._(
                "%(name)s has not been read since %(moment)s. %(problem)s",
                name=record.display_name,
                moment=say_moment(env, record._get_silent_since(), self.timezone),
                problem=record.with_env(env).last_error_message or "",
            )
            for record in failing
        )

    def _get_silent_since(self):
        """Return the last moment at which all was well with a failing connection.

        :return datetime: naive UTC
        """
        self.ensure_one()
        return self._choose_silent_since(self.failing_since, self.last_success_at)

    def _choose_silent_since(self, failing_since, last_success_at):
        # Between two reads lie up to 18 hours, in which nobody notices that Ponto is down. Who reads by hand only
        # waits for nothing before the first failure.
        if self.schedule == "manual" or not last_success_at:
            return failing_since
        return min(failing_since, last_success_at)
