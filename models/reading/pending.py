import logging

from odoo import fields, models

from ...ponto_client import EndlessPages, NotFound, RequestRefused, ScopeError

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
        updated, all_updated = [], True
        if self.pulled_latest:
            updated, all_updated = self._read_extra(client.updated_transactions(latest))
        pending, all_pending = self._read_extra(client.pending_transactions(self.ponto_id))
        pending = pending if all_pending else None
        work.repeat(lambda: self._store_extras(updated, pending, run, all_updated), self)
        work.next(1)

    def _read_extra(self, transactions):
        """Return what a list gives; nothing when Ponto does not have it for this integration or bank.

        A list without an end keeps nobody from the books.

        :param transactions: iterable of `ponto_client.Transaction`, which asks Ponto as it is used
        :return tuple: list of `ponto_client.Transaction` objects; whether it came to an end
        """
        found = []
        try:
            found.extend(transactions)
        except (NotFound, RequestRefused, ScopeError) as error:
            _logger.info("Ponto account %s: no updated or pending transactions (%s)", self.id, error.code)
            return [], True
        except EndlessPages as error:
            _logger.warning("Ponto account %s: updated or pending transactions: %s", self.id, error)
            return found, False
        return found, True

    def _store_extras(self, updated, pending, run, all_updated):
        """Store changed and pending transactions, and say so when a list had no end.

        Of such a list only what is known counts: whatever is new comes with the list of all transactions.

        :param list updated: `ponto_client.Transaction` objects
        :param list | None pending: the same; None when they are not known, then those of before stay
        :param run: `ponto.synchronization` record
        :param bool all_updated: False when there may be more changes: the next pull reads the list of the latest synchronization
        """
        transactions = self.env["ponto.transaction"]
        if not all_updated:
            known = transactions._get_known(self, [item.id for item in updated])
            updated = [item for item in updated if item.id in known]
        new, changed = transactions._store(self, updated, 0)
        run._count(new=new, changed=changed)
        if pending is not None:
            transactions._replace_pending(self, pending)
        if all_updated:
            self.pulled_latest = self.pull_latest
        if pending is None or not all_updated:
            run.remark_code = EndlessPages.__name__
