from odoo import api, fields, models
from odoo.exceptions import UserError

from ..booking.taxes import PARTNER_ACCOUNTS
from ..matching.facts import EXACT
from ..matching.words import describe_evidence, get_key


class AccountBankStatementLine(models.Model):
    """What a bank transaction may be matched with, as the review shows it: found anew each time it is shown."""

    _inherit = "account.bank.statement.line"

    ponto_candidate = fields.Char("Best Candidate", compute="_compute_ponto_candidate")
    ponto_candidate_evidence = fields.Char("Evidence", compute="_compute_ponto_candidate")
    ponto_candidate_key = fields.Char(compute="_compute_ponto_candidate")
    ponto_candidate_exact = fields.Boolean("Exact", compute="_compute_ponto_candidate")
    ponto_candidate_settles = fields.Boolean(compute="_compute_ponto_candidate")
    ponto_candidate_count = fields.Integer("Candidates", compute="_compute_ponto_candidate")

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_ponto_candidate(self):
        matching = self.env["ponto.matching"]
        suggestions = matching._suggest(self)
        shown = [findings[0] for findings in suggestions.values() if findings]
        # One query for all names.
        self.env["account.move.line"].browse([item for best in shown for item in best.item_ids]).fetch(["move_name"])
        for line in self:
            findings = suggestions[line.id]
            best = findings[0] if findings else None
            alike = [
                finding for finding in findings if (finding.evidence, finding.found) == (best.evidence, best.found)
            ]
            line.ponto_candidate_count = len(findings)
            line.ponto_candidate = best and line._name_finding(best)
            line.ponto_candidate_evidence = best and line._describe_best(best, len(alike))
            line.ponto_candidate_key = best and get_key(best)
            line.ponto_candidate_exact = bool(best) and best.evidence in EXACT
            # Between equals a person decides, who sees them all.
            line.ponto_candidate_settles = len(alike) == 1 and matching._settles(best)

    def _describe_best(self, finding, alike):
        """Return the evidence of the best candidate, and how many have the same.

        :param Finding finding: the candidate
        :param int alike: candidates with the same evidence, itself included
        :return str: words
        """
        words = describe_evidence(self.env, finding)
        return words if alike == 1 else self.env._("%(evidence)s (%(count)s alike)", evidence=words, count=alike)

    def _name_finding(self, finding):
        """Return what a finding would match or book a bank transaction with, in words.

        :param Finding finding: what was found
        :return str: documents and their partner, or accounts
        """
        items = self.env["account.move.line"].browse(finding.item_ids)
        partner = self.env["res.partner"].browse(finding.partner_id).display_name
        if items:
            # A batch of payments has as many partners as payments.
            names = ", ".join(items.mapped("move_name"))
            return f"{names} · {partner}" if finding.partner_id else names
        counterparts = finding.counterparts or ({"account_id": finding.account_id},)
        pieces = [
            self._name_counterpart(values) for values in counterparts if not values.get("tax_repartition_line_id")
        ]
        return " · ".join(filter(None, [", ".join(dict.fromkeys(pieces)), partner]))

    def _name_counterpart(self, values):
        """Return an account with its taxes, in words.

        :param dict values: of a journal item
        """
        account = self.env["account.account"].browse(values["account_id"]).display_name
        taxes = self.env["account.tax"].browse(
            [tax for _command, _zero, ids in values.get("tax_ids") or () for tax in ids]
        )
        return f"{account} ({', '.join(taxes.mapped('name'))})" if taxes else account

    # ------------------------------------------------------------------ buttons

    def action_ponto_accept(self):
        """Match a bank transaction with the candidate that was shown.

        The screen gives the key of what it showed in the context: nothing else is accepted.

        :raises UserError: when that candidate is none any more
        """
        self.ensure_one()
        self._accept(self._get_candidate(self.env.context.get("ponto_candidate_key")))

    def action_ponto_open_match(self):
        """Open the candidates and the open documents of a bank transaction; its form, for who may only read it.

        :return dict: window action
        :raises AccessError: for who may not even read it
        :raises UserError: when it is not posted, or matched or booked already
        """
        self.ensure_one()
        self.check_access("read")
        if not self.has_access("write"):
            return self.get_formview_action()
        return self.env["ponto.match.choose"]._open(self)

    def action_ponto_book(self):
        """Open what one decision books all these bank transactions on; of one alone, its own dialog.

        :return dict: window action
        :raises AccessError: for who may not write bank transactions
        :raises UserError: when they are of several companies
        """
        self.check_access("write")
        if len(self) == 1:
            return self.action_ponto_open_match()
        return self.env["ponto.book"]._open(self)

    def _get_candidate(self, key):
        """Return the candidate with a key.

        :param str key: as `get_key` gives it
        :return Finding: what was found now
        :raises UserError: when nothing with that key is found
        """
        for finding in self.env["ponto.matching"]._suggest(self)[self.id]:
            if get_key(finding) == key:
                return finding
        raise UserError(self.env._("The books have changed since this was shown: look again."))

    def _accept(self, finding):
        """Match a bank transaction as a user decided, and remember whose it is.

        :param Finding finding: what was accepted
        :raises AccessError: for who may not write bank transactions
        :raises UserError: when it cannot be matched any more
        """
        self.check_access("write")
        if not self.env["ponto.matching"]._apply_chosen(self, finding, self.env.user):
            raise UserError(
                self.env._("This cannot be matched now: its period is locked, or the books have changed meanwhile.")
            )
        partner = self.env["res.partner"].browse(finding.partner_id)
        if partner and self._is_of_partner(finding) and self.env["ponto.matching"]._teaches(finding):
            self.env["ponto.partner.mapping"]._remember(self, partner)
            # sudo: nobody writes the log but the addon.
            self.sudo().ponto_match_ids.filtered(lambda match: match.state == "applied").taught = True

    def _is_of_partner(self, finding):
        """Tell whether a finding says whose the counterparty is: who is paid through another's account is not.

        :param Finding finding: what was accepted
        """
        account = self.env["account.account"].browse(finding.account_id)
        return finding.evidence != "booked" or account.account_type in PARTNER_ACCOUNTS

    def _dismiss(self, finding):
        """Show a candidate of a bank transaction no longer.

        :param Finding finding: what was dismissed
        :raises AccessError: for who may not write bank transactions
        """
        self.check_access("write")
        items = self.env["account.move.line"].browse(finding.item_ids)
        values = {
            "state": "dismissed",
            "user_id": self.env.uid,
            "decided_at": fields.Datetime.now(),
        }
        # sudo: nobody writes the log but the addon; who may write the bank transaction may dismiss.
        log = self.env["ponto.match"].sudo()
        proposed = log.search([("statement_line_id", "=", self.id), ("state", "=", "proposed")])
        # Without documents, the kind is what was dismissed.
        if proposed and proposed.item_ids == items and (items or proposed.evidence == finding.evidence):
            proposed.write(values)
            return
        log.create(
            {
                **values,
                "statement_line_id": self.id,
                "evidence": finding.evidence,
                "explanation": describe_evidence(self.env, finding),
                "item_ids": [fields.Command.set(items.ids)],
                "documents": self._name_finding(finding),
                "partner_id": finding.partner_id,
            }
        )
