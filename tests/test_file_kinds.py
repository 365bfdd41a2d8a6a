"""Kinds of files that real banks send, and which are read, or refused with what to ask the bank for."""

import io
import zipfile
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..statement_files import FileError, read
from .bank_files import (
    account_field,
    camt_balance,
    camt_file,
    coda_file,
    coda_movement,
    coda_statement,
    record,
)
from .common import IBAN, OTHER_IBAN
from .test_file_cases import read_case

DAY = date(2026, 3, 3)


def entry(amount="10.00", *, side="CRDT", day=DAY, reference="R1", details="", extra=""):
    """Return an entry; what is empty is left out."""
    indicator = f"<CdtDbtInd>{side}</CdtDbtInd>" if side else ""
    days = f"<BookgDt><Dt>{day}</Dt></BookgDt>" if day else ""
    reference = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return f'<Ntry><Amt Ccy="EUR">{amount}</Amt>{indicator}{extra}<Sts>BOOK</Sts>{days}{reference}{details}</Ntry>'


def details(*transactions):
    """Return the details of an entry."""
    return f"<NtryDtls>{''.join(f'<TxDtls>{text}</TxDtls>' for text in transactions)}</NtryDtls>"


def statement(*entries, opening="100.00", closing="110.00", first=DAY, last=DAY):
    return camt_file(entries, account=IBAN, opening=Decimal(opening), closing=Decimal(closing), first=first, last=last)


def archive(compression=zipfile.ZIP_DEFLATED, **files):
    """Return a ZIP archive; an underscore in a name is a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as writer:
        for name, data in files.items():
            writer.writestr(name if "]" in name else name.replace("_", "."), data)
    return content.getvalue()


class FileKindsCase(BaseCase):
    def read_one(self, content):
        (result,) = read(content)
        return result

    def movement_of(self, *args, **kwargs):
        (movement,) = self.read_one(statement(entry(*args, **kwargs))).movements
        return movement

    def assertRefused(self, content, code, kind=""):
        with self.assertRaises(FileError) as caught:
            read(content)
        self.assertEqual((caught.exception.code, caught.exception.kind), (code, kind))
        return caught.exception


@tagged("post_install", "-at_install")
class TestFileKinds(FileKindsCase):
    """Whole files: what is around statements, and how their balances prove them."""

    def test_several_documents_in_one_file(self):
        one, two = statement(entry()), statement(entry("5.00", side="DBIT"), closing="95.00")
        bare = [content.partition(b"?>")[2] for content in (one, two)]
        envelope = b"<Messages>" + b"".join(bare) + b"</Messages>"
        for content in (one + b"\n" + two, b"".join(bare), envelope):
            self.assertEqual([m.amount for s in read(content) for m in s.movements], [10, -5])

    def test_an_archive_is_read_within_bounds(self):
        good = statement(entry())
        both = archive(a_xml=good, b_cod=read_case("coda_subscription_1.cod"), c_pdf=b"%PDF-1.7")
        self.assertEqual(len(read(both)), 2)
        self.assertEqual(self.assertRefused(archive(a_xml=good, b_txt=b"Hello"), "unknown").member, "b.txt")
        self.assertRefused(archive(a_xml=good)[:-30], "zip")
        self.assertRefused(archive(a_xml=good, compression=zipfile.ZIP_LZMA), "zip")
        self.assertRefused(archive(a_txt=b" " * (65 * 2**20)), "size")
        self.assertRefused(archive(**{f"{number}_xml": b"" for number in range(401)}), "zip_number")
        self.assertRefused(archive(), "empty")
        inner = archive(a_xml=good)
        self.assertRefused(archive(a_zip=inner), "unknown")
        self.assertRefused(archive(**{"[Content_Types].xml": b"<Types/>"}), "unknown", "excel")

    def test_a_file_that_is_too_large_is_refused_unread(self):
        self.assertRefused(b"<" + b" " * (64 * 2**20), "size")

    def test_available_balances_count_only_where_there_are_no_booked_ones(self):
        content = statement(entry())
        available = content.replace(b"OPBD", b"OPAV").replace(b"CLBD", b"CLAV")
        self.assertEqual(self.read_one(available).remarks, ("available",))
        self.assertRefused(available.replace(b"110.00", b"111.00"), "balance")
        self.assertRefused(content.replace(b"CLBD", b"CLAV"), "no_balance")

    def test_days_newest_first_are_read_as_those_oldest_first(self):
        days = [date(2026, 3, 5), date(2026, 3, 4), DAY]
        entries = [entry(str(n), day=day, reference=f"R{n}") for n, day in enumerate(days, 1)]
        balances = "".join(
            camt_balance("OPBD", before, day, "EUR") + camt_balance("CLBD", after, day, "EUR")
            for day, before, after in zip(days, (105, 103, 100), (106, 105, 103), strict=True)
        )
        content = camt_file(entries, account=IBAN, opening=0, closing=0).decode()
        start, end = content.index("<Bal>"), content.rindex("</Bal>") + len("</Bal>")
        result = self.read_one((content[:start] + balances + content[end:]).encode())
        self.assertEqual((result.opening, result.closing), (100, 106))
        self.assertEqual([m.place.day_start for m in result.movements], [105, 103, 100])

    def test_what_is_left_out_is_taken_where_the_balances_prove_it(self):
        for content, amount, remark in (
            (statement(entry(side="")), 10, "indicator"),
            (statement(entry(side=""), closing="90.00"), -10, "indicator"),
            (statement(entry()).replace(b"<CdtDbtInd>CRDT</CdtDbtInd><Dt>", b"<Dt>"), 10, "indicator"),
            (statement(entry()).replace(b"<Sts>BOOK</Sts>", b""), 10, "status"),
            (statement(entry(day=None)), 10, "day"),
        ):
            with self.subTest(remark=remark, amount=amount):
                result = self.read_one(content)
                self.assertEqual([m.amount for m in result.movements], [amount])
                self.assertEqual((result.remarks, result.movements[0].day), ((remark,), DAY))

    def test_what_is_left_out_and_not_proven_is_refused(self):
        self.assertRefused(statement(entry(side="")).replace(b"110.00", b"110.01"), "balance")
        twins = [entry(side="", reference="A"), entry(side="", reference="B")]
        self.assertRefused(statement(*twins, closing="100.00"), "record")  # one in, one out: which?
        self.assertEqual(len(self.read_one(statement(*twins, closing="120.00")).movements), 2)
        self.assertRefused(statement(entry(day=None), first=date(2026, 3, 1)), "date")
        self.assertRefused(statement(entry(side="BOTH")), "record")

    def test_an_entry_without_a_status_that_is_not_booked_yet_is_left_out(self):
        pending = entry("7.00", reference="R2").replace("<Sts>BOOK</Sts>", "")
        result = self.read_one(statement(entry(), pending))
        self.assertEqual(([m.amount for m in result.movements], result.remarks), ([10], ("status",)))

    def test_a_reversal_means_the_other_sign_only_where_only_that_adds_up(self):
        flagged = entry(side="DBIT", extra="<RvslInd>true</RvslInd>")
        self.assertEqual(self.read_one(statement(flagged)).remarks, ("reversal",))
        plain = self.read_one(statement(flagged, closing="90.00"))
        self.assertEqual(([m.amount for m in plain.movements], plain.remarks), ([-10], ()))
        self.assertRefused(statement(flagged, closing="100.00"), "balance")

    def test_intact_files_of_another_kind_are_not_damaged(self):
        coda = coda_file(
            coda_statement(
                [coda_movement(1, 1, DAY)], account=IBAN, opening=Decimal(0), opening_day=DAY, closing_day=DAY
            )
        )
        first_line = coda.partition(b"\r\n")[0]
        parts = [coda_movement(1, 1, DAY, detail=n, code="60150000") for n in (1, 2)]
        only = coda_statement(parts, account=IBAN, opening=Decimal(0), opening_day=DAY, closing_day=DAY, closing=0)
        apart = coda.replace(first_line, first_line[:83] + b"00001" + first_line[88:]).replace(b"\r\n8", b"\r\n7")
        for content, code, kind in (
            (coda.replace(first_line, first_line[:-1] + b"1"), "record", "coda_1"),
            (coda_file(only), "record", "coda_details"),
            (apart, "record", "coda_details"),
            (b":20:STARTUMS\r\n:25:BE68539007547034\r\n:60F:C260301EUR1,\r\n", "unknown", "mt940"),
            (b"{1:F01TESTBEBBXXXX0000000000}{2:O940}{4:\r\n:20:X\r\n", "unknown", "mt940"),
            (b"Date;Amount\r\n1;2\r\n", "unknown", "csv"),
            ("Datum\tBedrag\r\n1\t2\r\n".encode("utf-16"), "unknown", "csv"),
            (b"%PDF-1.4", "unknown", "pdf"),
            (b"Hello", "unknown", ""),
            (b"\xff\xfe\x00", "unknown", ""),
        ):
            with self.subTest(kind=kind):
                self.assertRefused(content, code, kind)

    def test_another_message_is_called_by_its_name_whatever_is_around_it(self):
        content = statement(entry())
        for name in ("BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn", "CstmrCdtTrfInitn"):
            message = content.replace(b"BkToCstmrStmt", name.encode())
            bare = message.partition(b"?>")[2]
            header = b"<AppHdr><BizMsgIdr>1</BizMsgIdr></AppHdr>"
            for file in (message, b"<BizMsgEnvlp>" + header + bare + b"</BizMsgEnvlp>"):
                self.assertEqual(self.assertRefused(file, "other_message").place, name)

    def test_coda_with_a_blank_structure_and_a_short_record_8(self):
        values = {"account": IBAN, "opening": Decimal(0), "opening_day": DAY, "closing_day": DAY}
        lines = coda_statement([coda_movement(1, 1, DAY)], **values)
        blank = [line[0] + " " + line[2:] if line[0] == "1" else line for line in lines]
        self.assertEqual(self.read_one(coda_file(blank)).account, IBAN)
        number = f"{IBAN[4:]} EUR0BE".ljust(37)
        for structure, second in (
            ("0", f"{IBAN[4:]} EUR".ljust(37)),
            (" ", f"{IBAN[4:]} EUR".ljust(37)),
            ("0", number),
        ):
            old = [f"1{structure}{line[2:5]}{number}{line[42:]}" if line[0] == "1" else line for line in lines]
            old = [f"{line[:4]}{second}{line[41:]}" if line[0] == "8" else line for line in old]
            with self.subTest(structure=structure):
                result = self.read_one(coda_file(old))
                self.assertEqual((result.account, result.currency), (IBAN, "EUR"))
        other = [f"{line[:4]}{account_field(IBAN, 'USD')}{line[41:]}" if line[0] == "8" else line for line in lines]
        self.assertRefused(coda_file(other), "record")


@tagged("post_install", "-at_install")
class TestFileTexts(FileKindsCase):
    """What a transaction tells, wherever a version of a standard has it."""

    def detail(self, text, **kwargs):
        return self.movement_of(details=details(text), **kwargs)

    def test_all_of_a_structured_remittance(self):
        movement = self.detail(
            "<RmtInf><Ustrd>Thanks</Ustrd><Strd><RfrdDocInf><Nb>INV/1</Nb></RfrdDocInf><RfrdDocInf><Nb>INV/2</Nb>"
            "</RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf><AddtlRmtInf>one</AddtlRmtInf>"
            "<AddtlRmtInf>two</AddtlRmtInf></Strd></RmtInf><AddtlTxInf>three</AddtlTxInf>"
        )
        self.assertEqual(movement.remittance_information, "RF18539007547034")
        self.assertEqual(movement.remittance_information_type, "structured")
        self.assertEqual(movement.additional_information, "Thanks, INV/1, INV/2 one two three")

    def test_a_bank_as_counterparty(self):
        for bank, name in (("<Nm>Bank van Brabant</Nm>", "Bank van Brabant"), ("<BICFI>BRABBEBB</BICFI>", "BRABBEBB")):
            party = f"<RltdPties><Dbtr><Agt><FinInstnId>{bank}</FinInstnId></Agt></Dbtr></RltdPties>"
            self.assertEqual(self.detail(party).counterpart_name, name)

    def test_who_pays_in_the_end_is_told_beside_who_pays(self):
        for inner in ("<Nm>{}</Nm>", "<Pty><Nm>{}</Nm></Pty>"):
            parties = f"<Dbtr>{inner.format('Agent')}</Dbtr><UltmtDbtr>{inner.format('Jan')}</UltmtDbtr>"
            movement = self.detail(f"<RltdPties>{parties}</RltdPties>")
            self.assertEqual((movement.counterpart_name, movement.ultimate_debtor), ("Agent", "Jan"))
            alone = self.detail(f"<RltdPties><UltmtDbtr>{inner.format('Jan')}</UltmtDbtr></RltdPties>")
            self.assertEqual((alone.counterpart_name, alone.ultimate_debtor), ("Jan", ""))

    def test_the_holder_is_not_the_counterparty(self):
        own = f"<Cdtr><Nm>Bakkerij Maes</Nm></Cdtr><CdtrAcct><Id><IBAN>{OTHER_IBAN}</IBAN></Id></CdtrAcct>"
        for extra in ("", "<BkTxCd><Domn><Cd>PMNT</Cd></Domn></BkTxCd>"):
            movement = self.detail(f"{extra}<RltdPties>{own}</RltdPties>")
            self.assertEqual((movement.counterpart_name, movement.counterpart_reference), ("", ""))
        returned = f"<RltdPties>{own}</RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
        self.assertEqual(self.detail(returned).counterpart_name, "Bakkerij Maes")  # whom we had paid
        content = statement(entry(details=details(returned)))
        owner = b"<Ownr><Nm>Bakkerij Maes</Nm></Ownr>"
        (movement,) = self.read_one(content.replace(b"</Acct><Bal>", owner + b"</Acct><Bal>")).movements
        self.assertEqual(movement.counterpart_name, "")

    def test_parts_have_the_counter_value_in_the_currency_of_the_account(self):
        foreign = '<Amt Ccy="USD">6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        counter = f'{foreign}<AmtDtls><CntrValAmt><Amt Ccy="EUR">4.00</Amt></CntrValAmt></AmtDtls>'
        movement = self.movement_of(details=details(counter, foreign, '<Amt Ccy="EUR">0.00</Amt>'))
        self.assertEqual([part.amount for part in movement.details], [4, None, None])
        self.assertEqual([part.original_amount for part in movement.details], ["USD 6.00", "USD 6.00", ""])

    def test_the_parts_of_a_flipped_reversal_are_flipped(self):
        part = '<Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        flagged = entry(side="DBIT", extra="<RvslInd>true</RvslInd>", details=details(part, part))
        (movement,) = self.read_one(statement(flagged)).movements
        self.assertEqual([part.amount for part in movement.details], [5, 5])

    def test_charges_of_any_version(self):
        for charges in (
            '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">2.50</TtlChrgsAndTaxAmt></Chrgs>',
            '<Chrgs><Rcrd><Amt Ccy="EUR">2.50</Amt></Rcrd></Chrgs>',
            '<Chrgs><Amt Ccy="EUR">2.50</Amt></Chrgs>',
        ):
            self.assertEqual(self.detail(charges).charges, "EUR 2.50")
            self.assertEqual(self.movement_of(extra=charges).charges, "EUR 2.50")
            total = self.movement_of(extra=charges, details=details("", ""))
            self.assertEqual((total.charges, [part.charges for part in total.details]), ("EUR 2.50", ["", ""]))
            self.assertEqual(self.movement_of(extra=charges, details=details("")).charges, "EUR 2.50")

    def test_placeholders_anywhere_are_nothing(self):
        for text in ("NOTPROVIDED", "NOT PROVIDED", "NONREF", "UNKNOWN"):
            movement = self.detail(
                f"<Refs><EndToEndId>{text}</EndToEndId><MndtId>{text}</MndtId></Refs><RltdPties><Dbtr><Nm>{text}</Nm>"
                f"</Dbtr><DbtrAcct><Id><Othr><Id>{text}</Id></Othr></Id></DbtrAcct><UltmtDbtr><Nm>{text}</Nm>"
                f"</UltmtDbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd><Strd><CdtrRefInf><Ref>{text}</Ref></CdtrRefInf>"
                f"</Strd></RmtInf><AddtlTxInf>{text}</AddtlTxInf>"
            )
            self.assertFalse(movement.remittance_information + movement.additional_information)
            self.assertFalse(movement.counterpart_name + movement.counterpart_reference + movement.ultimate_debtor)
            self.assertFalse(movement.end_to_end_id + movement.mandate_id)
        weak = self.read_one(statement(entry(reference="NONREF")))
        self.assertFalse(weak.identified)

    def test_a_foreign_payment_and_the_ultimate_parties_of_coda(self):
        zone = f"1105{90000:015}{100000:015}{90000000:012}USD"
        movement = coda_movement(1, "90.00", DAY, communication=zone)
        place = f"31{1:04}{1:04}{'REF':<21}00150000"
        informations = [
            record((1, place), (40, f"1008{'Jan Maes':<70}"), (126, "1 0")),
            record((1, place), (40, f"1009{'An Claes':<70}"), (126, "0 0")),
        ]
        values = {"account": IBAN, "opening": Decimal(0), "opening_day": DAY, "closing_day": DAY}
        (result,) = self.read_one(coda_file(coda_statement([[*movement, *informations]], **values))).movements
        self.assertEqual((result.original_amount, result.exchange_rate), ("USD 100.00", "0.9"))
        self.assertEqual((result.ultimate_creditor, result.ultimate_debtor), ("Jan Maes", "An Claes"))

    def test_information_of_coda_goes_to_the_whole_or_the_part_whose_code_it_has(self):
        whole = coda_movement(1, 3, DAY, code="10150000", globalization=1)
        part = coda_movement(1, 3, DAY, detail=1, code="50150000")
        place = f"31{1:04}{2:04}{'REF':<21}"
        of_part = record((1, f"{place}50150000"), (40, "0of the part"), (126, "0 0"))
        of_whole = [
            record((1, f"{place}10150000"), (40, "0of the whole"), (126, "1 0")),
            record((1, f"32{1:04}{2:04}and more of it"), (126, "0 0")),
        ]
        values = {"account": IBAN, "opening": Decimal(0), "opening_day": DAY, "closing_day": DAY}
        lines = coda_statement([[*whole, *part, of_part, *of_whole]], **values)
        (result,) = self.read_one(coda_file(lines)).movements
        self.assertEqual(result.additional_information, "of the whole and more of it")
        self.assertEqual(result.details[0].additional_information, "of the part")

    def test_a_part_of_coda_without_an_amount_is_not_told(self):
        lines = coda_statement(
            [
                coda_movement(1, 3, DAY, code="10150000", globalization=1),
                coda_movement(1, 0, DAY, detail=1, code="50150000"),
            ],
            account=IBAN,
            opening=Decimal(0),
            opening_day=DAY,
            closing_day=DAY,
        )
        (result,) = self.read_one(coda_file(lines)).movements
        self.assertIsNone(result.details[0].amount)
