import logging
from itertools import islice

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import ASKED_INSTITUTIONS, BACKOFF_HOURS
from ...ponto_client import NotFound, PontoError, RateLimited
from ..connection.ponto_token import DatabaseTokenStore
from ..health.failing import CREDENTIALS
from ..support.failures import explain, reaction_of
from ..support.locks import exclusive, lock_rows
from ..support.work_slice import CONFLICTS, WorkSlice

_logger = logging.getLogger(__name__)


class PontoConnection(models.Model):
    """The duty of a connection: look at all its accounts, and share the work of those that are due."""

    _inherit = "ponto.connection"

    asked_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, help="Whose click moved the next synchronization to now."
    )

    @api.model
    def _cron_synchronize(self):
        """Do everything that is due: within its slice when called by a cron, to the end otherwise."""
        engine = self.sudo()
        work = WorkSlice(engine.env)
        if not work.next():
            return
        if not engine.env["ponto.refresh"]._advance_open(work):
            engine._trigger_synchronization()
            return
        due = engine._get_due()
        for connection in due:
            if not work.next():
                engine._trigger_synchronization()
                return
            connection._look_when_due(work)
        accounts = engine.env["ponto.account"]._get_due()
        if due and len(accounts) > 1:
            engine._trigger_synchronization()  # the other workers found nothing due as long as this one looked
        if accounts._synchronize(work):
            work.next(remaining=0)
        else:
            engine._trigger_synchronization()

    @api.model
    def _get_due(self):
        return self.search([("state", "=", "connected"), ("next_sync_at", "<=", fields.Datetime.now())])

    def _look_when_due(self, work, force=False):
        """Read the accounts of one connection, and plan the next time. Call it right after a commit.

        :param WorkSlice work: the slice
        :param bool force: look even when the next time has not come
        :return bool: whether Ponto answered (or another worker is looking right now)
        """
        self.ensure_one()
        with exclusive(self) as mine:
            if not mine or not self.exists() or self.state == "draft":
                return True
            if not force and (not self.next_sync_at or self.next_sync_at > fields.Datetime.now()):
                return True
            try:
                found = self._ask(self._make_client(DatabaseTokenStore(self)))
                work.repeat(lambda: self._write_listed_and_plan(*found))
            except PontoError as error:
                self.env.cr.rollback()
                work.repeat(lambda error=error: self._register_failure(error), self)
                return False
            except CONFLICTS:
                # Others write the same rows without a pause: nothing is wrong, it is looked at again in a moment.
                self.env.cr.rollback()
                self._trigger_synchronization()
                return False
            except Exception as error:  # one connection's failure never touches another; it is told on the record
                _logger.exception("Ponto connection %s: unexpected failure while reading the accounts", self.id)
                self.env.cr.rollback()
                work.repeat(lambda error=error: self._register_failure(error), self)
                return False
            finally:
                work.next(1)
        return True

    def _write_listed_and_plan(self, remote_accounts, remote_institutions):
        now = fields.Datetime.now()
        self._write_listed(remote_accounts, remote_institutions)
        vals = {
            "state": "connected",
            "last_error_code": False,
            "next_sync_at": self._get_next_scheduled_time(),
            "asked_by_id": False,
        }
        # Where transactions failed before, the list of accounts proves little: the first of them that is read does.
        if self.failing_since and self.account_ids.filtered(lambda account: account.sync_stage == "pull"):
            self.write(vals)
        else:
            self.write({**vals, "last_success_at": now})
            self._note_answer()
        self._close_told_silences()

    def _look(self, client, alone=False):
        """Read institutions and accounts of the connection in a click, and mark the accounts with something new as due.

        One list of accounts costs one call per hundred; an account that did not move costs nothing more, except one
        page of transactions a day.

        :param PontoClient client: of this connection
        :param bool alone: whether the transaction did nothing before that may not be lost: then what workers write
            meanwhile is read anew without asking Ponto again, else Odoo repeats the whole request
        :return tuple: the `ponto.account` records that Ponto listed before, and lists now
        :raises PontoError: nothing has been written then
        """
        self.ensure_one()
        found = self._ask(client)
        if alone:
            return WorkSlice(self.env).repeat(lambda: self._write_listed(*found, wait=False))
        return self._write_listed(*found)

    def _ask(self, client):
        """Read what Ponto lists; nothing is written as long as it answers.

        :param PontoClient client: of this connection
        :return tuple: lists of `ponto_client.Account` and `ponto_client.Institution` objects
        :raises PontoError: when Ponto does not answer
        """
        remote_accounts = list(client.accounts())
        remote_institutions = list(client.institutions())
        listed = {institution.id for institution in remote_institutions}
        missing_ids = {account.institution_id for account in remote_accounts} - listed - {None}
        for missing in islice(missing_ids, ASKED_INSTITUTIONS):
            try:
                remote_institutions.append(client.institution(missing))
            except NotFound:
                _logger.info("Ponto connection %s: an account names an institution that Ponto does not know", self.id)
        return remote_accounts, remote_institutions

    def _write_listed(self, remote_accounts, remote_institutions, wait=True):
        """Write what Ponto lists, and mark the accounts with something new as due.

        :param list remote_accounts: `ponto_client.Account` objects
        :param list remote_institutions: `ponto_client.Institution` objects
        :param bool wait: wait for the workers who are busy with an account; else only its balance and authorization
            may be new, and it is looked at again in a moment
        :return tuple: the `ponto.account` records that Ponto listed before, and lists now
        """
        # Locked by a write: whoever waits here began before this list was written, fails, and begins anew. With the
        # lock alone it would not see the accounts and institutions that are new by now, and create them once more.
        self.env.cr.execute(
            SQL("UPDATE ponto_connection SET write_date = now() AT TIME ZONE 'UTC' WHERE id = %s", self.id),
            log_exceptions=False,
        )
        listed = self.account_ids.filtered("listed")
        # What appears, vanishes or is replaced concerns them all.
        same = {remote.id for remote in remote_accounts} == set(listed.mapped("ponto_id"))
        free = lock_rows(self.account_ids, wait=wait or not same)
        busy = listed - free
        missing = free - listed
        institutions = self.env["ponto.institution"]._update_from_ponto(self, remote_institutions)
        left = set(busy.mapped("ponto_id"))
        accounts = self.env["ponto.account"]._update_from_ponto(
            self, [remote for remote in remote_accounts if remote.id not in left], institutions
        )
        gone = (free - accounts)._mark_vanished()
        accounts._move_to_new_records(self.company_id)
        self._tell_vanished(gone, back=missing & accounts)
        (free | accounts)._mark_due()
        if busy:
            self._read_soon(accounts._get_asking_user())
        return listed, accounts | busy

    def _register_failure(self, error):
        """Note a failure on the connection and plan the next attempt: 1 h, 2 h, 4 h; too many calls: as Ponto asks first.

        :param Exception error: what happened
        """
        self.ensure_one()
        now = fields.Datetime.now()
        vals = {
            "last_error_at": now,
            "last_error_code": type(error).__name__,
            "failure_count": self.failure_count + 1,
            "asked_by_id": False,
        }
        if isinstance(error, PontoError) and reaction_of(error).stops:
            vals.update(state="error", next_sync_at=False)
            self._ask_to_act(CREDENTIALS, explain(self.env, error))
        else:
            wait = self._get_backoff_seconds(self.failure_count)
            if isinstance(error, RateLimited):
                # Whoever is refused again at the moment that Ponto gave waits as long as after another failure.
                asked = error.retry_after or wait
                wait = max(asked, self._get_backoff_seconds(self.failure_count - 1)) if self.failure_count else asked
            vals["next_sync_at"] = fields.Datetime.add(now, seconds=min(wait, 86400))
            self._trigger_synchronization(vals["next_sync_at"])
        self.write(vals)
        self._note_failure()
        _logger.warning(
            "Ponto connection %s: %s (status %s, request %s)",
            self.id,
            getattr(error, "code", type(error).__name__),
            getattr(error, "status", None),
            getattr(error, "request_id", None),
        )

    @api.model
    def _get_backoff_seconds(self, failures):
        return BACKOFF_HOURS[min(failures, len(BACKOFF_HOURS) - 1)] * 3600
