from datetime import timedelta

from odoo import api, fields, models

from ..const import FOLLOWING_PULLS, MOST_CALLS, RUN_CALLS, RUN_LOG_DAYS
from .support.actions import open_action
from .support.days import say_moment
from .support.failures import explain


class PontoSynchronization(models.Model):
    """One run for one account: the log."""

    _name = "ponto.synchronization"
    _description = "Ponto Synchronization"
    _order = "started_at desc, id desc"
    _rec_name = "account_id"

    account_id = fields.Many2one("ponto.account", required=True, ondelete="cascade", index=True, readonly=True)
    connection_id = fields.Many2one(related="account_id.connection_id", store=True, index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    institution_id = fields.Many2one(related="account_id.institution_id", string="Bank")
    journal_id = fields.Many2one(related="account_id.journal_id")
    started_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    ended_at = fields.Datetime(readonly=True)
    duration = fields.Float("Duration (s)", compute="_compute_duration", store=True)
    trigger = fields.Selection(
        [
            ("schedule", "Schedule"),
            ("user", "User"),
            ("connect", "Connecting"),
            ("script", "Script"),
            ("undo", "Undo"),
        ],
        string="Started By",
        required=True,
        readonly=True,
        default="schedule",
    )
    user_id = fields.Many2one("res.users", readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("error", "Failed")], required=True, readonly=True, default="running"
    )
    read_count = fields.Integer("Read", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    imported_count = fields.Integer("Imported", readonly=True)
    linked_count = fields.Integer("Linked to Existing", readonly=True)
    skipped_count = fields.Integer("Skipped", readonly=True)
    failed_count = fields.Integer("Errors", readonly=True)
    matched_count = fields.Integer("Matched", readonly=True)
    api_call_count = fields.Integer("API Calls", readonly=True)
    api_call_limit = fields.Integer(
        "API Calls Allowed",
        readonly=True,
        help="A synchronization that needs more calls ends, and the next one goes on from there. It grows while a"
        " history is read that Odoo does not know yet.",
    )
    pull_count = fields.Integer(readonly=True, help="How often the transactions were read to their end.")
    remark_code = fields.Char(readonly=True)
    remark = fields.Char(compute="_compute_error_message", help="What was left for the next synchronization, and why.")
    error_code = fields.Char(readonly=True)
    error_message = fields.Char("Error", compute="_compute_error_message")
    request_id = fields.Char("Request ID", readonly=True, help="Ponto's number of the call that failed.")
    transaction_count = fields.Integer("Ponto Transactions", compute="_compute_transaction_count")

    # One open row per account: a run that was interrupted goes on in its own row.
    _running_uniq = models.UniqueIndex("(account_id) WHERE state = 'running'")

    @api.depends("account_id.display_name", "started_at")
    @api.depends_context("lang", "tz", "uid")
    def _compute_display_name(self):
        for run in self:
            moment = say_moment(self.env, run.started_at, run.connection_id.timezone)
            run.display_name = f"{run.account_id.display_name}, {moment}"

    @api.depends("started_at", "ended_at")
    def _compute_duration(self):
        for run in self:
            run.duration = (run.ended_at - run.started_at).total_seconds() if run.ended_at else 0.0

    @api.depends("error_code", "remark_code")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for run in self:
            run.error_message = explain(self.env, run.error_code) if run.error_code else False
            run.remark = explain(self.env, run.remark_code) if run.remark_code else False

    def _compute_transaction_count(self):
        groups = self.env["ponto.transaction"]._read_group(
            [("synchronization_id", "in", self.ids)], groupby=["synchronization_id"], aggregates=["__count"]
        )
        counts = {run.id: count for run, count in groups}
        for run in self:
            run.transaction_count = counts.get(run.id, 0)

    def action_view_transactions(self):
        """Open the Ponto Transactions that this run imported.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(
            self.env, "account_online_ponto.ponto_transaction_action", [("synchronization_id", "in", self.ids)]
        )

    def action_view_links(self):
        """Open the report of the transactions that this run found in the books.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(
            self.env, "account_online_ponto.ponto_link_action", [("transaction_ids.synchronization_id", "in", self.ids)]
        )

    def _count(self, **counts):
        """Add to the counts of the run, for example `_count(imported=200)`."""
        self.ensure_one()
        self.write({f"{name}_count": self[f"{name}_count"] + number for name, number in counts.items() if number})

    # ------------------------------------------------------------------ bounds

    def _may_pull(self):
        """Tell whether the transactions may be read (again) in this run: Ponto may refresh them without a pause."""
        self.ensure_one()
        return self.pull_count <= FOLLOWING_PULLS

    def _allow_calls(self, client, pages=0):
        """Let the run make some more calls; those of its client end where those of the run do.

        :param PontoClient client: used in this slice only; what was counted before belongs to earlier ones
        :param int pages: known pages that may have to be read besides
        """
        self.ensure_one()
        limit = min(self.api_call_count + client.api_calls + RUN_CALLS + pages, MOST_CALLS)
        if limit > self.api_call_limit:
            self.api_call_limit = limit
        self._limit_calls(client)

    def _limit_calls(self, client):
        client.call_limit = self.api_call_limit - self.api_call_count

    @api.autovacuum
    def _gc_old_runs(self):
        limit = fields.Datetime.now() - timedelta(days=RUN_LOG_DAYS)
        runs = self.search([("started_at", "<", limit), ("state", "!=", "running")], limit=10_000)
        runs.unlink()
        return len(runs), len(runs) == 10_000
