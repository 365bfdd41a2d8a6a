from odoo import api, models

from ..matching.facts import EXACT
from .discounts import Discounts
from .last_time import LastTimes
from .likely_documents import LikelyDocuments
from .look_up import LookUp
from .open_items import MOST_SUGGESTIONS
from .payment_batches import PaymentBatches

# What each piece of evidence weighs when candidates are put in order.
EVIDENCE_WEIGHTS = {"transfer": 90, "rule": 80, "batch": 7, "discount": 5, "last_time": 0, "suggestion": 0}
FACT_WEIGHTS = {
    "number": 8,
    "amount": 6,
    "sum": 5,
    "account": 4,
    "partner": 4,
    "name": 3,
    "mandate": 12,
    "counterparty": 9,
}
# A candidate with one of these leaves nothing of the payment open.
SETTLES = {"amount", "sum", "discount"}


class PontoMatching(models.AbstractModel):
    """Suggestions: what a person may accept with one click where the evidence is not exact, or was not applied."""

    _inherit = "ponto.matching"

    @api.model
    def _suggest(self, lines):
        """Return the candidates of bank transactions, best first; the number of queries is that of the journals.

        :param lines: `account.bank.statement.line` records
        :return dict: id of a line: list of at most five `Finding`
        """
        suggestions = {line.id: [] for line in lines}
        waiting = lines.filtered(lambda line: line.state == "posted" and line.label_editable and not line.is_reconciled)
        dismissed = self._get_dismissed(waiting)
        for journal, group in waiting.grouped("journal_id").items():
            search = self._make_search(journal, self._get_payments(group))
            for finding in self._find_candidates(search, dismissed) if search.payments else ():
                if self._get_dismissable(finding) not in dismissed[finding.key]:
                    suggestions[finding.key].append(finding)
        return {key: self._get_best(findings) for key, findings in suggestions.items()}

    @api.model
    def _find_candidates(self, search, dismissed):
        """Return everything that may be right for payments of one journal, in no order.

        Extend it to suggest more; what is found needs a weight in `_weigh`.

        :param Search search: of the batch, with at least one payment
        :param dict dismissed: as `_get_dismissed` gives it
        :return list: of `Finding`
        """
        known = LookUp(search, dismissed)
        return [
            *self._find(search, rules=True).values(),
            *LikelyDocuments(known).find(),
            *Discounts(known).find(),
            *PaymentBatches(known).find(),
            *LastTimes(known).find(),
        ]

    @api.model
    def _get_best(self, findings):
        """Return the best of some candidates, each document set once."""
        ranked = sorted(findings, key=self._weigh, reverse=True)
        best = {}
        for finding in ranked:
            best.setdefault(frozenset(finding.item_ids) or finding.evidence, finding)
        return list(best.values())[:MOST_SUGGESTIONS]

    @api.model
    def _weigh(self, finding):
        """Return how much speaks for a candidate.

        :return tuple: to compare; of equals the one with the fewest documents, then the oldest document, wins
        """
        weight = 100 if finding.evidence in EXACT else EVIDENCE_WEIGHTS.get(finding.evidence, 0)
        weight += sum(FACT_WEIGHTS.get(fact, 0) for fact in finding.found)
        return weight, -len(finding.item_ids), [-item for item in sorted(finding.item_ids)]

    @api.model
    def _settles(self, finding):
        """Tell whether a candidate leaves nothing open and is of the payer: only such a one is accepted with one click."""
        if "payer" in finding.missing:
            return False
        return finding.evidence not in ("suggestion", "chosen") or bool(SETTLES.intersection(finding.found))

    # ------------------------------------------------------------------ what a user does not want to see again

    @api.model
    def _get_dismissable(self, finding):
        """Return what a dismissal of a candidate is about: its documents, or the kind when it has none."""
        return frozenset(finding.item_ids) or finding.evidence

    @api.model
    def _get_dismissed(self, lines, states=("dismissed",)):
        """Return what users dismissed.

        :param lines: `account.bank.statement.line` records
        :param states: of matches that count; with `undone`, what was taken back too
        :return dict: id of a line: set of what `_get_dismissable` gives
        """
        dismissed = {line.id: set() for line in lines}
        matches = self.env["ponto.match"].search([("statement_line_id", "in", lines.ids), ("state", "in", states)])
        for match in matches:
            dismissed[match.statement_line_id.id].add(frozenset(match.item_ids.ids) or match.evidence)
        return dismissed
