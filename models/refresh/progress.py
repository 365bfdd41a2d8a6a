import time

from odoo import fields, models

from ...const import CLICK_SECONDS
from .ponto_refresh import OPEN


class PontoAccount(models.Model):
    """The open page shows the progress of a click: it takes the next step every few seconds, and says how far everything is."""

    _inherit = "ponto.account"

    def action_poll(self, refreshes=(), seen=()):
        """Take the next step of what these accounts wait for, and tell how far it is.

        The open page calls it every few seconds. Ponto is asked at most once for each synchronization that has not
        finished, whatever the number of pages.

        :param refreshes: ids of the `ponto.refresh` records that the click opened
        :param seen: ids of the last finished runs before the click
        :return dict: `state` (asking, reading, importing or done), `done`, `message`, `kind` of the notice,
            `new_count`, `imported_count`
        """
        self.check_access("read")
        # As for the click: whoever may edit bank transactions, not a user who only sees them.
        self.env["account.bank.statement.line"].check_access("write")
        deadline = time.monotonic() + CLICK_SECONDS
        # sudo: a poll takes the same steps as the schedule.
        refreshes_open = (
            self.env["ponto.refresh"].sudo().search([("account_id", "in", self.ids), ("state", "in", OPEN)])
        )
        for refresh in refreshes_open:
            if time.monotonic() < deadline:
                refresh._advance()
        # The steps were committed by cursors of their own, which this request's snapshot does not see.
        with self.env.registry.cursor() as cr:
            return self.with_env(self.env(cr=cr))._describe_progress(list(refreshes), list(seen))

    def _describe_progress(self, refresh_ids, seen):
        refreshes = self.env["ponto.refresh"].search(
            [("account_id", "in", self.ids), "|", ("id", "in", refresh_ids), ("state", "in", OPEN)]
        )
        runs = self._get_runs_after(seen)
        new = sum(runs.mapped("new_count"))
        imported = sum(runs.mapped("imported_count")) + sum(runs.mapped("linked_count"))
        answer = {"new_count": new, "imported_count": imported, "kind": "info", "done": False}
        if asking := refreshes.filtered(lambda refresh: refresh.state in OPEN).account_id:
            return {**answer, "state": "asking", "message": self._describe_asking(asking)}
        if stage := self._get_stage():
            return {**answer, "state": stage, "message": self._describe_work(stage, new)}
        problems = self._get_problems(refreshes, runs)
        return {
            **answer,
            "state": "done",
            "done": True,
            "kind": "warning" if problems else "success",
            "message": "\n".join([self._describe_result(new, imported), *problems]),
        }

    def _get_runs_after(self, seen):
        """Return the log rows of what has run since a click.

        :param list seen: ids of the last finished runs before the click
        :return: `ponto.synchronization` records
        """
        runs = self.env["ponto.synchronization"].search(
            [("account_id", "in", self.ids), ("id", ">=", min(seen, default=0))]
        )
        last = {run.account_id: run.id for run in runs if run.id in seen}
        return runs.filtered(lambda run: run.id > last.get(run.account_id, 0))

    def _get_stage(self):
        """Return what a worker does or will do at once.

        :return str | None: "reading", "importing", or None when there is nothing to do
        """
        # sudo: users may not read all that decides.
        accounts = self.sudo()
        now = fields.Datetime.now()
        due = accounts & accounts._get_due()
        looking = accounts.connection_id.filtered(
            lambda c: c.active and c.state == "connected" and c.next_sync_at and c.next_sync_at <= now
        )
        if looking or "pull" in due.mapped("sync_stage"):
            return "reading"
        return "importing" if due else None

    # ------------------------------------------------------------------ in words

    def _describe_asking(self, asking):
        if len(asking) == 1:
            return self.env._("%(account)s: asking the bank…", account=asking.display_name)
        return self.env._("Asking the bank, for %(count)s accounts…", count=len(asking))

    def _describe_work(self, stage, new):
        if stage == "importing":
            return self.env._("Importing. New in Ponto: %(count)s…", count=new) if new else self.env._("Importing…")
        if new:
            return self.env._("Reading from Ponto. New so far: %(count)s…", count=new)
        return self.env._("Reading from Ponto…")

    def _describe_result(self, new, imported):
        if new > imported:
            return self.env._("Done. New in Ponto: %(new)s, imported: %(imported)s.", new=new, imported=imported)
        if imported:
            return self.env._("Done. New transactions: %(count)s.", count=imported)
        return self.env._("Done. Nothing new.")

    def _get_problems(self, refreshes, runs):
        """Return what went wrong or was left for later, one sentence each.

        :param refreshes: `ponto.refresh` records of the click
        :param runs: `ponto.synchronization` records since the click, newest first
        :return list: sentences, with the account where there are several
        """
        sentences = []
        for account in self:
            connection = account.connection_id
            if connection.state == "error" or connection.failure_count:
                # All accounts of the connection wait for the same reason.
                sentences.append(connection.last_error_message)
                continue
            failed = refreshes.filtered(lambda r, account=account: r.account_id == account and r.state == "failed")
            remark = runs.filtered(lambda run, account=account: run.account_id == account)[:1].remark
            for sentence in (failed[:1].message, account.last_error_message, remark):
                if sentence and len(self) > 1:
                    sentence = f"{account.display_name}: {sentence}"
                sentences.append(sentence)
        return list(dict.fromkeys(filter(None, sentences)))
