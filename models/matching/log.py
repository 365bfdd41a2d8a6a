from collections import Counter

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from .booked import get_booked_accounts
from .rules import get_rule
from .words import get_content_key

_lt = LazyTranslate(__name__)

# Why a bank transaction is matched: one sentence each.
EXPLANATIONS = {
    "structured": _lt("The structured communication names %(documents)s, and the amount is what is open."),
    "creditor": _lt("The creditor reference names %(documents)s, and the amount is what is open."),
    "number": _lt("The text names %(documents)s, and the amount is what is open."),
    "numbers": _lt("The text names %(documents)s, and the amount is the sum of what is open."),
    "customer_reference": _lt(
        "The text holds the customer's reference of %(documents)s, and the amount is what is open on it alone."
    ),
    "payment": _lt("The text and the amount are those of the registered payment %(documents)s."),
    "batch": _lt("The amount is the sum of the registered payments %(documents)s."),
    "rule": _lt("A reconciliation model applies to it."),
    "transfer": _lt("It is a transfer between bank journals of the company."),
    "suggestion": _lt("%(user)s accepted the suggestion %(documents)s."),
    "chosen": _lt("%(user)s chose %(documents)s."),
    "last_time": _lt("%(user)s booked it like the last transactions of this counterparty."),
    "discount": _lt("%(user)s chose %(documents)s with its early payment discount."),
    "booked": _lt("%(user)s booked it on %(documents)s."),
}


class PontoMatching(models.AbstractModel):
    """The match log, and what it proposes."""

    _inherit = "ponto.matching"

    @api.model
    def _log(self, findings, state, previous_partners, user=None, run=None):
        """Write what was matched, or is proposed, in the match log.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :param str state: `applied` or `proposed`
        :param dict previous_partners: id of a line: id of the partner that it had before, or would have
        :param user: `res.users` record of who decided; None when it matches by itself
        :param run: `ponto.synchronization` record, if there is one
        :return: `ponto.match` records
        """
        # sudo: the log is written by code only; whoever may match may have it written.
        matches = self.env["ponto.match"].sudo()
        lines = self.env["account.bank.statement.line"].union(*findings)
        former = matches.search([("statement_line_id", "in", lines.ids), ("state", "in", ("proposed", "applied"))])
        former.filtered(lambda match: match.state == "proposed").unlink()
        former.exists().write({"state": "undone"})  # an applied match that was broken from the other side
        self.env.flush_all()
        vals_list = []
        for line, finding in findings.items():
            documents = self._get_document_names(finding)
            sentence = self.env._(EXPLANATIONS[finding.evidence])
            vals_list.append(
                {
                    "statement_line_id": line.id,
                    "state": state,
                    "evidence": finding.evidence,
                    "key": get_content_key(finding),
                    "explanation": sentence % {"documents": documents, "user": user.name if user else ""},
                    "item_ids": [fields.Command.set(finding.item_ids)],
                    "documents": documents,
                    "partner_id": finding.partner_id or previous_partners.get(line.id) or False,
                    "previous_partner_id": previous_partners.get(line.id) or False,
                    "user_id": user.id if user else False,
                    "synchronization_id": run.id if run else False,
                }
            )
        return matches.create(vals_list)

    def _get_document_names(self, finding):
        """Name what a finding settles: its reconciliation model, or the documents of its items and the accounts booked."""
        if name := get_rule(self.env, finding).name:
            return name
        items = self.env["account.move.line"].browse(finding.item_ids)
        names = [name for item in items if (name := item.move_name)]
        if finding.evidence in ("booked", "chosen"):
            names += get_booked_accounts(self.env, finding).mapped("display_name")
        return ", ".join(dict.fromkeys(names))

    @api.model
    def _propose(self, findings, run=None):
        """Propose matches of bank transactions; what two of them would settle is proposed for none.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :param run: `ponto.synchronization` record, if there is one
        :return: `ponto.match` records
        """
        claims = Counter(item_id for finding in findings.values() for item_id in finding.item_ids)
        rivals = self._get_proposals(claims).filtered(lambda match: match.statement_line_id not in findings)
        claims.update(rivals.item_ids.ids)
        rivals.unlink()
        kept = {
            line: finding
            for line, finding in findings.items()
            if all(claims[item_id] == 1 for item_id in finding.item_ids)
        }
        return self._log(kept, "proposed", {line.id: line.partner_id.id for line in kept}, run=run) if kept else None

    @api.model
    def _get_contested(self, found):
        """Return which payments would settle what is proposed for another one already.

        :param dict found: key of a payment without a line: `Finding`
        :return set: keys
        """
        items = {item_id for finding in found.values() for item_id in finding.item_ids}
        proposed = set(self._get_proposals(items).item_ids.ids)
        return {key for key, finding in found.items() if not proposed.isdisjoint(finding.item_ids)}

    @api.model
    def _get_proposals(self, item_ids):
        """Return the matches that are proposed with journal items.

        :param item_ids: ids of `account.move.line`
        :return: `ponto.match` records, as superuser: the log is written by code only
        """
        # sudo: what is proposed counts, whoever looks.
        return self.env["ponto.match"].sudo().search([("state", "=", "proposed"), ("item_ids", "in", list(item_ids))])
