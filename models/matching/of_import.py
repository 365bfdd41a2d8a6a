import logging
from dataclasses import dataclass, field, replace

from odoo import fields, models

from ..support.errors import SEARCH_ERRORS

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recognized:
    """What matching knows of a batch of rows before their lines are made; everything by the id of the row."""

    partner_ids: dict = field(default_factory=dict)
    exact: dict = field(default_factory=dict)  # findings that the lines are made on
    refused: dict = field(default_factory=dict)  # findings of a batch that could not be made with all of them at once
    proposed: dict = field(default_factory=dict)  # findings that wait for a user

    def give_up(self):
        """Return the same with lines that are matched, one by one if need be, when they are made."""
        return replace(self, exact={}, refused=self.exact)

    def hold_back(self, keys):
        """Return the same with proposals instead of the exact findings of some rows.

        :param keys: ids of rows
        """
        exact = {key: finding for key, finding in self.exact.items() if key not in keys}
        held_back = {key: finding for key, finding in self.exact.items() if key in keys}
        return replace(self, exact=exact, proposed={**held_back, **self.proposed})


class PontoAccount(models.Model):
    """Matching of what an account imports: evidence is looked up for a batch before its lines are made."""

    _inherit = "ponto.account"

    matching = fields.Selection(
        [("off", "Off"), ("exact", "Exact only"), ("rules", "Exact only and rules")],
        required=True,
        default="exact",
        tracking=True,
        help="What bank transactions of this account are matched with by themselves.",
    )
    matching_started_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="End of the first complete import. What is imported before only gets proposals.",
    )

    def _start_matching(self):
        """Let lines match by themselves from now on: the first import is complete."""
        self.filtered(lambda account: not account.matching_started_at).matching_started_at = fields.Datetime.now()

    def _recognize_payments(self, rows, items):
        """Look up partners and evidence for a batch; the number of queries does not depend on its size.

        :param rows: `ponto.transaction` records without lines
        :param list items: the same as `ponto_client.Transaction` objects
        :return Recognized:
        """
        try:
            with self.env.cr.savepoint():
                return self._look_for_matches(rows, items)
        except SEARCH_ERRORS:
            # A reconciliation model or another module may fail; the bank's transactions are imported all the same.
            _logger.exception("Ponto account %s: no evidence could be looked up", self.id)
            return Recognized()

    def _look_for_matches(self, rows, items):
        matching = self.env["ponto.matching"]
        payments = self._get_payments_of_rows(rows, items)
        search = matching._make_search(self.journal_id, payments, self.company_id)
        if self.matching == "off":
            return Recognized(search.partner_ids)
        found = matching._find(search, self.matching == "rules")
        recognized = Recognized(search.partner_ids, exact=found)
        if not self.matching_started_at:
            return recognized.hold_back(found)
        # What waits for a user's word on another transaction is not taken away by this one.
        return recognized.hold_back(matching._get_contested(found))

    def _get_payments_of_rows(self, rows, items):
        """Return transactions of Ponto as evidence sees them, before they have lines.

        :param rows: `ponto.transaction` records
        :param list items: the same as `ponto_client.Transaction` objects
        :return list: of `Payment`, by the id of the row
        """
        return [
            self.env["ponto.matching"]._make_payment(
                key=row.id,
                date=row._get_booking_day(),
                amount=float(item.amount),
                currency_id=self.currency_id.id,
                label=row.label or "",
                texts=(item.remittance_information, item.description, item.additional_information),
                partner_name=self._clean(item.counterpart_name),
                account_number=item.counterpart_reference or "",
                creditor_id=item.creditor_id or "",
                mandate_id=item.mandate_id or "",
                end_to_end_id=item.end_to_end_id or "",
                bank_code=item.bank_transaction_code or "",
            )
            for row, item in zip(rows, items, strict=True)
        ]

    def _prepare_match_vals(self, row, recognized):
        """Return what the line of a row gets because of matching.

        :param row: `ponto.transaction` record
        :param Recognized recognized: of its batch
        :return dict: values of `account.bank.statement.line`
        """
        finding = recognized.exact.get(row.id)
        partner_id = recognized.partner_ids.get(row.id, False)
        if not finding:
            return {"partner_id": partner_id}
        vals = self.env["ponto.matching"]._prepare_line_vals(finding)
        return {"partner_id": finding.partner_id or partner_id, **vals}

    def _match_created(self, rows, recognized, run):
        """Reconcile the lines that were just made on their counterparts, and note what is proposed for the others.

        :param rows: `ponto.transaction` records with lines
        :param Recognized recognized: of their batch
        :param run: `ponto.synchronization` record
        """
        matching = self.env["ponto.matching"]
        lines = {row.id: row.statement_line_id for row in rows}
        exact, refused, proposed = (
            {lines[key]: finding for key, finding in findings.items() if key in lines}
            for findings in (recognized.exact, recognized.refused, recognized.proposed)
        )
        if exact:
            previous = {row.statement_line_id.id: recognized.partner_ids.get(row.id, False) for row in rows}
            matching._settle(exact, previous, run)
        matched = matching._apply(refused, run=run) if refused else ()
        run._count(matched=len(exact) + len(matched))
        proposed |= {line: finding for line, finding in refused.items() if line not in matched}
        if proposed:
            matching._propose(proposed, run)
