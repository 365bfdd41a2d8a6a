import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import AUTHORIZATION_ISSUES, REFRESH_LIMIT, REFRESH_LOG_DAYS, REFRESH_POLL, REFRESH_SUBTYPES
from ...ponto_client import PontoError, RecentlySynchronized, RequestRefused, ScopeError, redact
from ..connection.ponto_token import DatabaseTokenStore
from ..support.failures import explain_refresh, reaction_of
from ..support.work_slice import WorkSlice
from ..support.writing import write_changed

_logger = logging.getLogger(__name__)

OPEN = ("asked", "running")
DETAIL_LENGTH = 250


class PontoRefresh(models.Model):
    """One account that Ponto refreshes at the bank because a person clicked.

    Nothing waits for it: whoever is interested (an open page every few seconds, else the scheduled action) takes the
    next step. The bank must know that the customer is present, so the person's own address goes along; it is personal
    data, and kept only until the refresh has ended.
    """

    _name = "ponto.refresh"
    _description = "Ponto Refresh"
    _order = "id desc"
    _rec_name = "account_id"

    account_id = fields.Many2one("ponto.account", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", string="Asked By", readonly=True)
    ip_address = fields.Char(groups=fields.NO_ACCESS, readonly=True, copy=False)
    details_id = fields.Char("Synchronization of Details", readonly=True)
    details_done = fields.Boolean(readonly=True)
    transactions_id = fields.Char("Synchronization of Transactions", readonly=True)
    transactions_done = fields.Boolean(readonly=True)
    state = fields.Selection(
        [("asked", "Asked"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="asked",
    )
    error_code = fields.Char(readonly=True)
    error_detail = fields.Char(readonly=True)
    message = fields.Char(compute="_compute_message")
    asked_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    polled_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)

    # A second click joins the refresh that is on its way.
    _open_uniq = models.UniqueIndex("(account_id) WHERE state IN ('asked', 'running')")

    @api.depends("state", "error_code", "error_detail")
    @api.depends_context("lang")
    def _compute_message(self):
        for refresh in self:
            failed = refresh.state == "failed"
            refresh.message = failed and explain_refresh(self.env, refresh.error_code, refresh.error_detail)

    # ------------------------------------------------------------------ from the click to the end

    @api.model
    def _open(self, accounts, ip_address):
        """Open one refresh per account; one that is open already goes on, whoever asked for it.

        :param accounts: `ponto.account` records
        :param str ip_address: public address of the user who clicked
        :return: the open `ponto.refresh` records of the accounts
        """
        self.flush_model()
        uid, now = self.env.uid, fields.Datetime.now()
        rows = [
            SQL("%s", (account.id, account.company_id.id, uid, ip_address, "asked", now, uid, uid, now, now))
            for account in accounts
        ]
        # Not by create(): two clicks at once are no error, and a failing query is logged with its values, here a
        # person's address.
        self.env.cr.execute(
            SQL(
                "INSERT INTO ponto_refresh (account_id, company_id, user_id, ip_address, state, asked_at, create_uid,"
                " write_uid, create_date, write_date) VALUES %s ON CONFLICT DO NOTHING",
                SQL(", ").join(rows),
            ),
            log_exceptions=False,
        )
        self.env.invalidate_all()
        return self.search([("account_id", "in", accounts.ids), ("state", "in", OPEN)])

    @api.model
    def _advance_open(self, work):
        """Take the next step of every open refresh, for those whose page is closed.

        :param WorkSlice work: the slice
        :return bool: False when the time was over before all had their turn
        """
        refreshes = self.search([("state", "in", OPEN)])
        for refresh in refreshes:
            refresh._advance()
            if not work.next(1):
                return False
        if refreshes and self.search_count([("state", "in", OPEN)], limit=1):
            self.env["ponto.connection"]._trigger_synchronization(self._get_next_minute())
        return True

    @api.model
    def _get_next_minute(self):
        return fields.Datetime.add(fields.Datetime.now(), minutes=1)

    def _advance(self):
        """Do what can be done without waiting: ask Ponto, look once how it is doing, or end.

        Every call of Ponto is one transaction of its own, which writes nothing but this record, under its lock: two
        pages never ask twice, and what Ponto answered is not lost in a conflict over another record.
        """
        self.ensure_one()
        try:
            while self._advance_once():
                pass
        except OperationalError as error:
            _logger.info("Ponto refresh %s: left to the next who asks (%s)", self.id, type(error).__name__)

    def _advance_once(self):
        try:
            return self._in_own_transaction(PontoRefresh._take_step)
        except OperationalError:
            raise
        except PontoError as error:
            failure = error
        except Exception as error:  # one refresh's failure never touches another; it is told on the record
            _logger.exception("Ponto refresh %s: unexpected failure", self.id)
            failure = error
        return self._in_own_transaction(lambda refresh: refresh._note_failure(failure))

    def _in_own_transaction(self, step):
        """Run a step on a cursor of its own, if nobody else is at this refresh.

        :param step: function of the record
        :return: what the step returns; False when it was not this worker's turn
        """
        with self.env.registry.cursor() as cr:
            # sudo: users may not write what a refresh writes; they were checked where they clicked.
            refresh = self.with_env(self.env(cr=cr, su=True))

            def locked_step():
                return refresh._lock_if_open() and step(refresh)

            return WorkSlice(refresh.env).repeat(locked_step)

    def _lock_if_open(self):
        """Lock this refresh until the end of the transaction; two pages at once are no error in the log.

        :return bool: False when somebody else is at it, or it has ended
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM ponto_refresh WHERE id = %s AND state IN %s FOR NO KEY UPDATE SKIP LOCKED",
                self.id,
                OPEN,
            ),
            log_exceptions=False,
        )
        return bool(self.env.cr.fetchone())

    def _take_step(self):
        """Take one step.

        :return bool: whether the next one can follow at once
        :raises PontoError: nothing has been written then
        """
        obstacle = None if self._is_finished() else self._get_obstacle()
        if obstacle:
            self.error_code = obstacle
        if obstacle or self._is_finished():
            self._end()
            return False
        if kind := self._get_kind_to_ask():
            self._ask(kind)
            return True
        if self.polled_at and self.polled_at > self.env.cr.now() - REFRESH_POLL:
            return False
        self._look()
        return self._is_finished()

    def _get_obstacle(self):
        """Return why Ponto is not asked any further, as an error code; None when it is."""
        account, connection = self.account_id, self.account_id.connection_id
        if connection.state == "error" or connection.failure_count:
            # Another call has just failed: all accounts of the connection wait together.
            return connection.last_error_code or "NotSynchronized"
        if not account._is_refreshable():
            return "NotSynchronized"
        return "NoAnswer" if self.asked_at < fields.Datetime.now() - REFRESH_LIMIT else None

    def _get_kind_to_ask(self):
        return next((kind for kind in REFRESH_SUBTYPES if not self[f"{kind}_id"] and not self[f"{kind}_done"]), None)

    def _is_finished(self):
        return all(self[f"{kind}_done"] for kind in REFRESH_SUBTYPES) or self.error_code in AUTHORIZATION_ISSUES

    def _is_made_up_for(self):
        """Tell whether the account is fine since: renewed, or refreshed by Ponto later than this failed.

        One half of a refresh that failed may have moved the clock of the account too: a minute later is later.
        """
        if self.error_code in AUTHORIZATION_ISSUES:
            return not self.account_id.authorization_refused_at
        synchronized_at = self.account_id.synchronized_at
        return bool(self.ended_at and synchronized_at and synchronized_at > self.ended_at + timedelta(minutes=1))

    # ------------------------------------------------------------------ talking to Ponto

    def _make_client(self):
        connection = self.account_id.connection_id
        return connection._make_client(DatabaseTokenStore(connection))

    def _ask(self, kind):
        """Create the synchronization of one kind; one that Ponto had a moment ago is as good."""
        client = self._make_client()
        for subtype in REFRESH_SUBTYPES[kind]:
            try:
                found = client.create_synchronization(self.account_id.ponto_id, subtype, self.ip_address)
            except RecentlySynchronized:
                self[f"{kind}_done"] = True
            except RequestRefused:
                if subtype == REFRESH_SUBTYPES[kind][-1]:
                    raise
                continue
            else:
                self._note_answer(kind, found)
            break
        self.write({"polled_at": self.env.cr.now(), "state": "asked" if self._get_kind_to_ask() else "running"})

    def _look(self):
        """Ask once for each synchronization that has not finished."""
        client = self._make_client()
        for kind in REFRESH_SUBTYPES:
            if not self[f"{kind}_done"]:
                self._note_answer(kind, client.synchronization(self[f"{kind}_id"]))
        self.polled_at = self.env.cr.now()

    def _note_answer(self, kind, synchronization):
        """Note how a synchronization is doing.

        :param str kind: "details" or "transactions"
        :param Synchronization synchronization: what Ponto answered
        """
        self.write({f"{kind}_id": synchronization.id, f"{kind}_done": synchronization.status in ("success", "error")})
        if synchronization.status == "error":
            issues = synchronization.errors
            issue = next((each for each in issues if each.code in AUTHORIZATION_ISSUES), next(iter(issues), None))
            self._note_error(issue.code if issue else "", issue.detail if issue else "")

    def _note_failure(self, error):
        """Note that a call failed: it ends the refresh, or only the kind that it was about.

        :param Exception error: what happened
        :return bool: whether the next step can follow at once
        """
        known = isinstance(error, PontoError)
        self._note_error(type(error).__name__, error.args[0] if known else "")
        if known and self._stops_connection(error):
            self.account_id.connection_id._register_failure(error)
        elif known:
            asking = self._get_kind_to_ask()
            self.write({f"{kind}_done": True for kind in ([asking] if asking else REFRESH_SUBTYPES)})
            return True
        self._end()
        return False

    @api.model
    def _stops_connection(self, error):
        # An integration may be allowed to read and not to refresh: reading, which follows, finds out what is allowed.
        return reaction_of(error).scope == "connection" and not isinstance(error, ScopeError)

    def _note_error(self, code, detail):
        if self.error_code not in AUTHORIZATION_ISSUES:
            self.write(
                {"error_code": self._clean(code) or "synchronizationFailed", "error_detail": self._clean(detail)}
            )

    def _clean(self, text):
        """Return foreign words fit to show and to keep: printable, short, without secrets and the user's address."""
        words = "".join(character if character.isprintable() else " " for character in text).split()
        return redact(" ".join(words), [self.ip_address or ""])[:DETAIL_LENGTH]

    # ------------------------------------------------------------------ the end

    def _end(self):
        """End the refresh, forget the address, and let the account be read at once."""
        self.write(
            {
                "state": "failed" if self.error_code else "done",
                "ended_at": fields.Datetime.now(),
                "ip_address": False,
            }
        )
        account = self.account_id
        if self.error_code in AUTHORIZATION_ISSUES:
            account.authorization_refused_at = account.authorization_refused_at or fields.Datetime.now()
        connection = account.connection_id
        if account._is_refreshable() and not connection.failure_count:
            asker = {"asked_by_id": self.user_id.id}
            write_changed(account, {"sync_stage": "pull", "next_attempt_at": False, **asker})
            # Balance and clocks are new too.
            connection.write({"next_sync_at": fields.Datetime.now(), **asker})
            connection._trigger_synchronization()

    @api.autovacuum
    def _gc_old_refreshes(self):
        """Forget old refreshes; one that nobody could follow, because nothing was scheduled, loses its address."""
        now = fields.Datetime.now()
        left = self.search([("state", "in", OPEN), ("asked_at", "<", fields.Datetime.subtract(now, days=1))])
        left.write({"state": "failed", "error_code": "NoAnswer", "ended_at": now, "ip_address": False})
        old = self.search([("asked_at", "<", fields.Datetime.subtract(now, days=REFRESH_LOG_DAYS))], limit=10_000)
        old.unlink()
        return len(old), len(old) == 10_000
