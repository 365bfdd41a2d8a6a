import logging

from odoo import fields, models

from ...ponto_client import NotFound, RequestRefused, ScopeError

_logger = logging.getLogger(__name__)


class PontoAccount(models.Model):
    """What the lists of settled transactions do not tell: older changes, and what the bank has not settled yet.

    Both are extras: an integration that may not read them, or a bank that has none, loses nothing of its books.
    """

    _inherit = "ponto.account"

    pull_latest = fields.Char(readonly=True, copy=False, help="Ponto's latest synchronization as the pull began.")
    pulled_latest = fields.Char(readonly=True, copy=False, help="The one of which the changes were read.")
    pending_count = fields.Integer("Pending", compute="_compute_pending")
    pending_amount = fields.Monetary(compute="_compute_pending")

    def _compute_pending(self):
        groups = self.env["ponto.transaction"]._read_group(
            [("account_id", "in", self.ids), ("state", "=", "pending")],
            groupby=["account_id"],
            aggregates=["__count", "amount:sum"],
        )
        pending = {account.id: (count, amount) for account, count, amount in groups}
        for account in self:
            account.pending_count, account.pending_amount = pending.get(account.id, (0, 0.0))

    def _pull_extras(self, client, run, work):
        """Read what the latest synchronization changed further back, and replace the pending transactions.

        :param PontoClient client: of the connection
        :param run: `ponto.synchronization` record
        :param WorkSlice work: the slice
        :raises PontoError: as every read
        """
        latest = self.pull_latest
        if not latest or latest == self.pulled_latest:
            return
        # Only the latest can be asked for: Ponto lists no synchronizations (doc/ponto-api.md, 2).
        updated = self._read_extra(client.updated_transactions(latest)) if self.pulled_latest else []
        pending = self._read_extra(client.pending_transactions(self.ponto_id))
        work.repeat(lambda: self._store_extras(updated, pending, run), self)
        work.next(1)

    def _read_extra(self, transactions):
        """Return what a list gives; nothing when Ponto does not have it for this integration or bank.

        :param transactions: iterable of `ponto_client.Transaction`, which asks Ponto as it is used
        :return list: `ponto_client.Transaction` objects
        """
        try:
            return list(transactions)
        except (NotFound, RequestRefused, ScopeError) as error:
            _logger.info("Ponto account %s: no updated or pending transactions (%s)", self.id, error.code)
            return []

    def _store_extras(self, updated, pending, run):
        transactions = self.env["ponto.transaction"]
        new, changed = transactions._store(self, updated, 0)
        run._count(new=new, changed=changed)
        transactions._replace_pending(self, pending)
        self.pulled_latest = self.pull_latest
