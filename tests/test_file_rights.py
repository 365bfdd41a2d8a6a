from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.support.locks import exclusive
from .file_case import FileCase

WIZARD = "ponto.file.import"
QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestFileRights(FileCase):
    """Who may create bank transactions may import files of the own companies; the files stay their own."""

    def prepare(self):
        super().prepare()
        self.pay(self.bank_account, "10.00", 9)

    def test_basic_imports_and_invoicing_does_not(self):
        basic = self._create_user("ponto_basic", "account.group_account_basic")
        with self.working() as env:
            self.upload(self.coda(30), env=env(user=basic.id)).action_import()
        self.assertEqual(self.amounts(), [10])
        for user in (self.invoicing, self.employee):
            with self.assertRaises(AccessError), mute_logger(*QUIET):
                self.upload(self.coda(30), env=self.env(user=user))

    @mute_logger(*QUIET)
    def test_another_company_neither_opens_nor_reads_nor_imports(self):
        other_company = self._create_company("Brouwerij Peeters")
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", other_company)
        env = self.env(user=stranger, context={"allowed_company_ids": other_company.ids})
        with self.assertRaises(AccessError):
            self.upload(self.coda(30), env=env)
        wizard = self.upload(self.coda(30))
        for act in (
            lambda: wizard.with_env(env).read(),
            lambda: wizard.with_env(env).action_import(),
            lambda: wizard.line_ids.with_env(env).read(),
        ):
            with self.assertRaises(AccessError):
                act()
        # Nor does a line of the own dialog bring a file into a journal of the first company.
        own = self.make_journal(code="OWN", company_id=other_company.id)
        mine = self.upload(self.coda(30), env=env, journal=own)
        with self.assertRaises(AccessError):
            mine.line_ids.journal_id = self.journal.with_env(env)
            mine.action_import()

    def test_the_journal_of_another_company_is_not_found_by_its_number(self):
        other_company = self._create_company("Brouwerij Peeters")
        self.accountant.company_ids |= other_company
        own = self.make_journal(number=None, code="OWN", company_id=other_company.id)
        env = self.env(user=self.accountant, context={"allowed_company_ids": [self.company.id, other_company.id]})
        wizard = self.upload(self.coda(30), env=env, journal=own)
        self.assertEqual(wizard.line_ids.journal_id, own)
        with self.assertRaisesRegex(UserError, "another company"):
            wizard.line_ids.journal_id = self.journal
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ponto_file_import_line SET journal_id = %s WHERE id = %s", [self.journal.id, wizard.line_ids.id]
        )
        self.env.invalidate_all()
        self.assertIn("Brouwerij Peeters", wizard.line_ids.refusal)

    def test_the_file_is_deleted_when_it_is_imported_and_files_of_others_never(self):
        partner = self.company.partner_id
        theirs = self.env["ir.attachment"].create(
            {"name": "Theirs", "raw": self.coda(30), "res_model": partner._name, "res_id": partner.id}
        )
        with self.working() as env:
            wizard = self.upload(self.coda(30), env=env(user=self.accountant.id))
            mine = wizard.attachment_ids
            wizard.attachment_ids += theirs.with_env(wizard.env)
            wizard.action_import()
            self.assertFalse(mine.exists())
        self.assertTrue(theirs.exists())
        wizard.with_env(self.env).unlink()
        self.assertTrue(theirs.exists())

    def test_an_uploaded_file_that_belongs_to_no_dialog_is_deleted_later(self):
        wizard = self.upload(self.coda(30))
        values = {"name": "file", "raw": self.coda(30), "res_model": WIZARD, "res_id": 0}
        forgotten, fresh = (self.env["ir.attachment"].with_user(self.accountant).create(values) for _number in range(2))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - INTERVAL '2 days' WHERE id = ANY(%s)",
            [(forgotten + wizard.attachment_ids).ids],
        )
        self.env.invalidate_all()
        self.env[WIZARD]._gc_files()
        self.assertFalse(forgotten.exists())
        self.assertEqual((fresh + wizard.attachment_ids).exists(), fresh + wizard.attachment_ids)

    @mute_logger(*QUIET)
    def test_a_file_that_the_user_may_not_see_is_not_read(self):
        theirs = self.env["ir.attachment"].create({"name": "Theirs", "raw": self.coda(30)})
        with self.assertRaises(AccessError):
            self.env(user=self.accountant)[WIZARD].create(
                {"journal_id": self.journal.id, "attachment_ids": [Command.set(theirs.ids)]}
            )

    def test_an_account_that_is_being_synchronized_waits(self):
        _connection, dialog = self.connect()
        dialog.line_ids.journal_id = self.journal
        self.choose(dialog)
        wizard = self.upload(self.coda(30))
        for record in (self.journal.ponto_account_id, self.journal):
            # The lock is held by a connection of its own, as another worker's is.
            with exclusive(record) as mine, self.working() as env:
                self.assertTrue(mine)
                with self.assertRaisesRegex(UserError, "being synchronized"):
                    env[WIZARD].with_user(self.accountant).browse(wizard.ids).action_import()
        self.assertEqual(self.amounts(), [])
