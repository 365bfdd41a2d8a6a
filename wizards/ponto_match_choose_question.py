from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_amount

# How long a bill tells that others will come.
BILLS_REACH = timedelta(days=400)


class PontoMatchChoose(models.TransientModel):
    """What is asked once before it is booked."""

    _inherit = "ponto.match.choose"

    question = fields.Char(readonly=True)
    asked = fields.Char(readonly=True, help="What the user was asked.")
    bills_hint = fields.Char(compute="_compute_bills_hint")

    @api.depends("booked_partner_id", "statement_line_id")
    @api.depends_context("lang")
    def _compute_bills_hint(self):
        for wizard in self:
            wizard.bills_hint = wizard._describe_bills() if wizard.booked_partner_id else False

    def _describe_bills(self):
        """Say that a partner sends bills, or is sent invoices: then a cost account is not the place.

        :return str | bool: a sentence; False when there are none
        """
        line = self.statement_line_id._origin
        received = line.amount > 0
        found = self.env["account.move"].search_count(
            [
                ("move_type", "=", "out_invoice" if received else "in_invoice"),
                ("state", "=", "posted"),
                ("company_id", "=", line.company_id.id),
                ("commercial_partner_id", "=", self.booked_partner_id._origin.commercial_partner_id.id),
                ("date", ">=", line.date - BILLS_REACH),
            ],
            limit=1,
        )
        if not found:
            return False
        name = self.booked_partner_id.display_name
        if received:
            return self.env._(
                "There are invoices to %(partner)s in the books: wait for the invoice, or book it on account.",
                partner=name,
            )
        return self.env._(
            "There are bills of %(partner)s in the books: wait for the bill, or book it on account. On a cost account it"
            " would be booked twice.",
            partner=name,
        )

    def _ask(self, bookings):
        """Return the dialog with what is to be asked, once for each question; nothing when all is answered.

        :param list bookings: of `Booking`
        :return dict | None: window action
        """
        questions = self._get_questions(bookings)
        answered = set((self.asked or "").split())
        if questions.keys() <= answered:
            return None
        self.asked = " ".join(questions)
        self.question = " ".join([*questions.values(), self.env._("Click again to book it all the same.")])
        return self._get_action()

    def _get_questions(self, bookings):
        """Return what has to be asked about bookings.

        :param list bookings: of `Booking`
        :return dict: what tells a question from others: the question
        """
        questions = {}
        taxes = self.env["account.tax"].browse({tax for booking in bookings for tax in booking.tax_ids})
        has_input_tax = "purchase" in taxes.flatten_taxes_hierarchy().mapped(
            "type_tax_use"
        ) or "purchase" in taxes.mapped("type_tax_use")
        if has_input_tax and not self._get_own_files() and not self.statement_line_id.move_id.attachment_ids:
            questions["tax"] = self.env._("Without a document there is no right to deduct this tax: attach one.")
        if self.difference and self._get_ticked() and self._is_beyond_limit():
            questions[f"difference:{self.remaining}"] = self.env._(
                "The difference of %(amount)s is more than what is booked without a question.",
                amount=format_amount(self.env, abs(self.remaining), self.currency_id),
            )
        accounts = self.env["account.account"].browse({booking.account_id for booking in bookings})
        if (
            self.bills_hint
            and not self._get_ticked()
            and {"expense", "income"} & set(accounts.mapped("internal_group"))
        ):
            questions["bills"] = self.bills_hint
        return questions

    def _is_beyond_limit(self):
        """Tell whether the difference is more than the company books without a question."""
        own = self.company_id.currency_id
        difference = self.currency_id._convert(
            abs(self.remaining), own, self.company_id, self.statement_line_id.date, round=False
        )
        return own.compare_amounts(difference, self.company_id.ponto_difference_limit) > 0
