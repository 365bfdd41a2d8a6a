from odoo import api, models

# OCA's account_reconcile_oca; this addon does not depend on it.
MATCHER = "_do_auto_reconcile_invoices"


def leave_ours(matcher):
    """Wrap the invoice matcher of OCA's module: it looks at the lines that this addon did not import.

    It takes the only document whose name or reference contains the label, whatever the amount is: a payer who
    writes "2025" is booked on the only invoice of that year (doc/decisions.md, 25).

    :param matcher: its method; it returns the lines that it left open, and those that it has matched
    :return: the method that takes its place
    """

    def _do_auto_reconcile_invoices(self):
        ours = self.filtered(lambda line: line._is_from_bank())
        left, matched = matcher(self - ours)
        return left | ours, matched

    _do_auto_reconcile_invoices.origin = matcher
    return _do_auto_reconcile_invoices


class AccountBankStatementLine(models.Model):
    """Beside OCA's account_reconcile_oca: its rules and its screen go on, its guesses leave our lines alone."""

    _inherit = "account.bank.statement.line"

    def _register_hook(self):
        """Put our condition before OCA's invoice matcher, where its module is installed.

        Its class comes after ours in the order of inheritance, so overriding the method here would do nothing.
        """
        result = super()._register_hook()
        model = self.env.registry[self._name]
        matcher = getattr(model, MATCHER, None)
        if matcher and not hasattr(matcher, "origin"):
            setattr(model, MATCHER, leave_ours(matcher))
        return result

    def _unregister_hook(self):
        """Give OCA's invoice matcher back."""
        result = super()._unregister_hook()
        model = self.env.registry[self._name]
        if hasattr(vars(model).get(MATCHER), "origin"):
            delattr(model, MATCHER)
        return result

    def _is_from_bank(self):
        """Tell whether this addon imported the line: from Ponto, or from a file.

        :return bool: True while it is being created, too, when no row of Ponto knows it yet
        """
        self.ensure_one()
        details = self.transaction_details or {}
        return bool("ponto" in details or "ponto_file" in details or self.is_ponto)

    @api.model
    def _leave_guesses_out(self):
        """Return the model without OCA's guess at the partner: any name that contains the payer's would do."""
        return self.with_context(skip_retrieve_partner=True)
