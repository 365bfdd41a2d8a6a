import logging
import re

from odoo import api, models

from ..account_journal import SCREEN_MODULES
from ..support.errors import UNEXPECTED_ERRORS
from .facts import Finding

_logger = logging.getLogger(__name__)

# What a rule may ask of a payment. Automated without any of them, it would book every payment there is.
CONDITIONS = ("match_label", "match_amount", "match_partner_ids", "match_journal_ids")


class PontoMatching(models.AbstractModel):
    """Reconciliation models of the database that are automated: the first one whose conditions hold books a payment."""

    _inherit = "ponto.matching"

    @api.model
    def _find_by_rules(self, journal, payments, owners=None):
        """Find what automated reconciliation models say about payments.

        A payment is booked as a whole or not at all: when the counterpart items of its rule leave something open,
        nothing is found for it, and no later rule is asked.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param dict owners: whom the payments may be of, where that was looked up before
        :return dict: key of a payment: `Finding`
        """
        rules = self._get_rules(journal) if payments else None
        if not rules:
            return {}
        company = journal.company_id
        partners = self._find_partners(company, [payment for payment in payments if not payment.partner_id], owners)
        # Odoo would refuse the taxes, and with them whatever is booked together with this payment.
        tax_lock_date = company._get_user_lock_date("tax_lock_date", ignore_exceptions=True)
        found, failed = {}, False
        for payment in payments:
            partner_id = payment.partner_id or partners.get(payment.key) or 0
            try:
                rule = self._get_first_rule(rules, payment, partner_id)
                if not rule or (payment.date <= tax_lock_date and rule.line_ids.tax_ids):
                    continue
                if counterparts := self._prepare_counterparts(rule, journal, payment, partner_id):
                    found[payment.key] = self._get_rule_finding(payment, partner_id, counterparts)
            except UNEXPECTED_ERRORS:
                # What fails over one payment takes nothing from the others; it may fail over all of them.
                if not failed:
                    _logger.exception("Journal %s: a reconciliation model failed over a payment", journal.id)
                failed = True
        return found

    @api.model
    def _get_rules(self, journal):
        """Return the reconciliation models that book payments of a journal by themselves, in the order of the database.

        Another module that applies them does so with its own screen: then they are left to it, or a payment would be
        booked by whoever comes first.

        :param journal: `account.journal` record
        :return: `account.reconcile.model` records
        """
        rules = self.env["account.reconcile.model"]
        if SCREEN_MODULES & set(self.env["ir.module.module"]._installed()):
            return rules
        return rules.search(
            [("trigger", "=", "auto_reconcile"), ("company_id", "parent_of", journal.company_id.ids)]
        ).filtered(
            lambda rule: (
                rule.can_be_proposed
                and rule.line_ids
                and any(rule[condition] for condition in CONDITIONS)
                and (not rule.match_journal_ids or journal in rule.match_journal_ids)
            )
        )

    @api.model
    def _get_first_rule(self, rules, payment, partner_id):
        """Return the first rule whose conditions hold for a payment.

        :param rules: `account.reconcile.model` records
        :param Payment payment: of the bank
        :param int partner_id: its partner, 0 when none is known
        :return: `account.reconcile.model` record, maybe empty
        """
        texts = self._get_rule_texts(payment)
        fitting = (rule for rule in rules if self._is_rule_for(rule, payment.amount, texts, partner_id))
        return next(fitting, rules.browse())

    @api.model
    def _is_rule_for(self, rule, amount, texts, partner_id):
        """Tell whether every condition of a rule holds for a payment on one of its journals.

        :param rule: `account.reconcile.model` record
        :param float amount: of the payment, signed
        :param list texts: of the payment
        :param int partner_id: its partner, 0 when none is known
        :return bool:
        """
        return (
            self._is_amount_of_rule(rule, amount)
            and self._is_label_of_rule(rule, texts)
            and (not rule.match_partner_ids or partner_id in rule.match_partner_ids.ids)
        )

    @api.model
    def _is_amount_of_rule(self, rule, amount):
        """Tell whether an amount is what a rule asks for, bounds included.

        Bounds are written without sign: then money in both directions counts. Who writes a negative bound means
        the sign.
        """
        lower, upper = rule.match_amount_min, rule.match_amount_max
        if lower >= 0 and upper >= 0:
            amount = abs(amount)
        return {
            "lower": amount <= upper,
            "greater": amount >= lower,
            "between": lower <= amount <= upper,
        }.get(rule.match_amount, True)

    @api.model
    def _is_label_of_rule(self, rule, texts):
        """Tell whether label, details or note of a payment are what a rule asks for, in upper or lower case."""
        wanted = rule.match_label_param or ""
        if not rule.match_label:
            return True
        if not wanted:  # it would be part of every text
            return False
        if rule.match_label == "match_regex":
            return any(re.search(wanted, text, re.IGNORECASE) for text in texts)
        contained = any(wanted.casefold() in text.casefold() for text in texts)
        return contained if rule.match_label == "contains" else not contained

    @api.model
    def _get_rule_texts(self, payment):
        """Return the texts of a payment that a rule looks at, the label first."""
        references = (payment.end_to_end_id, payment.mandate_id, payment.creditor_id)
        return [text for text in (payment.label, *payment.texts, *references) if text]

    @api.model
    def _get_rule_finding(self, payment, partner_id, counterparts):
        partners = {values["partner_id"] for values in counterparts if values["partner_id"]}
        return Finding(
            key=payment.key,
            evidence="rule",
            account_id=counterparts[0]["account_id"],
            partner_id=partner_id or (partners.pop() if len(partners) == 1 else 0),
            counterparts=tuple(counterparts),
        )

    # ------------------------------------------------------------------ lines that a rule has booked

    def _get_rule(self, finding):
        """Return the reconciliation model of a finding; none when it is of another kind."""
        is_rule = finding.evidence == "rule" and finding.counterparts
        return self.env["account.reconcile.model"].browse(
            finding.counterparts[0]["reconcile_model_id"] if is_rule else ()
        )

    def _schedule_activities(self, findings):
        """Schedule the activities that reconciliation models ask for, for who wrote each model.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        """
        for line, finding in findings.items():
            rule = self._get_rule(finding)
            if activity_type := rule.next_activity_type_id:
                user = (activity_type.default_user_id or rule.create_uid).filtered("active") or self.env.user
                # Without an e-mail: a rule may book every day.
                move = line.move_id.with_context(mail_activity_quick_update=True)
                move.activity_schedule(activity_type_id=activity_type.id, user_id=user.id, summary=rule.name)
