"""Reconciliation models of the database that are automated: the first one whose conditions hold books a payment."""

import logging
import re

from ..account_journal import SCREEN_MODULES
from ..support.errors import UNEXPECTED_ERRORS
from .facts import Finding

_logger = logging.getLogger(__name__)

# What a rule may ask of a payment. Automated without any of them, it would book every payment there is.
CONDITIONS = ("match_label", "match_amount", "match_partner_ids", "match_journal_ids")


def read_rules(env, journal):
    """Return the reconciliation models that book payments of a journal by themselves, in the order of the database.

    Another module that applies them does so with its own screen: then they are left to it, or a payment would be
    booked by whoever comes first.

    :param env: environment
    :param journal: `account.journal` record
    :return: `account.reconcile.model` records
    """
    rules = env["account.reconcile.model"]
    if SCREEN_MODULES & set(env["ir.module.module"]._installed()):
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


def get_rule_texts(payment):
    """Return the texts of a payment that a rule looks at, the label first."""
    references = (payment.end_to_end_id, payment.mandate_id, payment.creditor_id)
    return [text for text in (payment.label, *payment.texts, *references) if text]


def get_rule(env, finding):
    """Return the reconciliation model of a finding; none when it is of another kind."""
    is_rule = finding.evidence == "rule" and finding.counterparts
    return env["account.reconcile.model"].browse(finding.counterparts[0]["reconcile_model_id"] if is_rule else ())


class RuleFinder:
    """Finds what automated reconciliation models say about payments.

    A payment is booked as a whole or not at all: when the counterpart items of its rule leave something open, nothing is
    found for it, and no later rule is asked.
    """

    def __init__(self, search):
        """Take what was read.

        :param Search search: of the batch
        """
        self._search = search

    def find(self, payments):
        """Find what rules book payments on.

        :param list payments: of `Payment`, of the search
        :return dict: key of a payment: `Finding`
        """
        if not payments or not self._search.rules:
            return {}
        # Odoo would refuse the taxes, and with them whatever is booked together with this payment.
        tax_lock_date = self._search.company._get_user_lock_date("tax_lock_date", ignore_exceptions=True)
        partners = self._search.partner_ids
        found, failed = {}, False
        for payment in payments:
            try:
                partner_id = payment.partner_id or partners.get(payment.key) or 0
                if finding := self._find_one(payment, partner_id, tax_lock_date):
                    found[payment.key] = finding
            except UNEXPECTED_ERRORS:
                # What fails over one payment takes nothing from the others; it may fail over all of them.
                if not failed:
                    _logger.exception(
                        "Journal %s: a reconciliation model failed over a payment", self._search.journal.id
                    )
                failed = True
        return found

    def _find_one(self, payment, partner_id, tax_lock_date):
        """Return what the first rule that applies books a payment on, or nothing."""
        search = self._search
        rule = self._get_first_rule(payment, partner_id)
        if not rule or (payment.date <= tax_lock_date and rule.line_ids.tax_ids):
            return None
        counterparts = search.matching._prepare_counterparts(rule, search.journal, payment, partner_id)
        return self._make_finding(payment, partner_id, counterparts) if counterparts else None

    def _get_first_rule(self, payment, partner_id):
        """Return the first rule whose conditions hold for a payment.

        :param Payment payment: of the bank
        :param int partner_id: its partner, 0 when none is known
        :return: `account.reconcile.model` record, maybe empty
        """
        texts = get_rule_texts(payment)
        fitting = (rule for rule in self._search.rules if self._is_rule_for(rule, payment.amount, texts, partner_id))
        return next(fitting, self._search.rules.browse())

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

    def _make_finding(self, payment, partner_id, counterparts):
        partners = {values["partner_id"] for values in counterparts if values["partner_id"]}
        return Finding(
            key=payment.key,
            evidence="rule",
            account_id=counterparts[0]["account_id"],
            partner_id=partner_id or (partners.pop() if len(partners) == 1 else 0),
            counterparts=tuple(counterparts),
        )
