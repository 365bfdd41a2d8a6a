"""What the books say of generated payments, and what a person is offered for those that are open."""

from collections import defaultdict
from dataclasses import dataclass

from .common import PontoCase

ITEMS_OF_LINES = """
SELECT line.transaction_details ->> 'ponto', partner.commercial_partner_id, item.id, item.account_id,
       item.amount_residual
  FROM account_bank_statement_line line
  LEFT JOIN res_partner partner ON partner.id = line.partner_id
  JOIN account_journal journal ON journal.id = line.journal_id
  JOIN account_move_line item ON item.move_id = line.move_id AND item.account_id <> journal.default_account_id
 WHERE line.journal_id = %s
"""


@dataclass(frozen=True)
class Outcome:
    """What Odoo's books say of a payment.

    :param documents: keys of the documents that its line is reconciled with, directly or through each other
    :param accounts: ids of the accounts that its line is booked on, beside the bank's
    :param residual: what of its line and of these documents is still open
    :param partner: id of the company to which the partner of its line belongs, if it has one
    """

    documents: frozenset[str]
    accounts: frozenset[int]
    residual: float
    partner: int | None


@dataclass(frozen=True)
class Offer:
    """What a person sees of an open line.

    :param candidates: keys of the documents of each candidate, best first; empty for one that is no document
    :param one_click: the best is not right, and can be accepted with one click
    :param words: evidence of such a best one
    """

    candidates: tuple[frozenset[str], ...]
    one_click: bool
    words: str


class TruthReading(PontoCase):
    """Reads outcomes by plain SQL, and offers as the review shows them."""

    def _read_outcomes(self):
        """Return the outcome of every line of the account by its id at Ponto."""
        self.env.flush_all()
        group_of = self._groups_of_reconciled_items()
        documents, residuals = defaultdict(set), defaultdict(float)
        for item, (key, residual) in self._items_of_documents().items():
            documents[group_of(item)].add(key)
            residuals[group_of(item)] += abs(residual)
        found = {}
        self.env.cr.execute(ITEMS_OF_LINES, [self.account.journal_id.id])
        for ponto_id, partner, item, account, residual in self.env.cr.fetchall():
            before = found.get(ponto_id, Outcome(frozenset(), frozenset(), 0.0, partner))
            group = group_of(item)
            found[ponto_id] = Outcome(
                before.documents | documents.get(group, set()),
                before.accounts | {account},
                before.residual + abs(float(residual)) + residuals.get(group, 0.0),
                partner,
            )
        return found

    def _read_opened(self):
        """Return the keys of the documents, or registered payments, of which something is open."""
        return frozenset(key for key, residual in self._items_of_documents().values() if residual)

    def _read_offers(self, payments, suggestions):
        """Return what a person is offered for lines, by their id at Ponto.

        :param dict payments: by id at Ponto
        :param dict suggestions: as `_suggest_for` gives them
        """
        candidates = {
            key: tuple(self._keys_of(finding.item_ids) for finding in findings) for key, findings in suggestions.items()
        }
        lines = self._lines(
            key for key, offered in candidates.items() if any(offered[:1]) and offered[0] not in payments[key].right
        )
        return {
            key: Offer(
                offered,
                key in lines and lines[key].ponto_candidate_settles,
                (key in lines and lines[key].ponto_candidate_evidence) or "",
            )
            for key, offered in candidates.items()
        }

    def _suggest_for(self, ponto_ids):
        """Return the candidates of lines by their id at Ponto."""
        lines = self._lines(ponto_ids)
        suggestions = self.env["ponto.matching"]._suggest(
            self.env["account.bank.statement.line"].union(*lines.values())
        )
        return {key: suggestions[line.id] for key, line in lines.items()}

    def _lines(self, ponto_ids):
        """Return lines by their id at Ponto, all of which are prefetched together."""
        rows = self.env["ponto.transaction"].search(
            [("account_id", "=", self.account.id), ("ponto_id", "in", list(ponto_ids))]
        )
        lines = rows.statement_line_id
        return {row.ponto_id: line for row, line in zip(rows, lines, strict=True)}

    def _keys_of(self, item_ids):
        """Return the keys of the documents of items; an item of no document has one that is nobody's truth."""
        return frozenset(self.keys.get(item, f"item {item}") for item in item_ids)

    def _groups_of_reconciled_items(self):
        """Return a function that gives one number to all items that are reconciled with each other."""
        parents = {}

        def top(item):
            while parents.get(item, item) != item:
                item = parents[item]
            return item

        self.env.cr.execute("SELECT debit_move_id, credit_move_id FROM account_partial_reconcile")
        for debit, credit in self.env.cr.fetchall():
            parents[top(debit)] = top(credit)
        return top

    def _key_items(self):
        """Return the key by item: of documents themselves, or of their registered payments.

        The item of a document that has such a payment has a key that is nobody's truth.
        """
        waiting = set(self.registered.values())
        keys = {
            item.id: f"{key} instead of its payment" if key in waiting else key
            for key, move in self.moves.items()
            for item in self._due_of(move)
        }
        return keys | self.registered

    def _items_of_documents(self):
        """Return key and residual by item of documents and of their registered payments."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, amount_residual FROM account_move_line WHERE id = ANY(%s)", [list(self.keys)])
        return {item: (self.keys[item], float(residual)) for item, residual in self.env.cr.fetchall()}

    @staticmethod
    def _due_of(move):
        return move.line_ids.filtered(
            lambda item: item.account_id.account_type in ("asset_receivable", "liability_payable")
        )
