import logging
import time

from odoo import fields, models

from ...const import CLICK_SECONDS, OVERLAP, PAGE_LIMIT
from ...ponto_client import FormatError, PontoError, Trail

_logger = logging.getLogger(__name__)


class PontoAccount(models.Model):
    """Pull: every transaction that Ponto has goes into `ponto.transaction`, page by page, newest first.

    The order is Ponto's order of creation, so a date alone never ends a pull. One page is one commit, and the cursor
    moves with it: whatever is killed loses at most a page, which is read again.
    """

    _inherit = "ponto.account"

    pull_complete = fields.Boolean("History Read", readonly=True, copy=False)
    pull_cursor = fields.Char(readonly=True, copy=False)
    pull_position = fields.Integer(readonly=True, copy=False)
    pull_trail = fields.Char(readonly=True, copy=False, help="Where the pull has been: it must not go in a circle.")
    pull_restarted = fields.Boolean(readonly=True, copy=False, help="The pull began anew, from an unknown cursor.")
    history_pages = fields.Integer(readonly=True, copy=False, help="Pages of the longest pull.")
    pull_started_for = fields.Datetime(readonly=True, copy=False)
    pulled_synchronized_at = fields.Datetime(readonly=True, copy=False)
    last_pull_at = fields.Datetime(readonly=True, copy=False)
    last_read_on = fields.Date(readonly=True, copy=False)
    import_latest = fields.Boolean(
        "Latest 100", readonly=True, copy=False, help="The start date is set when the history has been read."
    )

    def _pull(self, client, run, work):
        """Read pages until a whole page is known and older than the overlap window, or to the end.

        :param PontoClient client: of the connection
        :param run: `ponto.synchronization` record
        :param WorkSlice work: the slice
        :return bool: False when the time is over; the cursor is kept
        :raises PontoError: the cursor is kept
        """
        self.ensure_one()
        for page in client.transaction_pages(self.ponto_id, after=self.pull_cursor or None, limit=PAGE_LIMIT):
            if self.pull_cursor and not page.items and not page.next_cursor:
                # Ponto answers an unknown cursor with an empty page, and gives no cursor on the last one
                # (doc/ponto-api.md, 4): this is never the end.
                again = self.pull_restarted
                work.repeat(lambda again=again: self._restart_pull(restarted=not again), self)
                if again:
                    raise FormatError("The pages of the answer break off.")
                return self._pull(client, run, work)
            ended = work.repeat(lambda page=page: self._store_page(page, run, client), self)
            in_time = work.next(1)
            if ended:
                self._pull_extras(client, run, work)
                work.repeat(lambda: self._end_pull(run), self)
                return work.next() and in_time
            if not in_time:
                return False
        return True

    def _restart_pull(self, restarted=False):
        """Begin anew at the newest page.

        :param bool restarted: it is the cursor that was not known anymore; the next time that is a failure
        """
        self.write(
            {
                "history_pages": self._get_history_pages(),
                "pull_cursor": False,
                "pull_position": 0,
                "pull_trail": False,
                "pull_restarted": restarted,
            }
        )

    def _get_history_pages(self):
        """Return how many pages this account has had, as far as its pulls came."""
        known = self.history_pages
        if not known:  # never read, or by a version that did not count them
            known = self.env["ponto.transaction"].search_count([("account_id", "=", self.id)]) // PAGE_LIMIT
        return max(known, Trail.parse(self.pull_trail).length)

    def _store_page(self, page, run, client):
        """Store one page, and move the cursor behind it.

        :param TransactionPage page: what Ponto answered
        :param run: `ponto.synchronization` record
        :param PontoClient client: that read it
        :return bool: whether the pull has come to its end
        :raises EndlessPages: the pull was here before
        """
        first = not self.pull_cursor
        if first:
            latest = page.latest_synchronization
            self.write({"pull_started_for": self.synchronized_at, "pull_latest": latest and latest.id})
        new, changed = self.env["ponto.transaction"]._store(self, page.items, self.pull_position)
        run._count(read=len(page.items), new=new, changed=changed)
        if first:
            run._allow_calls(client, self._get_history_pages())
        elif new:  # a history is bounded by its own pages, which never repeat
            run._allow_calls(client)
        ended = not page.next_cursor or (self.pull_complete and not new and not changed and self._is_old(page.items))
        if not ended:
            trail = Trail() if first else Trail.parse(self.pull_trail)
            self.write(
                {
                    "pull_trail": str(trail.step(page.next_cursor, (item.id for item in page.items))),
                    "pull_cursor": page.next_cursor,
                    "pull_position": self.pull_position + len(page.items),
                }
            )
        return ended

    def _is_old(self, items):
        limit = self.last_pull_at - OVERLAP
        naive = self.connection_id._naive_utc
        return bool(items) and all(item.created_at and naive(item.created_at) < limit for item in items)

    def _end_pull(self, run):
        """Remember what was read, and let it be imported.

        :param run: `ponto.synchronization` record
        """
        run._count(pull=1)
        self.flush_recordset()
        self.env["ponto.transaction"].flush_model()
        newest = self.env["ponto.transaction"]._read_group(
            [("account_id", "=", self.id), ("state", "in", ("to_import", "imported", "skipped"))],
            aggregates=["date:max"],
        )
        self.write(
            {
                "pull_complete": True,
                "history_pages": max(self._get_history_pages(), Trail.parse(self.pull_trail).length + 1),
                "pull_cursor": False,
                "pull_position": 0,
                "pull_trail": False,
                "pull_restarted": False,
                "pulled_synchronized_at": self.pull_started_for,
                "last_pull_at": fields.Datetime.now(),
                "last_read_on": fields.Date.today(),
                "newest_transaction_date": newest[0][0],
                "sync_stage": "import",
            }
        )
        if self.import_latest:
            self.write({"import_latest": False, "import_from": self._get_latest_start() or self.import_from})

    def _get_latest_start(self):
        """Return the day of the oldest of the latest hundred transactions.

        :return date | bool: False when no transaction is known
        """
        domain = [("account_id", "=", self.id), ("state", "!=", "pending"), ("date", "!=", False)]
        latest = self.env["ponto.transaction"].search(domain, order="date desc", limit=PAGE_LIMIT)
        return min(latest.mapped("date"), default=False)

    def _pull_first_pages(self, client):
        """Read the newest page of accounts that were never read, so that the user can choose a start date at once.

        The rest follows in the background. It stops after some seconds: an account whose page is missing then shows
        its dates a little later.

        :param PontoClient client: of the connection
        """
        deadline = time.monotonic() + CLICK_SECONDS
        for account in self.filtered(lambda a: not a.pull_complete and not a.pull_cursor and not a.declined):
            if time.monotonic() > deadline:
                return
            try:
                page = next(client.transaction_pages(account.ponto_id, limit=PAGE_LIMIT), None)
            except PontoError as error:
                # The background tries again and tells it on the account; the others can be chosen now.
                _logger.info("Ponto account %s: first page failed (%s)", account.id, error.code)
                page = None
            if page:
                run = account._open_run("connect")
                if account._store_page(page, run, client):
                    account._end_pull(run)
                run._count(api_call=1)
