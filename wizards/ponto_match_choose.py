from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount

from ..models.matching.facts import Finding
from ..models.matching.words import describe_evidence, get_key

# Open documents of the partner that are listed without being asked for.
MOST_DOCUMENTS = 40


class PontoMatchChoose(models.TransientModel):
    """Match one bank transaction: accept a candidate, tick open documents, or book it."""

    _name = "ponto.match.choose"
    _description = "Match a Bank Transaction"
    _inherit = ["ponto.access"]

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Transaction", required=True, readonly=True, ondelete="cascade"
    )
    # By an onchange anybody names any bank transaction: what is shown of it is read with the user's own rights.
    company_id = fields.Many2one(related="statement_line_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="statement_line_id.currency_id", related_sudo=False)
    date = fields.Date(related="statement_line_id.date", related_sudo=False)
    payment_ref = fields.Char(related="statement_line_id.payment_ref", related_sudo=False)
    partner_id = fields.Many2one(related="statement_line_id.partner_id", related_sudo=False)
    partner_name = fields.Char("Counterparty", related="statement_line_id.partner_name", related_sudo=False)
    account_number = fields.Char("Counterparty Account", related="statement_line_id.account_number", related_sudo=False)
    amount = fields.Monetary(related="statement_line_id.amount", related_sudo=False)
    candidate_ids = fields.One2many("ponto.match.choose.candidate", "wizard_id", string="Candidates")
    document_ids = fields.One2many("ponto.match.choose.document", "wizard_id", string="Open Documents")
    last_time = fields.Char(compute="_compute_last_time")
    ticked_amount = fields.Monetary("Ticked", compute="_compute_remaining")
    booked_amount = fields.Monetary("Booked", compute="_compute_remaining")
    remaining = fields.Monetary(compute="_compute_remaining")
    outcome = fields.Char(compute="_compute_remaining")

    @api.depends("candidate_ids")
    def _compute_last_time(self):
        for wizard in self:
            candidate = wizard.candidate_ids.filtered(lambda candidate: candidate.evidence == "last_time")[:1]
            wizard.last_time = f"{candidate.name} ({candidate.explanation})" if candidate else False

    @api.depends("document_ids.ticked", "document_ids.item_id", "line_ids.amount", "difference", "statement_line_id")
    @api.depends_context("lang")
    def _compute_remaining(self):
        for wizard in self:
            items = wizard._get_ticked()
            currency = wizard.currency_id
            wizard.ticked_amount = sum(items.mapped("amount_residual_currency"))
            wizard.booked_amount = sum(wizard.line_ids.mapped("amount"))
            left = wizard.amount - wizard.ticked_amount - wizard.booked_amount
            wizard.remaining = currency.round(left) if currency else 0.0
            wizard.outcome = wizard._describe_outcome(items) if items or wizard.line_ids else False

    def _describe_outcome(self, items):
        """Say what matching the ticked documents, or booking, leaves open.

        :param items: `account.move.line` records that are ticked
        :return str: one sentence
        """
        if self.currency_id.is_zero(self.remaining) or (items and self.difference):
            return self.env._("Everything is settled.")
        rest = format_amount(self.env, abs(self.remaining), self.currency_id)
        if not items:
            return self.env._("%(amount)s of the transaction is not booked yet.", amount=rest)
        if (self.remaining > 0) == (self.amount > 0):
            return self.env._("%(amount)s of the payment stays open on the account of the partner.", amount=rest)
        return self.env._("%(amount)s of the ticked documents stays open.", amount=rest)

    def _get_ticked(self):
        return self.document_ids.filtered("ticked").item_id._origin

    # ------------------------------------------------------------------ making it

    @api.model
    def _open(self, line):
        """Return the dialog for one bank transaction.

        :param line: `account.bank.statement.line` record
        :return dict: window action
        :raises UserError: when it is not posted, or matched or booked already
        """
        if line.state != "posted":
            raise UserError(self.env._("Only a posted bank transaction can be matched: post its entry first."))
        if not line.label_editable:
            raise UserError(self.env._("This bank transaction is matched or booked already: undo that first."))
        wizard = self.create({"statement_line_id": line.id})
        wizard._fill()
        return wizard._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match a Bank Transaction"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _fill(self):
        """Look for candidates and for the partner, and list the open documents of the partners that they name."""
        line = self.statement_line_id
        findings = self.env["ponto.matching"]._suggest(line)[line.id]
        settles = self.env["ponto.matching"]._settles
        self.candidate_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "key": get_key(finding),
                        "name": line._name_finding(finding),
                        "evidence": finding.evidence,
                        "explanation": describe_evidence(self.env, finding),
                        "settles": settles(finding),
                        "item_ids": [Command.set(finding.item_ids)],
                    }
                )
                for finding in findings
            ),
        ]
        found = next((finding.partner_id for finding in findings if finding.partner_id), False)
        self.booked_partner_id = line.partner_id.id or found or self._find_partner()
        items = self.candidate_ids.item_ids | self._get_documents_of_partner(found)
        self.document_ids = [Command.clear(), *(Command.create({"item_id": item.id}) for item in items)]

    def _get_documents_of_partner(self, found):
        """Return open documents of the partner of the payment, oldest first.

        :param int found: id of the partner that the candidates name, if they name one
        :return: `account.move.line` records
        """
        line = self.statement_line_id
        partner = line.partner_id.commercial_partner_id.id or found
        if not partner:
            return self.env["account.move.line"]
        return self.env["account.move.line"].search(
            [
                *self.env["ponto.matching"]._get_open_items_domain(line.journal_id),
                ("account_id.account_type", "in", ("asset_receivable", "liability_payable")),
                ("statement_line_id", "!=", line.id),
                ("partner_id.commercial_partner_id", "=", partner),
                ("currency_id", "=", line.currency_id.id),
            ],
            order="date_maturity, id",
            limit=MOST_DOCUMENTS,
        )

    # ------------------------------------------------------------------ buttons

    def action_match(self):
        """Match the bank transaction with the ticked documents, and book what was typed.

        Where the sums differ, the ticked documents are settled in part.

        :return dict: closes the dialog, or asks a question in it
        :raises UserError: in one sentence, when the ticked documents cannot be settled with it, or it cannot be booked
        """
        self.ensure_one()
        return self._book(self._get_bookings())

    def _match_ticked(self, items):
        """Return what matching with ticked documents alone is.

        :param items: `account.move.line` records
        :return Finding:
        """
        line, partners = self.statement_line_id, items.partner_id.commercial_partner_id
        partner_id = partners.id if len(partners) == 1 else 0
        return Finding(line.id, "chosen", items.account_id.id, partner_id, tuple(items.ids))

    def _check_ticked(self, items):
        """Refuse documents that one bank transaction cannot settle."""
        line, _ = self.statement_line_id, self.env._
        if not items:
            raise UserError(_("Tick a document first."))
        opened = items.filtered_domain(
            [
                *self.env["ponto.matching"]._get_open_items_domain(line.journal_id),
                ("statement_line_id", "!=", line.id),
                ("currency_id", "=", line.currency_id.id),
            ]
        )
        if opened != items:
            raise UserError(_("The books have changed since this was shown: look again."))
        if len(items.account_id) > 1:
            raise UserError(_("Documents of different accounts cannot be settled together: tick those of one account."))
        partners = items.partner_id.commercial_partner_id
        if len(partners) > 1 and items.account_id.account_type in ("asset_receivable", "liability_payable"):
            raise UserError(_("Documents of different partners cannot be settled together: tick those of one."))
        if self.ticked_amount * line.amount <= 0:
            raise UserError(_("What is ticked is not paid in this direction: it adds up to the other sign."))

    def action_book_like_last_time(self):
        """Book the bank transaction as the last one of the same creditor or counterparty account was.

        :return dict: closes the dialog
        :raises UserError: when there is no last time
        """
        self.ensure_one()
        candidate = self.candidate_ids.filtered(lambda candidate: candidate.evidence == "last_time")
        if not candidate:
            raise UserError(self.env._("Nothing of this counterparty was booked on an account before."))
        return candidate[:1].action_accept()
