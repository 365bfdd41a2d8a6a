"""Check Connection: one synchronized account, an Administrator of Invoicing, and a server that runs its schedule."""

from odoo import fields

from .common import PontoCase

SCHEDULED = ("cron_synchronize", "cron_check_authorizations")


class CheckCase(PontoCase):
    """Everything is in order at the beginning; each test breaks something, and mends it by the button of its line."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.pay(self.bank_account, "1.00")
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.journal = self.account.journal_id
        self.crons().nextcall = fields.Datetime.now()
        self.env.flush_all()

    def crons(self):
        found = [self.env.ref(f"account_online_ponto.{name}", raise_if_not_found=False) for name in SCHEDULED]
        return self.env["ir.cron"].concat(*filter(None, found))

    # ------------------------------------------------------------------ the person

    def open_check(self, connection=None):
        """Press *Check Connection* as an Administrator of Invoicing; return the dialog."""
        self.env.invalidate_all()  # each click is a request of its own
        return self.follow((connection or self.connection).with_user(self.accountant).action_check())

    def follow(self, action):
        """Return the dialog that an action shows."""
        self.assertEqual((action["res_model"], action["target"]), ("ponto.connection.check", "new"))
        return self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"])

    def line(self, dialog, code):
        return dialog.line_ids.filtered(lambda line: line.code == code)

    def press(self, dialog, code):
        """Press the button of a line, and return the action."""
        self.env.invalidate_all()
        self.assertTrue(self.line(dialog, code).action_label)
        with self.enter_registry_test_mode():  # or the access token waits for this transaction, which waits for it
            return self.line(dialog, code).action_mend()

    def check_again(self, dialog):
        self.env.invalidate_all()
        return self.follow(dialog.action_check_again())

    # ------------------------------------------------------------------ assertions

    def assertLine(self, dialog, code, level, sentence):
        """Assert how one line is; every other one than green or grey has a button."""
        line = self.line(dialog, code)
        self.assertEqual(line.level, level, f"{code}: {line.sentence}")
        self.assertRegex(line.sentence, sentence)
        for each in dialog.line_ids:
            self.assertEqual(bool(each.action_label), each.level in ("red", "orange"), f"{each.code}: {each.sentence}")
            self.assertNotIn(self.integration.client_secret, each.sentence)
            self.assertNotIn(self.integration.client_id, each.sentence)
        return line

    def assertBroken(self, code, level, sentence):
        """Assert that a line, and no other one, is worse than green now; return the dialog."""
        dialog = self.open_check()
        self.assertLine(dialog, code, level, sentence)
        worse = {line.code: line.sentence for line in dialog.line_ids if line.level in ("red", "orange")}
        self.assertEqual(list(worse), [code], worse)
        return dialog

    def assertInOrder(self, dialog):
        """Assert that no line is red or orange, and that only what has no address here was not checked."""
        levels = {line.code: line.level for line in dialog.line_ids}
        sentences = {line.code: line.sentence for line in dialog.line_ids}
        self.assertEqual(levels, {**dict.fromkeys(levels, "green"), "address": "grey"}, sentences)
        self.assertEqual(dialog.level, "green")
