from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class PontoAccount(models.Model):
    """The list over all companies and connections: an accounting firm sees the bank feeds of its clients at one glance.

    Whatever the number of accounts, the list takes the same number of queries.
    """

    _inherit = "ponto.account"

    responsible_user_id = fields.Many2one(related="connection_id.responsible_user_id")
    unreconciled_count = fields.Integer(
        "Unreconciled", compute="_compute_unreconciled_count", help="Bank transactions that nobody has matched yet."
    )

    def _compute_unreconciled_count(self):
        groups = self.env["account.bank.statement.line"]._read_group(
            [
                ("journal_id", "in", self.journal_id.ids),
                ("is_reconciled", "=", False),
                ("move_id.state", "=", "posted"),
            ],
            groupby=["journal_id"],
            aggregates=["__count"],
        )
        counts = {journal.id: count for journal, count in groups}
        for account in self:
            account.unreconciled_count = counts.get(account.journal_id.id, 0)

    def _search_balance_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # It follows from the ledger, by one query for all; of what is not synchronized nothing is compared.
        linked = self.search([("linked", "=", True)])
        found = Domain("id", "in", linked.filtered(lambda account: account.balance_state in value).ids)
        return found | Domain("linked", "=", False) if "unknown" in value else found

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Group by the state too, although it follows from today's date and is not stored."""
        if groupby_spec != "state":
            return super()._read_group_groupby(alias, groupby_spec, query)
        cases = [
            SQL("WHEN %s = ANY(%s) THEN %s", SQL.identifier(alias, "id"), accounts.ids, state)
            for state, accounts in self.search([]).grouped("state").items()
        ]
        return SQL("CASE %s END", SQL(" ").join(cases)) if cases else SQL("NULL::varchar")

    @api.model
    def action_view_all_companies(self):
        """Open the synchronized accounts of all companies that the user may work in, also of those not chosen above.

        :return dict: the action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_account_overview_action")
        current = self.env.company
        companies = [current.id, *(self.env.user.company_ids - current).ids]
        # As text: the web client keeps it as it is when the page is loaded again. Without an id: it then comes back
        # here, and not to the action alone, which knows no companies.
        del action["id"], action["xml_id"]
        return {**action, "context": repr({"allowed_company_ids": companies})}
