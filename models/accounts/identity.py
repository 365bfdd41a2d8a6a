import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import STABLE_REFERENCE_TYPES
from ..ponto_transaction import FLAGS

_logger = logging.getLogger(__name__)


class PontoAccount(models.Model):
    """One identity, whatever Ponto calls it: a new integration, a bank merger and a new link all give new ids.

    Records of Ponto of the same bank account are *kin*: they have the same IBAN and currency, or fed the same journal
    (which only a person decides: a masked card number names no account). One of them is linked at a time. When the
    link moves, so does everything that belongs to the account in the books, and the transactions of the new record
    adopt the lines of the old one.
    """

    _inherit = "ponto.account"

    def _get_kin(self, journal=None):
        """Return the other records of the same bank account in the company.

        :param journal: `account.journal` record, when another than the account's is looked at
        :return: `ponto.account` records
        """
        self.ensure_one()
        same = self._get_same_domain()
        if journal := journal or self.journal_id:
            fed = Domain("journal_id", "=", journal.id)
            # Two different numbers are two bank accounts, also when one journal got both.
            same |= fed & Domain("reference_type", "not in", STABLE_REFERENCE_TYPES) if self._is_identified() else fed
        own = Domain("company_id", "=", self.company_id.id) & Domain("id", "!=", self.id)
        # sudo: kin of another connection counts, whoever asks; all of them are in the company of this account.
        return self.sudo().search(own & same)

    def _get_same_domain(self):
        """Return what records of the same bank account have in common, in this company or another.

        An organization of Ponto has one id per account, whatever integration asks for it; so a masked card that is
        seen through two integrations is one account.
        """
        same = Domain("ponto_id", "=", self.ponto_id)
        if self._is_identified():
            same |= Domain(
                [
                    ("reference_type", "=", self.reference_type),
                    ("normalized_reference", "=", self.normalized_reference),
                    ("currency_code", "=", self.currency_code),
                ]
            )
        return same

    def _is_identified(self):
        return bool(self.normalized_reference and self.reference_type in STABLE_REFERENCE_TYPES)

    def _get_twin(self):
        """Return the linked record of the same bank account, by its id or number; a masked number names no account.

        :return: `ponto.account` record, maybe empty
        """
        self.ensure_one()
        linked = self._get_kin().filtered("linked")
        return linked[:1] if self._is_identified() else linked.filtered(lambda a: a.ponto_id == self.ponto_id)[:1]

    def _get_linked_elsewhere(self):
        """Return the records of the same bank account that feed the books of other companies.

        :return: `ponto.account` records in superuser mode
        """
        self.ensure_one()
        other = Domain("company_id", "!=", self.company_id.id) & Domain("linked", "=", True)
        # sudo: the other company may not be the user's; what is said of it is decided where it is shown.
        return self.sudo().search(other & self._get_same_domain())

    def _get_in_charge(self):
        """Return the record that synchronizes this bank account now.

        :return: `ponto.account` record, maybe this one; empty when none is linked
        """
        self.ensure_one()
        return self if self.linked else self._get_kin().filtered("linked")[:1]

    def _succeed(self, kin):
        """Get from records of the same bank account what belongs to it in the books; their link ends.

        :param kin: `ponto.account` records that feed or fed the journal
        """
        self.ensure_one()
        kin._unlink_journal(keep_feed=True)
        kin.flush_recordset()
        declined = {start for account in kin for start in account.declined_periods or []}
        opened = kin.filtered("opening_line_id")[:1]
        self.write(
            {
                "opening_line_id": self.opening_line_id.id or opened.opening_line_id.id,
                "import_from": (opened or kin[:1]).import_from,  # the opening entry belongs to this start date
                "declined_periods": sorted(declined.union(self.declined_periods or [])) or False,
                "statement_period": kin[:1].statement_period,
                "matching": kin[:1].matching,
                "matching_started_at": kin.filtered("matching_started_at")[:1].matching_started_at,
                "mandate_id": self.mandate_id.id or kin.mandate_id[:1].id,
                "statement_anchor": kin.filtered("statement_anchor")[:1].statement_anchor or self.statement_anchor,
            }
        )
        if not self._is_authorization_over():
            pending = kin.renewal_line_ids.filtered(lambda line: not line.renewed_at)
            pending.renewed_at = self.authorized_at or fields.Datetime.now()
        kin.write({"opening_line_id": False, "declined_periods": False, "statement_anchor": False})
        statements = self.env["account.bank.statement"].search([("ponto_account_id", "in", kin.ids)])
        statements.with_context(ponto_statement=True).write({"ponto_account_id": self.id})

    @api.model
    def _move_to_new_records(self, company):
        """Move to its new record each account that Ponto replaced by another of the same number; masked ones ask.

        :param company: `res.company` record
        """
        ended = self.search(
            [("company_id", "=", company.id), ("linked", "=", True), ("reference_type", "in", STABLE_REFERENCE_TYPES)]
        ).filtered(lambda account: not account.listed or (account.deprecated and account._is_authorization_over()))
        for account in ended:
            heirs = account._get_kin().filtered(
                lambda a: (
                    a._is_identified()
                    and a.listed
                    and not a.declined
                    and not a.deprecated
                    and a.connection_id.active
                    and a.connection_id.state == "connected"
                )
            )
            if heirs:
                account._move_journal(heirs.sorted("authorized_at")[-1])

    def _move_journal(self, heir):
        """Give the journal of this account to a new record of it, and tell it on both.

        :param heir: `ponto.account` record
        """
        try:
            with self.env.cr.savepoint():
                heir._link_journal(self.journal_id, self.import_from)
        except UserError as error:
            # Nothing is lost: the journal keeps its lines, and the next look tries again.
            _logger.info("Ponto account %s cannot succeed %s: %s", heir.id, self.id, error)
            return
        body = self.env._("Ponto replaced this account by a new record; its journal is synchronized with the new one.")
        self.message_post(body=body)
        heir.message_post(
            body=self.env._("Ponto replaced an older record of this account; the synchronization goes on here.")
        )

    # ------------------------------------------------------------------ transactions seen under another id

    def _reopen_replaced(self):
        """Judge rows anew whose transaction went on under another id: this record is the linked one again."""
        rows = self.env["ponto.transaction"].search([("account_id", "=", self.id), ("reason", "=", "replaced")])
        rows.write({"state": "to_import", "reason": False})

    def _adopt(self, rows):
        """Let rows adopt the lines of the same transactions that kin brought into the books.

        A transaction is the same by its id, else by its fingerprint: the first of equal ones adopts that of the first.
        What a user deleted stays deleted.

        :param rows: `ponto.transaction` records that are due, in the order of import
        :return: the rows that are in the books now
        """
        kin = self._get_kin()
        if not rows or not kin:
            return rows.browse()
        pairs = self._pair(rows, kin)
        held = {old: (old.statement_line_id.id, old.link_id, old.reason) for old in pairs.values()}
        old_rows = rows.browse(old.id for old in held)
        old_rows.link_id.account_id = self
        old_rows.write({"state": "skipped", "reason": "replaced", "statement_line_id": False, "link_id": False})
        self.env.flush_all()  # the unique index lets a line be adopted only when it is free
        for row, old in pairs.items():
            line_id, link, flag = held[old]
            row.write(
                {
                    "state": "imported",
                    "reason": flag if flag in FLAGS else False,
                    "successor_id": False,
                    "statement_line_id": line_id,
                    "synchronization_id": old.synchronization_id.id,
                    "link_id": link.id,
                    "kept_apart": row.kept_apart or old.kept_apart,
                    "booking_date": old.booking_date,
                    "raw_in_books": old.raw_in_books or old.raw,
                    "to_follow": True,
                }
            )
            old.successor_id = row
        return rows.browse(row.id for row in pairs)

    @api.model
    def _pair(self, rows, kin):
        """Pair rows with those of kin that are in the books.

        :param rows: `ponto.transaction` records
        :param kin: `ponto.account` records
        :return dict: row: row of kin
        """
        holders = rows.browse(row._get_holder().id for row in rows if row.successor_id)
        pool = rows.search(
            [
                ("account_id", "in", kin.ids),
                ("state", "=", "imported"),
                "|",
                "|",
                ("ponto_id", "in", rows.mapped("ponto_id")),
                ("fingerprint", "in", rows.mapped("fingerprint")),
                ("id", "in", holders.ids),
            ],
            order="date, created_at, position desc, id",
        )
        by_id = {old.ponto_id: old for old in pool}
        pairs, taken = {}, set()
        for row in rows:
            known = row._get_holder() & pool or by_id.get(row.ponto_id)
            if known and known not in taken:
                pairs[row] = known
                taken.add(known)
        left = {}
        for old in pool:
            if old not in taken:
                left.setdefault(old.fingerprint, []).append(old)
        for row in rows:
            if row not in pairs and left.get(row.fingerprint):
                pairs[row] = left[row.fingerprint].pop(0)
        return pairs
