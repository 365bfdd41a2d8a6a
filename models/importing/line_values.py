import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import plaintext2html
from odoo.tools.misc import format_date

from ...const import AMOUNT_LIMIT, FUTURE_DAYS, OLDEST_YEAR
from ...payment_references import canonical, has_right_check_digits
from ...statement_files.placeholders import told
from ..support.money import has_its_decimals, would_be_rounded

# Written forms of a Belgian structured communication: +++090/9337/55493+++, ***…***, 12 digits.
STRUCTURED = re.compile(r"^[+*\s]*(\d{3})[/\s]?(\d{4})[/\s]?(\d{5})[+*\s]*$")
# Control characters that are no white space: XML and HTML take none, no reader sees them.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
TEXT_ATTRIBUTES = {
    "description",
    "remittanceInformation",
    "counterpartName",
    "counterpartReference",
    "additionalInformation",
    "endToEndId",
    "mandateId",
    "creditorId",
}
# The same, and what else may hold a text for people, as `ponto_client.Transaction` calls them.
TEXTS = (
    "description",
    "remittance_information",
    "counterpart_name",
    "counterpart_reference",
    "additional_information",
    "end_to_end_id",
    "mandate_id",
    "creditor_id",
    "card_reference",
)


class PontoAccount(models.Model):
    """What a transaction of Ponto means in Odoo: whether it can be right, its label, its note, its line."""

    _inherit = "ponto.account"

    # ------------------------------------------------------------------ can it be right

    def _get_refusal(self, item, date):
        """Tell why a transaction must not reach the books (doc/decisions.md, 19).

        :param item: `ponto_client.Transaction`
        :param date | None date: the day that would be its date
        :return tuple: reason and detail; None and None when it may
        """
        if item.amount is None or not item.amount.is_finite():
            return "amount", None
        if abs(item.amount) >= AMOUNT_LIMIT:
            return "amount_range", None
        if (item.currency or "").upper() != self.currency_code:
            return "currency", item.currency or "?"
        if self.currency_id and not has_its_decimals(item.amount, self.currency_id):
            return "amount_precision", None
        if self.currency_id and would_be_rounded(item.amount, self.currency_id):
            return "amount_rounding", None
        if not date:
            return "date", None
        if date.year < OLDEST_YEAR or date > fields.Date.today() + timedelta(days=FUTURE_DAYS):
            return "date_range", None
        if TEXT_ATTRIBUTES.intersection(item.problems):
            return "text", None
        return None, None

    # ------------------------------------------------------------------ texts

    @api.model
    def _leave_out_placeholders(self, item):
        """Return a transaction without the texts by which banks say that nothing was told, such as NOTPROVIDED.

        :param item: `ponto_client.Transaction`
        """
        return replace(item, **{name: told(text) for name in TEXTS if (text := getattr(item, name))})

    def _get_label(self, item):
        """Return the label: the structured communication in canonical form and alone, or the free text whole.

        :param item: `ponto_client.Transaction`
        :return str: never empty, never a single sign
        """
        remittance = self._clean(item.remittance_information)
        if item.remittance_information_type == "structured" and remittance:
            return self._get_canonical_communication(remittance)
        texts = (
            remittance,
            self._clean(item.description),
            self._clean(item.additional_information),
            self._clean(item.counterpart_name),
            self._clean(item.end_to_end_id),
        )
        return next((text for text in texts if len(text) > 1), self.env._("Bank transaction"))

    def _get_canonical_communication(self, text):
        """Return a Belgian structured communication as +++nnn/nnnn/nnnnn+++, or the text when it is none.

        :param str text: what the bank calls structured
        :return str: canonical only when the check digits are right
        """
        match = STRUCTURED.match(text)
        digits = "".join(match.groups()) if match else ""
        return canonical(digits) if has_right_check_digits(digits) else text

    def _clean(self, text):
        # ING in the Netherlands joins labelled parts by <br> (doc/ponto-api.md, 8.9).
        text = CONTROLS.sub("", text or "")
        return told(" ".join(re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE).split()))

    def _get_fingerprint(self, item, date):
        """Return what the same transaction has in common however it arrives; not the text: banks change it.

        :param item: `ponto_client.Transaction`
        :param date | None date: its day
        :return str: day, amount, currency and counterparty account
        """
        amount = "" if item.amount is None else f"{item.amount.normalize():f}"
        number = self._normalize_reference(item.counterpart_reference)
        return "|".join((str(date or ""), amount, item.currency or "", number))

    # ------------------------------------------------------------------ the line in the books

    def _prepare_line_vals(self, transaction, item):
        """Return the values of the bank transaction of one row.

        :param transaction: `ponto.transaction` record
        :param item: the same as `ponto_client.Transaction`, for what the row has no column
        :return dict: for `account.bank.statement.line.create`
        """
        return {
            "journal_id": self.journal_id.id,
            "date": transaction.booking_date or transaction.date,
            "amount": float(item.amount),
            "payment_ref": transaction.label,
            "partner_name": self._clean(item.counterpart_name) or False,
            "account_number": told(item.counterpart_reference or "") or False,
            "transaction_type": item.bank_transaction_code or False,
            "narration": self._get_note(transaction, item),
            "transaction_details": self._get_details(item, ponto=item.id),
            **self._prepare_import_id_vals(transaction.ponto_id),
        }

    def _prepare_import_id_vals(self, ponto_id):
        """Return the key by which OCA's import modules know a transaction, where they are installed.

        Were their provider switched on again, it would find that it has the transaction already.

        :param str ponto_id: id of the transaction
        :return dict: value of `unique_import_id`, or nothing
        """
        if "unique_import_id" not in self.env["account.bank.statement.line"]._fields:
            return {}
        journal = self.journal_id
        parts = (journal.bank_account_id.sanitized_acc_number, str(journal.id), ponto_id)
        return {"unique_import_id": "-".join(filter(None, parts))}

    def _get_note(self, transaction, item):
        """Return everything else that the bank tells, readable, one piece a line."""
        _ = self.env._
        other = (
            (_("Value date"), transaction.value_date)
            if transaction.date == transaction.execution_date
            else (_("Execution date"), transaction.execution_date)
        )
        moved = transaction.booking_date and transaction.booking_date != transaction.date
        return self._write_note(
            item,
            transaction.label,
            before=[
                (_("Date at the bank, in a locked period"), format_date(self.env, transaction.date) if moved else "")
            ],
            dates=[(other[0], format_date(self.env, other[1]) if other[1] and other[1] != transaction.date else "")],
            after=[(_("Fee"), str(item.fee) if item.fee not in (None, Decimal(0)) else "")],
        )

    @api.model
    def _write_note(self, item, label, before=(), dates=(), after=()):
        """Return a note of all texts of a transaction that its label does not hold.

        :param item: `ponto_client.Transaction`, or `statement_files.Movement`
        :param str label: its label
        :param before, dates, after: more pieces, tuples of name and text, in their places
        :return: HTML, or False when there is nothing to tell
        """
        _ = self.env._
        remittance, description = self._clean(item.remittance_information), self._clean(item.description)
        pieces = [
            *before,
            (_("Communication"), remittance if remittance != label else ""),
            (_("Description"), description if description not in (label, remittance) else ""),
            *dates,
            (_("Details"), self._clean(item.additional_information)),
            (_("End-to-end reference"), self._clean(item.end_to_end_id)),
            (_("Mandate"), self._clean(item.mandate_id)),
            (_("Creditor"), self._clean(item.creditor_id)),
            (_("Card"), self._clean(item.card_reference)),
            *after,
        ]
        lines = [f"{name}: {text}" for name, text in pieces if text]
        return plaintext2html("\n".join(lines)) if lines else False

    def _get_details(self, item, **identity):
        """Return the id that survives an uninstallation, and bank texts under neutral keys (doc/decisions.md, 20).

        :param item: `ponto_client.Transaction`, or `statement_files.Movement`
        :param identity: `ponto` or `ponto_file`: what names it
        :return dict: for `transaction_details`
        """
        texts = {
            "ref1": item.end_to_end_id,
            "ref2": item.mandate_id,
            "ref3": item.creditor_id,
            "ref4": item.additional_information,
        }
        return {**identity, **{key: known for key, text in texts.items() if (known := told(text or ""))}}
