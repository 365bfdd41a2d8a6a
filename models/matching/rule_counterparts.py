"""The counterpart items of a reconciliation model for one payment, taxes included, to the cent."""

import re

from .rules import get_rule_texts

# An amount as people and banks write it: 1234, 1.234,56, 1,234.56. Three digits after a single sign are thousands.
WRITTEN_AMOUNT = re.compile(r"^(?P<whole>\d[\d.,' ]*?)(?:[.,](?P<cents>\d{1,2}))?$")
# With more digits it is a number of something else, and a float would not hold it to the cent.
MOST_DIGITS = 13


def is_bookable(account, journal):
    """Tell whether a counterpart item of a journal's bank transaction may be on an account."""
    return account.active and account not in journal.default_account_id | journal.suspense_account_id


def find_written_amount(pattern, texts):
    """Return the amount that a pattern finds in texts; 0 when it finds none, or no amount.

    :param str pattern: regular expression; its first group, if it has one, is the amount
    :param list texts: where to look
    :return float: without sign
    """
    matches = (re.search(pattern, text) for text in texts)
    match = next(filter(None, matches), None)
    text = (match[1] if match.re.groups else match[0]) if match else ""
    amount = WRITTEN_AMOUNT.match((text or "").strip())
    digits = re.sub(r"[^0-9]", "", amount["whole"]) if amount else ""
    return float(f"{digits}.{amount['cents'] or 0}") if 0 < len(digits) <= MOST_DIGITS else 0.0


class RuleCounterparts:
    """The counterpart items of one rule for one payment."""

    def __init__(self, matching, rule, journal, payment, partner_id):
        """Take a rule and what it applies to.

        :param matching: `ponto.matching` model
        :param rule: `account.reconcile.model` record whose conditions hold
        :param journal: `account.journal` record
        :param Payment payment: the payment
        :param int partner_id: its partner, 0 when none is known
        """
        self._matching = matching
        self._rule = rule
        self._journal = journal
        self._payment = payment
        self._partner_id = partner_id
        self._currency = matching.env["res.currency"].browse(payment.currency_id)
        self._company = journal.company_id

    def prepare(self):
        """Return the journal items that take the place of the payment's suspense item.

        :return list: values of `account.move.line`, equal to the payment in its currency and in the company's;
            empty when the rule does not book all of it
        """
        shares, rest = self.divide(self._payment.amount)
        if not shares or not self._currency.is_zero(rest):
            return []
        if any(not is_bookable(line.account_id, self._journal) for line, _share in shares):
            return []
        rate = self._get_company_rate()
        parts = []
        for line, share in shares:
            values = {
                "name": line.label or self._payment.label,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id or self._partner_id,
                "currency_id": self._currency.id,
                "amount_currency": -share,  # money that came in is a credit here
                "balance": self._company.currency_id.round(-share * rate),
                "analytic_distribution": line.analytic_distribution or False,
            }
            parts.append((values, line.tax_ids))
        counterparts = self._matching._add_taxes(parts, self._company)
        self._balance(counterparts)
        return [{**values, "reconcile_model_id": self._rule.id} for values in counterparts]

    # ------------------------------------------------------------------ amounts

    def divide(self, rest):
        """Divide what is open of the payment among the counterpart items of the rule.

        :param float rest: what is open, signed as the payment is
        :return tuple: list of tuples of `account.reconcile.model.line` record and its share, signed as the payment is;
            what is left over
        """
        shares, currency = [], self._currency
        for line in self._rule.line_ids:
            share = currency.round(self._get_share(line, rest))
            if not currency.is_zero(share):
                shares.append((line, share))
                rest = currency.round(rest - share)
        # 50 % and 50 % of an odd number of cents make a cent more than all of it.
        percentages = [line.amount for line in self._rule.line_ids if line.amount_type == "percentage_st_line"]
        whole = len(percentages) == len(self._rule.line_ids) and abs(sum(percentages) - 100) < 1e-9
        if shares and whole and abs(rest) < currency.rounding * len(shares):
            line, share = shares[-1]
            shares[-1], rest = (line, currency.round(share + rest)), 0.0
        return shares, rest

    def _get_share(self, line, rest):
        """Return the amount of one counterpart item, signed as the payment is.

        :param line: `account.reconcile.model.line` record
        :param float rest: what the items before it left
        :return float: not rounded
        """
        if line.amount_type == "percentage":
            return rest * line.amount / 100
        if line.amount_type == "percentage_st_line":
            return self._payment.amount * line.amount / 100
        if line.amount_type == "fixed":  # "a debit if it is negative, a credit if it is positive", whatever came in
            return line.amount
        written = find_written_amount(line.amount_string, get_rule_texts(self._payment))
        return written if self._payment.amount > 0 else -written

    # ------------------------------------------------------------------ the company's currency

    def _get_company_rate(self):
        """Return what one unit of the payment's currency is in the company's on that day."""
        currency, own = self._currency, self._company.currency_id
        if currency == own:
            return 1.0
        return currency._get_conversion_rate(currency, own, self._company, self._payment.date)

    def _balance(self, counterparts):
        """Put what rounding left in the company's currency on the largest item."""
        own = self._company.currency_id
        total = self._currency._convert(self._payment.amount, own, self._company, self._payment.date)
        rest = own.round(-total - sum(values["balance"] for values in counterparts))
        if rest:
            largest = max(counterparts, key=lambda values: abs(values["balance"]))
            largest["balance"] = own.round(largest["balance"] + rest)
