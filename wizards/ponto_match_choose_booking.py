from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.booking.items import Booking, make_items
from ..models.booking.preview import render_items
from ..models.matching.booked import get_left, make_booking
from ..models.matching.rule_counterparts import RuleCounterparts, is_bookable


class PontoMatchChoose(models.TransientModel):
    """Booking: what has no document, and what a document leaves."""

    _inherit = "ponto.match.choose"

    line_ids = fields.One2many("ponto.match.choose.line", "wizard_id", string="Bookings")
    journal_id = fields.Many2one(related="statement_line_id.journal_id", related_sudo=False)
    model_id = fields.Many2one(
        "account.reconcile.model",
        "Reconciliation Models",
        domain="[('trigger', '=', 'manual'), ('company_id', 'parent_of', company_id), ('line_ids', '!=', False),"
        " '|', ('match_journal_ids', '=', False), ('match_journal_ids', 'in', journal_id)]",
        ondelete="cascade",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Documents")
    preview = fields.Html(compute="_compute_preview", sanitize=False)  # made below, of escaped texts

    @api.depends(
        "line_ids.account_id",
        "line_ids.partner_id",
        "line_ids.name",
        "line_ids.tax_ids",
        "line_ids.amount",
        "line_ids.analytic_distribution",
        "document_ids.ticked",
        "difference",
        "difference_account_id",
    )
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            bookings = [one for one in wizard._get_bookings() if one.account_id and one.amount]
            wizard.preview = wizard._render_preview(bookings) if bookings else False

    def _render_preview(self, bookings):
        """Show what would be posted.

        :param list bookings: of `Booking`, complete
        :return Markup: a table; nothing while the bookings take more than there is
        """
        line, items = self.statement_line_id._origin, self._get_ticked()
        if not line.amount or not line.label_editable or get_left(line, bookings) * line.amount < 0:
            return Markup()
        if len(items.account_id) == 1:
            bookings = [
                Booking(items.account_id.id, get_left(line, bookings), partner_id=items.partner_id[:1].id),
                *bookings,
            ]
        return render_items(self.env, make_items(line, bookings), line.company_id.currency_id)

    # ------------------------------------------------------------------ what is booked

    def _get_bookings(self):
        """Return what was typed, and the difference.

        :return list: of `Booking`
        """
        bookings = [line._get_booking() for line in self.line_ids]
        if self.difference and self._get_ticked() and not self.currency_id.is_zero(self.remaining):
            label = dict(self._fields["difference"]._description_selection(self.env))[self.difference]
            bookings.append(Booking(self.difference_account_id._origin.id, self.remaining, label))
        return bookings

    def _book(self, bookings):
        """Book the bank transaction, and settle the ticked documents with what is left; ask first where it is to be asked.

        :param list bookings: of `Booking`, maybe none
        :return dict: closes the dialog, or asks a question in it
        :raises UserError: in one sentence, when it cannot be
        """
        line, items = self.statement_line_id, self._get_ticked()
        line.check_access("write")
        if items or not bookings:
            self._check_ticked(items)
        self._check_bookings(bookings, items)
        if question := self._ask(bookings):
            return question
        line._accept(self._find_discounted(items) or self._make_decision(bookings, items))
        self._keep_files()
        self._note_difference()
        return {"type": "ir.actions.act_window_close"}

    def _make_decision(self, bookings, items):
        return make_booking(self.statement_line_id, bookings, items) if bookings else self._match_ticked(items)

    def _check_bookings(self, bookings, items):
        """Refuse what cannot be booked.

        :param list bookings: of `Booking`
        :param items: `account.move.line` records that are ticked
        """
        line, _ = self.statement_line_id, self.env._
        if not line.label_editable:
            raise UserError(_("This bank transaction is matched or booked already: undo that first."))
        if not all(booking.account_id for booking in bookings):
            raise UserError(_("Choose an account for each line."))
        if any(line.currency_id.is_zero(booking.amount) for booking in bookings):
            raise UserError(_("Give each line an amount."))
        for account in self.env["account.account"].browse({booking.account_id for booking in bookings}):
            if not is_bookable(account, line.journal_id):
                raise UserError(_("Nothing can be booked on %(account)s here.", account=account.display_name))
        left = get_left(line, bookings)
        if bookings and (left * line.amount < 0 or (items and left * line.amount == 0)):
            raise UserError(_("The lines add up to more than the bank transaction."))

    def _keep_files(self):
        """Attach the documents that were added here to the entry."""
        self._get_own_files().write({"res_model": "account.move", "res_id": self.statement_line_id.move_id.id})

    def _get_own_files(self):
        """Return the files that this user added in this dialog; whatever else is named is of another record."""
        return self.attachment_ids.filtered(
            lambda file: (
                file.res_model == self._name and file.res_id in (0, self.id) and file.create_uid == self.env.user
            )
        )

    # ------------------------------------------------------------------ buttons

    @api.onchange("model_id")
    def _onchange_model_id(self):
        """Fill in the lines of a reconciliation model: they are looked at before they are booked."""
        model, line = self.model_id._origin, self.statement_line_id._origin
        if not model or not line:
            return
        matching = self.env["ponto.matching"]
        payment = matching._get_payments(line)[0]
        partner_id = self.booked_partner_id._origin.id or 0
        left = line.currency_id.round(line.amount - self.ticked_amount)
        shares, _rest = RuleCounterparts(matching, model, line.journal_id, payment, partner_id).divide(left)
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "account_id": share_line.account_id.id,
                        "partner_id": share_line.partner_id.id or partner_id,
                        "name": share_line.label or line.payment_ref,
                        "tax_ids": [Command.set(share_line.tax_ids.ids)],
                        "analytic_distribution": share_line.analytic_distribution,
                        "amount": share,
                        "model_id": model.id,
                    }
                )
                for share_line, share in shares
            ),
        ]

    def action_private(self):
        """Book what is left on the company's account for private transactions.

        :return dict: closes the dialog, asks a question in it, or lets an Administrator choose the account
        :raises UserError: when there is no such account, or nothing is left
        """
        self.ensure_one()
        account = self.company_id._get_private_account()
        if not account:
            return self.env["ponto.booking.settings"]._open(self)
        return self._book_rest(account)

    def action_on_account(self):
        """Book what is left on the partner's own account, where it waits for its document.

        :return dict: closes the dialog, or asks a question in it
        :raises UserError: when no partner is known, or nothing is left
        """
        self.ensure_one()
        partner = self.booked_partner_id
        if not partner:
            raise UserError(self.env._("Choose the partner first: the amount waits on its account."))
        # The accounts of a partner are those of each company.
        partner = partner.with_company(self.company_id)
        kind = "receivable" if self.remaining > 0 else "payable"
        return self._book_rest(partner[f"property_account_{kind}_id"], partner)

    def _book_rest(self, account, partner=None):
        if self.currency_id.is_zero(self.remaining):
            raise UserError(self.env._("Nothing is left to book."))
        if not account:
            raise UserError(self.env._("%(partner)s has no such account.", partner=partner.display_name))
        bookings = [line._get_booking() for line in self.line_ids]
        rest = Booking(account.id, self.remaining, partner_id=partner.id if partner else 0)
        return self._book([*bookings, rest])
