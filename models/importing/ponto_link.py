from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

# So many transactions or lines are named in one text; the form lists all of them.
NAMED = 3


class PontoLink(models.Model):
    """Transactions that were found in the books already: which lines they are, and by what evidence.

    A line belongs to one link; nothing on it is touched. Undoing a link lets its transactions be imported.
    """

    _name = "ponto.link"
    _description = "Linked to Existing Transaction"
    _order = "date desc, id desc"

    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    journal_id = fields.Many2one(related="account_id.journal_id")
    date = fields.Date(required=True, readonly=True)
    evidence = fields.Selection(
        [
            ("ponto_id", "The same Ponto ID"),
            ("same_day", "The same day, amount and counterparty account"),
            ("same_day_amount", "The same day and amount"),
            ("near_day", "The same amount and counterparty account, a day apart"),
            ("near_day_amount", "The same amount, a day apart"),
            ("day_total", "The same total of the day"),
            ("other_day", "The same amount and counterparty account, once; later in the books"),
        ],
        required=True,
        readonly=True,
    )
    transaction_ids = fields.One2many("ponto.transaction", "link_id", string="Ponto Transactions", readonly=True)
    line_ids = fields.Many2many(
        "account.bank.statement.line",
        "ponto_link_line_rel",
        "link_id",
        "line_id",
        string="Bank Transactions",
        readonly=True,
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)
    currency_id = fields.Many2one(related="account_id.currency_id")
    bank_text = fields.Char("At the Bank", compute="_compute_bank_text")
    line_text = fields.Char("In the Books", compute="_compute_line_text")
    line_date = fields.Date("Date in the Books", compute="_compute_line_text")

    @api.depends("date", "evidence")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["evidence"]._description_selection(self.env))
        for link in self:
            link.display_name = f"{format_date(self.env, link.date)}: {names[link.evidence]}"

    @api.depends("transaction_ids.amount")
    def _compute_amount(self):
        for link in self:
            link.amount = sum(link.transaction_ids.mapped("amount"))

    @api.depends("transaction_ids.label", "transaction_ids.counterpart_name")
    @api.depends_context("lang")
    def _compute_bank_text(self):
        for link in self:
            link.bank_text = link._name_all([(row.counterpart_name, row.label) for row in link.transaction_ids])

    @api.depends("line_ids.payment_ref", "line_ids.partner_name", "line_ids.partner_id", "line_ids.date")
    @api.depends_context("lang")
    def _compute_line_text(self):
        for link in self:
            lines = link.line_ids
            link.line_text = link._name_all(
                [(line.partner_id.name or line.partner_name, line.payment_ref) for line in lines]
            )
            link.line_date = min(lines.mapped("date"), default=False)

    @api.model
    def _name_all(self, names):
        """Return the text that tells transactions or lines from others.

        :param list names: counterparty and label of each
        :return str | bool: False where there is none
        """
        texts = [", ".join(filter(None, name)) or "?" for name in names]
        if len(texts) < 2:
            return texts[0] if texts else False
        different = list(dict.fromkeys(texts))
        named = "; ".join(different[:NAMED]) + ("; …" if len(different) > NAMED else "")
        return self.env._("%(count)s transactions: %(names)s", count=len(texts), names=named)

    def action_undo(self):
        """Undo these links: their transactions are imported, the lines that were there stay.

        :return dict | None: a notice for the web client
        :raises UserError: where another line carries the Ponto ID of the transaction: it would be there twice
        """
        self.check_access("read")
        self.account_id.check_access("write")
        if same := self.filtered(lambda link: link.evidence == "ponto_id"):
            raise UserError(
                self.env._(
                    "%(count)s of these lines carry the Ponto ID of the transaction: they are the same, and stay linked."
                    " Leave them out.",
                    count=len(same.line_ids),
                )
            )
        report = self.account_id.action_view_links()
        # sudo: links and rows are written by the addon only; who may edit the account may ask for this.
        links = self.sudo()
        rows = links.transaction_ids
        rows.write({"state": "to_import", "reason": False, "statement_line_id": False, "kept_apart": True})
        links.unlink()
        then = rows._import_now()
        if not self.env.context.get("ponto_link_form"):
            return then
        # The form of what is undone has gone: the report follows in its place.
        report["target"] = "main"
        if not then:
            return report
        then["params"]["next"] = report
        return then
