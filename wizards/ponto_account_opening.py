from odoo import api, fields, models
from odoo.exceptions import UserError


class PontoAccountOpening(models.TransientModel):
    """How the books of an account open: by an entry the day before the first imported one, or as they are."""

    _name = "ponto.account.opening"
    _description = "Opening Balance"
    _inherit = ["ponto.access"]
    _check_company_auto = True

    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    journal_id = fields.Many2one(related="account_id.journal_id")
    currency_id = fields.Many2one(related="account_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="What the bank has more than the books on that day.")
    bank_balance = fields.Monetary("At the Bank", compute="_compute_balances")
    book_balance = fields.Monetary("In the Ledger", compute="_compute_balances")
    needs_entry = fields.Boolean(compute="_compute_balances")
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

    @api.depends("account_id", "date", "amount")
    def _compute_balances(self):
        for wizard in self:
            wizard.book_balance = wizard.account_id._get_opening_book_balance(wizard.date)
            wizard.bank_balance = wizard.book_balance + wizard.amount
            wizard.needs_entry = not wizard.currency_id.is_zero(wizard.amount)

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
        account = self._check_proposal()
        day, amount = self.date, self.amount
        if not self.needs_entry:
            raise UserError(
                self.env._("Bank and books agree before the first imported transaction: no opening entry is needed.")
            )
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

    def action_already_in_books(self):
        """Keep the books as they are: the first imported day gets its statement, which starts at the bank's balance.

        Ledger, card and running balance agree with the bank from that day on, once the ledger holds the balance before.

        :return dict: closes the dialog
        :raises UserError: when the proposal is outdated, or the first day is not confirmed by the bank
        """
        account = self._check_proposal()
        # sudo: statements made from Ponto are the addon's; who may edit the account may ask for one.
        account.sudo()._make_first_statement()
        return {"type": "ir.actions.act_window_close"}

    def _check_proposal(self):
        """Return the account when the proposal still is what the bank and the books say.

        :raises UserError: when the balances have changed meanwhile
        """
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        day, amount = account._get_opening()
        if day != self.date or account.currency_id.compare_amounts(amount, self.amount):
            raise UserError(self.env._("The balances have changed meanwhile. Open the proposal again."))
        return account
