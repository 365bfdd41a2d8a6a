from odoo import Command
from odoo.tests import tagged

from .browser_case import BrowserCase
from .common import OTHER_IBAN
from .match_case import MatchCase

MANDATE = {"creditor_id": "BE98ZZZ123", "mandate_id": "M-17", "counterpart_reference": "BE02001234567840"}


@tagged("post_install", "-at_install")
class TestMatchBrowser(BrowserCase, MatchCase):
    """The review in the web client: an Administrator of Invoicing, who has no hidden group."""

    def prepare(self):
        super().prepare()
        self.assertNotIn(self.env.ref("account.group_account_basic"), self.accountant.group_ids)
        self.named = self.bill(121.0) | self.bill(242.0, self.insurer)
        self.likely, self.partial = self.bill(75.0), self.bill(500.0)
        for item in self.named:
            text = {"remittance_information": item.move_name, "counterpart_reference": None}
            self.pay(self.bank_account, item.amount_residual, **text)
        self.pay(self.bank_account, "75.00", remittance_information="Thank you", counterpart_reference=OTHER_IBAN)
        self.pay(self.bank_account, "200.00", remittance_information="A first part", counterpart_reference=OTHER_IBAN)
        self.pay(self.bank_account, "-9.75", remittance_information="Account fees of March")
        self.pay(self.bank_account, "-80.00", 40, remittance_information="Policy of last month", **MANDATE)
        self.pay(self.bank_account, "-81.25", remittance_information="Policy of this month", **MANDATE)
        self.rule = self.env["account.reconcile.model"].create(
            {
                "name": "Fees",
                "trigger": "auto_reconcile",
                "match_label": "contains",
                "match_label_param": "Account fees",
                "company_id": self.company.id,
                "line_ids": [Command.create({"account_id": self.expense.id})],
            }
        )
        self.account = self.connect_and_import().account_ids
        _liquidity, suspense, _others = self.find("Policy of last month")._seek_for_lines()
        suspense.account_id = self.expense

    def find(self, label):
        return self.lines_of(self.account).filtered(lambda line: line.payment_ref == label)

    def test_the_accountant_reviews_and_takes_back(self):
        documents = self.named | self.likely | self.partial
        self.assertFalse(any(documents.mapped("reconciled")), "the first import changes no document")
        self.watch("ponto_review", self.accountant)
        for item in self.named:
            self.assertReconciled(item, self.find(item.move_name))
        self.assertReconciled(self.likely, self.find("Thank you"))
        self.assertEqual(self.partial.amount_residual, 300.0)
        fees, policy = self.find("Account fees of March"), self.find("Policy of this month")
        for line, evidence in ((fees, "rule"), (policy, "last_time")):
            self.assertEqual(line._seek_for_lines()[2].account_id, self.expense)
            self.assertEqual((line.ponto_match_ids.evidence, line.ponto_match_ids.state), (evidence, "applied"))
            self.assertEqual(line.ponto_match_ids.user_id, self.accountant)
        self.watch("ponto_undo_match", self.accountant)
        self.assertFalse(self.likely.reconciled)
        self.assertEqual(self.partial.amount_residual, 500.0)
        self.assertTrue(all(self.named.mapped("reconciled")))
