from odoo import fields, models


class ResCompany(models.Model):
    """What a company decided once about booking bank transactions."""

    _inherit = "res.company"

    ponto_private_account_id = fields.Many2one(
        "account.account",
        "Private Account",
        check_company=True,
        help="What the button Private books bank transactions on, such as the current account of a director.",
    )
    ponto_difference_limit = fields.Monetary(
        "Differences Without a Question",
        default=1.0,
        help="A difference beside a document is booked without a question up to this amount.",
    )

    def _get_private_account(self):
        """Return what this company, or the nearest one above it that chose, books private transactions on.

        :return: `account.account` record, maybe empty
        """
        self.ensure_one()
        # sudo: the companies above; a user of a branch need not have them.
        nearest = self.sudo().parent_ids[::-1].filtered("ponto_private_account_id")[:1]
        return nearest.ponto_private_account_id.sudo(False)
