from odoo import api, fields, models

from ..models.matching.facts import Finding
from ..models.matching.ponto_match import DIFFERENCES
from ..models.suggesting.discounts import get_discounted


class PontoMatchChoose(models.TransientModel):
    """A difference beside ticked documents: bank charges, a cash discount, rounding. It carries no tax."""

    _inherit = "ponto.match.choose"

    difference = fields.Selection(
        DIFFERENCES, help="What is left beside the ticked documents is booked; else it stays open."
    )
    difference_account_id = fields.Many2one(
        "account.account",
        "Account of the Difference",
        compute="_compute_difference_account_id",
        store=True,
        readonly=False,
        compute_sudo=False,
        ondelete="cascade",
        domain="[('account_type', '!=', 'off_balance')]",
        check_company=True,
    )

    @api.depends("difference")
    def _compute_difference_account_id(self):
        for wizard in self:
            wizard.difference_account_id = wizard._get_difference_account() if wizard.difference else False

    def _get_difference_account(self):
        """Return where the last difference of this kind was booked; a cash discount, where the company books them."""
        if self.difference == "discount":
            kind = "loss" if self.amount > 0 else "gain"
            if account := self.company_id[f"account_journal_early_pay_discount_{kind}_account_id"]:
                return account
        last = self.env["ponto.match"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("difference", "=", self.difference),
                ("state", "=", "applied"),
                ("difference_account_id.active", "=", True),
            ],
            limit=1,
        )
        return last.difference_account_id

    def _find_discounted(self, items):
        """Return the match with a document within its early payment discount: Odoo corrects the tax then.

        :param items: `account.move.line` records that are ticked
        :return Finding | None: None when the difference is no such discount
        """
        line, currency = self.statement_line_id, self.company_id.currency_id
        if self.difference != "discount" or len(items) != 1 or self.line_ids or items.currency_id != currency:
            return None
        if line.currency_id != currency or currency.compare_amounts(items.discount_amount_currency, line.amount):
            return None
        if not items.move_id._is_eligible_for_early_payment_discount(currency, line.date):
            return None
        return Finding(
            line.id,
            "discount",
            items.account_id.id,
            items.partner_id.commercial_partner_id.id,
            tuple(items.ids),
            ("discount",),
            counterparts=get_discounted(items, line.payment_ref, line.amount),
        )

    def _note_difference(self):
        """Let the log tell what kind of difference was booked, and where: the next one goes there too."""
        if self.difference and self._get_ticked():
            # sudo: nobody writes the log but the addon.
            match = self.statement_line_id.sudo().ponto_match_ids.filtered(lambda match: match.state == "applied")
            match.write({"difference": self.difference, "difference_account_id": self.difference_account_id.id})
