from ast import literal_eval

from odoo import api, models
from odoo.http import request
from odoo.tools import split_every

from ...const import APPLY_BATCH, MATCH_SECONDS, REVIEW_LINES
from ..account_journal import READERS
from ..matching.words import get_content_key
from ..support.actions import open_action
from ..support.notification import make_notification
from ..support.work_slice import WorkSlice


class AccountJournal(models.Model):
    """The review of a journal: what waits for a match, what is exact, and the alarms."""

    _inherit = "account.journal"

    # ------------------------------------------------------------------ screens

    def action_ponto_review(self):
        """Open the bank transactions of these journals that wait for a match, each with its best candidate.

        :return dict: window action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("account_online_ponto.ponto_review_action")
        journals = self._get_review_journals()
        action["domain"] = [*literal_eval(action["domain"]), ("journal_id", "in", journals.ids)]
        action["context"] = {"ponto_review_journals": journals.ids}
        return action

    def action_ponto_view_matches(self):
        """Open the log of the matches in these journals.

        :return dict: window action
        """
        self.check_access("read")
        return open_action(self.env, "account_online_ponto.ponto_match_action", [("journal_id", "in", self.ids)])

    def action_ponto_view_alarms(self):
        """Open the alarms about payments of these journals that nobody dismissed.

        :return dict: window action
        """
        self.check_access("read")
        domain = [("journal_id", "in", self._get_review_journals().ids)]
        context = {"search_default_open": 1}
        return open_action(self.env, "account_online_ponto.ponto_payment_alarm_action", domain, context=context)

    def _get_review_journals(self):
        """Return these journals; all of the companies that the user works for when none is chosen."""
        domain = [("type", "in", ("bank", "credit")), ("company_id", "in", self.env.companies.ids)]
        return self or self.search(domain)

    def get_ponto_review(self):
        """Return what stands above the review of these journals, or of all when none is chosen.

        :return dict: `exact`, the number of exact matches to apply; the same as a sentence; `alarms`, a sentence or
            nothing; `may`, whether the user may match
        """
        self.check_access("read")
        journals = self._get_review_journals()
        exact = self.env["ponto.match"].search_count(journals._get_proposed_domain())
        alarms = self.env["ponto.payment.alarm"].search_count(
            [("journal_id", "in", journals.ids), ("state", "=", "open")]
        )
        return {
            "exact": exact,
            "sentence": self._describe_exact(exact),
            "alarms": self._describe_alarms(alarms),
            "may": self.env["account.bank.statement.line"].has_access("write"),
        }

    def _describe_exact(self, count):
        if not count:
            return self.env._("No exact match")
        if count == 1:
            return self.env._("1 exact match")
        return self.env._("%(count)s exact matches", count=count)

    def _describe_alarms(self, count):
        if count < 2:
            return self.env._("1 payment alarm") if count else ""
        return self.env._("%(count)s payment alarms", count=count)

    def _get_proposed_domain(self):
        return [
            ("journal_id", "in", self.ids),
            ("state", "=", "proposed"),
            ("statement_line_id.is_reconciled", "=", False),
            ("statement_line_id.state", "=", "posted"),
        ]

    # ------------------------------------------------------------------ exact matches

    def action_ponto_apply_exact(self):
        """Apply the exact matches that are proposed in these journals; each is looked at again before.

        :return dict: a notice
        :raises AccessError: for who may not write bank transactions
        """
        self.check_access("read")
        self.env["account.bank.statement.line"].check_access("write")
        found = self._get_review_journals()._find_proposed()
        # sudo: Odoo's own way to commit asks for it; the work is done with the rights of the user.
        work = WorkSlice(self.sudo().env, MATCH_SECONDS if request else float("inf"))
        applied = done = 0
        for batch in split_every(APPLY_BATCH, found.items(), dict):
            applied += len(self.env["ponto.matching"]._apply(batch, user=self.env.user))
            done += len(batch)
            if not work.next(1) and done < len(found):
                return make_notification(
                    self.env._("Bank transactions matched: %(count)s. Apply the others, too.", count=applied), "success"
                )
        return make_notification(self.env._("Bank transactions matched: %(count)s.", count=applied), "success")

    def _find_proposed(self):
        """Return what is proposed and still found; what is not found any more is proposed no longer.

        Two transactions that ask for the same document are found by looking at all of them at once.

        :return dict: `account.bank.statement.line` record: `Finding`
        """
        matches = self.env["ponto.match"].search(self._get_proposed_domain(), order="id")
        found, _looked_at = self._find_for_open_lines(matches.statement_line_id)
        proposed = {
            match.statement_line_id: found[match.statement_line_id]
            for match in matches
            if match.statement_line_id in found and self._is_proposed(match, found[match.statement_line_id])
        }
        stale = matches.filtered(lambda match: match.statement_line_id not in proposed)
        stale.sudo().unlink()  # sudo: nobody writes the log but the addon
        return proposed

    @api.model
    def _is_proposed(self, match, finding):
        """Tell whether what is found now is what was shown."""
        if match.evidence == finding.evidence == "transfer":  # the other side may have come meanwhile
            return True
        return match.key == get_content_key(finding)

    def _find_for_open_lines(self, more=None):
        """Return what the newest open bank transactions of these journals can be matched with by themselves.

        :param more: `account.bank.statement.line` records to look at, too, however old
        :return tuple: dict of `account.bank.statement.line` record: `Finding`; the lines that were looked at
        """
        matching = self.env["ponto.matching"]
        lines = looked_at = self.env["account.bank.statement.line"]
        found = {}
        for journal in self:
            opened = lines.search(
                [("journal_id", "=", journal.id), ("is_reconciled", "=", False), ("state", "=", "posted")],
                order="internal_index desc",
                limit=REVIEW_LINES,
            )
            if more:
                opened |= more.filtered(lambda line, journal=journal: line.journal_id == journal)
            looked_at |= opened
            search = matching._make_search(journal, matching._get_payments(opened))
            rules = journal.sudo().ponto_account_id.matching == "rules"  # sudo: a switch, whoever asks
            for key, finding in matching._find(search, rules=rules).items():
                found[lines.browse(key)] = finding
        return found, looked_at

    def action_ponto_look_again(self):
        """Look for exact matches of the open bank transactions anew: documents may have been entered since.

        :return dict: a notice
        :raises AccessError: for who may not write bank transactions
        """
        self.check_access("read")
        self.env["account.bank.statement.line"].check_access("write")
        matching, log = self.env["ponto.matching"], self.env["ponto.match"]
        journals = self._get_review_journals()
        found, looked_at = journals._find_for_open_lines()
        lines = self.env["account.bank.statement.line"].union(*found)
        dismissed = matching._get_dismissed(lines, ("dismissed", "undone"))
        fresh = {
            line: finding
            for line, finding in found.items()
            if line.partner_editable and matching._get_dismissable(finding) not in dismissed[line.id]
        }
        # sudo: nobody writes the log but the addon.
        log.search([("statement_line_id", "in", looked_at.ids), ("state", "=", "proposed")]).sudo().unlink()
        proposed = matching._propose(fresh) or log
        return make_notification(self._describe_exact(len(proposed)), "success")

    # ------------------------------------------------------------------ dashboard card

    def _fill_ponto_review(self, dashboard_data):
        """Add to the card what waits for a match, with two queries for any number of journals.

        :param dashboard_data: dict of dicts by journal id, completed in place
        """
        journals = self.filtered(lambda journal: journal.type in ("bank", "credit"))
        if not journals or not self.env.user.has_groups(READERS):
            return
        exact = self._count_by_journal("ponto.match", journals._get_proposed_domain())
        alarms = self._count_by_journal(
            "ponto.payment.alarm", [("journal_id", "in", journals.ids), ("state", "=", "open")]
        )
        for journal in journals:
            dashboard_data[journal.id]["ponto_review"] = {
                "open": dashboard_data[journal.id].get("number_to_reconcile", 0),
                "exact": exact.get(journal, 0),
                "alarms": alarms.get(journal, 0),
            }

    @api.model
    def _count_by_journal(self, model, domain):
        return dict(self.env[model]._read_group(domain, ["journal_id"], ["__count"]))
