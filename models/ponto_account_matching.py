from odoo import fields, models


class PontoAccount(models.Model):
    """Matching of what an account imports."""

    _inherit = "ponto.account"

    matching = fields.Selection(
        [("off", "Off"), ("exact", "Exact only"), ("rules", "Exact only and rules")],
        string="Matching",
        required=True,
        default="exact",
        tracking=True,
        help="What bank transactions of this account are matched with by themselves.",
    )
    matching_started_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="End of the first complete import. What is imported before only gets proposals.",
    )

    def _get_payments_of_rows(self, rows, items):
        """Return transactions of Ponto as evidence sees them, before they have lines.

        :param rows: `ponto.transaction` records
        :param list items: the same as `ponto_client.Transaction` objects
        :return list: of `Payment`, by the id of the row
        """
        return []
