"""Synchronizations live: on request, in the background, until the authorization ends; and the ledger stays exact."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..sandbox import Bank, Clock
from ..sandbox.clock import background_slot, background_slots, brussels_day, brussels_offset
from .sandbox_case import CUSTOMER_ADDRESS, SandboxCase


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestSandboxClock(BaseCase):
    def test_it_runs_freezes_and_runs_on(self):
        clock = Clock()
        clock.set(utc(2026, 3, 1, 12))
        self.assertEqual(clock.now(), clock.now())
        self.assertEqual(clock.advance(days=1, seconds=5), utc(2026, 3, 2, 12, 0, 5))
        clock.release()
        self.assertLess(abs(clock.now() - utc(2026, 3, 2, 12, 0, 5)), timedelta(seconds=30))
        with self.assertRaises(ValueError):
            clock.set(datetime(2026, 3, 1))

    def test_belgian_time_follows_the_european_rule(self):
        for moment, hours in (
            (utc(2026, 3, 29, 0, 59), 1), (utc(2026, 3, 29, 1), 2), (utc(2026, 10, 25, 0, 59), 2),
            (utc(2026, 10, 25, 1), 1), (utc(2024, 3, 31, 1), 2), (utc(2026, 7, 1), 2), (utc(2026, 1, 1), 1),
        ):  # fmt: skip
            self.assertEqual(brussels_offset(moment), timedelta(hours=hours), moment)
        self.assertEqual(brussels_day(utc(2026, 6, 30, 22)).isoformat(), "2026-07-01")

    def test_ponto_synchronizes_four_times_a_day(self):
        self.assertEqual(background_slot(utc(2026, 1, 5).date(), 2), utc(2026, 1, 5, 1))
        self.assertEqual(background_slot(utc(2026, 7, 5).date(), 20), utc(2026, 7, 5, 18))
        slots = list(background_slots(utc(2026, 1, 5, 1), utc(2026, 1, 6, 1)))
        self.assertEqual([slot.hour for slot in slots], [7, 13, 19, 1])


class SynchronizationCase(SandboxCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.clock.set(utc(2026, 3, 2, 10))
        self.serve(self.own_bank())
        self.login()

    def own_bank(self):
        bank = Bank(self.clock)
        self.institution = bank.add_institution("Test Bank", bic="TESTBEBB")
        self.account = bank.add_account(self.institution, reference="BE07626550616261", opening_balance="100")
        return bank

    def meta(self):
        return self.get(f"/accounts/{self.account.id}")["data"]["meta"]

    def listed(self):
        return self.ids(f"/accounts/{self.account.id}/transactions")

    def current_balance(self):
        return self.get(f"/accounts/{self.account.id}")["data"]["attributes"]["currentBalance"]


@tagged("post_install", "-at_install")
class TestSandboxRequestedSynchronization(SynchronizationCase):
    def _create(self, status=201, **changes):
        given = {
            "resourceType": "account",
            "resourceId": self.account.id,
            "subtype": "accountTransactions",
            "customerIpAddress": CUSTOMER_ADDRESS,
        }
        return self.post("/synchronizations", given | changes, status)

    def test_it_goes_from_pending_over_running_to_success(self):
        self.sandbox.options.synchronization_seconds = 600
        created = self._create()["data"]
        path = f"/synchronizations/{created['id']}"
        statuses = [created["attributes"]["status"]]
        self.assertEqual(created["attributes"]["createdAt"], created["attributes"]["updatedAt"])
        for _step in range(4):
            statuses.append(self.get(path)["data"]["attributes"]["status"])
            self.clock.advance(minutes=4)
        self.assertEqual(statuses, ["pending", "pending", "pending", "running", "success"])

    def test_it_ends_by_real_time_although_the_clock_is_frozen(self):
        self.sandbox.options.synchronization_seconds = 0.05
        path = f"/synchronizations/{self._create()['data']['id']}"
        for _attempt in range(1000):
            if self.get(path)["data"]["attributes"]["status"] == "success":
                return
        self.fail("the synchronization never ended")

    def test_links_to_what_was_updated_come_at_the_end(self):
        self.assertNotIn("relationships", self._create()["data"])
        self.clock.advance(minutes=6)
        done = self.synchronize("accountTransactions")
        related = done["relationships"]["updatedTransactions"]["links"]["related"]
        self.assertEqual(self.get(related)["data"], [])
        details = self.synchronize("accountDetails")
        self.assertNotIn("relationships", details)
        both = self.synchronize("accountTransactionsWithUnsettled")
        self.assertIn("updatedPendingTransactions", both["relationships"])

    def test_all_four_attributes_are_required(self):
        for name in ("resourceType", "resourceId", "subtype", "customerIpAddress"):
            for value in (None, ""):
                error = self.error(self._create(400, **{name: value}))
                self.assertEqual(error["meta"]["attribute"], name)
        for changes in ({"resourceType": "card"}, {"subtype": "everything"}, {"customerIpAddress": "localhost"}):
            self.assertEqual(self.error(self._create(400, **changes))["code"], "validationError")

    def test_an_older_api_knows_two_subtypes(self):
        self.bank.options.unsettled_synchronizations = False
        given = {"resourceType": "account", "resourceId": self.account.id, "customerIpAddress": CUSTOMER_ADDRESS}
        refused = self.post("/synchronizations", {**given, "subtype": "accountTransactionsWithUnsettled"}, 400)
        self.assertEqual(refused["errors"][0]["code"], "validationError")
        self.post("/synchronizations", {**given, "subtype": "accountTransactions"})
        self.assertIn(CUSTOMER_ADDRESS, self.sandbox.requests[-1].body)

    def test_an_unknown_account_is_refused(self):
        for account in ("00000000-0000-4000-8000-000000000000", self.institution.id):
            error = self.error(self._create(400, resourceId=account))
            self.assertEqual(error["code"], "invalidSynchronizationResource")
        self.integration.unshare(self.account)
        self._create(400)

    def test_the_same_subtype_waits_five_minutes(self):
        self._create()
        self.assertEqual(self.error(self._create(400))["code"], "accountRecentlySynchronized")
        self._create(subtype="accountDetails")
        self.clock.advance(minutes=4, seconds=59)
        self._create(400)
        self.clock.advance(seconds=1)
        self._create()

    def test_transactions_and_details_each_bring_their_own(self):
        item = self.bank.add_transaction(self.account, "-12.34", visible=False)
        self.assertEqual((self.listed(), self.current_balance()), ([], 100.0))
        done = self.synchronize("accountTransactions")
        self.assertEqual(self.listed(), [item.id])
        self.assertEqual(self.ids(f"/synchronizations/{done['id']}/updated-transactions"), [item.id])
        self.assertEqual(self.current_balance(), 100.0)
        self.synchronize("accountDetails")
        self.assertEqual(self.current_balance(), 87.66)
        self.assertEqual(self.bank.reported_balance(self.account), self.bank.balance(self.account))

    def test_metas_tell_the_last_completed_one(self):
        done = self.synchronize("accountTransactions")
        self.assertEqual(self.meta()["latestSynchronization"]["id"], done["id"])
        details = self.synchronize("accountDetails")
        meta = self.meta()
        self.assertEqual(meta["latestSynchronization"]["id"], details["id"])
        self.assertEqual(meta["synchronizedAt"], details["attributes"]["updatedAt"])
        self.assertTrue(meta["latestSynchronization"]["attributes"]["customerOnline"])
        listing = self.get(f"/accounts/{self.account.id}/transactions")["meta"]
        self.assertEqual(listing["latestSynchronization"]["id"], done["id"])
        self.assertEqual(listing["synchronizedAt"], done["attributes"]["updatedAt"])
        self.clock.advance(minutes=6)
        self._create()
        self.assertEqual(self.meta()["latestSynchronization"]["id"], details["id"], "a running one is not told")

    def test_pending_ones_come_with_unsettled_and_settle(self):
        shown = self.bank.add_pending(self.account, "-5")
        hidden = self.bank.add_pending(self.account, "-6", visible=False, counterpart_name="Café Zoë")
        path = f"/accounts/{self.account.id}/pending-transactions"
        self.assertEqual(self.ids(path), [shown.id])
        done = self.synchronize("accountTransactionsWithUnsettled")
        self.assertEqual(self.ids(path), [hidden.id, shown.id])
        self.assertEqual(self.get(f"{path}/{shown.id}")["data"]["type"], "pendingTransaction")
        updated = f"/synchronizations/{done['id']}/updated-pending-transactions"
        self.assertEqual(self.ids(updated), [hidden.id])
        self.assertEqual(self.bank.balance(self.account), Decimal(100), "pending ones are no bookings")
        booked = self.bank.settle(hidden)
        self.assertEqual((self.ids(path), self.ids(updated)), ([shown.id], []))
        self.assertEqual((booked.counterpart_name, self.listed()), ("Café Zoë", [booked.id]))
        self.assertEqual(self.bank.balance(self.account), Decimal(94))

    def test_a_bank_under_maintenance_is_readonly(self):
        self.institution.maintenance_type = "financialInstitution"
        self.institution.maintenance_to = self.clock.now() + timedelta(hours=1)
        self.assertEqual(self.meta()["availability"], "readonly")
        done = self.synchronize("accountDetails")
        self.assertEqual(done["attributes"]["status"], "error")
        self.clock.advance(hours=1)
        self.login()
        self.assertEqual(self.meta()["availability"], "available")
        self.assertEqual(self.synchronize("accountDetails")["attributes"]["status"], "success")


@tagged("post_install", "-at_install")
class TestSandboxTimePasses(SynchronizationCase):
    def test_a_background_synchronization_brings_what_the_bank_has(self):
        item = self.bank.add_transaction(self.account, "-1", visible=False)
        before = self.meta()["synchronizedAt"]
        self.clock.set(utc(2026, 3, 2, 12, 59))
        self.login()
        self.assertEqual((self.listed(), self.meta()["synchronizedAt"]), ([], before))
        self.clock.set(utc(2026, 3, 2, 13, 0, 1))
        self.assertEqual(self.listed(), [item.id])
        meta = self.meta()
        self.assertEqual(meta["synchronizedAt"], "2026-03-02T13:00:00.201Z")
        self.assertFalse(meta["latestSynchronization"]["attributes"]["customerOnline"])
        self.assertEqual(self.current_balance(), 99.0)

    def test_what_is_shown_at_once_moves_synchronized_at_even_on_a_frozen_clock(self):
        seen = [self.meta()["synchronizedAt"]]
        for _number in range(3):
            item = self.bank.add_transaction(self.account, "-1")
            seen.append(self.meta()["synchronizedAt"])
            latest = self.get(f"/accounts/{self.account.id}/transactions")["meta"]["latestSynchronization"]
            self.assertEqual(self.ids(f"/synchronizations/{latest['id']}/updated-transactions"), [item.id])
        self.assertEqual(seen, sorted(set(seen)))

    def test_a_thousand_arrivals_share_one_record(self):
        before = len(self.bank.synchronizer.synchronizations)
        for _number in range(1000):
            self.bank.add_transaction(self.account, "-1")
        self.meta()
        self.assertEqual(len(self.bank.synchronizer.synchronizations), before + 2)

    def test_a_hidden_transaction_stays_hidden_while_others_arrive(self):
        self.bank.add_transaction(self.account, "-1", visible=False)
        shown = self.bank.add_transaction(self.account, "-2")
        self.assertEqual((self.listed(), self.current_balance()), ([shown.id], 98.0))
        self.assertEqual(self.bank.balance(self.account), Decimal(97))

    def test_a_change_moves_updated_at_and_is_among_the_updated(self):
        item = self.bank.add_transaction(self.account, "-1", remittance_information="old")
        self.meta()
        before = item.updated_at
        self.bank.change_transaction(item, remittance_information="new")
        self.assertGreater(item.updated_at, before)
        latest = self.get(f"/accounts/{self.account.id}/transactions")["meta"]["latestSynchronization"]
        self.assertEqual(self.ids(f"/synchronizations/{latest['id']}/updated-transactions"), [item.id])

    def test_an_authorization_expires_by_itself(self):
        self.bank.clock.advance(days=179)
        self.login()
        self.assertEqual(self.meta()["latestSynchronization"]["attributes"]["status"], "success")
        self.bank.clock.advance(days=2)
        item = self.bank.add_transaction(self.account, "-1", visible=False)
        self.login()
        meta = self.meta()
        self.assertEqual(meta["latestSynchronization"]["attributes"]["status"], "error")
        self.assertEqual(meta["latestSynchronization"]["attributes"]["errors"][0]["code"], "authorizationExpired")
        last_alive = datetime.fromisoformat(meta["synchronizedAt"].replace("Z", "+00:00"))
        self.assertLess(last_alive, self.account.expires_at)
        self.assertLess(self.account.expires_at - last_alive, timedelta(hours=8))
        self.assertEqual(self.listed(), [])
        self.bank.renew(self.account)
        self.assertEqual(self.listed(), [item.id])
        self.assertEqual(self.account.expires_at, self.account.authorized_at + timedelta(days=180))

    def test_expire_and_revoke(self):
        self.bank.expire(self.account)
        done = self.synchronize("accountDetails")
        self.assertEqual(done["attributes"]["errors"][0]["code"], "authorizationExpired")
        self.bank.renew(self.account)
        self.bank.revoke(self.account)
        done = self.synchronize("accountTransactions")
        self.assertEqual((done["attributes"]["status"], done["attributes"]["errors"][0]["code"]),
                         ("error", "authorizationInvalid"))  # fmt: skip
        self.assertGreater(self.account.expires_at, self.clock.now())
        self.get(f"/accounts/{self.account.id}/transactions")

    def test_an_account_linked_with_a_dead_authorization(self):
        self.account = self.bank.add_account(
            self.institution, reference="BE68539007547034", authorized_at=self.clock.now() - timedelta(days=200)
        )
        self.bank.add_transaction(self.account, "-1")
        meta = self.meta()
        self.assertEqual(meta["latestSynchronization"]["attributes"]["status"], "error")
        self.assertIsNotNone(meta["synchronizedAt"])
        self.assertEqual(len(self.listed()), 1)

    def test_linking_again_gives_new_ids_and_the_same_money(self):
        other = self.bank.add_integration("Other")
        other.unshare(self.account)
        items = [self.bank.add_transaction(self.account, amount) for amount in ("-1.10", "2.20")]
        old, before = self.account, self.listed()
        self.account = self.bank.relink(old)
        self.assertEqual(self.ids("/accounts"), [self.account.id])
        self.assertFalse(set(before) & set(self.listed()))
        self.assertEqual(len(self.listed()), 2)
        self.assertEqual([item.digest for item in items], [item.digest for item in self.account.visible])
        self.assertEqual(self.bank.balance(self.account), Decimal("101.10"))
        self.assertEqual(other.account_ids, [])
        self.get(f"/accounts/{old.id}", 404)

    def test_the_ledger_knows_every_day(self):
        for day, amount in ((1, "10"), (3, "-0.01"), (3, "5.55")):
            self.bank.add_transaction(self.account, amount, utc(2026, 2, day).date(), visible=day == 1)
        expected = {1: "110", 2: "110", 3: "115.54", 4: "115.54"}
        for day, balance in expected.items():
            self.assertEqual(self.bank.balance(self.account, utc(2026, 2, day).date()), Decimal(balance))
        self.assertEqual(self.bank.balance(self.account, utc(2026, 1, 31).date()), Decimal(100))
        self.assertEqual(self.bank.reported_balance(self.account), Decimal(110))
