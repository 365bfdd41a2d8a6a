from odoo import api, fields, models

from .facts import EVIDENCE

# What may be booked beside documents, without tax.
DIFFERENCES = [
    ("charges", "Bank charges"),
    ("discount", "Cash discount"),
    ("rounding", "Rounding"),
]


class PontoMatch(models.Model):
    """The match log: what a bank transaction was matched with, why, and who decided it."""

    _name = "ponto.match"
    _description = "Bank Transaction Match"
    _order = "decided_at desc, id desc"
    _rec_name = "documents"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Transaction", required=True, readonly=True, ondelete="cascade", index=True
    )
    journal_id = fields.Many2one(related="statement_line_id.journal_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="statement_line_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="statement_line_id.currency_id")
    amount = fields.Monetary(related="statement_line_id.amount")
    state = fields.Selection(
        [("proposed", "Proposed"), ("applied", "Applied"), ("undone", "Undone"), ("dismissed", "Dismissed")],
        required=True,
        readonly=True,
        index=True,
    )
    evidence = fields.Selection("_get_evidence_titles", required=True, readonly=True)
    key = fields.Char(readonly=True, help="Tells whether what is found later is still the same.")
    explanation = fields.Char("Why", readonly=True)
    item_ids = fields.Many2many(
        "account.move.line", "ponto_match_item_rel", "match_id", "item_id", string="Journal Items", readonly=True
    )
    documents = fields.Char(readonly=True, help="What it settles, by the names of that moment.")
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="set null", index="btree_not_null")
    previous_partner_id = fields.Many2one(
        "res.partner", readonly=True, ondelete="set null", help="Of the bank transaction before: an undo gives it back."
    )
    difference = fields.Selection(DIFFERENCES, readonly=True, help="What was booked beside its documents.")
    difference_account_id = fields.Many2one("account.account", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", "Decided By", readonly=True, help="Empty when it matched by itself.")
    taught = fields.Boolean(readonly=True, help="Whose the counterparty is was learned from it: an undo forgets it.")
    decided_at = fields.Datetime("Decided", readonly=True, default=fields.Datetime.now)
    synchronization_id = fields.Many2one(
        "ponto.synchronization", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _proposed_uniq = models.UniqueIndex("(statement_line_id) WHERE state = 'proposed'")
    _applied_uniq = models.UniqueIndex("(statement_line_id) WHERE state = 'applied'")

    @api.model
    def _get_evidence_titles(self):
        return [(evidence, self.env._(title)) for evidence, title in EVIDENCE.items()]
