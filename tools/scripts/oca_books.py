"""What oca.py does with a database, and what it asserts about it by plain SQL. Imported in an Odoo shell only."""

import contextlib
import json
from decimal import Decimal

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import call_kw

# What of the lines must stay as it is: every stored column of these, where the condition names them.
OF_JOURNAL = "SELECT move_id FROM account_bank_statement_line WHERE journal_id = %s AND id <= %s"
ITEMS = f"SELECT id FROM account_move_line WHERE move_id IN ({OF_JOURNAL})"
TABLES = {
    "account_bank_statement_line": f"move_id IN ({OF_JOURNAL})",
    "account_move": f"id IN ({OF_JOURNAL})",
    "account_move_line": f"move_id IN ({OF_JOURNAL})",
    "account_partial_reconcile": f"credit_move_id IN ({ITEMS})",
    "account_bank_statement": "journal_id = %s AND id <= %s",
}


class Books:
    """A database with its users, and every answer that they got.

    :param env: environment of an Odoo shell
    :param str secret: that must not be told
    """

    def __init__(self, env, secret):
        self.env = env
        self.secret = secret
        self.answers = []
        self.company_id = env.company.id

    def renew(self):
        """Take the registry as it is after a module operation.

        :return: the new environment
        """
        database = self.env.cr.dbname
        self.env.cr.commit()
        context = {"allowed_company_ids": [self.company_id]}
        self.env = api.Environment(Registry(database).cursor(), SUPERUSER_ID, context)
        return self.env

    # ------------------------------------------------------------------ plain SQL

    def query(self, sql, *parameters):
        """Return rows as dictionaries."""
        self.env.flush_all()
        self.env.cr.execute(sql, parameters)
        return self.env.cr.dictfetchall()

    def number_of(self, sql, *parameters):
        """Return the only value of a query."""
        return next(iter(self.query(sql, *parameters)[0].values()))

    def count_lines(self, journal):
        """Return the number of bank transactions of a journal."""
        return self.number_of("SELECT COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s", journal.id)

    def snapshot(self, journal, until):
        """Return every stored column of lines, their entries, items, matches and statements.

        :param journal: `account.journal` record
        :param int until: last id of a line
        :return dict: table and id: row
        """
        return {
            (table, row["id"]): row
            for table, where in TABLES.items()
            for row in self.query(f"SELECT * FROM {table} WHERE {where}", journal.id, until)
        }

    # ------------------------------------------------------------------ users

    def new_user(self, login, group, company):
        """Create a user of one group."""
        groups = [(6, 0, (self.env.ref("base.group_user") | self.env.ref(group)).ids)]
        values = {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
        return self.env["res.users"].create({"name": login, "login": login, "group_ids": groups, **values})

    def as_user(self, login):
        """Return the environment of a user in his company."""
        user = self.env["res.users"].search([("login", "=", login)])
        context = {"lang": "en_US", "allowed_company_ids": user.company_id.ids}
        return self.env(user=user.id, su=False, context=context)

    def call(self, login, model, method, ids, *arguments, **keywords):
        """Call a method as a user's web client does, and keep the answer."""
        result = call_kw(self.as_user(login)[model], method, [ids, *arguments], keywords)
        self.answers.append(json.dumps(result, default=str))
        return result

    def read_all(self, login, model):
        """Read every field of every record that a user may see."""
        names = list(self.call(login, model, "fields_get", []))
        self.env.invalidate_all()
        return self.call(login, model, "search_read", [], fields=names)

    @contextlib.contextmanager
    def refused(self, kind, words=""):
        """Expect a refusal that holds some words and not the secret; it leaves nothing behind."""
        try:
            with self.env.cr.savepoint():
                yield
        except kind as error:
            self.answers.append(str(error))
            assert words in str(error), error
            self.env.invalidate_all()
            return
        raise AssertionError(f"{kind.__name__} was expected")

    # ------------------------------------------------------------------ assertions

    def assert_untouched(self, before, journal, until):
        """Assert that everything that OCA imported is as it was; a table may have got columns of the addon."""
        now = self.snapshot(journal, until)
        for key, row in before.items():
            differing = {name: (value, now[key][name]) for name, value in row.items() if now[key][name] != value}
            assert not differing, (key, differing)

    def assert_exact(self, journal, bank, account, created=0, since=None):
        """Assert that every transaction of the bank is on exactly one line, and that the money agrees.

        :param bank: of the sandbox, and the account there
        :param int created: number of lines that the addon made
        :param date since: first day that the books have, if not all
        :return dict: numbers for the report
        """
        ids = "COALESCE(transaction_details ->> 'ponto', right(unique_import_id, 36))"
        found = self.query(
            f"SELECT {ids} AS ponto_id, COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s GROUP BY 1",
            journal.id,
        )
        wanted = {item.id: item for item in bank.transactions(account) if not since or item.day >= since}
        doubled = [row["ponto_id"] for row in found if row["count"] > 1]
        missing = wanted.keys() - {row["ponto_id"] for row in found}
        foreign = {row["ponto_id"] for row in found} - wanted.keys()
        assert not doubled and not missing and not foreign, (doubled, missing, foreign)
        total = self.number_of(
            "SELECT SUM(item.balance)::text FROM account_move_line item JOIN account_journal journal"
            " ON journal.default_account_id = item.account_id WHERE journal.id = %s AND item.parent_state = 'posted'",
            journal.id,
        )
        assert Decimal(str(total)) == sum(item.amount for item in wanted.values()), total
        ours = self.number_of(
            "SELECT COUNT(*) FROM account_bank_statement_line WHERE journal_id = %s AND transaction_details ? 'ponto'",
            journal.id,
        )
        assert ours == created, (ours, created)
        return {"doubled": len(doubled), "missing": len(missing)}

    def find_secret(self):
        """Return the columns of the whole database that hold the secret."""
        columns = self.query(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'bytea')"
        )
        places = set()
        for column in columns:
            table, name = column["table_name"], column["column_name"]
            if self.query(f'SELECT 1 FROM "{table}" WHERE "{name}"::text LIKE %s LIMIT 1', f"%{self.secret}%"):
                places.add(f"{table}.{name}")
        return places
