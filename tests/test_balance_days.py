import json
from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OTHER_IBAN, PontoCase

QUERIES = 12  # the most that a page of the list costs, whatever the history


@tagged("post_install", "-at_install")
class TestBalanceDays(PontoCase):
    """The balance check day by day: figures of the sandbox on one side, of the journal items on the other."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()

    def ago(self, days):
        return date.today() - timedelta(days=days)

    def days_of(self, account, *domain):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ponto.balance.day"].search([("account_id", "=", account.id), *domain], order="date")

    def on(self, account, days_ago):
        return self.days_of(account, ("date", "=", self.ago(days_ago)))

    def ledger_after(self, account, day):
        column = "balance" if account.currency_id == account.company_id.currency_id else "amount_currency"
        self.env.cr.execute(
            f"SELECT COALESCE(SUM(item.{column}), 0) FROM account_move_line item"  # pylint: disable=sql-injection
            " JOIN account_journal journal ON journal.default_account_id = item.account_id"
            " WHERE journal.id = %s AND item.parent_state = 'posted' AND item.date <= %s",
            [account.journal_id.id, day],
        )
        return Decimal(str(self.env.cr.fetchone()[0]))

    def assertDaysRight(self, account, bank_account):
        """Assert both balances of every day by the sandbox and by plain SQL, and that no day is missing."""
        days = self.days_of(account)
        expected = {item.day for item in bank_account.ledger}
        self.env.cr.execute(
            "SELECT DISTINCT item.date FROM account_move_line item JOIN account_journal journal"
            " ON journal.default_account_id = item.account_id WHERE journal.id = %s AND item.parent_state = 'posted'",
            [account.journal_id.id],
        )
        expected |= {row[0] for row in self.env.cr.fetchall()}
        self.assertEqual(set(days.mapped("date")), expected)
        self.assertEqual(len(days), len(expected))
        for day in days:
            with self.subTest(day=day.date):
                ledger = self.ledger_after(account, day.date)
                bank = self.bank.balance(bank_account, day.date)
                self.assertEqual(round(Decimal(day.ledger_balance), 2), round(ledger, 2))
                self.assertEqual(round(Decimal(day.bank_balance), 2), bank)
                self.assertEqual(round(Decimal(day.difference), 2), bank - round(ledger, 2))
                self.assertEqual(day.state, "equal" if bank == round(ledger, 2) else "different")
                moved = sum(item.amount for item in bank_account.ledger if item.day == day.date)
                self.assertEqual(round(Decimal(day.bank_amount), 2), moved)

    # ------------------------------------------------------------------ figures

    def test_both_balances_of_every_day_are_right(self):
        for number in range(40):
            self.pay(self.bank_account, f"{number - 15}.{number:02}", days_ago=90 - number * 2)
            self.pay(self.bank_account, f"-0.{number:02}", days_ago=90 - number * 2)
        account = self.connect_and_import().account_ids
        self.assertDaysRight(account, self.bank_account)
        self.assertEqual(set(self.days_of(account).mapped("state")), {"different"}, "there is no opening entry yet")
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        self.assertDaysRight(account, self.bank_account)
        self.assertEqual(set(self.days_of(account).mapped("state")), {"equal"})
        self.assertEqual(self.days_of(account)[0].date, self.ago(91), "the day of the opening entry")

    def test_an_account_in_a_foreign_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        for days_ago, rate in ((60, 1.25), (20, 1.5)):
            self.env["res.currency.rate"].create(
                {"currency_id": dollar.id, "company_id": self.company.id, "name": self.ago(days_ago), "rate": rate}
            )
        bank_account = self.open_account(reference=OTHER_IBAN, currency="USD", opening_balance=Decimal(0))
        for days_ago in (50, 30, 10):
            self.pay(bank_account, "100.00", days_ago=days_ago)
        connection = self.connect_and_import()
        account = connection.account_ids.filtered(lambda a: a.currency_id == dollar)
        self.assertDaysRight(account, bank_account)
        self.assertEqual(self.days_of(account)[-1].ledger_balance, 300)
        self.assertEqual(self.days_of(account).currency_id, dollar)

    def test_what_makes_the_two_part_is_found_on_its_day(self):
        for days_ago in (30, 20, 10):
            self.pay(self.bank_account, "10.00", days_ago=days_ago)
        account = self.connect_and_import().account_ids
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        self.env["account.move"].create(
            {
                "journal_id": self.env["account.journal"]
                .search([("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1)
                .id,
                "date": self.ago(15),
                "line_ids": [
                    (0, 0, {"account_id": account.journal_id.default_account_id.id, "debit": 5.0}),
                    (0, 0, {"account_id": account.journal_id.suspense_account_id.id, "credit": 5.0}),
                ],
            }
        ).action_post()
        self.assertDaysRight(account, self.bank_account)
        self.assertEqual(
            self.days_of(account, ("state", "=", "different")).mapped("date"), [self.ago(15), self.ago(10)]
        )
        found = self.days_of(account, ("movement_difference", "!=", 0), ("bank_amount", "=", 0))
        self.assertEqual(found.mapped("date"), [self.ago(31), self.ago(15)], "opening entry and the other entry")
        self.assertEqual((found[1].ledger_amount, found[1].transaction_count, found[1].item_count), (5, 0, 1))

    def test_entries_that_are_not_posted_and_pending_rows_do_not_count(self):
        self.pay(self.bank_account, "10.00", days_ago=20)
        self.pay(self.bank_account, "20.00", days_ago=10)
        account = self.connect_and_import().account_ids
        account.transaction_ids[:1].copy({"ponto_id": "p", "state": "pending", "date": self.ago(3)})
        self.lines_of(account)[:1].move_id.button_draft()
        self.assertDaysRight(account, self.bank_account)
        self.assertFalse(self.on(account, 3))
        self.assertEqual((self.on(account, 20).ledger_balance, self.on(account, 20).item_count), (0, 0))

    def test_waiting_skipped_and_deleted_are_counted_on_their_day(self):
        self.pay(self.bank_account, "5.00", days_ago=60)
        self.pay(self.bank_account, "10.00", days_ago=40)
        self.pay(self.bank_account, "20.00", days_ago=20)
        self.pay(self.bank_account, "30.00", days_ago=10)
        self.company.fiscalyear_lock_date = self.ago(30)
        connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "import_scope": "date", "import_from": self.ago(45)})
        wizard.action_confirm()
        self.synchronize(connection)
        account = connection.account_ids
        self.lines_of(account)[:1].unlink()
        counts = ("waiting_count", "skipped_count", "deleted_count", "item_count", "before_start")
        for days_ago, expected in (
            (60, (0, 1, 0, 0, True)),
            (40, (1, 0, 0, 0, False)),
            (20, (0, 0, 1, 0, False)),
            (10, (0, 0, 0, 1, False)),
        ):
            day = self.on(account, days_ago)
            self.assertEqual(tuple(day[name] for name in counts), expected, days_ago)
        self.assertDaysRight(account, self.bank_account)

    # ------------------------------------------------------------------ what is not known

    def test_before_an_unreadable_amount_the_bank_s_balance_is_not_known(self):
        for days_ago in (30, 20, 10):
            self.pay(self.bank_account, "10.00", days_ago=days_ago)
        account = self.connect_and_import().account_ids
        row = account.transaction_ids.filtered(lambda t: t.date == self.ago(20))
        row.write({"state": "error", "reason": "amount", "amount": False})
        states = {(date.today() - day.date).days: day.state for day in self.days_of(account)}
        self.assertEqual(states, {30: "unknown", 20: "different", 10: "different"})
        self.assertEqual((self.on(account, 20).bank_balance, self.on(account, 10).bank_balance), (1020, 1030))

    def test_a_row_without_a_day_leaves_every_day_unknown(self):
        for days_ago in (30, 20):
            self.pay(self.bank_account, "10.00", days_ago=days_ago)
        account = self.connect_and_import().account_ids
        for values in ({"reason": "date", "date": False}, {"reason": "date_range", "date": date(1969, 7, 20)}):
            account.transaction_ids[:1].write({"state": "error", **values})
            self.assertEqual(set(self.days_of(account).mapped("state")), {"unknown"})
            self.assertFalse(self.days_of(account, ("date", "<", date(2000, 1, 1))))

    def test_what_is_not_of_the_same_moment_is_not_compared(self):
        self.pay(self.bank_account, "10.00", days_ago=20)
        account = self.connect_and_import().account_ids
        self.assertEqual(self.on(account, 20).state, "different")
        for values in (
            {"has_bank_balance": False},
            {"pull_complete": False},
            {"sync_stage": "pull"},
            {"synchronized_at": "2020-01-01 00:00:00"},
            {"bank_balance_date": self.ago(21)},
            {"newest_transaction_date": self.bank_day() + timedelta(days=1)},
        ):
            before = {name: account[name] for name in values}
            account.write(values)
            self.assertEqual(self.on(account, 20).state, "unknown", values)
            account.write(before)
        self.assertEqual(self.on(account, 20).state, "different")

    # ------------------------------------------------------------------ groups, ids, rights, cost

    def test_a_month_has_the_balances_of_its_last_day(self):
        month = date.today().replace(day=1)
        second = (month - timedelta(days=1)).replace(day=1)
        for day in (1, 5, 20):
            self.pay(self.bank_account, f"{day}.00", day=second.replace(day=day))
        self.pay(self.bank_account, "100.00", day=(second - timedelta(days=1)).replace(day=3))
        account = self.connect_and_import().account_ids
        days = self.env["ponto.balance.day"].with_user(self.invoicing)
        aggregates = ["bank_amount:sum", "bank_balance:last", "ledger_balance:last", "difference:last"]
        groups = days.formatted_read_group([("account_id", "=", account.id)], ["date:month"], aggregates)
        self.assertEqual(
            [tuple(group[name] for name in aggregates) for group in groups],
            [(100, 1100, 100, 1000), (26, 1126, 126, 1000)],
        )
        self.assertEqual(days.fields_get(["bank_balance"])["bank_balance"]["aggregator"], "last")

    def test_several_accounts_have_no_balance_together(self):
        other = self.open_account(reference=OTHER_IBAN)
        self.pay(self.bank_account, "1.00", days_ago=40)
        self.pay(other, "2.00", days_ago=40)
        accounts = self.connect_and_import().account_ids
        days = self.env["ponto.balance.day"]
        domain = [("account_id", "in", accounts.ids)]
        self.assertFalse(days.formatted_read_group(domain, [], ["bank_balance:last"])[0]["bank_balance:last"])
        groups = days.formatted_read_group(domain, ["account_id"], ["bank_balance:last"])
        self.assertEqual(sorted(group["bank_balance:last"] for group in groups), [1001, 1002])

    def test_a_day_is_read_by_its_id(self):
        self.pay(self.bank_account, "1.00", days_ago=40)
        account = self.connect_and_import().account_ids
        day = self.days_of(account)
        self.env.invalidate_all()
        again = self.env["ponto.balance.day"].browse(day.id)
        self.assertEqual((again.account_id, again.date), (account, self.ago(40)))
        domain = again.action_view_transactions()["domain"]
        self.assertEqual(self.env["ponto.transaction"].search(domain), account.transaction_ids)
        domain = again.action_view_items()["domain"]
        self.assertEqual(self.env["account.move.line"].search(domain).statement_line_id, self.lines_of(account))

    def test_a_condition_on_the_account_reaches_the_tables(self):
        self.pay(self.bank_account, "1.00")
        account = self.connect_and_import().account_ids
        days = self.env["ponto.balance.day"]
        day = self.days_of(account)
        for domain in ([("account_id", "=", account.id)], [("id", "in", day.ids)]):
            self.env.cr.execute("SET LOCAL enable_seqscan = off")
            query = days._search(domain, order="date")
            plan = self.env.execute_query(query.select().__class__("EXPLAIN (FORMAT JSON) %s", query.select()))[0][0]
            nodes = list(self._get_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
            scans = [node for node in nodes if node.get("Relation Name") == "ponto_transaction"]
            self.assertTrue(scans)
            for scan in scans:
                condition = f"{scan.get('Index Cond', '')} {scan.get('Filter', '')} {scan.get('Recheck Cond', '')}"
                self.assertIn(f"account_id = {account.id}", condition, "every transaction would be read")

    def _get_nodes(self, node):
        yield node
        for child in node.get("Plans", ()):
            yield from self._get_nodes(child)

    def test_a_page_costs_the_same_whatever_the_history(self):
        for number in range(4):
            self.pay(self.bank_account, "1.00", days_ago=number + 2)
        connection = self.connect_and_import()
        account = connection.account_ids
        domain = [("account_id", "=", account.id)]
        fields = {
            name: {} for name in ("date", "bank_balance", "ledger_balance", "difference", "state", "waiting_count")
        }
        fields["account_id"] = {"fields": {"display_name": {}}}
        days = self.env["ponto.balance.day"].with_user(self.invoicing)
        counts = []
        for more in (0, 60):
            for number in range(more):
                self.pay(self.bank_account, "1.00", days_ago=number + 2)
            self.synchronize(connection)
            days.web_search_read(domain, fields)  # what is cached for good
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = days.web_search_read(domain, fields)
            counts.append((len(found["records"]), self.env.cr.sql_log_count - before))
        self.assertEqual([count for count, _queries in counts], [4, 60])
        self.assertEqual(counts[0][1], counts[1][1])
        self.assertLessEqual(counts[1][1], QUERIES)

    def test_invoicing_reads_it_and_nobody_writes_it(self):
        self.pay(self.bank_account, "1.00")
        account = self.connect_and_import().account_ids
        day = self.days_of(account)
        self.assertEqual(day.with_user(self.invoicing).read(["bank_balance"])[0]["bank_balance"], 1001)
        with self.assertRaises(AccessError):
            day.with_user(self.employee).read(["bank_balance"])
        for user in (self.accountant, self.invoicing):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(day.with_user(user).has_access(operation))

    def test_a_user_of_another_company_sees_no_day(self):
        self.pay(self.bank_account, "1.00")
        account = self.connect_and_import().account_ids
        day = self.days_of(account)
        other = self._create_company("Other")
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", other)
        days = self.env(user=stranger.id, context={"allowed_company_ids": other.ids})["ponto.balance.day"]
        self.assertFalse(days.search([]))
        with self.assertRaises(AccessError):
            days.browse(day.id).read(["bank_balance"])

    # ------------------------------------------------------------------ ways to it

    def test_it_is_reached_from_the_account_and_from_the_journal(self):
        self.pay(self.bank_account, "1.00")
        account = self.connect_and_import().account_ids.with_user(self.invoicing)
        for record, prefix in ((account, "action_view_"), (account.journal_id, "action_ponto_view_")):
            action = getattr(record, f"{prefix}balance")()
            self.assertEqual(action["res_model"], "ponto.balance.day")
            self.assertEqual(self.env["ponto.balance.day"].search(action["domain"]), self.days_of(account))
            action = getattr(record, f"{prefix}transactions")()
            self.assertEqual(self.env["ponto.transaction"].search(action["domain"]), account.transaction_ids)
            action = getattr(record, f"{prefix}log")()
            self.assertEqual(self.env["ponto.synchronization"].search(action["domain"]), account.synchronization_ids)
        run = account.synchronization_ids.filtered("imported_count")
        self.assertEqual(run.transaction_count, 1)
        domain = run.action_view_transactions()["domain"]
        self.assertEqual(self.env["ponto.transaction"].search(domain), account.transaction_ids)
