import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import BACKOFF_HOURS, CLICK_SECONDS, MOST_CALLS, RUN_CALLS
from ...ponto_client import EndlessPages, PontoError, RateLimited, ScopeError, TokenRejected
from ..connection.ponto_token import DatabaseTokenStore
from ..support.locks import exclusive
from ..support.notification import make_notification
from ..support.work_slice import CONFLICTS, WorkSlice

_logger = logging.getLogger(__name__)

REFUSALS = (ScopeError, TokenRejected)  # what a connection stops for, unless only one account is refused


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
    asked_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, help="Whose click the next run follows; nobody's for the schedule."
    )

    # ------------------------------------------------------------------ what is due

    @api.model
    def _get_due(self):
        now = fields.Datetime.now()
        due = Domain("sync_stage", "!=", False) & Domain(
            [
                ("connection_id.active", "=", True),
                ("connection_id.state", "=", "connected"),
                # A connection that failed is looked at first.
                ("connection_id.last_error_code", "=", False),
            ]
        )
        # An undo needs nothing of Ponto.
        due |= Domain("undo_run_id", "!=", False)
        return self.search(due & (Domain("next_attempt_at", "=", False) | Domain("next_attempt_at", "<=", now)))

    def _mark_due(self):
        """Mark the accounts that have something to read or to import; statements are made with the first read of a day."""
        today = fields.Date.today()
        waiting = self._get_waiting()
        asker = self._get_asking_user()
        for account in self.filtered(lambda a: not a.declined and a.sync_stage != "pull"):
            moved = account.synchronized_at != account.pulled_synchronized_at
            if account.listed and (not account.pull_complete or moved or account.last_read_on != today):
                account._ask_for("pull", asker or account.connection_id.asked_by_id)
            elif account in waiting and account.linked and not account.sync_stage:
                account._ask_for("import", asker or account.connection_id.asked_by_id)

    def _ask_for(self, stage, user):
        """Note what the next run has to do, and whose click it follows.

        :param str stage: of `sync_stage`
        :param user: `res.users` record, empty for the schedule
        """
        self.write({"sync_stage": stage, "asked_by_id": user.id})

    def _get_waiting(self):
        """Return the accounts with transactions that are not in the books, or lines that the bank has changed.

        :return: `ponto.account` records, by one query whatever their history
        """
        self.env["ponto.transaction"].flush_model(["account_id", "state", "to_follow"])
        self.env.cr.execute(
            SQL(
                "SELECT account.id FROM ponto_account account WHERE account.id = ANY(%s) AND ("
                " EXISTS (SELECT FROM ponto_transaction WHERE account_id = account.id AND state = 'to_import')"
                " OR EXISTS (SELECT FROM ponto_transaction WHERE account_id = account.id AND to_follow))",
                self.ids,
            )
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

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
            work.repeat(lambda: accounts._forget_waits(connections), connections, accounts)
            accounts._work_through(connections, work, "script")
            return None
        # sudo: users may not read scheduled actions.
        if connections.env.ref("account_online_ponto.cron_synchronize").active:
            return accounts._start(connections, refresh)
        accounts._forget_waits(connections)
        accounts._work_through(connections, WorkSlice(accounts.env, CLICK_SECONDS), "user")
        return make_notification(
            self.env._(
                "Scheduled actions are switched off in this database: fetched right now, as far as time allowed."
            ),
            "warning",
        )

    def _forget_waits(self, connections):
        """Let nothing wait for its next attempt: a person asks now."""
        self.filtered("next_attempt_at").next_attempt_at = False
        connections.write({"next_sync_at": fields.Datetime.now(), "failure_count": 0})

    def _work_through(self, connections, work, trigger):
        for connection in connections:
            work.next()
            connection._look_when_due(work, force=True)
        accounts = self
        for replaced in self.filtered(lambda account: not account.linked):
            accounts |= replaced._get_twin()  # the link has just moved to a new record of the same account
        accounts.filtered(lambda account: account.connection_id.state == "connected")._synchronize(work, trigger)

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
                if mine and account.exists() and not account._undo_and_run(work, trigger):
                    return False
                work.next(1)
            if mine and account.exists().undo_run_id and not account.next_attempt_at:
                # Asked for while this account was busy: whoever came for it found it locked.
                account.connection_id._trigger_synchronization()
        return True

    def _undo_and_run(self, work, trigger):
        """Do what is due for one account under its lock; an undo that was asked for comes first.

        :return bool: False when the time is over
        """
        if self.undo_run_id and not self._undo(work):
            return False
        # An undo that failed is tried again later; until then nothing is imported.
        if self.undo_run_id or not self._may_run():
            return True
        return self._run(work, trigger)

    def _may_run(self):
        # Another account may just have met a failure of the connection: all come back together.
        connection = self.connection_id
        return self.sync_stage and connection.state == "connected" and not connection.last_error_code

    def _run(self, work, trigger):
        """Run the stages of one account under its lock.

        :return bool: False when the time is over; the run goes on in the next slice
        """
        company = self.company_id
        account = self.with_company(company).with_context(lang=company.partner_id.lang or self.env.lang)
        client = account.connection_id._make_client(DatabaseTokenStore(account.connection_id))
        run = account._open_run(trigger)
        run._limit_calls(client)
        work.next()
        try:
            while account.sync_stage == "pull" and run._may_pull():
                if not account._pull(client, run, work):
                    return False
                remote = client.account(account.ponto_id)
                work.repeat(lambda remote=remote: account._store_balance(remote, run), account)
                work.next()
            if account.sync_stage and not account._import(run, work):
                return False
            work.repeat(lambda: account._close_run(run, client), account.connection_id, account)
        except PontoError as error:
            account._stop_run(run, work, error, client)
        except CONFLICTS:
            # Others write the same rows without a pause: nothing is wrong, the run goes on in its own row.
            self.env.cr.rollback()
            account.connection_id._trigger_synchronization()
        except Exception as error:  # one account's failure never touches another; it is told on the record
            _logger.exception("Ponto account %s: unexpected failure", account.id)
            account._stop_run(run, work, error, client)
        finally:
            if client.api_calls:
                work.repeat(lambda: run._count(api_call=client.api_calls))
            work.next(1)
        return True

    def _open_run(self, trigger):
        """Return the log row of the run, which goes on in its own row after an interruption."""
        runs = self.env["ponto.synchronization"]
        run = runs.search([("account_id", "=", self.id), ("state", "=", "running")], limit=1)
        if not run:
            user = self._get_asking_user()
            if trigger == "schedule" and self.asked_by_id:
                trigger, user = "user", self.asked_by_id  # the scheduled action does what a click asked for
            run = runs.create({"account_id": self.id, "trigger": trigger, "user_id": user.id})
        if not run.api_call_limit:
            run.api_call_limit = min(RUN_CALLS + self._get_history_pages(), MOST_CALLS)
        return run

    @api.model
    def _get_asking_user(self):
        """Return the person at work: nobody in a scheduled action, whatever user it has."""
        user = self.env.user
        return self.env["res.users"] if user._is_superuser() or "cron_id" in self.env.context else user

    def _close_run(self, run, client=None):
        now = fields.Datetime.now()
        run.write({"state": "done", "ended_at": now})
        self.write(
            {
                # A refresh that ended during the import wants another pull.
                "sync_stage": "pull" if self.sync_stage == "pull" else False,
                "asked_by_id": self.asked_by_id.id if self.sync_stage == "pull" else False,
                "last_import_at": now if self.linked else self.last_import_at,
                "last_error_code": False,
                "failure_count": 0,
                "next_attempt_at": False,
            }
        )
        self._note_success()
        if client and client.api_calls:
            self.connection_id._note_answer()
        if self.sync_stage:
            self.connection_id._trigger_synchronization()

    def _stop_run(self, run, work, error, client=None):
        """Take back what is not committed, and note the failure where the user looks.

        :param PontoClient client: the one that failed; an undo has none
        """
        self.env.cr.rollback()
        alone = not isinstance(error, PontoError) or self._fails_alone(client, error)
        work.repeat(lambda: self._register_failure(run, error, alone), self.connection_id, self)

    def _register_failure(self, run, error, alone):
        """Note a failure on the log and on the account, or on the connection when all its accounts have to wait.

        :param run: `ponto.synchronization` record
        :param Exception error: what happened
        :param bool alone: whether only this account fails
        """
        now = fields.Datetime.now()
        name = "AccountRefused" if alone and isinstance(error, REFUSALS) else type(error).__name__
        request_id = getattr(error, "request_id", None)
        run.write({"state": "error", "ended_at": now, "error_code": name, "request_id": request_id})
        self.asked_by_id = False  # what is tried again later follows no click
        if isinstance(error, EndlessPages):
            self._restart_pull()  # its cursors lead nowhere
        if not alone:
            self.connection_id._register_failure(error)
            if isinstance(error, RateLimited):
                self._let_others_go_first(run)
            return
        if isinstance(error, PontoError):
            self.connection_id._note_answer()
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
        self._note_failure()
        self.connection_id._trigger_synchronization(next_attempt_at)
        _logger.warning("Ponto account %s: %s (request %s)", self.id, getattr(error, "code", name), request_id)

    def _let_others_go_first(self, run):
        """Let the other accounts be read before this one, when too many calls stopped its last run too.

        Ponto may refuse the calls for one account only: it must not stand in the way of the others for good.

        :param run: `ponto.synchronization` record that has just failed
        """
        earlier = [("account_id", "=", self.id), ("id", "<", run.id), ("state", "!=", "running")]
        last = self.env["ponto.synchronization"].search(earlier, order="id desc", limit=1)
        if last.error_code == RateLimited.__name__:
            self.next_attempt_at = fields.Datetime.add(self.connection_id.next_sync_at, hours=BACKOFF_HOURS[0])
            self.connection_id._trigger_synchronization(self.next_attempt_at)
