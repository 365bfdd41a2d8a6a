from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc_case import RpcRefused
from .test_access import QUIET
from .test_walls import WallCase

FETCH, FETCH_LINE = "ponto.account.fetch", "ponto.account.fetch.line"
FILE, FILE_LINE = "ponto.file.import", "ponto.file.import.line"
CHOOSE, DOCUMENT = "ponto.match.choose", "ponto.match.choose.document"


@tagged("post_install", "-at_install")
class TestWallsOfDialogs(WallCase):
    """A dialog names nothing of another company: not when it is saved, not when it is only shown."""

    def prepare(self):
        super().prepare()
        item = self.their_line.line_ids[:1]
        # model, field, what it would name
        self.named = [
            (FETCH, "connection_id", self.their_connection),
            (FETCH, "institution_id", self.their_bank),
            (FETCH, "renewer_id", self.their_contact),
            (FETCH_LINE, "account_id", self.their_account),
            (FETCH_LINE, "journal_id", self.their_journal),
            ("ponto.account.opening", "account_id", self.their_account),
            ("ponto.account.opening", "counterpart_account_id", self.their_ledger_account),
            ("ponto.synchronization.undo", "synchronization_id", self.their_run),
            (FILE, "journal_id", self.their_journal),
            (FILE_LINE, "journal_id", self.their_journal),
            (CHOOSE, "statement_line_id", self.their_line),
            (DOCUMENT, "item_id", item),
        ]
        self.dialogs = {model: self.a_record_of(model) for model in dict.fromkeys(row[0] for row in self.named)}
        self.env.flush_all()

    def each(self):
        """Return what a dialog would name: model, field, the record, what the web client asks to read."""
        return [(model, field, named, {field: {"fields": {"display_name": {}}}}) for model, field, named in self.named]

    def values(self, model):
        """Return values that a new record of a dialog needs."""
        dialog = self.dialogs[model]
        names = {
            FETCH: ["connection_id"],
            FETCH_LINE: ["wizard_id", "account_id"],
            "ponto.account.opening": ["account_id", "date", "amount"],
            "ponto.synchronization.undo": ["synchronization_id"],
            FILE: ["journal_id"],
            FILE_LINE: ["wizard_id", "account_number", "currency_code"],
            CHOOSE: ["statement_line_id"],
            DOCUMENT: ["wizard_id", "item_id"],
        }[model]
        values = dialog.read(names, load=None)[0]
        return {name: str(values[name]) if name == "date" else values[name] for name in names}

    @mute_logger(*QUIET)
    def test_what_is_named_by_a_saved_dialog(self):
        for model, field, named, spec in self.each():
            with self.subTest(model=model, field=field):
                dialog, values = self.dialogs[model], self.values(model)
                before = dialog[field]
                self.assertForbidden(model, "write", dialog.ids, vals={field: named.id})
                self.assertForbidden(model, "write", dialog.ids, vals={field: str(named.id)})
                self.assertForbidden(model, "web_save", dialog.ids, vals={field: named.id}, specification=spec)
                self.assertForbidden(model, "web_save", [], vals={**values, field: named.id}, specification=spec)
                self.assertForbidden(model, "create", [{**values, field: named.id}])
                self.assertEqual(dialog[field], before)

    @mute_logger(*QUIET)
    def test_what_is_named_by_a_default_of_the_caller(self):
        for model, field, named, spec in self.each():
            with self.subTest(model=model, field=field):
                context = {f"default_{field}": named.id}
                values = {name: value for name, value in self.values(model).items() if name != field}
                self.assertForbidden(model, "create", [values], context=context)
                self.assertForbidden(model, "default_get", [field], context=context)
                self.assertForbidden(model, "onchange", [], {}, [], spec, context=context)

    @mute_logger(*QUIET)
    def test_what_is_named_by_a_form_that_is_not_saved(self):
        for model, field, named, spec in self.each():
            with self.subTest(model=model, field=field):
                vals = {field: named.id}
                spec = {**spec, **{name: {} for name in self.env[model]._fields if name not in spec}}
                for ids in ([], self.dialogs[model].ids):
                    self.assertForbidden(model, "onchange", ids, vals, [field], spec)
                    self.assertForbidden(model, "onchange", ids, vals, [], spec)

    @mute_logger(*QUIET)
    def test_what_is_named_in_the_lines_of_a_dialog(self):
        journal = {"fields": {"journal_id": {"fields": {"display_name": {}}}}}
        theirs = {"journal_id": self.their_journal.id}
        line = self.dialogs[FETCH_LINE]
        own_line = {"account_id": self.account.id}
        for command in (
            Command.update(line.id, theirs),
            Command.create({**own_line, **theirs}),
            Command.create({"account_id": self.their_account.id}),
        ):
            vals = {"line_ids": [command]}
            dialog, values = self.dialogs[FETCH].ids, self.values(FETCH)
            self.assertForbidden(FETCH, "web_save", line.wizard_id.ids, vals=vals, specification={"line_ids": journal})
            self.assertForbidden(FETCH, "create", [{**values, **vals}])
            self.assertForbidden(FETCH, "onchange", dialog, vals, ["line_ids"], {"line_ids": journal})
            self.assertForbidden(FETCH, "onchange", [], vals, [], {"line_ids": journal})
        files = {"line_ids": [Command.create({"account_number": "1", "currency_code": "EUR", **theirs})]}
        self.assertForbidden(FILE, "create", [{**self.values(FILE), **files}])
        self.assertForbidden(FILE, "onchange", [], files, ["line_ids"], {"line_ids": journal})
        documents = {"document_ids": [Command.create({"item_id": self.their_line.line_ids[:1].id, "ticked": True})]}
        self.assertForbidden(CHOOSE, "create", [{**self.values(CHOOSE), **documents}])
        spec = {"document_ids": {"fields": {"item_id": {"fields": {"display_name": {}}}}}, "outcome": {}}
        self.assertForbidden(CHOOSE, "onchange", [], documents, ["document_ids"], spec)
        # A line of a form names its dialog by the values that the form has.
        spec = {**journal["fields"], "company_id": {"fields": {"display_name": {}}}, "reference": {}, "note": {}}
        for vals in (
            {"account_id": {"id": self.their_account.id}},
            {"wizard_id": {"connection_id": self.their_connection.id}},
            {"wizard_id": {"connection_id": {"id": self.their_connection.id}}},
            {"account_id": {"journal_id": {"bank_account_id": 1, "id": self.their_journal.id}}},
            {"wizard_id": {"id": line.wizard_id.id, "line_ids": [Command.update(line.id, theirs)]}},
        ):
            for changed in ([], list(vals)):
                self.assertForbidden(FETCH_LINE, "onchange", [], vals, changed, spec)
                self.assertForbidden(FETCH_LINE, "onchange", line.ids, vals, changed, spec)
        candidates = {"candidate_ids": [Command.create({"key": "0", "item_ids": [self.their_line.line_ids[:1].id]})]}
        self.assertForbidden(CHOOSE, "create", [{**self.values(CHOOSE), **candidates}])

    @mute_logger(*QUIET)
    def test_a_line_joins_no_dialog_of_another_company(self):
        their_dialog = self.env[FETCH].create({"connection_id": self.their_connection.id})
        their_file = self.env[FILE].create({"journal_id": self.their_journal.id})
        self.env.flush_all()
        self.assertForbidden(FETCH_LINE, "write", self.dialogs[FETCH_LINE].ids, vals={"wizard_id": their_dialog.id})
        self.assertForbidden(FILE_LINE, "write", self.dialogs[FILE_LINE].ids, vals={"wizard_id": their_file.id})
        stolen = {"line_ids": [Command.link(their_dialog.line_ids[:1].id)]}
        self.assertForbidden(FETCH, "write", self.dialogs[FETCH].ids, vals=stolen)

    def test_an_account_does_not_go_into_a_journal_of_another_own_company(self):
        self.accountant.company_ids |= self.theirs
        self.env.flush_all()
        both = {"allowed_company_ids": [self.company.id, self.theirs.id]}
        vals = {"journal_id": self.their_journal.id}
        for model in (FETCH_LINE, FILE_LINE):
            with self.assertRaisesRegex(RpcRefused, "another company"):
                self.call(model, "write", self.dialogs[model].ids, vals=vals, context=both)
            # Of a company that he has, and has not chosen above, he is told nothing either.
            with mute_logger(*QUIET):
                chosen = {"allowed_company_ids": self.company.ids}
                self.assertForbidden(model, "write", self.dialogs[model].ids, vals=vals, context=chosen)
        self.answers.clear()  # both companies are his

    def test_a_dialog_of_the_own_company_works(self):
        own = self.env["account.journal"].create(
            {"name": "Own", "code": "OWNJ", "type": "bank", "company_id": self.company.id}
        )
        self.env.flush_all()
        line = self.dialogs[FETCH_LINE]
        spec = {"journal_id": {"fields": {"display_name": {}}}, "note": {}, "company_id": {"fields": {}}}
        answer = self.call(FETCH_LINE, "onchange", line.ids, {"journal_id": own.id}, ["journal_id"], spec)
        self.assertIn("value", answer)
        # As the web client sends it from the list in the dialog.
        dialog = {"id": line.wizard_id.id, "line_ids": [Command.update(line.id, {"journal_id": own.id})]}
        vals = {"journal_id": own.id, "wizard_id": dialog}
        self.assertIn("value", self.call(FETCH_LINE, "onchange", line.ids, vals, ["journal_id"], spec))
        (saved,) = self.call(FETCH_LINE, "web_save", line.ids, vals={"journal_id": own.id}, specification=spec)
        self.assertEqual(saved["journal_id"]["display_name"], own.display_name)
        lines = {"line_ids": [Command.update(line.id, {"selected": True})]}
        self.call(FETCH, "web_save", line.wizard_id.ids, vals=lines, specification={"line_ids": {"fields": spec}})
        self.assertTrue(line.selected)
