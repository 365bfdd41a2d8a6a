from odoo import api, fields, models
from odoo.exceptions import UserError


class PontoAccountOpening(models.TransientModel):
    """The proposed opening entry of an account: one bank transaction the day before the first imported one."""

    _name = "ponto.account.opening"
    _description = "Create Opening Entry"
    _check_company_auto = True

    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    journal_id = fields.Many2one(related="account_id.journal_id")
    currency_id = fields.Many2one(related="account_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="What the bank has more than the books on that day.")
    counterpart_account_id = fields.Many2one(
        "account.account",
        string="Counterpart",
        compute="_compute_counterpart_account_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', 'off_balance'))]",
    )

    @api.depends("company_id")
    def _compute_counterpart_account_id(self):
        for wizard in self:
            company = wizard.company_id
            # sudo: Odoo creates this account when the chart has none.
            wizard.counterpart_account_id = company.sudo().get_unaffected_earnings_account()

    def action_confirm(self):
        """Create the opening bank transaction; it anchors ledger, card and running balance alike.

        :return dict: closes the dialog
        :raises UserError: when the day is locked, has no rate, or the proposal is outdated
        """
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        day, amount = account._get_opening()
        if day != self.date or account.currency_id.compare_amounts(amount, self.amount):
            raise UserError(self.env._("The balances have changed meanwhile. Open the proposal again."))
        lock_date = account.company_id._get_user_fiscal_lock_date(account.journal_id, ignore_exceptions=True)
        if day <= lock_date:
            raise UserError(self.env._("The day before the first transaction lies in a period that is locked."))
        first_rate = account._get_first_rate_date()
        if first_rate is None or day < first_rate:
            raise UserError(
                self.env._(
                    "There is no %(currency)s rate for that day: enter one first.", currency=account.currency_code
                )
            )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": account.journal_id.id,
                "date": day,
                "amount": amount,
                "payment_ref": self.env._("Opening balance"),
                "counterpart_account_id": self.counterpart_account_id.id,
            }
        )
        # sudo: which line opens the account is remembered by the addon.
        account.sudo().opening_line_id = line
        return {"type": "ir.actions.act_window_close"}
