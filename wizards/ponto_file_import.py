from collections import Counter, defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools.translate import LazyTranslate

from ..const import FILE_SECONDS
from ..models.files.plan import CREATE, KNOWN, WAITING
from ..models.support.notification import make_notification
from ..models.support.work_slice import WorkSlice
from ..statement_files import MOST_BYTES, FileError
from .ponto_file_import_line import LEFT_OUT, tell_reasons

_lt = LazyTranslate(__name__)

# Why a file is refused whole: one sentence each.
REFUSALS = {
    "unknown": _lt("it is neither a CODA file nor a CAMT.053 file."),
    "other_message": _lt("it is another message of the bank (%(place)s), not a CAMT.053 statement."),
    "zip": _lt("it is an archive that cannot be opened. Unpack it, and choose the files in it."),
    "zip_locked": _lt("it is an archive with a password. Unpack it, and choose the files in it."),
    "zip_number": _lt("it is an archive of more than %(place)s files. Unpack it, and choose some of them at a time."),
    "size": _lt("it is larger than %(size)s MB. Ask your bank for files of shorter periods, a month each."),
    "xml": _lt("it is no readable XML."),
    "empty": _lt("there is no statement in it."),
    "record": _lt("%(place)s cannot be read: the file is damaged."),
    "truncated": _lt("it ends in the middle of a statement: something of it is missing."),
    "record_count": _lt("there are not as many records as %(place)s says: something of it is missing."),
    "totals": _lt("the transactions do not add up to the totals of %(place)s."),
    "no_balance": _lt("%(place)s has no opening or no closing balance: it cannot be checked."),
    "balance": _lt("%(place)s: the opening balance and the transactions do not lead to the closing balance."),
    "date": _lt("%(place)s has a transaction without a date."),
    "currency": _lt("%(place)s has a transaction in another currency than its account."),
}
# The same for files of a kind that is known, and which banks give together with the right one.
KINDS = {
    "coda_1": _lt("it is CODA of version 1, an old form. Ask your bank for CODA of version 2."),
    "coda_details": _lt(
        "it only has the details of totals that another CODA file has. Ask your bank for the CODA file of the"
        " statements, with the details in it."
    ),
    "mt940": _lt(
        "it is neither a CODA file nor a CAMT.053 file, but MT940. Ask your bank for CODA or CAMT.053, which it has, too."
    ),
    "csv": _lt(
        "it is neither a CODA file nor a CAMT.053 file, but a table (CSV), in which nothing can be checked. Ask your bank"
        " for CODA or CAMT.053."
    ),
    "excel": _lt(
        "it is neither a CODA file nor a CAMT.053 file, but a workbook (Excel). Ask your bank for CODA or CAMT.053."
    ),
    "pdf": _lt(
        "it is neither a CODA file nor a CAMT.053 file, but a PDF for people to read. Ask your bank for CODA or CAMT.053."
    ),
    "BkToCstmrAcctRpt": _lt(
        "it is a report during the day (CAMT.052, %(place)s), in which transactions may still change. Ask your bank for"
        " the statements at the end of the day (CAMT.053)."
    ),
    "BkToCstmrDbtCdtNtfctn": _lt(
        "it is a notification with details (CAMT.054, %(place)s), without balances. Ask your bank for the statements"
        " (CAMT.053), with the details in them."
    ),
    "CstmrCdtTrfInitn": _lt(
        "it is an order to the bank to pay (%(place)s), not what the bank booked. Ask your bank for CODA or CAMT.053."
    ),
    "CstmrDrctDbtInitn": _lt(
        "it is an order to the bank to collect (%(place)s), not what the bank booked. Ask your bank for CODA or CAMT.053."
    ),
    "CstmrPmtStsRpt": _lt(
        "it is the bank's answer to an order (%(place)s), not what the bank booked. Ask your bank for CODA or CAMT.053."
    ),
}


class PontoFileImport(models.TransientModel):
    """Import a bank file: read it, see what it would bring, and create what is not there yet."""

    _name = "ponto.file.import"
    _description = "Import a Bank File"
    _inherit = ["ponto.access"]

    journal_id = fields.Many2one(
        "account.journal", required=True, readonly=True, ondelete="cascade", help="Where the file was asked for."
    )
    company_id = fields.Many2one(related="journal_id.company_id")
    attachment_ids = fields.Many2many("ir.attachment", string="Choose Files")
    line_ids = fields.One2many("ponto.file.import.line", "wizard_id", string="Accounts")
    news = fields.Char(readonly=True)
    obstacle = fields.Char(compute="_compute_obstacle", help="Why there is nothing to import; empty when there is.")

    @api.depends(
        "line_ids.refusal",
        "line_ids.journal_id",
        *(f"line_ids.{verdict}_count" for verdict in (CREATE, KNOWN, WAITING, *LEFT_OUT)),
    )
    @api.depends_context("lang")
    def _compute_obstacle(self):
        for wizard in self:
            wizard.obstacle = wizard._get_obstacle() if wizard.line_ids else False

    def _get_obstacle(self):
        """Say why nothing would be imported.

        :return str | bool: one or some sentences; False when Import would create something
        """
        lines = self.line_ids
        if any(lines.mapped("refusal")):
            return self.env._("Nothing is imported as long as an account below is refused.")
        if len(lines.journal_id) < len(lines):
            return self.env._("Two accounts cannot go to the same journal.")
        if any(lines.mapped("create_count")):
            return False
        counts = {verdict: sum(lines.mapped(f"{verdict}_count")) for verdict in (KNOWN, WAITING, *LEFT_OUT)}
        reasons = tell_reasons(self.env, counts) or [self.env._("There are no transactions in it.")]
        return " ".join([self.env._("There is nothing to import."), *reasons])

    def unlink(self):
        self._drop_files()
        return super().unlink()

    @api.onchange("attachment_ids")
    def _onchange_attachment_ids(self):
        self.line_ids = [Command.clear()]  # they told of other files
        self.news = False

    # ------------------------------------------------------------------ reading

    def action_read(self):
        """Read the files, and show what each account in them would get.

        :return dict: the action of this dialog
        :raises UserError: in one sentence for each file that is refused
        """
        self.ensure_one()
        self._check_may_import()
        accounts, refusals = self._read_files()
        if refusals:
            raise UserError("\n".join(refusals))
        if not accounts:
            raise UserError(self.env._("Choose a file of your bank first."))
        find = self.env["account.journal"]._find_journal_of_file
        journals = {account: find(self.company_id, *account) for account in accounts}
        if len([account for account, journal in journals.items() if not journal]) == 1:
            # The user knows whose file it is: a journal need not have a number.
            journals = {account: journal or self.journal_id for account, journal in journals.items()}
        lines = [
            Command.create({"account_number": number, "currency_code": currency, "journal_id": journal.id})
            for (number, currency), journal in journals.items()
        ]
        self.line_ids = [Command.clear(), *lines]
        return self._reopen()

    def _read_files(self):
        """Read the files, with the rights of whoever asks.

        :return tuple: statements by account number and currency; sentences, one for each file that is refused
        """
        accounts, refusals = defaultdict(list), []
        for attachment in self.attachment_ids._origin:
            try:
                for statement in self.env["ponto.file.reading"]._read_file(attachment):
                    accounts[statement.account, statement.currency].append(statement)
            except FileError as error:
                refusals.append(self._tell_refusal(attachment.name, error))
        return dict(accounts), refusals

    def _tell_refusal(self, name, error):
        """Say why a file is refused.

        :param str name: of the file
        :param error: `statement_files.FileError`
        :return str: a sentence
        """
        kind = KINDS.get(error.place if error.code == "other_message" else error.kind)
        # The lazy text carries no values of its own: translate first, fill in second.
        sentence = self.env._(kind or REFUSALS[error.code])
        sentence %= {"place": self._name_place(error), "size": MOST_BYTES // 2**20}
        return f"{name}, {error.member}: {sentence}" if error.member else f"{name}: {sentence}"

    def _name_place(self, error):
        place = error.place
        if error.code in ("other_message", "zip_number"):
            return place or "?"
        if isinstance(place, int):
            return self.env._("line %(number)s", number=place)
        return self.env._("statement %(name)s", name=place) if place else "?"

    # ------------------------------------------------------------------ importing

    def action_import(self):
        """Create the bank transactions that are not in the books and will not come from Ponto.

        :return dict: a notice that closes the dialog; or the dialog again, when there was not time enough
        :raises UserError: in one sentence, before anything is created
        """
        self.ensure_one()
        self._check_may_import()
        accounts, refusals = self._read_files()
        refusals += [line.refusal for line in self.line_ids if line.refusal]
        if len(self.line_ids.journal_id) < len(self.line_ids.filtered("journal_id")):
            refusals.append(self.env._("Two accounts cannot go to the same journal."))
        if refusals or not self.line_ids:
            raise UserError("\n".join(refusals) or self.env._("Read the files first."))
        # sudo: Odoo's own way to commit asks for it; the work is done with the rights of the user.
        work = WorkSlice(self.sudo().env, FILE_SECONDS if request else float("inf"))
        tally, in_time = Counter(), True
        for line in self.line_ids:
            if in_time:
                counts, in_time = line._import(work, accounts)
                tally += counts
        if not in_time:
            return self._reopen(
                self.env._(
                    "Bank transactions created: %(count)s. Click Import again for the others.", count=tally[CREATE]
                )
            )
        self._drop_files()
        return self._tell_result(tally)

    def _tell_result(self, tally):
        """Say what an import created, and what it did not, and why.

        :param Counter tally: transactions by what became of them
        :return dict: a notice that closes the dialog
        """
        left_out = any(tally[verdict] for verdict in LEFT_OUT)
        if tally[CREATE]:
            head = self.env._("Bank transactions created from the file: %(count)s.", count=tally[CREATE])
            kind = "warning" if left_out else "success"
        else:
            head = self.env._("Nothing was created.")
            kind = "warning" if left_out else "info"
        return make_notification(" ".join([head, *tell_reasons(self.env, tally)]), kind)

    def _check_may_import(self):
        self.env["account.bank.statement.line"].check_access("create")

    def _reopen(self, news=False):
        self.news = news
        return {**self.journal_id.action_ponto_import_file(), "res_id": self.id}

    @api.autovacuum
    def _gc_files(self):
        """Delete files that were uploaded and taken back, or whose dialog was closed unread: they belong to no dialog."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        uploaded = Domain("res_model", "=", self._name) & Domain("create_date", "<", before)
        # sudo: whoever cleans up.
        wizard = self.sudo()
        files = wizard.env["ir.attachment"].search(uploaded)
        (files - wizard.search([("attachment_ids", "in", files.ids)]).attachment_ids).unlink()

    def _drop_files(self):
        """Delete the files: the bank's are not kept longer than the question what to do with them."""
        # sudo: whoever cleans up; but only what was uploaded for this dialog by the user of the dialog.
        for wizard in self.sudo():
            uploaded = wizard.attachment_ids.filtered(
                lambda file, wizard=wizard: (
                    file.res_model == self._name
                    and file.res_id in (0, wizard.id)
                    and file.create_uid == wizard.create_uid
                )
            )
            uploaded.unlink()
