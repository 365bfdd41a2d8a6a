from odoo import api, fields, models
from odoo.exceptions import UserError

from .support.actions import open_action
from .support.failures import explain
from .support.writing import refuse_readonly


class PontoAccount(models.Model):
    """A bank account, a card or a savings account in Ponto."""

    _name = "ponto.account"
    _description = "Online Bank Account"
    _inherit = ["ponto.access", "mail.thread"]
    _order = "institution_id, reference, currency_code, id"
    _rec_names_search = ["reference", "normalized_reference", "description", "holder_name"]
    _check_company_auto = True

    connection_id = fields.Many2one("ponto.connection", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    institution_id = fields.Many2one("ponto.institution", ondelete="restrict", index=True, readonly=True)
    ponto_id = fields.Char("Ponto ID", required=True, readonly=True, index=True)

    # Identity
    reference = fields.Char(readonly=True)
    normalized_reference = fields.Char(readonly=True, index=True)
    reference_type = fields.Char(readonly=True)
    currency_code = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    subtype = fields.Selection(
        [
            ("checking", "Current account"),
            ("savings", "Savings account"),
            ("securities", "Securities"),
            ("card", "Card"),
            ("psp", "Payment provider"),
        ],
        readonly=True,
    )
    holder_name = fields.Char("Holder", readonly=True)
    description = fields.Char(readonly=True)
    product = fields.Char(readonly=True)
    deprecated = fields.Boolean(readonly=True, help="Ponto replaced this account by another record.")
    available = fields.Boolean("Ponto Can Refresh", readonly=True, default=True)

    # Link to the books
    linked = fields.Boolean("Synchronized", readonly=True, copy=False, tracking=True)
    declined = fields.Boolean(readonly=True, copy=False, help="Left unticked in Fetch Accounts.")
    journal_id = fields.Many2one(
        "account.journal", check_company=True, readonly=True, index=True, ondelete="restrict", tracking=True
    )
    import_from = fields.Date(tracking=True, help="Transactions of this day and later are imported.")
    statement_period = fields.Selection(
        [("month", "One a month"), ("day", "One a day"), ("none", "None")],
        string="Statements",
        required=True,
        default="month",
    )

    # Three clocks: Ponto refreshed, Odoo imported, newest transaction
    synchronized_at = fields.Datetime("Ponto Refreshed", readonly=True)
    last_import_at = fields.Datetime("Last Import", readonly=True, copy=False)
    newest_transaction_date = fields.Date("Newest Transaction", readonly=True, copy=False)

    # What the bank says
    bank_balance = fields.Monetary("Balance at the Bank", readonly=True)
    has_bank_balance = fields.Boolean(readonly=True)
    bank_balance_date = fields.Date("Balance Date", readonly=True)

    # Health
    last_error_at = fields.Datetime(readonly=True, copy=False)
    last_error_code = fields.Char(readonly=True, copy=False)
    last_error_message = fields.Char("Last Error", compute="_compute_last_error_message")
    failure_count = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True, copy=False)

    transaction_ids = fields.One2many("ponto.transaction", "account_id", string="Ponto Transactions")
    synchronization_ids = fields.One2many("ponto.synchronization", "account_id", string="Log")

    _ponto_uniq = models.UniqueIndex("(connection_id, ponto_id)")
    _journal_uniq = models.UniqueIndex(
        "(journal_id) WHERE linked", "This journal is already synchronized with another account of Ponto."
    )
    # The same account through two connections would be imported twice; a masked card does not name one account.
    _linked_uniq = models.UniqueIndex(
        "(company_id, ponto_id) WHERE linked", "This bank account is already synchronized in this company."
    )
    _identity_uniq = models.UniqueIndex(
        "(company_id, reference_type, normalized_reference, currency_code)"
        " WHERE linked AND reference_type IN ('IBAN', 'BBAN')",
        "This bank account is already synchronized in this company.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("reference", "currency_code", "institution_id.name")
    def _compute_display_name(self):
        for account in self:
            parts = (account.institution_id.name, account.reference, account.currency_code)
            account.display_name = " ".join(part for part in parts if part)

    @api.depends("currency_code")
    def _compute_currency_id(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        by_code = {
            currency.name: currency.id
            for currency in currencies.search([("name", "in", self.filtered("currency_code").mapped("currency_code"))])
        }
        for account in self:
            account.currency_id = by_code.get(account.currency_code, False)

    @api.depends("last_error_code")
    @api.depends_context("lang")
    def _compute_last_error_message(self):
        for account in self:
            code = account.last_error_code
            account.last_error_message = explain(self.env, code) if code else False

    # ------------------------------------------------------------------ CRUD

    def write(self, vals):
        refuse_readonly(self, vals)
        if vals.get("import_from"):
            self._check_start_date(fields.Date.to_date(vals["import_from"]))
            # Who chooses a day does not want the latest hundred anymore.
            vals = {"import_latest": False, **vals}
        res = super().write(vals)
        if {"import_from", "journal_id", "linked", "statement_period"} & vals.keys():
            self.filtered("linked")._reopen_skipped()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        # sudo: whether anything was imported does not depend on who asks.
        imported = self.sudo().transaction_ids.filtered(lambda t: t.state == "imported")
        if imported:
            raise UserError(
                self.env._(
                    "Transactions of %(account)s were imported. Stop its synchronization in Fetch Accounts instead:"
                    " what was imported must stay known, or it would be imported twice.",
                    account=imported[0].account_id.display_name,
                )
            )

    # ------------------------------------------------------------------ actions

    def action_synchronize(self):
        """Synchronize these accounts now: in a web request mark due and trigger, elsewhere do everything.

        :return dict | None: what the web client does next: it shows the progress until everything is done
        """
        self.check_access("read")
        # Whoever may edit bank transactions may fetch them, not a user who only sees them.
        self.env["account.bank.statement.line"].check_access("write")
        return self._synchronize_now(self.connection_id, refresh=True)

    def action_fetch_accounts(self):
        """Open the Fetch Accounts wizard with the bank of this account first.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        return self.connection_id._action_fetch_accounts(institution=self.institution_id)

    def action_view_transactions(self):
        """Open the Ponto Transactions of these accounts.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(self.env, "account_online_ponto.ponto_transaction_action", [("account_id", "in", self.ids)])

    def action_view_bank_transactions(self):
        """Open the bank transactions of the journals of these accounts.

        :return dict: the action
        """
        self.check_access("read")
        return self.journal_id.action_view_bank_transactions()

    def action_view_balance(self):
        """Open the balance check of these accounts, month by month.

        :return dict: the action
        """
        self.check_access("read")
        context = {
            "search_default_since_start": 1,
            "search_default_group_month": 1,
            "ponto_one_account": len(self) == 1,
        }
        domain = [("account_id", "in", self.ids)]
        return open_action(self.env, "account_online_ponto.ponto_balance_day_action", domain, context=context)

    def action_import_file(self):
        """Open the import of bank files into the journal of this account.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        return self.journal_id.action_ponto_import_file()

    def action_view_log(self):
        """Open the log of these accounts.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(
            self.env, "account_online_ponto.ponto_synchronization_action", [("account_id", "in", self.ids)]
        )
