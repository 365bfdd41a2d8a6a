import logging
from datetime import date, timedelta

from psycopg2 import DataError, IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import FUTURE_DAYS, IMPORT_BATCH, OLDEST_YEAR, PONTO_ID_LENGTH
from ...ponto_client import read_transaction
from ..account_bank_statement_line import DateMoved
from ..support.errors import RECORD_ERRORS
from ..support.failures import JournalNotReady
from ..support.rates import get_first_rate_date
from .pairing import TOLERANCE

_logger = logging.getLogger(__name__)


class PontoAccount(models.Model):
    """Import: rows become bank transactions, oldest first, in batches that are one database transaction each."""

    _inherit = "ponto.account"

    def _reopen_skipped(self):
        """Judge rows anew that were left out because of the start date or because nothing was linked."""
        for account in self:
            # sudo: rows are written by synchronizations only.
            rows = (
                self.env["ponto.transaction"]
                .sudo()
                .search(
                    [
                        ("account_id", "=", account.id),
                        ("state", "=", "skipped"),
                        ("reason", "=", "before_start"),
                        ("date", ">=", account.import_from),
                    ]
                )
            )
            rows.write({"state": "to_import", "reason": False})
            if rows:
                account.sudo().matching_started_at = False  # older history comes in: it only gets proposals, too
            if not account.sync_stage and account.pull_complete:
                account.sudo()._ask_for("import", self._get_asking_user())

    def _import(self, run, work):
        """Import what is due, in batches; a row that cannot be imported says why.

        :param run: `ponto.synchronization` record
        :param WorkSlice work: the slice
        :return bool: False when the time is over
        """
        self.ensure_one()
        if not self.linked:
            return True
        if not self._is_journal_ready(self.journal_id):
            raise JournalNotReady
        work.repeat(lambda: self._sort_out(run), self)
        work.next()
        work.repeat(lambda: self._recognize(run), self)
        work.next()
        while True:
            looked_at = work.repeat(lambda: self._import_batch(run))
            in_time = work.next(1)
            if not looked_at:
                break
            if not in_time:
                return False
        while work.repeat(self._follow_changes, self):
            if not work.next(1):
                return False
        work.repeat(self._end_import, self)
        work.next()  # closing the run locks the connection first: nobody waits in a circle
        return True

    def _end_import(self):
        """Do what follows when everything that may be imported is in the books."""
        self._update_statements()
        if self._hold_journal():  # nobody unticked the account, or asked for an undo, before everything was in
            self._start_matching()

    def _sort_out(self, run):
        """Skip what lies before the start date, and ask anew about rows that wait, or whose day has come near."""
        rows = self.env["ponto.transaction"]
        latest = fields.Date.today() + timedelta(days=FUTURE_DAYS)
        ahead = [("date", ">=", date(OLDEST_YEAR, 1, 1)), ("date", "<=", latest)]
        rows.search(
            [("account_id", "=", self.id), ("state", "=", "error"), ("reason", "=", "date_range"), *ahead]
        )._judge_again()
        waiting = rows.search([("account_id", "=", self.id), ("state", "=", "to_import"), ("reason", "!=", False)])
        waiting.write({"reason": False})
        early = rows.search(
            [("account_id", "=", self.id), ("state", "=", "to_import"), ("date", "<", self.import_from)]
        )
        early.write({"state": "skipped", "reason": "before_start"})
        run._count(skipped=len(early))
        changed = rows.search([("account_id", "=", self.id), ("reason", "=", "changed"), ("to_follow", "=", False)])
        changed.filtered(self._is_corrected).write({"reason": False})

    def _is_corrected(self, row):
        """Tell whether a user corrected, or deleted, the lines that did not follow what the bank changed."""
        link = row.link_id
        lines, rows = row.statement_line_id or link.line_ids, link.transaction_ids or row
        same_amount = self.currency_id.compare_amounts(sum(lines.mapped("amount")), sum(rows.mapped("amount"))) == 0
        days, tolerance = {row._get_booking_day()}, timedelta(0)
        if link:  # what was linked may be a day apart, or on the value date
            days, tolerance = days | {row.value_date or row.date}, TOLERANCE
        same_day = all(min(abs(line.date - day) for day in days) <= tolerance for line in lines)
        return not lines or (same_amount and same_day)

    def _import_batch(self, run):
        """Import the next rows: one batch is one database transaction.

        :param run: `ponto.synchronization` record
        :return int: number of rows looked at; 0 when nothing is left
        """
        rows = self._lock_next_rows() if self._hold_journal() else None
        if not rows:
            return 0
        linked = self._link_existing(rows, run)
        adopted = self._adopt(rows - linked)
        run._count(linked=len(adopted))
        linked |= adopted
        due = self._hold_back(rows - linked)
        created, failed = self._create_lines(due, run)
        run._count(imported=len(created), failed=len(failed))
        return len(rows)

    def _hold_journal(self):
        """Keep the account in its journal until the batch is committed, and tell whether it has one.

        A user may have unticked the account, moved its start date or asked for an undo since the last batch. Another
        record of the same bank account gets the journal after this batch, or this batch fails and is repeated: no line
        is made twice.
        """
        self.flush_recordset()
        query = SQL("SELECT linked AND undo_run_id IS NULL FROM ponto_account WHERE id = %s FOR SHARE", self.id)
        self.env.cr.execute(query, log_exceptions=False)  # a conflict is no error: the batch is repeated
        self.invalidate_recordset(["linked", "import_from", "journal_id", "undo_run_id"])
        return self.env.cr.fetchone()[0]

    def _lock_next_rows(self):
        """Return the next rows, locked by the transaction that makes their lines."""
        self.env["ponto.transaction"].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM ponto_transaction WHERE account_id = %s AND state = 'to_import' AND reason IS NULL"
                " AND amount IS NOT NULL AND date >= %s ORDER BY date, created_at, position DESC, id LIMIT %s FOR UPDATE SKIP LOCKED",
                self.id,
                self.import_from,
                IMPORT_BATCH,
            )
        )
        return self.env["ponto.transaction"].browse(row[0] for row in self.env.cr.fetchall())

    # ------------------------------------------------------------------ what waits

    def _hold_back(self, rows):
        """Let rows wait whose day is locked or has no rate; they say so.

        A row that a user wants on the first open day gets that day instead.

        :param rows: `ponto.transaction` records
        :return: the rows that may be imported now
        """
        company = self.company_id
        lock_date = company._get_user_fiscal_lock_date(self.journal_id, ignore_exceptions=True)
        locked = rows.filtered(lambda row: row.date <= lock_date)
        first_open_day = lock_date + timedelta(days=1) if locked else None
        moved = locked.filtered(lambda row: row.on_open_day and first_open_day <= fields.Date.context_today(row))
        rows.filtered("booking_date").write({"booking_date": False})
        moved.write({"booking_date": first_open_day})
        locked -= moved
        locked.write({"reason": "locked"})
        rows -= locked
        first_rate = self._get_first_rate_date()
        unrated = rows.filtered(lambda row: first_rate is None or row._get_booking_day() < first_rate)
        unrated.write({"reason": "no_rate"})
        return rows - unrated

    def _get_first_rate_date(self):
        """Return the first day for which Odoo has a rate for the currency of this account.

        :return date | None: None when there is no rate at all
        """
        return get_first_rate_date(self.company_id, self.currency_id)

    # ------------------------------------------------------------------ what is in the books already

    def _link_existing(self, rows, run):
        """Link rows whose Ponto id is on a bank transaction of the company already; nothing on it is touched.

        :param rows: `ponto.transaction` records
        :param run: `ponto.synchronization` record
        :return: the rows that are linked now
        """
        existing = self._find_existing(rows)
        linked = rows.filtered(lambda row: row.ponto_id in existing)
        self._link_pairs([(row, [existing[row.ponto_id]], "ponto_id") for row in linked], run)
        # The bank may have changed it, or somebody its line, while nobody followed.
        compare = self.currency_id.compare_amounts
        linked.filtered(lambda row: compare(row.amount, row.statement_line_id.amount)).write({"reason": "changed"})
        return linked

    def _find_existing(self, rows):
        """Return bank transactions of the company that carry a Ponto id, and belong to no row.

        Where two journals got a transaction, the one of this account counts.

        :param rows: `ponto.transaction` records to look for
        :return dict: Ponto id: id of the bank transaction
        """
        if not rows:
            return {}
        lines = self.env["account.bank.statement.line"]
        lines.flush_model()
        rows.flush_model(["statement_line_id"])
        found = {}
        for ponto_id in self._get_id_columns(lines):
            self.env.cr.execute(
                SQL(
                    "SELECT %(ponto_id)s, line.id FROM account_bank_statement_line line"
                    " LEFT JOIN ponto_transaction row ON row.statement_line_id = line.id"
                    " WHERE %(ponto_id)s = ANY(%(ids)s) AND line.company_id = %(company)s AND row.id IS NULL"
                    " ORDER BY line.journal_id IS NOT DISTINCT FROM %(journal)s",
                    ponto_id=ponto_id,
                    ids=rows.mapped("ponto_id"),
                    company=self.company_id.id,
                    journal=self.journal_id.id or None,
                )
            )
            found.update(self.env.cr.fetchall())
        return found

    @api.model
    def _get_id_columns(self, lines):
        """Return where a line may carry a Ponto ID: our own key, and the end of the key of OCA's import modules."""
        columns = [SQL("line.transaction_details ->> 'ponto'")]
        if "unique_import_id" in lines._fields:
            columns.append(SQL("right(line.unique_import_id, %s)", PONTO_ID_LENGTH))
        return columns

    # ------------------------------------------------------------------ lines

    def _create_lines(self, rows, run):
        """Create the bank transactions of rows, on their counterparts where evidence is exact.

        :param rows: `ponto.transaction` records
        :param run: `ponto.synchronization` record
        :return tuple: rows with a line, rows in state error
        """
        if not rows:
            return rows, rows
        items = {row.id: self._leave_out_placeholders(read_transaction(row.raw)) for row in rows}
        return self._create_or_halve(rows, items, self._recognize_payments(rows, list(items.values())), run)

    def _create_or_halve(self, rows, items, recognized, run):
        """Create lines; on an error first without matches, then by halves, so that a bad row stands alone.

        :param rows: `ponto.transaction` records
        :param dict items: id of a row: the same as `ponto_client.Transaction`
        :param Recognized recognized: partners and evidence
        :param run: `ponto.synchronization` record
        :return tuple: rows with a line, rows in state error
        """
        try:
            with self.env.cr.savepoint():
                self._create_lines_at_once(rows, items, recognized, run)
            return rows, rows.browse()
        except OperationalError:
            raise
        except DateMoved:
            rows.write({"reason": "locked"})
            return rows.browse(), rows.browse()
        except RECORD_ERRORS as error:
            if recognized.exact:
                _logger.info("Ponto account %s: imported without matches: %s", self.id, type(error).__name__)
                return self._create_or_halve(rows, items, recognized.give_up(), run)
            if len(rows) == 1:
                _logger.info("Ponto transaction %s was refused: %s", rows.id, type(error).__name__)
                rows.write({"state": "error", "reason": "refused", "detail": self._get_first_sentence(error)})
                return rows.browse(), rows
            half = len(rows) // 2
            created, failed = self._create_or_halve(rows[:half], items, recognized, run)
            more_created, more_failed = self._create_or_halve(rows[half:], items, recognized, run)
            return created | more_created, failed | more_failed

    def _create_lines_at_once(self, rows, items, recognized, run):
        vals_list = [
            {**self._prepare_line_vals(row, items[row.id]), **self._prepare_match_vals(row, recognized)} for row in rows
        ]
        lines = self.env["account.bank.statement.line"]._create_from_bank(vals_list, self.company_id)
        for row, line in zip(rows, lines, strict=True):
            row.write(
                {
                    "state": "imported",
                    "statement_line_id": line.id,
                    "synchronization_id": run.id,
                    "partner_id": recognized.partner_ids.get(row.id, False),
                }
            )
        self._match_created(rows, recognized, run)

    def _get_first_sentence(self, error):
        if isinstance(error, (IntegrityError, DataError)):
            return self.env._("the database does not accept its values.")
        text = " ".join(str(error.args[0] if error.args else error).split())
        return text[:250]
