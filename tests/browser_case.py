"""Somebody before the screen: a company whose account has three transactions, and a real browser."""

import json

from .rpc_case import RpcCase

TOUR_SECONDS = 180  # the longest on a busy machine


class BrowserCase(RpcCase):
    """Tours of the web client; the scheduled action works between them."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account_with_payments()

    def watch(self, tour, user, *, at="/odoo", **given):
        """Run a tour.

        :param str tour: its name
        :param user: who sits before the screen
        :param str at: address where the tour begins
        :param given: values that the steps ask for, such as the credentials of this test's sandbox
        """
        self.env.flush_all()
        store = f"sessionStorage.setItem('ponto_given', {json.dumps(json.dumps(given))});"
        start = f"{store} odoo.startTour({tour!r}, {{stepDelay: 0, startUrl: {at!r}}})"
        # Developer mode, for the address of the sandbox.
        self.start_tour(f"{at}?debug=1", tour, code=start, login=user.login, timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def labels(self):
        lines = self.env["account.bank.statement.line"].search([("company_id", "=", self.company.id)])
        return set(lines.mapped("payment_ref"))
