from dataclasses import replace
from hashlib import sha256

from odoo import api, models
from odoo.tools import SQL

from ..ponto_transaction import UNREADABLE


class PontoTransaction(models.Model):
    """Storing what Ponto gave: one row for each transaction, new ones inserted, changed ones followed."""

    _inherit = "ponto.transaction"

    @api.model
    def _store(self, account, items, position):
        """Store one page: insert what is new, follow what changed (doc/decisions.md, 8).

        :param account: `ponto.account` record
        :param items: `ponto_client.Transaction` objects of one page, newest first
        :param int position: how many rows the pull has read before
        :return tuple: number of new rows, number of changed rows
        """
        rows = self._prepare_rows(account, items, position)
        known = self._get_known(account, list(rows))
        fresh = [row for ponto_id, row in rows.items() if ponto_id not in known]
        changed = [
            (known[ponto_id], row)
            for ponto_id, row in rows.items()
            if ponto_id in known and known[ponto_id]._differs(row)
        ]
        self._insert_rows(fresh)
        for transaction, row in changed:
            transaction._keep_change(row)
        return len(fresh), len(changed)

    @api.model
    def _replace_pending(self, account, items):
        """Keep exactly the pending transactions that Ponto gives now; those that have gone settled, or never will.

        :param account: `ponto.account` record
        :param items: `ponto_client.Transaction` objects
        """
        rows = self._prepare_rows(account, items, 0)
        for row in rows.values():
            row["state"] = "pending"
        known = self._get_known(account, list(rows))
        gone = [("account_id", "=", account.id), ("state", "=", "pending"), ("ponto_id", "not in", list(rows))]
        self.search(gone).unlink()
        for ponto_id, transaction in known.items():
            if transaction.state == "pending":
                transaction._write_row(rows[ponto_id])
        self._insert_rows([row for ponto_id, row in rows.items() if ponto_id not in known])

    @api.model
    def _prepare_rows(self, account, items, position):
        """Return the rows of one page.

        :param account: `ponto.account` record
        :param items: `ponto_client.Transaction` objects, newest first
        :param int position: of the first
        :return dict: id under which a row is kept: its columns
        """
        rows, first = {}, {}
        for offset, item in enumerate(items):
            ponto_id = self._get_stored_id(item, first)
            if ponto_id not in rows:
                rows[ponto_id] = self._prepare_row(account, item, position + offset, ponto_id)
        return rows

    @api.model
    def _get_stored_id(self, item, first):
        """Return the id under which a row is kept: Ponto's own, unless it has none or another one of the page has it.

        The id of such a row comes from its text, so that reading the page again does not double it.

        :param item: `ponto_client.Transaction`
        :param dict first: Ponto id: first item of the page that has it; it grows
        :return str: unique in the account
        """
        if item.id and replace(first.setdefault(item.id, item), raw="") == replace(item, raw=""):
            return item.id
        return f"{'again' if item.id else 'no-id'}:{sha256(item.raw.encode()).hexdigest()}"

    @api.model
    def _get_known(self, account, ponto_ids):
        known = self.search([("account_id", "=", account.id), ("ponto_id", "in", ponto_ids)])
        return {transaction.ponto_id: transaction for transaction in known}

    @api.model
    def _insert_rows(self, rows):
        """Insert new rows with every stored column; the unique index has the last word."""
        if not rows:
            return
        self.flush_model()
        stamp = {"create_uid": self.env.uid, "write_uid": self.env.uid}
        rows = [{**row, **stamp} for row in rows]
        columns = list(rows[0])
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s, create_date, write_date) VALUES %s ON CONFLICT DO NOTHING",
                SQL.identifier(self._table),
                SQL(", ").join(SQL.identifier(column) for column in columns),
                SQL(", ").join(
                    SQL(
                        "(%s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')",
                        SQL(", ").join(SQL("%s", row[column]) for column in columns),
                    )
                    for row in rows
                ),
            )
        )
        self.invalidate_model()

    def _differs(self, row):
        """Tell whether the bank changed the transaction: Ponto then moves `updatedAt` (doc/ponto-api.md, 3.3)."""
        if self.state == "pending":
            return True  # it has settled under the same id
        if row["updated_at"] and self.updated_at:
            return row["updated_at"] != self.updated_at
        return row["raw"] != self.raw

    def _keep_change(self, row):
        """Keep what the bank changed; a row that is not in the books yet is judged anew.

        :param dict row: as `_prepare_row` gives it
        """
        self.ensure_one()
        if self.state == "pending":
            self.write({"position": row["position"], "created_at": row["created_at"] or False})
        if self.state != "imported":
            self._write_row(row)
            return
        # The line in the books is the user's: the import looks which of its fields may follow.
        if row["amount"] is None or not row["date"]:
            row = {**row, "amount": self.amount, "date": self.date}
        row = {**row, "state": "imported", "reason": self.reason, "detail": self.detail}
        self._write_row({**row, "raw_in_books": self.raw_in_books or self.raw, "to_follow": True})

    def _write_row(self, row):
        """Write the columns of a row, except those that it is known by."""
        keep = ("account_id", "company_id", "ponto_id", "position", "created_at")
        self.write({name: False if value is None else value for name, value in row.items() if name not in keep})

    @api.model
    def _prepare_row(self, account, item, position, ponto_id=None):
        """Return the columns of one row from what Ponto gave.

        :param account: `ponto.account` record
        :param item: `ponto_client.Transaction`
        :param int position: place in the pull
        :param str ponto_id: under which it is kept, when it is not alone with its own
        :return dict: column: value, None for NULL
        """
        connection = account.connection_id
        execution_date = connection._calendar_day(item.execution_date) or None
        value_date = connection._calendar_day(item.value_date) or None
        first, second = execution_date, value_date
        if connection.date_source == "value":
            first, second = second, first
        date = first or second
        reason, detail = account._get_refusal(item, date)
        ponto_id = ponto_id or self._get_stored_id(item, {})
        if not reason and ponto_id != item.id:
            reason = "duplicate_id" if item.id else "no_id"
        texts = account._leave_out_placeholders(item)
        name, number = texts.counterpart_name or None, texts.counterpart_reference or None
        return {
            "account_id": account.id,
            "company_id": account.company_id.id,
            "ponto_id": ponto_id,
            "state": "error" if reason else "to_import",
            "reason": reason,
            "detail": detail,
            "date": date,
            "execution_date": execution_date,
            "value_date": value_date,
            "amount": None if reason in UNREADABLE else item.amount,
            "label": account._get_label(texts),
            "counterpart_name": name,
            "counterpart_account": number,
            "fingerprint": account._get_fingerprint(item, date),
            "created_at": self._naive(item.created_at),
            "updated_at": self._naive(item.updated_at),
            "position": position,
            "raw": item.raw,
        }

    @api.model
    def _naive(self, moment):
        # Microseconds are kept: they settle the order.
        return moment.replace(tzinfo=None) if moment else None
