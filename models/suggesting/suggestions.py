from dataclasses import replace

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
    "part": 4,
    "weak": 5,
    "mandate": 12,
    "counterparty": 9,
}
# What stands against a candidate weighs, too: of two with one amount, the other is meant.
OBJECTION_WEIGHTS = {"month": 2, "other_number": 3, "time": 3, "registered": 3, "payer": 1}
# A candidate with one of these leaves nothing of the payment open.
SETTLES = {"amount", "sum", "discount"}
# Why exact evidence did not match it, and what no click may pass over.
CONTRADICTIONS = {
    "comes_back",
    "too_early",
    "other_month",
    "other_time",
    "payee_unknown",
    "names_another",
    "somebody_elses",
    "claimed_twice",
}
# More than the amount speaks for it.
SPEAKS = {"number", "part", "account", "name", "partner", "collective"}


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
                    suggestions[finding.key].append(self._add_doubt(finding, search.refusals.get(finding.key)))
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
    def _add_doubt(self, finding, refusal):
        """Return a candidate with the reason why its payment did not match by itself.

        :param Finding finding: the candidate
        :param Refusal refusal: of exact evidence, or None
        :return Finding:
        """
        if not refusal or finding.evidence in EXACT or not finding.item_ids:
            return finding
        return replace(finding, doubt=refusal.reason.value)

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
        weight -= sum(OBJECTION_WEIGHTS.get(fact, 0) for fact in finding.missing)
        return weight, -len(finding.item_ids), [-item for item in sorted(finding.item_ids)]

    @api.model
    def _settles(self, finding):
        """Tell whether one click accepts a candidate: it leaves nothing open, and more than the amount speaks for it.

        What stands against it, such as another number in the text, a person looks at first.
        """
        if not OBJECTION_WEIGHTS.keys().isdisjoint(finding.missing) or finding.doubt in CONTRADICTIONS:
            return False
        if finding.doubt == "other_amount" and "number" not in finding.found:
            return False  # the text names another document
        if finding.evidence not in ("suggestion", "chosen", "batch", "discount"):
            return True
        return not SETTLES.isdisjoint(finding.found) and not SPEAKS.isdisjoint(finding.found)

    @api.model
    def _teaches(self, finding):
        """Tell whether accepting a candidate says whose the counterparty is: an equal amount alone is a coincidence.

        :param Finding finding: what a user accepted
        """
        is_likely = finding.evidence in ("suggestion", "batch", "discount")
        return not is_likely or not (SPEAKS | {"weak"}).isdisjoint(finding.found)

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
