from odoo import api, fields, models

from ..models.booking.items import Booking


def get_distribution(company, account, partner):
    """Return the analytic distribution that Odoo fills in on a journal item.

    :param company: `res.company` record
    :param account: `account.account` record
    :param partner: `res.partner` record, maybe empty
    :return dict: Odoo's analytic distribution, empty when no model is for it
    """
    # sudo: as for the field of a journal item, whoever books; only the accounts it names are told.
    return (
        company.env["account.analytic.distribution.model"]
        .sudo()
        ._get_distribution(
            {
                "product_id": False,
                "product_categ_id": False,
                "partner_id": partner.id,
                "partner_category_id": partner.category_id.ids,
                "account_prefix": account.with_company(company).code,
                "company_id": company.id,
                "related_root_plan_ids": company.env["account.analytic.plan"],
            }
        )
    )


class PontoMatchChooseLine(models.TransientModel):
    """One line of what a bank transaction is booked on.

    Taxes are only what a person picks: those that an account fills in elsewhere are not right for money that moved
    without a document.
    """

    _name = "ponto.match.choose.line"
    _description = "Match a Bank Transaction: Booking"
    _inherit = ["ponto.access", "analytic.mixin"]
    _check_company_auto = True

    wizard_id = fields.Many2one("ponto.match.choose", required=True, ondelete="cascade", index=True)
    # As in the dialog: with the user's own rights.
    company_id = fields.Many2one(related="wizard_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    account_id = fields.Many2one(
        "account.account", check_company=True, domain="[('account_type', '!=', 'off_balance')]", ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", check_company=True, ondelete="cascade")
    name = fields.Char("Label")
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', 'in', ('sale', 'purchase'))]",
        help="The amount holds them.",
    )
    amount = fields.Monetary(help="As the bank moved it, taxes included.")
    model_id = fields.Many2one("account.reconcile.model", readonly=True, ondelete="cascade")

    @api.depends("account_id", "partner_id")
    def _compute_analytic_distribution(self):
        """Fill in what Odoo fills in on a journal entry."""
        for line in self:
            found = get_distribution(line.company_id._origin, line.account_id._origin, line.partner_id._origin)
            line.analytic_distribution = found or line.analytic_distribution

    def _get_booking(self):
        """Return this line as a decision.

        :return Booking:
        """
        self.ensure_one()
        return Booking(
            account_id=self.account_id._origin.id,
            amount=self.currency_id.round(self.amount),
            label=self.name or "",
            partner_id=self.partner_id._origin.id or 0,
            tax_ids=tuple(self.tax_ids._origin.ids),
            distribution=self.analytic_distribution or {},
            model_id=self.model_id._origin.id or 0,
        )
