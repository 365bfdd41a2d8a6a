import json

from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from ..hooks import GROUPS_PARAMETER, pre_init_hook, uninstall_hook


@tagged("post_install", "-at_install")
class TestHooks(TransactionCase):
    """What the addon changes outside its own records is restored; every test is rolled back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]
        cls.administrator = cls.env.ref("account.group_account_manager")
        cls.basic = cls.env.ref("account.group_account_basic")
        cls.privilege = cls.env.ref("account.res_groups_privilege_accounting")

    def _load_groups(self):
        convert_file(self.env, "account_online_ponto", "security/account_groups.xml", None, mode="init")

    def test_installed_administrator_implies_basic_and_basic_is_selectable(self):
        self.assertIn(self.basic, self.administrator.implied_ids)
        self.assertEqual(self.basic.privilege_id, self.privilege)
        self.assertTrue(self.parameters.get_param(GROUPS_PARAMETER))

    def test_uninstalling_restores_the_groups(self):
        self.parameters.set_param(GROUPS_PARAMETER, json.dumps({"implied": False, "privilege_id": False}))
        uninstall_hook(self.env)
        self.assertNotIn(self.basic, self.administrator.implied_ids)
        self.assertFalse(self.basic.privilege_id)

    def test_uninstalling_keeps_what_was_there_before(self):
        other = self.env["res.groups.privilege"].create({"name": "Bookkeeping"})
        self.basic.privilege_id = other
        pre_init_hook(self.env)
        self._load_groups()
        self.assertEqual(self.basic.privilege_id, self.privilege)
        uninstall_hook(self.env)
        self.assertIn(self.basic, self.administrator.implied_ids)
        self.assertEqual(self.basic.privilege_id, other)

    def test_a_privilege_chosen_by_somebody_else_later_stays(self):
        other = self.env["res.groups.privilege"].create({"name": "Bookkeeping"})
        self.basic.privilege_id = other
        uninstall_hook(self.env)
        self.assertEqual(self.basic.privilege_id, other)

    def test_the_full_application_keeps_its_groups(self):
        installed = {**self.env["ir.module.module"]._installed(), "accountant": 1}
        self.patch(self.env.registry["ir.module.module"], "_installed", lambda self: installed)
        self.parameters.set_param(GROUPS_PARAMETER, json.dumps({"implied": False, "privilege_id": False}))
        uninstall_hook(self.env)
        self.assertIn(self.basic, self.administrator.implied_ids)
        self.assertEqual(self.basic.privilege_id, self.privilege)

    def test_without_a_record_of_before_no_right_is_taken_away(self):
        self.parameters.search([("key", "=", GROUPS_PARAMETER)]).unlink()
        uninstall_hook(self.env)
        self.assertIn(self.basic, self.administrator.implied_ids)

    def test_uninstalling_and_installing_again_gives_the_same_groups(self):
        self.parameters.set_param(GROUPS_PARAMETER, json.dumps({"implied": False, "privilege_id": False}))
        uninstall_hook(self.env)
        pre_init_hook(self.env)
        self.assertEqual(
            json.loads(self.parameters.get_param(GROUPS_PARAMETER)), {"implied": False, "privilege_id": False}
        )
        self._load_groups()
        self.assertIn(self.basic, self.administrator.implied_ids)
        self.assertEqual(self.basic.privilege_id, self.privilege)

    def test_uninstalling_takes_ponto_off_the_journals_archived_ones_too(self):
        journals = self.env["account.journal"].create(
            [
                {"name": f"Bank {code}", "code": code, "type": "bank", "bank_statements_source": "ponto"}
                for code in ("PON1", "PON2")
            ]
        )
        other = self.env["account.journal"].create({"name": "Bank 3", "code": "PON3", "type": "bank"})
        journals[1].action_archive()
        uninstall_hook(self.env)
        self.assertEqual(journals.mapped("bank_statements_source"), ["undefined", "undefined"])
        self.assertEqual(other.bank_statements_source, "undefined")

    def test_uninstalling_removes_our_parameters_only(self):
        self.parameters.set_param("account_online_ponto.allowed_hosts", "127.0.0.1")
        self.parameters.set_param("accountant.example", "kept")
        uninstall_hook(self.env)
        self.assertFalse(self.parameters.search([("key", "=like", "account_online_ponto.%")]))
        self.assertEqual(self.parameters.get_param("accountant.example"), "kept")
