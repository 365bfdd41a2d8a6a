import re

from odoo import Command, api, models

# An amount as people and banks write it: 1234, 1.234,56, 1,234.56. Three digits after a single sign are thousands.
WRITTEN_AMOUNT = re.compile(r"^(?P<whole>\d[\d.,' ]*?)(?:[.,](?P<cents>\d{1,2}))?$")
# With more digits it is a number of something else, and a float would not hold it to the cent.
MOST_DIGITS = 13


class PontoMatching(models.AbstractModel):
    """The counterpart items of a reconciliation model for one payment, taxes included, to the cent."""

    _inherit = "ponto.matching"

    @api.model
    def _prepare_counterparts(self, rule, journal, payment, partner_id):
        """Return the journal items that take the place of a payment's suspense item.

        :param rule: `account.reconcile.model` record whose conditions hold
        :param journal: `account.journal` record
        :param Payment payment: the payment
        :param int partner_id: its partner, 0 when none is known
        :return list: values of `account.move.line`, equal to the payment in its currency and in the company's;
            empty when the rule does not book all of it
        """
        currency = self.env["res.currency"].browse(payment.currency_id)
        shares = self._get_shares(rule, payment, currency)
        if not shares or any(not self._is_bookable(line.account_id, journal) for line, _share in shares):
            return []
        rate = self._get_company_rate(journal, payment, currency)
        counterparts = []
        for line, share in shares:
            values = {
                "name": line.label or payment.label,
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id or partner_id,
                "currency_id": currency.id,
                "amount_currency": -share,  # money that came in is a credit here
                "balance": journal.company_id.currency_id.round(-share * rate),
                "analytic_distribution": line.analytic_distribution or False,
            }
            counterparts += self._split_taxes(values, line.tax_ids, journal.company_id)
        self._balance_counterparts(counterparts, journal, payment, currency)
        return [{**values, "reconcile_model_id": rule.id} for values in counterparts]

    @api.model
    def _is_bookable(self, account, journal):
        """Tell whether a counterpart item may be on an account."""
        return account.active and account not in journal.default_account_id | journal.suspense_account_id

    # ------------------------------------------------------------------ amounts

    @api.model
    def _get_shares(self, rule, payment, currency):
        """Divide a payment among the counterpart items of a rule.

        :return list: tuples of `account.reconcile.model.line` record and its share, signed as the payment is; empty
            when something is left over
        """
        shares, rest = [], payment.amount
        for line in rule.line_ids:
            share = currency.round(self._get_share(line, payment, rest))
            if not currency.is_zero(share):
                shares.append((line, share))
                rest = currency.round(rest - share)
        # 50 % and 50 % of an odd number of cents make a cent more than all of it.
        percentages = [line.amount for line in rule.line_ids if line.amount_type == "percentage_st_line"]
        whole = len(percentages) == len(rule.line_ids) and abs(sum(percentages) - 100) < 1e-9
        if shares and whole and abs(rest) < currency.rounding * len(shares):
            line, share = shares[-1]
            shares[-1], rest = (line, currency.round(share + rest)), 0.0
        return shares if currency.is_zero(rest) else []

    @api.model
    def _get_share(self, line, payment, rest):
        """Return the amount of one counterpart item, signed as the payment is.

        :param line: `account.reconcile.model.line` record
        :param Payment payment: the payment
        :param float rest: what the items before it left
        :return float: not rounded
        """
        if line.amount_type == "percentage":
            return rest * line.amount / 100
        if line.amount_type == "percentage_st_line":
            return payment.amount * line.amount / 100
        if line.amount_type == "fixed":  # "a debit if it is negative, a credit if it is positive", whatever came in
            return line.amount
        written = self._find_written_amount(line.amount_string, self._get_rule_texts(payment))
        return written if payment.amount > 0 else -written

    @api.model
    def _find_written_amount(self, pattern, texts):
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

    # ------------------------------------------------------------------ taxes

    @api.model
    def _split_taxes(self, values, taxes, company):
        """Divide a counterpart item into base and taxes: what the bank moved includes them, whatever the tax says.

        :param dict values: of the item, taxes included
        :param taxes: `account.tax` records
        :param company: `res.company` record
        :return list: values of the base item and of the tax items; only the item itself without taxes
        """
        if not taxes:
            return [values]
        engine = self.env["account.tax"]
        amount, balance = values["amount_currency"], values["balance"]
        kinds = set(taxes.mapped("type_tax_use"))
        # As Odoo does for a journal entry.
        is_refund = amount > 0 if "sale" in kinds else "purchase" in kinds and amount < 0
        base_line = engine._prepare_base_line_for_taxes_computation(
            values,
            tax_ids=taxes,
            account_id=self.env["account.account"].browse(values["account_id"]),
            partner_id=self.env["res.partner"].browse(values["partner_id"]),
            currency_id=self.env["res.currency"].browse(values["currency_id"]),
            price_unit=amount,
            quantity=1.0,
            special_mode="total_included",
            is_refund=is_refund,
            rate=amount / balance if balance else 1.0,
        )
        engine._add_tax_details_in_base_lines([base_line], company)
        engine._round_base_lines_tax_details([base_line], company)
        engine._add_accounting_data_in_base_lines_tax_details([base_line], company)
        result = engine._prepare_tax_lines([base_line], company)
        base = {**values, "tax_ids": [Command.set(taxes.ids)], **result["base_lines_to_update"][0][1]}
        return [base, *result["tax_lines_to_add"]]

    # ------------------------------------------------------------------ the company's currency

    @api.model
    def _get_company_rate(self, journal, payment, currency):
        """Return what one unit of the payment's currency is in the company's on that day."""
        company = journal.company_id
        if currency == company.currency_id:
            return 1.0
        return self.env["res.currency"]._get_conversion_rate(currency, company.currency_id, company, payment.date)

    @api.model
    def _balance_counterparts(self, counterparts, journal, payment, currency):
        """Put what rounding left in the company's currency on the largest item."""
        company = journal.company_id
        total = currency._convert(payment.amount, company.currency_id, company, payment.date)
        rest = company.currency_id.round(-total - sum(values["balance"] for values in counterparts))
        if rest:
            largest = max(counterparts, key=lambda values: abs(values["balance"]))
            largest["balance"] = company.currency_id.round(largest["balance"] + rest)
