from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..sandbox import Bank
from ..statement_files import FileError, read
from .bank_files import camt_entry, camt_file, camt_of
from .common import IBAN, OTHER_IBAN

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
REVERSAL = "<RvslInd>true</RvslInd>"


@tagged("post_install", "-at_install")
class TestFileCamt(BaseCase):
    """A CAMT.053 file of any version is read as the bank wrote it, or refused."""

    def setUp(self):
        super().setUp()
        self.bank = Bank()
        institution = self.bank.add_institution("Bank van Brabant", bic="BRABBEBB")
        self.account = self.bank.add_account(institution, reference=IBAN, opening_balance=Decimal("100.00"))

    def book(self, amount, day=15, **kwargs):
        values = {"counterpart_reference": OTHER_IBAN, "counterpart_name": "Jan & Co", **kwargs}
        return self.bank.add_transaction(self.account, Decimal(amount), date(2026, 1, day), **values)

    def file(self, **kwargs):
        return camt_of(self.bank, self.account, FIRST, LAST, **kwargs)

    def file_of(self, *entries, closing="100.00", **kwargs):
        opening = kwargs.pop("opening", Decimal("100.00"))
        return camt_file(entries, account=IBAN, opening=opening, closing=Decimal(closing), **kwargs)

    def assertRefused(self, code, content):
        with self.assertRaises(FileError) as caught:
            read(content)
        self.assertEqual(caught.exception.code, code, caught.exception)

    def test_every_version_and_prefix_says_the_same(self):
        self.book("12.50", remittance_information="Invoice 1", end_to_end_id="E2E-1")
        self.book("-2.25", remittance_information="+++090/9337/55493+++", remittance_information_type="structured")
        results = [
            read(self.file(version=version, prefix=prefix))[0]
            for version in ("02", "04", "08", "13")
            for prefix in ("", "ns2")
        ]
        self.assertEqual(len(set(results)), 1)
        first, second = results[0].movements
        self.assertEqual((results[0].account, results[0].currency), (IBAN, "EUR"))
        self.assertEqual((results[0].opening, results[0].closing), (Decimal("100.00"), Decimal("110.25")))
        self.assertEqual(
            (first.amount, first.day, first.value_day), (Decimal("12.50"), date(2026, 1, 15), date(2026, 1, 15))
        )
        self.assertEqual((first.counterpart_name, first.counterpart_reference), ("Jan & Co", OTHER_IBAN))
        self.assertEqual((first.remittance_information, first.end_to_end_id), ("Invoice 1", "E2E-1"))
        self.assertEqual(first.bank_transaction_code, "PMNT-RCDT-ESCT")
        self.assertEqual(second.remittance_information_type, "structured")

    def test_keys_are_the_banks_own_references_when_it_gives_them(self):
        self.book("1.00")
        self.book("1.00")
        month = read(self.file())[0]
        self.assertTrue(month.identified)
        day = read(camt_of(self.bank, self.account, date(2026, 1, 15), LAST, statement_id="OTHER", version="08"))[0]
        self.assertEqual([m.key for m in month.movements], [m.key for m in day.movements])
        self.assertEqual(len({m.key for m in month.movements}), 2)
        weak = read(self.file(references=False))[0]
        self.assertFalse(weak.identified)
        self.assertEqual(
            [m.key for m in weak.movements], [m.key for m in read(self.file(references=False))[0].movements]
        )
        self.assertTrue(all(m.key.startswith("file:") for m in weak.movements))

    def test_equal_parts_of_one_reference_are_told_apart(self):
        item = self.book("1.00")
        entries = [camt_entry([item]), camt_entry([item])]
        keys = [m.key for m in read(self.file_of(*entries, closing="102.00"))[0].movements]
        self.assertEqual(len(set(keys)), 2)

    def test_a_batch_is_one_movement_with_its_parts(self):
        batch = [self.book("-10.00", counterpart_name="An"), self.book("-20.00", counterpart_name="Bo")]
        for version in ("02", "08"):
            (movement,) = read(self.file(version=version, batches=[batch]))[0].movements
            self.assertEqual(movement.amount, Decimal("-30.00"))
            self.assertEqual([(p.amount, p.counterpart_name) for p in movement.details], [(-10, "An"), (-20, "Bo")])

    def test_a_reversal_keeps_the_sign_of_its_booking_and_names_the_other_side(self):
        returned = self.book("-5.00")  # a debit that the bank takes back: credited, and the creditor is the other side
        entry = camt_entry([returned], extra=REVERSAL).replace("DBIT", "CRDT")
        (movement,) = read(self.file_of(entry, closing="105.00"))[0].movements
        self.assertEqual((movement.amount, movement.counterpart_reference), (Decimal("5.00"), OTHER_IBAN))

    def test_pending_and_informative_entries_are_not_booked(self):
        item = self.book("1.00")
        for version, status in (("02", "PDNG"), ("02", "INFO"), ("08", "PDNG"), ("08", "FUTR")):
            entry = camt_entry([item], version=version).replace("BOOK", status)
            self.assertFalse(read(self.file_of(entry, version=version))[0].movements)

    def test_a_missing_booking_date_is_the_value_date(self):
        entry = camt_entry([self.book("1.00")])
        without = entry.replace("<BookgDt><Dt>2026-01-15</Dt></BookgDt>", "")
        self.assertEqual(read(self.file_of(without, closing="101.00"))[0].movements[0].day, date(2026, 1, 15))
        neither = without.replace("<ValDt><Dt>2026-01-15</Dt></ValDt>", "")
        self.assertRefused("date", self.file_of(neither, closing="101.00"))
        moment = entry.replace("<Dt>2026-01-15</Dt></BookgDt>", "<DtTm>2026-01-14T23:59:00+01:00</DtTm></BookgDt>")
        self.assertEqual(read(self.file_of(moment, closing="101.00"))[0].movements[0].day, date(2026, 1, 14))

    def test_an_account_without_iban_and_an_overdrawn_one(self):
        content = self.file_of(camt_entry([self.book("-1.00")]), opening=Decimal(-5), closing="-6.00")
        content = content.replace(f"<IBAN>{IBAN}</IBAN>".encode(), b"<Othr><Id>12-34 5</Id></Othr>")
        self.assertEqual((read(content)[0].account, read(content)[0].closing), ("12345", Decimal("-6.00")))

    def test_utf_16_is_read(self):
        self.book("1.00", remittance_information="Café")
        content = self.file().decode().replace("UTF-8", "UTF-16").encode("utf-16")
        self.assertEqual(read(content)[0].movements[0].remittance_information, "Café")

    # -- what is refused -------------------------------------------------------------------------------------------

    def test_balances_must_add_up(self):
        entry = camt_entry([self.book("1.00")])
        self.assertRefused("balance", self.file_of(entry, closing="100.99"))
        for code in ("OPBD", "CLBD"):
            content = self.file_of(entry, closing="101.00").replace(code.encode(), b"CLAV")
            self.assertRefused("no_balance", content)
        previous = self.file_of(entry, closing="101.00").replace(b"OPBD", b"PRCD")
        self.assertEqual(read(previous)[0].opening, Decimal("100.00"))

    def test_an_entry_in_another_currency_is_refused(self):
        entry = camt_entry([self.book("1.00")]).replace("EUR", "USD")
        self.assertRefused("currency", self.file_of(entry, closing="101.00"))

    def test_amounts_that_are_none_are_refused(self):
        entry = camt_entry([self.book("1.00")])
        for amount in ("-1.00", "1e3", "1,00", "NaN", ""):
            self.assertRefused("record", self.file_of(entry.replace(">1.00<", f">{amount}<", 1), closing="101.00"))
        self.assertRefused("record", self.file_of(entry.replace("CRDT", "BOTH", 1), closing="101.00"))
        self.assertRefused("record", self.file_of(entry.replace("2026-01-15", "2026-02-31"), closing="101.00"))

    def test_other_messages_and_broken_xml_are_refused(self):
        content = self.file()
        self.assertRefused("other_message", content.replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"))
        self.assertRefused("other_message", b"<html/>")
        self.assertRefused("xml", content[:-20])
        self.assertRefused("xml", b"<")
        self.assertRefused("empty", b"<Document><BkToCstmrStmt/></Document>")

    def test_entities_are_neither_expanded_nor_loaded(self):
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        bomb = f'<!DOCTYPE Document [<!ENTITY l0 "ha">{laughs}]>'
        entry = camt_entry([self.book("1.00", remittance_information="TEXT")])
        for doctype, entity in (
            (bomb, "&l9;"),
            ('<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
            ('<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
        ):
            content = self.file_of(entry.replace("TEXT", entity), closing="101.00", doctype=doctype)
            self.assertRefused("xml", content)

    def test_a_balance_without_an_amount_is_refused(self):
        content = self.file().decode()
        start = content.index("<Amt", content.index("<Bal"))
        end = content.index("</Amt>", start) + len("</Amt>")
        self.assertRefused("record", (content[:start] + content[end:]).encode())
