import re
from contextlib import contextmanager
from urllib.parse import urlsplit

from odoo import fields
from odoo.exceptions import UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from odoo.tools import mute_logger

from .renewal_case import LOGGER
from .test_renewal_link import LinkCase


@tagged("post_install", "-at_install")
class TestNeutralize(LinkCase):
    """A copy of the database has the secret that signs links; it is neutralized as `odoo neutralize` does it."""

    def neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["base", "mail", "account_online_ponto"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    @contextmanager
    def a_copy(self):
        """Work in a neutralized copy; the database itself goes on as it was."""
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT production")
        self.neutralize()
        yield
        self.env.flush_all()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT production")
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def assertServesNothing(self, address):
        with mute_logger(LOGGER + ".controllers.renewal", LOGGER + ".models.authorization.ponto_renewal_request"):
            self.assertEqual(self.see(address).status_code, 404, address)

    def mail_rows(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT mail.id FROM mail_mail mail JOIN mail_message message ON message.id = mail.mail_message_id"
            " WHERE message.model LIKE 'ponto.%'"
        )
        return self.env.cr.fetchall()

    def test_a_mail_of_production_opens_nothing_in_the_copy(self):
        with self.a_copy():
            self.assertServesNothing(self.link)
            with mute_logger(LOGGER + ".controllers.renewal"):
                self.assertEqual(self.press().status_code, 404)
            self.assertFalse(self.asked_at_ponto())
        self.assertEqual(self.see(self.link).status_code, 200, "production goes on")

    def test_a_link_that_the_copy_makes_opens_nothing_in_production(self):
        with self.a_copy():
            link = urlsplit(self.renewal._make_link(days=1)).path
            self.assertEqual(self.see(link).status_code, 200)
        self.assertServesNothing(link)

    def test_each_renewal_gets_a_nonce_of_its_own_that_nobody_guesses(self):
        self.ask(self.other, self.accountant.partner_id)
        before = self.env["ponto.renewal"].search([]).mapped("nonce")
        self.neutralize()
        after = self.env["ponto.renewal"].search([]).mapped("nonce")
        self.assertEqual(len({*before, *after}), 4)
        self.assertTrue(all(re.fullmatch(r"[0-9a-f]{32}", nonce) for nonce in after), after)

    def test_a_link_in_a_message_that_somebody_kept_opens_nothing(self):
        self.connection.message_post(body=f"Jan, here it is once more: {self.renewal._make_link(days=9)}")
        self.neutralize()
        kept = self.connection.message_ids.filtered(lambda message: "/ponto/renew/" in (message.body or ""))
        path = re.search(r"/ponto/renew/[\w-]+", kept.body).group()
        self.assertServesNothing(path)

    def test_a_way_back_from_the_bank_is_not_taken(self):
        back = urlsplit(self.way_back()).path
        with self.a_copy():
            self.assertFalse(self.env["ponto.renewal.request"].search([]), "they hold addresses at the bank")
            self.assertServesNothing(back)
        self.assertEqual(self.see(back).status_code, 200, "production goes on")

    def test_no_mail_waits_to_leave(self):
        failed = self.mails()
        failed.state = "exception"
        self.ask(self.other, self.accountant.partner_id)
        mail = {"model": "ponto.connection", "res_id": self.connection.id, "email_to": "jan@example.com"}
        self.env["mail.mail"].create([{**mail, "state": "outgoing"}, {**mail, "state": "exception"}])
        self.assertEqual(len(self.mail_rows()), 4)
        of_others = self.env["mail.mail"].create({"email_to": "else@example.com", "state": "outgoing"})
        self.neutralize()
        self.assertFalse(self.mail_rows())
        self.assertTrue(of_others.exists(), "what others send is not this addon's")

    def test_no_message_waits_for_its_moment(self):
        soon = fields.Datetime.add(fields.Datetime.now(), hours=1)
        message = self.connection.message_post(body="Later", scheduled_date=soon)
        scheduled = self.env["mail.scheduled.message"].create(
            {
                "model": "ponto.connection",
                "res_id": self.connection.id,
                "scheduled_date": soon,
                "author_id": self.env.user.partner_id.id,
                "partner_ids": self.owner.ids,
                "body": "Later still",
            }
        )
        waiting = self.env["mail.message.schedule"]
        waiting = waiting.create({"mail_message_id": message.id, "scheduled_datetime": soon})
        self.neutralize()
        self.assertFalse(waiting.exists() or scheduled.exists())
        self.assertTrue(message.exists(), "what was said stays")

    def test_nothing_calls_ponto(self):
        self.connection.schedule = "twice"
        self.env["ponto.refresh"].create({"account_id": self.account.id, "ip_address": "8.8.8.8"})
        self.synchronize(self.connection)
        self.neutralize()
        self.sandbox.requests.clear()
        self.assertFalse(self.env["ponto.refresh"].search([]), "they hold addresses of users")
        self.assertFalse(self.env["ponto.token"].search([]))
        self.assertEqual((self.connection.client_id or "", self.connection.has_secret), ("", False))
        self.assertEqual((self.connection.schedule, self.connection.next_sync_at), ("manual", False))
        for act in (
            self.connection.action_synchronize,
            self.connection.action_connect,
            self.account.action_synchronize,
        ):
            with self.assertRaises(UserError):
                act()
        self.assertEqual(self.account.action_renew_authorization()["target"], "new", "to the website")
        self.run_cron()
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.assertFalse(self.sandbox.requests)
        self.assertFalse(self.mail_rows())
