import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import CLICK_SECONDS
from ..ponto_client import PontoError
from .ponto_failure import reaction_of
from .ponto_lock import exclusive
from .ponto_slice import WorkSlice
from .ponto_token import DatabaseTokenStore

_logger = logging.getLogger(__name__)


class PontoAccount(models.Model):
    """The duty of one account: pull its transactions, import them, check the balance, tell."""

    _inherit = "ponto.account"

    sync_stage = fields.Selection(
        [("pull", "Reading from Ponto"), ("import", "Importing")],
        string="Progress",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What the next synchronization has to do; empty when there is nothing to do.",
    )

    # ------------------------------------------------------------------ what is due

    @api.model
    def _get_due(self):
        now = fields.Datetime.now()
        return self.search(
            [
                ("sync_stage", "!=", False),
                ("connection_id.active", "=", True),
                ("connection_id.state", "=", "connected"),
                ("connection_id.failure_count", "=", 0),
                "|",
                ("next_attempt_at", "=", False),
                ("next_attempt_at", "<=", now),
            ]
        )

    def _mark_due(self):
        """Mark the accounts that have something to read or to import."""
        today = fields.Date.context_today(self)
        for account in self.filtered(lambda a: not a.declined and a.sync_stage != "pull"):
            moved = account.synchronized_at != account.pulled_synchronized_at
            if account.listed and (not account.pull_complete or moved or account.last_read_on != today):
                account.sync_stage = "pull"
            elif account.linked and not account.sync_stage:
                account.sync_stage = "import"

    def _synchronize_now(self, connections, refresh=False):
        """Synchronize accounts of connections because a person asks, whatever their next attempt.

        In a web request it marks them due and wakes the scheduled action, or works for some seconds itself when
        scheduled actions are switched off; elsewhere everything is done when it returns.

        :param connections: `ponto.connection` records of the accounts
        :param bool refresh: whether Ponto is asked to refresh them at the bank first, if the person is in a browser
        :return dict | None: what the web client does next
        """
        # sudo: a click may start the same work as the schedule; reading these records was checked.
        accounts, connections = self.sudo(), connections.sudo()
        for connection in connections.filtered(lambda c: c.state != "connected" or not c.active):
            if not connection.active:
                raise UserError(self.env._("The connection %(name)s is archived.", name=connection.name))
            raise UserError(connection.last_error_message or self.env._("Connect to Ponto first."))
        if not connections._is_web_request():
            work = WorkSlice(accounts.env)
            work.next()
            work.repeat(lambda: accounts._forget_waits(connections))
            accounts._work_through(connections, work, "script")
            return None
        # sudo: users may not read scheduled actions.
        if connections.env.ref("account_online_ponto.cron_synchronize").active:
            return accounts._start(connections, refresh)
        accounts._forget_waits(connections)
        accounts._work_through(connections, WorkSlice(accounts.env, CLICK_SECONDS), "user")
        return self._get_notice(
            self.env._(
                "Scheduled actions are switched off in this database: fetched right now, as far as time allowed."
            ),
            "warning",
        )

    def _forget_waits(self, connections):
        """Let nothing wait for its next attempt: a person asks now."""
        self.write({"next_attempt_at": False})
        connections.write({"next_sync_at": fields.Datetime.now(), "failure_count": 0})

    def _work_through(self, connections, work, trigger):
        for connection in connections:
            connection._look_when_due(work, force=True)
        self.filtered(lambda account: account.connection_id.state == "connected")._synchronize(work, trigger)

    @api.model
    def _get_notice(self, message, kind="info"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": kind, "next": {"type": "ir.actions.act_window_close"}},
        }

    # ------------------------------------------------------------------ one run

    def _synchronize(self, work, trigger="schedule"):
        """Do what is due for these accounts, one by one; each has its own lock, log row and failure.

        :param WorkSlice work: the slice
        :param str trigger: who started it, as in the log
        :return bool: False when the time was over before everything was done
        """
        for account in self:
            if not work.next():
                return False
            with exclusive(account) as mine:
                if mine and account.exists() and account._may_run() and not account._run(work, trigger):
                    return False
                work.next(1)
        return True

    def _may_run(self):
        # Another account may just have met a failure of the connection: all come back together.
        connection = self.connection_id
        return self.sync_stage and connection.state == "connected" and not connection.failure_count

    def _run(self, work, trigger):
        """Run the stages of one account under its lock.

        :return bool: False when the time is over; the run goes on in the next slice
        """
        company = self.company_id
        account = self.with_company(company).with_context(lang=company.partner_id.lang or self.env.lang)
        client = account.connection_id._make_client(DatabaseTokenStore(account.connection_id))
        run = account._open_run(trigger)
        work.next()
        try:
            if account.sync_stage == "pull":
                if not account._pull(client, run, work):
                    return False
                work.repeat(lambda: account._read_balance(client))
            if account.sync_stage == "import" and not account._import(run, work):
                return False
            work.repeat(lambda: account._close_run(run))
        except PontoError as error:
            account._stop_run(run, work, error)
        except Exception as error:  # one account's failure never touches another; it is told on the record
            _logger.exception("Ponto account %s: unexpected failure", account.id)
            account._stop_run(run, work, error)
        finally:
            if client.api_calls:
                work.repeat(lambda: run._count(api_call=client.api_calls))
            work.next(1)
        return True

    def _open_run(self, trigger):
        """Return the log row of the run, which goes on in its own row after an interruption."""
        runs = self.env["ponto.synchronization"]
        run = runs.search([("account_id", "=", self.id), ("state", "=", "running")], limit=1)
        return run or runs.create({"account_id": self.id, "trigger": trigger, "user_id": self._get_asking_user().id})

    @api.model
    def _get_asking_user(self):
        user = self.env.user
        return self.env["res.users"] if user._is_superuser() else user

    def _close_run(self, run):
        now = fields.Datetime.now()
        run.write({"state": "done", "ended_at": now})
        self.write(
            {
                # A refresh that ended during the import wants another pull.
                "sync_stage": "pull" if self.sync_stage == "pull" else False,
                "last_import_at": now if self.linked else self.last_import_at,
                "last_error_code": False,
                "failure_count": 0,
                "next_attempt_at": False,
            }
        )

    def _stop_run(self, run, work, error):
        """Take back what is not committed, and note the failure where the user looks."""
        self.env.cr.rollback()
        work.repeat(lambda: self._register_failure(run, error))

    def _register_failure(self, run, error):
        """Note a failure on the log and on the account, or on the connection when all its accounts have to wait.

        :param run: `ponto.synchronization` record
        :param Exception error: what happened
        """
        now = fields.Datetime.now()
        name = type(error).__name__
        request_id = getattr(error, "request_id", None)
        run.write({"state": "error", "ended_at": now, "error_code": name, "request_id": request_id})
        if isinstance(error, PontoError) and reaction_of(error).scope == "connection":
            self.connection_id._register_failure(error)
            return
        wait = self.connection_id._get_backoff_seconds(self.failure_count)
        next_attempt_at = fields.Datetime.add(now, seconds=wait)
        self.write(
            {
                "last_error_at": now,
                "last_error_code": name,
                "failure_count": self.failure_count + 1,
                "next_attempt_at": next_attempt_at,
            }
        )
        self.connection_id._trigger_synchronization(next_attempt_at)
        _logger.warning("Ponto account %s: %s (request %s)", self.id, getattr(error, "code", name), request_id)
