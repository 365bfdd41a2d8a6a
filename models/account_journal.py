from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

# Whoever may read journals and bank transactions may also see how their bank feed is doing.
READERS = "account.group_account_invoice,account.group_account_readonly"
# Modules that bring a screen of bank transactions of their own; the card's button then stays theirs.
SCREEN_MODULES = {"account_accountant", "account_reconcile_oca"}


# Odoo asks for the feed sources through a name-mangled method: this class must be called exactly AccountJournal.
class AccountJournal(models.Model):
    _inherit = "account.journal"

    ponto_account_ids = fields.One2many("ponto.account", "journal_id", string="All Ponto Accounts", groups=READERS)
    ponto_account_id = fields.Many2one(
        "ponto.account",
        compute="_compute_ponto_account_id",
        search="_search_ponto_account_id",
        groups=READERS,
    )
    # Not sudo: through these the journal's form shows no more than the user may read on the account itself.
    ponto_state = fields.Selection(
        string="Ponto State", related="ponto_account_id.state", related_sudo=False, groups=READERS
    )
    ponto_authorized_until = fields.Datetime(
        string="Authorized Until",
        related="ponto_account_id.authorization_expires_at",
        related_sudo=False,
        groups=READERS,
    )
    ponto_last_import_at = fields.Datetime(
        string="Last Import", related="ponto_account_id.last_import_at", related_sudo=False, groups=READERS
    )
    ponto_balance_message = fields.Char(
        string="Balance Check", related="ponto_account_id.balance_message", related_sudo=False, groups=READERS
    )
    ponto_error_message = fields.Char(
        string="Last Error", related="ponto_account_id.last_error_message", related_sudo=False, groups=READERS
    )

    def __get_bank_statements_available_sources(self):
        """Add Ponto to the bank feeds that a journal may have."""
        return [*super().__get_bank_statements_available_sources(), ("ponto", self.env._("Ponto"))]

    @api.depends("ponto_account_ids.linked")
    def _compute_ponto_account_id(self):
        for journal in self:
            journal.ponto_account_id = journal.ponto_account_ids.filtered("linked")[:1]

    def _search_ponto_account_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        linked = Domain("linked", "=", True)
        domain = Domain("ponto_account_ids", "any", linked & Domain("id", "in", [id_ for id_ in value if id_]))
        if False in value:
            domain |= Domain("ponto_account_ids", "not any", linked)
        return domain

    def copy_data(self, default=None):
        """Give a copied journal no feed: an account of Ponto feeds one journal."""
        return [
            {**vals, "bank_statements_source": "undefined"} if vals.get("bank_statements_source") == "ponto" else vals
            for vals in super().copy_data(default)
        ]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def open_action(self):
        """Open the Bank Transactions of a journal fed by Ponto when nothing else provides a screen for them.

        :return: window action
        """
        if self._ponto_opens_bank_transactions():
            return self.action_view_bank_transactions()
        return super().open_action()

    def action_view_bank_transactions(self):
        """Open the Bank Transactions list, filtered on these journals.

        :return: window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_online_ponto.account_bank_statement_line_action"
        )
        if len(self) == 1:
            # A facet, which the user may take away; a facet cannot name several journals.
            action["context"] = {"search_default_journal_id": self.id}
        else:
            action["domain"] = [*literal_eval(action["domain"]), ("journal_id", "in", self.ids)]
        return action

    def action_ponto_synchronize(self):
        """Fetch the transactions of the linked account now.

        :return: whatever the account's own action returns to the client
        :raise UserError: when no account is linked
        """
        return self._get_linked_ponto_account().action_synchronize()

    def action_ponto_renew_authorization(self):
        """Start the renewal of the bank's authorization.

        :return: the account's action, which leads to the bank's page or to Ponto's website
        :raise UserError: when no account is linked
        """
        return self._get_linked_ponto_account().action_renew_authorization()

    def action_ponto_ask_to_renew(self):
        """Ask whoever renews, by mail, to renew the authorization of the linked account.

        :return: a notice that says who was asked
        :raise UserError: when no account is linked, or nobody can be asked
        """
        return self._get_linked_ponto_account().action_ask_to_renew()

    def action_ponto_view_waiting(self):
        """Open the Ponto Transactions of the linked account that are not imported, each with the reason.

        :return: window action
        :raise UserError: when no account is linked
        """
        action = self._get_linked_ponto_account().action_view_transactions()
        return {**action, "context": {"search_default_to_import": 1, "search_default_error": 1}}

    def action_ponto_view_transactions(self):
        """Open the Ponto Transactions that belong to this journal.

        :return: window action
        :raise UserError: when no account is linked
        """
        return self._get_ponto_accounts().action_view_transactions()

    def action_ponto_view_links(self):
        """Open the report of the transactions that were in this journal before Ponto gave them.

        :return: window action
        :raise UserError: when no account is linked
        """
        return self._get_ponto_accounts().action_view_links()

    def action_ponto_view_balance(self):
        """Open the balance check of the linked account, month by month.

        :return: window action
        :raise UserError: when no account is linked
        """
        return self._get_linked_ponto_account().action_view_balance()

    def action_ponto_view_log(self):
        """Open the log of the synchronizations into this journal.

        :return: window action
        :raise UserError: when no account is linked
        """
        return self._get_ponto_accounts().action_view_log()

    def action_ponto_view_account(self):
        """Open the linked account, which explains what the card only shows.

        :return: window action
        :raise UserError: when no account is linked
        """
        account = self._get_linked_ponto_account()
        return {
            "type": "ir.actions.act_window",
            "name": account.display_name,
            "res_model": account._name,
            "res_id": account.id,
            "views": [(False, "form")],
        }

    def action_ponto_find_agreement(self):
        """Open the comparison of bank and books, day by day.

        :return: window action
        :raise UserError: when no account is linked, or it is not known yet
        """
        return self._get_linked_ponto_account().action_find_agreement()

    def action_ponto_fetch_accounts(self):
        """Open Fetch Accounts, or a new connection when the company has none yet.

        :return: window action
        """
        self.ensure_one()
        connections = self.env["ponto.connection"].search([("company_id", "=", self.company_id.id)])
        connection = self.ponto_account_id.connection_id or connections[:1]
        if connection:
            return connection.action_fetch_accounts()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect to Ponto"),
            "res_model": "ponto.connection",
            "views": [(False, "form")],
            "context": {"default_company_id": self.company_id.id},
        }

    def _get_linked_ponto_account(self):
        """Return the Ponto account of this journal.

        :return: one ``ponto.account``
        :raise UserError: when none is linked
        """
        self.ensure_one()
        if not self.ponto_account_id:
            raise UserError(
                self.env._("No Ponto account is linked to the journal %(journal)s.", journal=self.display_name)
            )
        return self.ponto_account_id

    def _get_ponto_accounts(self):
        """Return every Ponto account that feeds or fed this journal.

        :return: ``ponto.account``, at least one
        :raise UserError: when there is none
        """
        self.ensure_one()
        return self.ponto_account_ids or self._get_linked_ponto_account()

    def _ponto_opens_bank_transactions(self):
        """Tell whether the card's Transactions button opens our list.

        :return: bool; no query (the list of installed modules is cached)
        """
        self.ensure_one()
        if self.bank_statements_source != "ponto" or self.env.context.get("action_name"):
            return False
        return not SCREEN_MODULES & set(self.env["ir.module.module"]._installed())

    # ------------------------------------------------------------------
    # Dashboard card
    # ------------------------------------------------------------------

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Add to the cards of bank and card journals what this addon knows of them.

        A fixed number of queries, whatever the number of journals.

        :param dashboard_data: dict of dicts by journal id, completed in place
        """
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        self._fill_ponto_feed(dashboard_data)
        self._fill_ponto_take_over(dashboard_data)
        self._fill_ponto_review(dashboard_data)
        return result

    def _fill_ponto_feed(self, dashboard_data):
        """Add the state of the Ponto feed to the card of every bank and card journal.

        :param dashboard_data: dict of dicts by journal id, completed in place
        """
        journals = self.filtered(lambda journal: journal.type in ("bank", "credit"))
        if not journals or not self._may_read_ponto():
            return
        for journal in journals:
            account = journal.ponto_account_id
            if account:
                dashboard_data[journal.id]["ponto"] = journal._prepare_ponto_card_vals(account)
            elif journal.bank_statements_source == "ponto":
                dashboard_data[journal.id]["ponto"] = {"linked": False}

    @api.model
    def _may_read_ponto(self):
        """Tell whether the user may read the feed's records: a card must never fail for one who may not.

        :return: bool
        """
        return self.env.user.has_groups(READERS) and all(
            self.env[model].has_access("read") for model in ("ponto.account", "ponto.connection", "ponto.refresh")
        )

    def _prepare_ponto_card_vals(self, account):
        """Prepare what the card shows of one account; every text is ready to be printed.

        :param account: the linked ``ponto.account``
        :return: JSON-able dict
        """
        currency = account.currency_id
        authorization, authorization_level = account._describe_authorization()
        error = account.last_error_message
        if not account.connection_id.active:
            error = self.env._("The connection %(name)s is archived.", name=account.connection_id.name)
        if not error and account.connection_id.state == "error":
            error = account.connection_id.last_error_message
        return {
            "linked": True,
            "state": account.state,
            "authorization": authorization,
            "authorization_level": authorization_level,
            **account._prepare_renewal_card_vals(),
            "balance_state": account.balance_state,
            "balance_date": format_date(self.env, account.bank_balance_date),
            "balance_difference": currency.format(account.balance_difference or 0.0) if currency else "",
            "waiting_count": account.waiting_count,
            "waiting_message": account.waiting_message or "",
            "last_import": format_datetime(self.env, account.last_import_at, dt_format="short"),
            "progress": account.progress or "",
            "refresh_message": account.refresh_message or "",
            "error": error or "",
            **self._prepare_ponto_notice_vals(account),
        }
