from odoo import api, fields, models
from odoo.exceptions import UserError


class PontoBookingSettings(models.TransientModel):
    """What a company decides once about booking bank transactions."""

    _name = "ponto.booking.settings"
    _description = "Booking Bank Transactions"
    _inherit = ["ponto.access"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    private_account_id = fields.Many2one(
        "account.account",
        compute="_compute_settings",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '!=', 'off_balance')]",
        ondelete="cascade",
        help="What the button Private books bank transactions on, such as the current account of a director.",
    )
    difference_limit = fields.Monetary(
        "Differences Without a Question",
        compute="_compute_settings",
        store=True,
        readonly=False,
        help="A difference beside a document is booked without a question up to this amount.",
    )
    choose_id = fields.Many2one("ponto.match.choose", readonly=True, ondelete="cascade", help="Where it was missing.")

    @api.depends("company_id")
    def _compute_settings(self):
        for settings in self:
            settings.private_account_id = settings.company_id.ponto_private_account_id
            settings.difference_limit = settings.company_id.ponto_difference_limit

    @api.model
    def _open(self, choose):
        """Let an Administrator choose the account for private transactions, and come back to where it was missing.

        :param choose: `ponto.match.choose` record
        :return dict: window action
        :raises UserError: for anybody else, who to ask
        """
        if not self.has_access("create"):
            raise UserError(
                self.env._(
                    "There is no account for private transactions yet. An Administrator of Invoicing chooses it: Private"
                    " asks for it, or Invoicing > Configuration > Ponto > Booking Bank Transactions."
                )
            )
        settings = self.create({"company_id": choose.company_id.id, "choose_id": choose.id})
        action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_booking_settings_action")
        return {**action, "res_id": settings.id}

    def action_save(self):
        """Keep what was chosen.

        :return dict: the dialog where it was missing, if it was; closes this one otherwise
        :raises AccessError: for who is no Administrator
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: companies are written by system administrators; this is asked of Administrators of Invoicing, whose
        # company the rules have checked.
        self.company_id.sudo().write(
            {
                "ponto_private_account_id": self.private_account_id.id,
                "ponto_difference_limit": self.difference_limit,
            }
        )
        return self.choose_id._get_action() if self.choose_id else {"type": "ir.actions.act_window_close"}
