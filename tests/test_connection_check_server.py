from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .check_case import CheckCase
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestConnectionCheckOfTheServer(CheckCase):
    """Check Connection: what this Odoo has to do by itself. Each line is broken, and mended by its button."""

    def hours_ago(self, hours):
        return fields.Datetime.now() - timedelta(hours=hours)

    # ------------------------------------------------------------------ schedule

    def test_a_scheduled_action_is_switched_off(self):
        for cron in self.crons():
            with self.subTest(cron.name):
                cron.write({"active": False, "nextcall": self.hours_ago(50)})
                dialog = self.assertBroken("schedule", "red", "is switched off")
                self.assertInOrder(self.follow(self.press(dialog, "schedule")))
                self.assertTrue(cron.active)

    def test_a_scheduled_action_was_deleted(self):
        self.crons().unlink()
        self.assertFalse(self.crons())
        dialog = self.assertBroken("schedule", "red", "was deleted")
        self.assertInOrder(self.follow(self.press(dialog, "schedule")))
        self.assertEqual(len(self.crons()), 2)
        self.assertEqual(self.crons().mapped("active"), [True, True])
        self.pay(self.bank_account, "2.00")
        self.connection.next_sync_at = self.hours_ago(1)
        self.run_scheduled_action()
        self.assertBooked(self.account, "1.00", "2.00")

    def run_scheduled_action(self):
        """Let the server do what it should: run what is due."""
        with self.working() as env:
            env.ref("account_online_ponto.cron_synchronize").method_direct_trigger()

    def test_the_server_runs_no_scheduled_actions(self):
        self.crons()[:1].nextcall = self.hours_ago(3)
        dialog = self.assertBroken("schedule", "red", "runs no scheduled actions.*max_cron_threads")
        self.run_scheduled_action()
        self.assertInOrder(self.follow(self.press(dialog, "schedule")))

    def test_a_neutralized_copy_is_left_alone(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.crons().active = False
        dialog = self.open_check()
        line = self.assertLine(dialog, "schedule", "grey", "neutralized copy")
        line.action_mend()
        self.assertEqual(self.crons().mapped("active"), [False, False])

    def test_only_by_hand(self):
        self.connection.schedule = "manual"
        dialog = self.assertBroken("schedule", "orange", "only by hand")
        self.assertInOrder(self.follow(self.press(dialog, "schedule")))
        self.assertEqual(self.connection.schedule, "twice")
        self.assertTrue(self.connection.next_sync_at)

    def test_what_was_planned_was_not_done(self):
        self.pay(self.bank_account, "2.00")
        for planned in (self.hours_ago(3), False):
            with self.subTest(planned=planned):
                self.connection.next_sync_at = planned
                dialog = self.assertBroken("schedule", "red", "should have been read by now")
                self.assertInOrder(self.follow(self.press(dialog, "schedule")))
                self.run_cron()
                self.assertGreater(self.connection.next_sync_at, fields.Datetime.now())
        self.assertBooked(self.account, "1.00", "2.00")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_wait_after_a_failure_is_ended(self):
        self.sandbox.faults.add("status", path="/accounts", times=9, status=503)
        self.synchronize(self.connection)
        self.sandbox.faults.clear()
        dialog = self.assertBroken("schedule", "orange", "The last attempt failed; the next one is on")
        self.press(dialog, "schedule")
        self.run_cron()
        self.assertInOrder(self.check_again(dialog))

    def test_an_archived_connection(self):
        self.connection.active = False
        dialog = self.assertBroken("schedule", "red", "archived: nothing is read")
        self.assertInOrder(self.follow(self.press(dialog, "schedule")))
        self.assertTrue(self.connection.active)

    def test_a_connection_that_is_not_connected_yet(self):
        self.connection.active = False
        fresh = self.new_connection(name="Fresh")
        dialog = self.open_check(fresh)
        self.assertLine(dialog, "schedule", "red", "not connected yet")
        self.press(dialog, "schedule")
        self.assertEqual(fresh.state, "connected")

    # ------------------------------------------------------------------ company

    def test_the_company_is_archived(self):
        self.env["res.users"].search([("company_id", "=", self.company.id)]).active = False
        self.company.active = False
        dialog = self.follow(self.connection.action_check()).with_env(self.env)
        self.assertLine(dialog, "company", "red", "is archived")
        self.line(dialog, "company").action_mend()
        self.assertTrue(self.company.active)
        self.assertLine(dialog, "company", "green", "has its accounting")

    def test_the_company_has_no_chart_of_accounts(self):
        chart, suspense = self.company.chart_template, self.company.account_journal_suspense_account_id
        self.company.write({"chart_template": False, "account_journal_suspense_account_id": False})
        dialog = self.assertBroken("company", "red", "Bakkerij Maes has no chart of accounts")
        self.assertEqual(self.line(dialog, "company").action, "check_again")
        self.accountant.group_ids |= self.env.ref("base.group_system")
        dialog = self.check_again(dialog)
        self.assertEqual(self.press(dialog, "company")["res_model"], "res.config.settings")
        self.company.write({"chart_template": chart, "account_journal_suspense_account_id": suspense.id})
        self.assertInOrder(self.check_again(dialog))

    def test_another_company_s_accounts(self):
        self.bank_account.holder_name = "Garage Dubois"
        dialog = self.assertBroken("company", "orange", "In Ponto this is Atelier Noordzee BV.* Bakkerij Maes")
        self.assertEqual(self.press(dialog, "company")["res_id"], self.connection.id)
        self.bank_account.holder_name = "MAES Bakkerij"
        self.assertInOrder(self.check_again(dialog))

    def test_one_organization_connected_twice(self):
        second = self.new_connection(name="Second")
        second.action_connect()
        dialog = self.assertBroken("company", "orange", "Second connects the same Ponto organization in this company")
        self.assertEqual(self.press(dialog, "company")["res_model"], "ponto.connection")
        second.with_user(self.accountant).action_archive()
        self.assertInOrder(self.check_again(dialog))

    # ------------------------------------------------------------------ rights

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_who_may_change_the_connection_may_check_it(self):
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", self._create_company("Other"))
        dialog = self.open_check()
        self.sandbox.clear()
        for user in (self.invoicing, self.employee, stranger):
            with self.subTest(user.login):
                for call in (
                    self.connection.with_user(user).action_check,
                    dialog.with_user(user).action_check_again,
                    dialog.line_ids[:1].with_user(user).action_mend,
                    dialog.with_user(user).read,
                    dialog.line_ids.with_user(user).read,
                ):
                    with self.assertRaises(AccessError):
                        call()
        self.assertFalse(self.sandbox.requests)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_what_was_found(self):
        line = self.open_check().line_ids[:1]
        for call in (
            lambda: line.write({"action": "restore_schedule"}),
            lambda: line.create({"check_id": line.check_id.id, "code": "x", "level": "red", "sentence": "x"}),
            lambda: line.check_id.create({"connection_id": self.connection.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_a_line_that_needs_nothing_mends_nothing(self):
        line = self.line(self.open_check(), "clock")
        self.assertFalse(line.action_label)
        self.assertInOrder(self.follow(line.action_mend()))
