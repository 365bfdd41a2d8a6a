from odoo import models

from ...ponto_client import FormatError, read_transaction


class PontoTransaction(models.Model):
    """What an undo does with the rows whose bank transactions it removes."""

    _inherit = "ponto.transaction"

    def _get_fresh_vals(self):
        """Return what a row is that was never in the books."""
        return {
            "statement_line_id": False,
            "synchronization_id": False,
            "link_id": False,
            "booking_date": False,
            "raw_in_books": False,
            "to_follow": False,
        }

    def _take_back(self):
        """Let these rows be imported again; what the bank changed since their import is judged anew."""
        free = self._get_fresh_vals()
        changed = self.filtered("reason")
        (self - changed).write({**free, "state": "to_import", "detail": False})
        for row in changed:
            try:
                item = read_transaction(row.raw or "")
            except FormatError:
                row.write({**free, "state": "error", "reason": "amount", "detail": False})
                continue
            row.write(free)
            row._write_row(row._prepare_row(row.account_id, item, row.position))
