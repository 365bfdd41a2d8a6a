"""The Belgian company is what the demo and the tests count on, on any day."""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox import Clock, Sandbox, belgian_company
from ..sandbox.company_invoices import pay_open_invoices
from ..sandbox.identifiers import (
    belgian_iban,
    creditor_identifier,
    creditor_reference,
    enterprise_number,
    french_iban,
    iban,
    structured_digits,
    structured_text,
)

TIMEOUT = 30
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TWELVE = re.compile(r"(?<!\d)(\d{3})/?(\d{4})/?(\d{5})(?!\d)")
KEYS = ["main", "main_usd", "savings", "card_1", "card_2", "expiring", "readonly", "expired", "sample"]
# Leap day, both changes of the clock, ends of months and years.
ANCHORS = (date(2024, 2, 29), date(2025, 3, 31), date(2025, 10, 26), date(2026, 1, 1), date(2026, 8, 31))


def mod97(text):
    """Check ISO 7064 on an IBAN, a creditor identifier without business code, or an RF reference."""
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97


def fingerprint(company):
    """Return everything that must be equal for equal seeds and days."""
    return [
        (account.id, account.bank_id, account.authorized_at, account.reported_balance, account.synchronized_at,
         [(item.id, item.bank_id, item.amount, item.day, item.value_date, item.created_at, item.updated_at,
           item.counterpart_name, item.remittance_information, item.digest) for item in account.visible])
        for account in company.accounts.values()
    ] + [(invoice.number, invoice.amount, invoice.paid_by) for invoice in company.invoices]  # fmt: skip


@tagged("post_install", "-at_install")
class TestSandboxIdentifiers(BaseCase):
    def test_known_numbers(self):
        self.assertEqual(iban("BE", "539007547034"), "BE68539007547034")
        self.assertEqual(belgian_iban(539, 75470), "BE68539007547034")
        self.assertEqual(iban("DE", "370400440532013000"), "DE89370400440532013000")
        self.assertEqual(french_iban(30006, 1, 12345678901), "FR7630006000011234567890189")
        self.assertEqual(structured_digits(909337554), "090933755493")
        self.assertEqual(structured_text("090933755493"), "+++090/9337/55493+++")
        self.assertEqual(creditor_reference("539007547034"), "RF18539007547034")

    def test_remainder_zero_is_written_97(self):
        self.assertEqual(structured_digits(97 * 1000)[-2:], "97")
        self.assertEqual(belgian_iban(0, 97)[-2:], "97")

    def test_creditor_identifiers(self):
        number = enterprise_number(9800001)
        self.assertEqual((int(number[:8]) + int(number[8:])) % 97, 0)
        made = creditor_identifier(number)
        self.assertEqual(mod97(made[:4] + made[7:]), 1)


@tagged("post_install", "-at_install")
class TestSandboxCompany(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = belgian_company()
        cls.bank, cls.accounts = cls.company.bank, cls.company.accounts
        cls.own = {key: account for key, account in cls.accounts.items() if key != "sample"}
        cls.items = [item for account in cls.own.values() for item in account.visible]

    def test_three_banks_eight_accounts_and_the_recorded_one(self):
        self.assertEqual(list(self.accounts), KEYS)
        self.assertEqual(list(self.bank.accounts.values()), list(self.accounts.values()))
        banks = {account.institution for account in self.own.values()}
        self.assertEqual(Counter(bank.status for bank in banks), {"stable": 2, "beta": 1})
        maintained = [bank.maintenance_type for bank in banks if bank.maintenance_type]
        self.assertEqual(maintained, ["financialInstitution"])
        self.assertEqual(self.accounts["sample"].institution.name, "Super Sandbox Bank")
        main, dollars = self.accounts["main"], self.accounts["main_usd"]
        self.assertEqual((main.reference, main.currency, dollars.currency), (dollars.reference, "EUR", "USD"))
        for key in ("card_1", "card_2"):
            self.assertEqual((self.accounts[key].subtype, self.accounts[key].reference_type), ("card", "MASKEDPAN"))
        self.assertEqual(self.accounts["savings"].subtype, "savings")

    def test_exactly_2500_transactions_in_13_months(self):
        self.assertEqual(len(self.items), 2500)
        self.assertEqual(sum(len(account.ledger) for account in self.own.values()), 2500)
        self.assertGreater(min(item.day for item in self.items), self.company.anchor - timedelta(days=400))
        self.assertLess(max(item.day for item in self.items), self.company.anchor)
        months = Counter(item.day.strftime("%Y-%m") for item in self.items)
        self.assertGreaterEqual(len(months), 13)
        self.assertTrue(all(item.created_at <= self.bank.clock.now() for item in self.items))

    def test_every_id_is_a_lower_case_uuid_and_unique(self):
        ids = [item.id for item in self.items] + [item.bank_id for item in self.items]
        ids += [account.id for account in self.accounts.values()] + list(self.bank.institutions)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertFalse([each for each in ids if not UUID.fullmatch(each)])

    def test_sums_lead_from_opening_to_reported_balance(self):
        for key, account in self.accounts.items():
            total = account.opening_balance + sum(item.amount for item in account.visible)
            self.assertEqual(total, self.bank.reported_balance(account), key)
            self.assertEqual(total, self.bank.balance(account), key)
            self.assertEqual(total, self.bank.balance(account, self.company.anchor), key)
        self.assertEqual(self.bank.balance(self.accounts["sample"]), Decimal("-527.34"))

    def test_check_digits_are_right(self):
        references = {account.reference for account in self.own.values() if account.reference_type == "IBAN"}
        references |= {item.counterpart_reference for item in self.items if item.counterpart_reference}
        self.assertGreater(len(references), 40)
        for reference in references:
            self.assertEqual(mod97(reference), 1, reference)
            if reference.startswith("BE"):
                self.assertEqual(int(reference[4:14]) % 97 or 97, int(reference[14:]), reference)
        for creditor in {item.creditor_id for item in self.items if item.creditor_id}:
            self.assertEqual(mod97(creditor[:4] + creditor[7:]), 1, creditor)

    def test_structured_communications_are_right_in_every_written_form(self):
        forms = Counter()
        for item in self.items:
            text = item.remittance_information or ""
            structured = item.remittance_information_type == "structured"
            if structured and text.startswith("RF"):
                self.assertEqual(mod97(text), 1)
                forms["rf"] += 1
                continue
            found = TWELVE.search(text)
            if structured:
                self.assertTrue(found, text)
            if not found:
                continue
            digits = "".join(found.groups())
            self.assertEqual(int(digits[:10]) % 97 or 97, int(digits[10:]), text)
            forms["free text"] += not structured
            forms["bare"] += structured and text.isdigit()
            forms["plus"] += text.startswith("+++") and text.endswith("+++")
            forms["stars"] += text.startswith("***") and text.endswith("***")
            forms["97"] += digits.endswith("97")
        for form in ("rf", "free text", "bare", "plus", "stars", "97"):
            self.assertGreater(forms[form], 1, form)

    def test_it_holds_what_belgian_banks_give(self):
        def having(test):
            return sum(1 for item in self.items if test(item))

        self.assertGreater(having(lambda item: item.mandate_id and item.creditor_id), 60)
        self.assertGreater(having(lambda item: item.card_reference and item.card_reference_type == "MASKEDPAN"), 500)
        self.assertGreater(having(lambda item: item.bank_transaction_code == "ACMT-MDOP-CHRG"), 40)
        self.assertGreaterEqual(having(lambda item: item.purpose_code == "SALA"), 48)
        self.assertGreater(having(lambda item: re.search("[À-ſ]", item.counterpart_name or "")), 300)
        self.assertGreater(having(lambda item: item.value_date != item.execution_date), 40)
        self.assertGreater(having(lambda item: "Terugbetaling" in (item.description or "")), 8)
        self.assertGreater(having(lambda item: item.fee), 20)
        self.assertGreater(having(lambda item: item.updated_at != item.created_at), 5)
        self.assertEqual({item.currency for item in self.accounts["main_usd"].visible}, {"USD"})

    def test_nulls_stand_where_the_reference_says_null(self):
        for name in ("counterpart_name", "counterpart_reference", "card_reference", "fee", "mandate_id", "creditor_id",
                     "purpose_code", "end_to_end_id", "additional_information", "remittance_information"):  # fmt: skip
            empty = sum(getattr(item, name) is None for item in self.items)
            self.assertGreater(empty, 5, name)
        self.assertFalse([item.id for item in self.items if item.description is None or "" in (
            item.counterpart_name, item.remittance_information)])  # fmt: skip
        holders = {account.holder_name for account in self.own.values()}
        self.assertIn(None, holders)

    def test_equal_twins_share_their_digest(self):
        twins = Counter((item.account.id, item.digest) for item in self.items)
        repeated = [count for count in twins.values() if count > 1]
        self.assertGreater(len(repeated), 8)
        self.assertIn(3, repeated)

    def test_own_transfers_are_visible_on_both_sides(self):
        for source, target in (("main", "savings"), ("main", "expiring"), ("readonly", "main"), ("main", "expired")):
            given, taken = self.accounts[source], self.accounts[target]
            out = Counter((item.day, -item.amount) for item in given.visible
                          if item.counterpart_reference == taken.reference and item.amount < 0)  # fmt: skip
            back = Counter((item.day, item.amount) for item in taken.visible
                           if item.counterpart_reference == given.reference and item.amount > 0)  # fmt: skip
            self.assertGreater(sum(out.values()), 8, (source, target))
            self.assertEqual(out, back)

    def test_cards_are_settled_from_the_main_account(self):
        paid = Counter((item.day, -item.amount) for item in self.accounts["main"].visible
                       if item.bank_transaction_code == "PMNT-CCRD-DAJT")  # fmt: skip
        received = Counter((item.day, item.amount) for key in ("card_1", "card_2") for item in self.accounts[key].visible
                           if item.bank_transaction_code == "PMNT-CCRD-DAJT")  # fmt: skip
        self.assertGreater(sum(paid.values()), 20)
        self.assertEqual(paid, received)

    def test_some_are_created_late_and_the_order_is_ponto_s(self):
        for account in self.own.values():
            orders = [item.order for item in self.bank.transactions(account)]
            self.assertEqual(orders, sorted(orders, reverse=True))
            days = [item.day for item in account.visible]
            if account.id == self.accounts["main"].id:
                self.assertNotEqual(days, sorted(days))
        late = [item for item in self.items if item.created_at - datetime.combine(
            item.day, datetime.min.time(), timezone.utc) > timedelta(days=3)]  # fmt: skip
        self.assertGreater(len(late), 8)
        first = Counter(item.created_at for item in self.accounts["main"].visible).most_common(1)[0][1]
        self.assertGreater(first, 100, "a history shares the moment of linking")

    def test_120_invoices_of_which_80_are_paid_to_the_cent(self):
        invoices = self.company.invoices
        self.assertEqual(Counter(each.kind for each in invoices), {"customer": 70, "supplier": 50})
        paid = [each for each in invoices if each.paid_by]
        self.assertEqual(Counter(each.kind for each in paid), {"customer": 50, "supplier": 30})
        main = self.accounts["main"].seen
        payers = {}
        for invoice in paid:
            for payment in invoice.paid_by:
                payers.setdefault(payment, []).append(invoice)
        for payment, paying in payers.items():
            item = main[payment]
            self.assertEqual(item.amount > 0, paying[0].kind == "customer")
            self.assertEqual(item.counterpart_reference, paying[0].partner_account)
            self.assertTrue(all(item.day >= each.date for each in paying))
            if all(len(each.paid_by) == 1 for each in paying):
                self.assertEqual(abs(item.amount), sum(each.amount for each in paying))
        for invoice in paid:
            if len(invoice.paid_by) > 1:
                self.assertEqual(sum(main[each].amount for each in invoice.paid_by), invoice.amount)
        self.assertEqual(len({each.number for each in invoices}), 120)
        known = [each.structured_communication for each in invoices if each.structured_communication]
        self.assertEqual(len(known), len(set(known)))
        self.assertEqual({each.partner for each in invoices}, {each.name for each in self.company.partners})

    def test_most_open_invoices_can_be_paid_today_in_the_words_of_their_payers(self):
        company = belgian_company(date(2026, 5, 4), seed=7)
        opened = {each.number: each for each in company.invoices if not each.paid_by}
        self.assertEqual(len(opened), 40)
        made = pay_open_invoices(company.bank, company.accounts["main"], company.invoices)
        paid = {each.paid_by[0]: each for each in opened.values() if each.paid_by}
        self.assertEqual(paid.keys(), {item.id for item in made})
        self.assertEqual(len(made), 30)
        short = [item for item in made if abs(item.amount) != paid[item.id].amount]
        self.assertEqual({abs(item.amount) - paid[item.id].amount for item in short}, {Decimal(-5)})
        for item in made:
            self.assertEqual(item.day, company.bank.clock.today())
            self.assertEqual(item.amount > 0, paid[item.id].kind == "customer")
            self.assertIn(item, company.accounts["main"].visible)

    def test_the_openings_of_partners_bank_accounts_are_unique(self):
        accounts = [each.account for each in self.company.partners]
        self.assertEqual(len(accounts), len(set(accounts)))


@tagged("post_install", "-at_install")
class TestSandboxAnyDay(BaseCase):
    def test_equal_seeds_and_days_give_equal_worlds(self):
        first, again = (fingerprint(belgian_company(date(2026, 5, 4), seed=7)) for _turn in range(2))
        self.assertEqual(first, again)
        other = fingerprint(belgian_company(date(2026, 5, 4), seed=8))
        self.assertNotEqual(first, other)
        self.assertFalse({account[0] for account in first[:9]} & {account[0] for account in other[:8]})

    def test_it_holds_on_any_day(self):
        for anchor in ANCHORS:
            company = belgian_company(anchor)
            now = company.bank.clock.now()
            self.assertEqual(now.date(), anchor)
            own = [account for key, account in company.accounts.items() if key != "sample"]
            items = [item for account in own for item in account.visible]
            self.assertEqual(len(items), 2500, anchor)
            self.assertTrue(all(item.day < anchor and item.created_at <= now for item in items))
            self.assertTrue(all(item.created_at <= item.updated_at for item in items))
            self.assertTrue(all(item.created_at.date() >= item.day for item in items))
            self.assertEqual(sum(1 for each in company.invoices if each.paid_by), 80, anchor)
            self.assertGreater(company.bank.balance(company.accounts["main"]), 0)
            self._check_authorizations(company)

    def _check_authorizations(self, company):
        now, anchor, accounts = company.bank.clock.now(), company.anchor, company.accounts
        self.assertEqual(accounts["expiring"].expires_at.date(), anchor + timedelta(days=9))
        expired = accounts["expired"]
        self.assertEqual(expired.expires_at.date(), anchor - timedelta(days=30))
        self.assertTrue(all(item.day <= expired.expires_at.date() for item in expired.ledger))
        self.assertTrue(all(item.created_at < expired.expires_at for item in expired.ledger))
        self.assertEqual(expired.latest.errors[0]["code"], "authorizationExpired")
        self.assertLess(expired.synchronized_at, expired.expires_at)
        self.assertTrue(accounts["readonly"].institution.readonly_at(now))
        dead = [key for key, account in accounts.items() if not account.authorized(now)]
        self.assertEqual(dead, ["expired", "sample"])
        for key, account in accounts.items():
            if key not in dead:
                self.assertEqual(account.latest.status, "success", key)
                self.assertLessEqual(account.synchronized_at, now)

    def test_a_given_clock_is_left_alone_and_catches_up(self):
        clock = Clock()
        anchor = clock.today() - timedelta(days=40)
        company = belgian_company(anchor, clock=clock)
        self.assertLess(abs(clock.now() - datetime.now(timezone.utc)), timedelta(seconds=30))
        company.bank.tick()
        self.assertEqual(company.accounts["expiring"].latest.status, "error")
        main = company.accounts["main"]
        self.assertLess(clock.now() - main.synchronized_at, timedelta(hours=7))
        self.assertEqual(company.bank.reported_balance(main), company.bank.balance(main))

    def test_the_control_route_tells_the_scenario(self):
        company = belgian_company()
        with Sandbox(company.bank) as sandbox:
            told = requests.get(f"{sandbox.url}/_sandbox/scenario", timeout=TIMEOUT).json()
            ledger = requests.get(f"{sandbox.url}/_sandbox/ledger", timeout=TIMEOUT).json()
        self.assertEqual(len(told["invoices"]), 120)
        self.assertEqual(told["accounts"], {key: account.id for key, account in company.accounts.items()})
        self.assertEqual([account["key"] for account in ledger["accounts"]], KEYS)
        for account in ledger["accounts"]:
            self.assertEqual(Decimal(account["balance"]), company.bank.balance(company.accounts[account["key"]]))
            self.assertEqual(list(account["balances"].values())[-1], account["balance"])


@tagged("post_install", "-at_install")
class TestSandboxProcess(BaseCase):
    def test_it_runs_as_a_process_of_its_own(self):
        root = Path(__file__).parent.parent
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready.json"
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox", "--ready-file", str(ready)],
                cwd=root, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.kill)
            deadline = time.time() + 60
            while not ready.exists() and process.poll() is None and time.time() < deadline:
                time.sleep(0.05)
            access = json.loads(ready.read_text())
            self.assertEqual(ready.stat().st_mode & 0o777, 0o600)
            self.assertEqual(access["pid"], process.pid)
            answer = requests.post(
                f"{access['url']}/oauth2/token",
                params={"grant_type": "client_credentials"},
                auth=(access["client_id"], access["client_secret"]),
                timeout=TIMEOUT,
            )
            self.assertEqual(answer.status_code, 200)
            process.terminate()
            self.assertEqual(process.wait(20), 0)
            self.assertIn(access["url"], process.stdout.read())
