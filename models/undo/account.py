import logging
from collections import Counter
from datetime import timedelta

from psycopg2 import IntegrityError, InterfaceError, OperationalError

from odoo import fields, models

from ...const import CLICK_SECONDS, UNDO_BATCH
from ..support.errors import RECORD_ERRORS
from ..support.notification import make_notification
from ..support.work_slice import CONFLICTS, WorkSlice

_logger = logging.getLogger(__name__)


class PontoAccount(models.Model):
    """Undo of one run: its bank transactions leave the books in batches, newest first, each a transaction of its own.

    What is asked for stands on the account until it is done, apart from the stage of the synchronization, which a
    running one writes. Nothing is imported meanwhile.
    """

    _inherit = "ponto.account"

    undo_run_id = fields.Many2one(
        "ponto.synchronization",
        "Import Being Undone",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    undo_import_from = fields.Date(readonly=True, copy=False)
    undo_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    undo_place = fields.Char(readonly=True, copy=False, help="The last bank transaction looked at, in Odoo's order.")

    # ------------------------------------------------------------------ asking for it

    def _check_may_undo(self):
        """Refuse users who may not change the account or delete bank transactions.

        :raises AccessError: for everybody below an Administrator of Invoicing of the company
        """
        self.check_access("write")
        self.env["account.bank.statement.line"].check_access("unlink")

    def _start_undo(self, run, import_from):
        """Remember an undo on the account, and begin with it.

        :param run: `ponto.synchronization` record of this account
        :param date import_from: first day to import after the undo
        :return dict | None: a notice for the web client
        :raises UserError: before anything happens
        """
        self.ensure_one()
        run._check_can_be_undone()
        self._check_start_date(import_from, anew=True)
        # sudo: what a synchronization has to do is written by the addon; who may edit the account may ask for it.
        self.sudo().write(
            {
                "undo_run_id": run.id,
                "undo_import_from": import_from,
                "undo_user_id": self._get_asking_user().id,
                "undo_place": False,
                "next_attempt_at": False,
            }
        )
        return self._work_on_undo()

    def _work_on_undo(self):
        """Do the undo: in a web request wake the scheduled action, elsewhere do everything before returning.

        :return dict | None: a notice for the web client
        """
        # sudo: the undo deletes and imports as the schedule does; the right to ask for it was checked.
        account = self.sudo()
        if not account.connection_id._is_web_request():
            account._synchronize(WorkSlice(account.env), "script")
            return None
        if account.env.ref("account_online_ponto.cron_synchronize").active:
            account.connection_id._trigger_synchronization()
            return make_notification(
                self.env._("The bank transactions are being removed; the log shows when it is done.")
            )
        account._synchronize(WorkSlice(account.env, CLICK_SECONDS), "user")
        message = self.env._("Scheduled actions are switched off in this database: undone right now.")
        if account.undo_run_id:
            message = self.env._(
                "Scheduled actions are switched off in this database: undone as far as time allowed. Undo again to go on."
            )
        return make_notification(message, "warning")

    # ------------------------------------------------------------------ doing it

    def _undo(self, work):
        """Remove what is asked for, with a log row of its own; go on where an earlier slice stopped.

        :param WorkSlice work: the slice
        :return bool: False when the time is over
        """
        company = self.company_id
        account = self.with_company(company).with_context(lang=company.partner_id.lang or self.env.lang)
        log = account._open_undo_log()
        work.next()
        try:
            while True:
                looked_at = work.repeat(lambda: account._undo_batch(log), account)
                in_time = work.next(1)
                if not looked_at:
                    break
                if not in_time:
                    return False
            work.repeat(lambda: account._close_undo(log), account)
        except CONFLICTS:
            # Others write the same rows without a pause: nothing is wrong, the undo goes on in its own log row.
            self.env.cr.rollback()
            account.connection_id._trigger_synchronization()
        except Exception as error:  # one account's failure never touches another; it is told on the record
            _logger.exception("Ponto account %s: unexpected failure of an undo", self.id)
            account._stop_run(log, work, error)
        work.next(1)
        return True

    def _open_undo_log(self):
        """Return the log row of the undo; a run that was interrupted ends here and goes on in a new row."""
        runs = self.env["ponto.synchronization"]
        running = runs.search([("account_id", "=", self.id), ("state", "=", "running")], limit=1)
        if running.undo_of_id and running.undo_of_id == self.undo_run_id:
            return running
        running.write({"state": "done", "ended_at": fields.Datetime.now()})
        running.flush_recordset()
        return runs.create(
            {
                "account_id": self.id,
                "trigger": "undo",
                "user_id": self.undo_user_id.id,
                "undo_of_id": self.undo_run_id.id,
            }
        )

    def _undo_batch(self, log):
        """Remove the next bank transactions, newest first; each is judged again, for a user may have used it meanwhile.

        :param log: `ponto.synchronization` record of the undo
        :return int: number of bank transactions looked at; 0 when nothing is left
        """
        run = self.undo_run_id
        judged = run._judge_lines(before=self.undo_place, limit=UNDO_BATCH) if run else []
        if not judged:
            return 0
        due = [line.line_id for line in judged if not line.stays]
        refusals = self._remove_lines(self.env["account.bank.statement.line"].browse(due))
        removed = len(due) - sum(refusals.values())
        log._count(removed=removed)
        log._count_stayed(Counter(line.stays for line in judged if line.stays) + refusals)
        run.undone_count += removed
        self.undo_place = judged[-1].index
        return len(judged)

    def _remove_lines(self, lines):
        """Delete bank transactions; on an error find the one that cannot be deleted by halves, so that it alone stays.

        :param lines: `account.bank.statement.line` records, newest first
        :return Counter: sentence of a refusal: number
        """
        if not lines:
            return Counter()
        try:
            with self.env.cr.savepoint():
                self._remove_lines_at_once(lines)
            return Counter()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            # Whatever refuses a line, another application included: without an end nothing would be imported anymore.
            if len(lines) > 1:
                half = len(lines) // 2
                return self._remove_lines(lines[:half]) + self._remove_lines(lines[half:])
            _logger.info("Bank transaction %s cannot be deleted", lines.id, exc_info=True)
            if isinstance(error, IntegrityError):
                return Counter([self.env._("another record refers to it.")])
            if isinstance(error, RECORD_ERRORS):
                return Counter([self._get_first_sentence(error)])
            return Counter([self.env._("an unexpected problem; the server log has the details.")])

    def _remove_lines_at_once(self, lines):
        """Delete bank transactions, and take their rows back to where they were before the import.

        A statement of ours that loses lines is dissolved; it is made again when its period is confirmed.
        """
        lines = lines.with_context(ponto_statement=True)
        rows = lines.ponto_transaction_ids
        lines.statement_id.unlink()
        rows._take_back()
        lines.unlink()

    def _close_undo(self, log):
        """Set the start date that was asked for, and let the import go on from there.

        :param log: `ponto.synchronization` record of the undo
        """
        now = fields.Datetime.now()
        log.write({"state": "done", "ended_at": now})
        self.undo_run_id.undone_at = now
        import_from = self.undo_import_from
        if self.opening_line_id:
            # A user may have moved the opening entry since the start date was accepted.
            import_from = max(import_from, self.opening_line_id.date + timedelta(days=1))
        self.write(
            {
                "undo_run_id": False,
                "undo_import_from": False,
                "undo_user_id": False,
                "undo_place": False,
                "import_latest": False,
                "import_from": import_from,
                "last_error_code": False,
                "failure_count": 0,
                "next_attempt_at": False,
            }
        )
        if not self._count_imported():
            self.matching_started_at = False  # what comes next is a first import again
        if self.linked and not self.sync_stage:
            self._ask_for("import" if self.pull_complete else "pull", log.user_id)
        elif not self.linked and not self._count_imported():
            # A journal that has nothing from Ponto is free again, also to be deleted.
            self.journal_id = False
