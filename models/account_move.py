from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_next_sequence_format(self):
        """Ask for the format of the next number once per journal and day of a batch of bank transactions.

        Odoo looks for the nearest earlier entry at every line; within one batch the answer for a day cannot change
        (doc/decisions.md, 37). The cache lives where Odoo keeps its own: it dies with commit and rollback.

        :return tuple: format string and its values
        """
        if not self.env.context.get("ponto_import"):
            return super()._get_next_sequence_format()
        formats = self.env.cr.precommit.data.setdefault("account_online_ponto.sequence_formats", {})
        key = (self.journal_id.id, self.date)
        if key not in formats:
            formats[key] = super()._get_next_sequence_format()
        format_string, values = formats[key]
        return format_string, dict(values)
