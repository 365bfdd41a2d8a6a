from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..support.actions import open_action
from ..support.money import to_units
from .pairing import Entry, Pairing, pair

# Lines are looked for from so long before the first transaction on: one may have its value date.
LOOK_BACK = timedelta(days=7)
# What a pair of one transaction and one line says when a counterparty account was missing on a side.
UNSURE = {"same_day": "same_day_amount", "near_day": "near_day_amount"}


class PontoAccount(models.Model):
    """Recognition: what is in the books already, typed or imported from elsewhere, is linked and never doubled."""

    _inherit = "ponto.account"

    link_count = fields.Integer("Linked to Existing", compute="_compute_link_count")

    def _compute_link_count(self):
        groups = self.env["ponto.link"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"])
        counts = {account.id: count for account, count in groups}
        for account in self:
            account.link_count = counts.get(account.id, 0)

    def action_view_links(self):
        """Open the report of the transactions that were in the books already.

        :return dict: the action
        """
        self.check_access("read")
        return open_action(self.env, "account_online_ponto.ponto_link_action", [("account_id", "in", self.ids)])

    def _recognize(self, run):
        """Link the transactions that lines of the journal stand for; nothing on the lines is touched.

        :param run: `ponto.synchronization` record
        """
        self.ensure_one()
        rows = self.env["ponto.transaction"].search(
            [
                ("account_id", "=", self.id),
                ("state", "=", "to_import"),
                ("date", ">=", self.import_from),
            ],
            order="date, created_at, position desc, id",
        )
        # A user may have unticked the account since the import began.
        if (rows := self._leave_out_kept_apart(rows)) and self._hold_journal():
            _by_id, _adopted, found = self._compare_with_books(rows, self.journal_id)
            self._link_lines(found.pairs, run)

    def _leave_out_kept_apart(self, rows):
        """Return rows without those whose link a user undid, under their id of now or of before.

        :param rows: `ponto.transaction` records of this account
        """
        rows = rows.filtered(lambda row: not row.kept_apart)
        kin = self._get_kin() if rows else self.browse()
        # What is in the books hands it over with its line.
        kept = Domain("kept_apart", "=", True) & Domain("state", "!=", "imported")
        kept = rows.search(Domain("account_id", "in", kin.ids) & kept) if kin else rows.browse()
        ids, others = set(kept.mapped("ponto_id")), Counter(kept.mapped("fingerprint"))
        apart = rows.filtered(lambda row: row.ponto_id in ids)
        others.subtract(apart.mapped("fingerprint"))
        for row in rows - apart:
            if others[row.fingerprint] > 0:
                others[row.fingerprint] -= 1
                apart |= row
        return rows - apart

    def _compare_with_books(self, rows, journal):
        """Tell which transactions the books hold already; nothing is written.

        :param rows: `ponto.transaction` records that are due, in their order
        :param journal: `account.journal` record that gets them, maybe empty
        :return tuple: rows known by their id, rows known under another id, `Pairing` of the others
        """
        existing = self._find_existing(rows)
        by_id = rows.filtered(lambda row: row.ponto_id in existing)
        kin = self._get_kin(journal)
        adopted = rows.browse(row.id for row in self._pair(rows - by_id, kin)) if kin else rows.browse()
        rest = rows - by_id - adopted
        if not rest:
            return by_id, adopted, pair((), ())
        before = self._get_rows_before(rest)
        taken = set(existing.values())
        lines = self._get_unknown_lines(journal, self._get_earliest_day(rest) - LOOK_BACK)
        lines = self._leave_out_retyped([line for line in lines if line.key not in taken], min(rest.mapped("date")))
        lines = self._mark_exact(lines)
        found = pair((self._get_bank_entry(row) for row in before + rest), lines)
        others = set(before.ids)
        return (
            by_id,
            adopted,
            Pairing(
                [match for match in found.pairs if not any(entry.key in others for entry in match.bank)],
                [entry for entry in found.bank if entry.key not in others],
                found.books,
            ),
        )

    @api.model
    def _get_earliest_day(self, rows):
        return min(day for row in rows for day in (row.date, row.execution_date, row.value_date) if day)

    def _leave_out_retyped(self, lines, first_day):
        """Return lines without those that a user typed in the place of bank transactions that he deleted.

        :param list lines: `Entry`
        :param date first_day: of the transactions that the lines may be
        :return list: `Entry`
        """
        since = Domain("account_id", "=", self.id) & Domain("date", ">=", first_day - LOOK_BACK)
        deleted = self.env["ponto.transaction"].search(since & Domain("deleted", "=", True))
        found = pair((self._get_bank_entry(row) for row in deleted), lines if deleted else ())
        retyped = {m.books[0].key for m in found.pairs if len(m.bank) == 1 and m.bank[0].day == m.books[0].day}
        return [line for line in lines if line.key not in retyped]

    def _get_rows_before(self, rows):
        """Return transactions that are not due but may be in the books, just before those that are.

        They come before the start date. Their lines are theirs: without them, a fare of the first day would be taken
        for the equal one of the day before.

        :param rows: `ponto.transaction` records that are due
        """
        first = min(rows.mapped("date"))
        return rows.search(
            [
                ("account_id", "=", self.id),
                ("id", "not in", rows.ids),
                ("state", "in", ("to_import", "skipped")),
                ("date", ">=", first - LOOK_BACK),
                ("date", "<", first),
                ("amount", "!=", False),
            ],
            order="date, created_at, position desc, id",
        )

    def _get_bank_entry(self, row):
        day, other_day = row.execution_date or row.date, row.value_date
        number = self._normalize_counterparty(row.counterpart_account)
        return Entry(
            row.id, to_units(row.amount, self.currency_id), day, number, other_day if other_day != day else None
        )

    def _mark_exact(self, lines):
        """Mark lines from files of the bank as exact on days of which Ponto does not tell.

        Where both tell a day, what one of them books a day apart is the same money. Where the file goes on alone, the
        same amount a day later, a fare or a fee, is the next one.

        :param list lines: `Entry`
        :return list: `Entry`
        """
        from_files = self._get_lines_from_files([line.key for line in lines])
        if not from_files:
            return lines
        told = Domain("account_id", "=", self.id) & Domain("state", "!=", "pending") & Domain("date", "!=", False)
        first, last = self.env["ponto.transaction"]._read_group(told, aggregates=["date:min", "date:max"])[0]
        return [
            line._replace(exact=True) if line.key in from_files and not first <= line.day <= last else line
            for line in lines
        ]

    @api.model
    def _get_lines_from_files(self, line_ids):
        """Return the ids of lines that came from files.

        :param list line_ids: ids of `account.bank.statement.line`
        :return set: ids
        """
        self.env["account.bank.statement.line"].flush_model(["transaction_details"])
        self.env.cr.execute(
            SQL(
                "SELECT id FROM account_bank_statement_line"
                " WHERE id = ANY(%s) AND transaction_details ->> 'ponto_file' IS NOT NULL",
                line_ids,
            )
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _get_unknown_lines(self, journal, first_day):
        """Return the posted lines of a journal that belong to no transaction of Ponto, in the order of the books.

        :param journal: `account.journal` record, maybe empty
        :param date first_day: the first day to look at
        :return list: `Entry`
        """
        if not journal:
            return []  # it is yet to be created
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["date", "state"])
        self.env["ponto.transaction"].flush_model(["statement_line_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.amount, move.date, line.account_number
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
             LEFT JOIN ponto_transaction row ON row.statement_line_id = line.id
             LEFT JOIN ponto_link_line_rel link ON link.line_id = line.id
                 WHERE line.journal_id = %(journal)s AND move.date >= %(first)s
                   AND row.id IS NULL AND link.line_id IS NULL AND line.id IS DISTINCT FROM %(opening)s
              ORDER BY line.internal_index
                """,
                journal=journal.id,
                first=first_day,
                opening=self.opening_line_id.id or None,
            )
        )
        return [
            Entry(key, to_units(amount, self.currency_id), day, self._normalize_counterparty(number))
            for key, amount, day, number in self.env.cr.fetchall()
        ]

    def _link_lines(self, pairs, run):
        """Link the transactions of pairs to the lines that stand for them.

        :param list pairs: `Pair`; keys are ids of rows and of `account.bank.statement.line`
        :param run: `ponto.synchronization` record
        """
        rows = self.env["ponto.transaction"]
        self._link_pairs(
            [
                (
                    rows.browse(entry.key for entry in match.bank),
                    [line.key for line in match.books],
                    self._get_evidence(match),
                )
                for match in pairs
            ],
            run,
        )

    def _get_evidence(self, match):
        one_to_one = len(match.bank) == len(match.books) == 1
        if one_to_one and not (match.bank[0].number and match.books[0].number):
            return UNSURE.get(match.evidence, match.evidence)
        return match.evidence

    def _link_pairs(self, pairs, run):
        """Make a link of each pair, and let its transactions count as imported.

        :param list pairs: tuples of `ponto.transaction` records, ids of their lines, evidence
        :param run: `ponto.synchronization` record
        """
        links = self.env["ponto.link"].create(
            [
                {"account_id": self.id, "date": rows[0].date, "evidence": evidence, "line_ids": [*line_ids]}
                for rows, line_ids, evidence in pairs
            ]
        )
        for (rows, line_ids, _evidence), link in zip(pairs, links, strict=True):
            rows.write(
                {
                    "state": "imported",
                    "reason": False,
                    "synchronization_id": run.id,
                    "link_id": link.id,
                    # One transaction is one line; the lines of a globalized day are those of the link.
                    "statement_line_id": line_ids[0] if len(rows) == len(line_ids) == 1 else False,
                }
            )
        run._count(linked=sum(len(rows) for rows, _line_ids, _evidence in pairs))
