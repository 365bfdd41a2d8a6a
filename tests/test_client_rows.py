"""Values that banks and servers really send, or never should: one bad row never costs a page."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import tagged

from ..ponto_client import FormatError, read_transaction
from .http_stub import ClientCase, Reply

PATH = "/accounts/a/transactions"


def utc(*parts):
    """Return a moment in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestClientRows(ClientCase):
    def rows(self, *items):
        """Return the transactions of a page written as JSON text, item by item."""
        self.stub.reply(
            PATH, Reply(f'{{"data": [{", ".join(items)}], "links": {{}}}}'.encode("utf-8", "surrogatepass"))
        )
        (page,) = self.client.transaction_pages("a")
        return page.items

    def row(self, attributes, identifier='"t"'):
        """Return one transaction with attributes written as JSON text."""
        (transaction,) = self.rows(f'{{"id": {identifier}, "attributes": {{{attributes}}}}}')
        return transaction

    def test_amounts_are_exact(self):
        for text, amount in (
            ("0", "0"),
            ("-0.0", "0"),
            ("0e5", "0"),
            ("-100.0", "-100.0"),
            ("0.1", "0.1"),
            ("1e2", "100"),
            ("1.50E1", "15.0"),
            ("123456789012345678.12", "123456789012345678.12"),
            ('"-12.34"', "-12.34"),
            ('"+5"', "5"),
        ):
            with self.subTest(text=text):
                row = self.row(f'"amount": {text}, "fee": {text}')
                self.assertEqual((str(row.amount), str(row.fee)), (amount, amount))
                self.assertEqual(row.problems, ())
                self.assertIn(f'"amount": {text},', row.raw)

    def test_amounts_that_cannot_be_read(self):
        for text in (
            "NaN",
            "Infinity",
            "-Infinity",
            "1e400",
            "-1E9999999999999999999",
            "1e-30",
            "9" * 5000,
            "true",
            "[]",
            "{}",
            '""',
            '"abc"',
            '"1,50"',
            '"NaN"',
            '"1_000"',
            '" 1"',
            '"٣"',
            '"0x10"',
        ):
            with self.subTest(text=text[:20]):
                row = self.row(f'"amount": {text}, "currency": "EUR"')
                self.assertIsNone(row.amount)
                self.assertEqual(row.problems, ("amount",))
                self.assertEqual(row.currency, "EUR")
                self.assertIn(text, row.raw)

    def test_dates_of_every_written_form(self):
        for text, moment in (
            ("2022-09-23T00:00:00.000Z", utc(2022, 9, 23)),
            ("2022-09-23T00:00:00Z", utc(2022, 9, 23)),
            ("2022-09-26T13:12:38.896407Z", utc(2022, 9, 26, 13, 12, 38, 896407)),
            ("2022-09-26T13:12:38.896407123Z", utc(2022, 9, 26, 13, 12, 38, 896407)),
            ("2022-09-26T13:12:38.5Z", utc(2022, 9, 26, 13, 12, 38, 500000)),
            ("2022-09-26T01:30:00+02:00", utc(2022, 9, 25, 23, 30)),
            ("2022-09-26T22:30:00-0530", utc(2022, 9, 27, 4)),
            ("2022-09-26T22:30:00+02", utc(2022, 9, 26, 20, 30)),
            ("2022-09-26T22:30:00", utc(2022, 9, 26, 22, 30)),
            ("2022-09-26T22:30Z", utc(2022, 9, 26, 22, 30)),
            ("2022-09-26", utc(2022, 9, 26)),
            ("2022-09-26t22:30:00z", utc(2022, 9, 26, 22, 30)),
        ):
            with self.subTest(text=text):
                row = self.row(f'"executionDate": "{text}", "updatedAt": "{text}"')
                self.assertEqual((row.execution_date, row.updated_at), (moment, moment))
                self.assertEqual(row.execution_date.utcoffset(), timedelta(0))
                self.assertEqual(row.problems, ())

    def test_dates_that_cannot_be_read(self):
        for text in (
            '"soon"',
            '""',
            "20220923",
            "2022",
            "false",
            '"2022-02-30T00:00:00Z"',
            '"2022-09-26T25:00:00Z"',
            '"2022-09-26T10:00:61Z"',
            '"0001-01-01T00:00:00+10:00"',
            '"2022-09-26T10:00:00+99:00"',
            '"2022-09-26T10:00:00Z tomorrow"',
            '"٢٠٢٢-09-26"',
        ):
            with self.subTest(text=text):
                row = self.row(f'"executionDate": {text}, "valueDate": "2022-09-23T00:00:00Z"')
                self.assertIsNone(row.execution_date)
                self.assertEqual(row.value_date, utc(2022, 9, 23))
                self.assertEqual(row.problems, ("executionDate",))

    def test_null_missing_and_empty(self):
        row = self.row('"amount": null, "executionDate": null, "counterpartName": null, "description": ""')
        self.assertEqual((row.amount, row.execution_date, row.counterpart_name), (None, None, None))
        self.assertEqual(row.description, "")
        self.assertIsNone(row.currency)
        self.assertEqual(row.problems, ())

    def test_texts_are_kept_as_they_are(self):
        row = self.row('"description": "  é\\n\\t<br>€ 😀 ", "cardReference": 6666')
        self.assertEqual(row.description, "  é\n\t<br>€ 😀 ")
        self.assertEqual(row.card_reference, "6666")
        self.assertIs(type(row.card_reference), str)

    def test_texts_of_another_kind(self):
        row = self.row('"remittanceInformation": ["a", "b"], "counterpartName": {"x": 1}, "mandateId": true')
        self.assertEqual((row.remittance_information, row.counterpart_name, row.mandate_id), (None, None, None))
        self.assertEqual(set(row.problems), {"remittanceInformation", "counterpartName", "mandateId"})

    def test_nul_stays_out_of_texts_and_raw(self):
        row = self.row('"description": "a\\u0000b", "counterpartName": "c\x00d"')
        self.assertEqual((row.description, row.counterpart_name), ("ab", "cd"))
        self.assertEqual(set(row.problems), {"description", "counterpartName"})
        self.assertNotIn("\x00", row.raw)
        self.assertEqual(json.loads(row.raw)["attributes"], {"description": "a\x00b", "counterpartName": "c\x00d"})

    def test_lone_surrogates_stay_out_of_texts_and_raw(self):
        row = self.row('"description": "a\\ud800b", "counterpartName": "\\ud83d\\ude00"')
        self.assertEqual((row.description, row.counterpart_name), ("ab", "😀"))
        self.assertEqual(row.problems, ("description",))
        row.raw.encode()
        with self.assertRaises(FormatError):
            self.row('"description": "a\ud800b"')

    def test_raw_is_the_text_received(self):
        first = '{ "id" :"t1",\n "attributes":{"amount":-100.00,"x":1e400,"n":NaN, "big":' + "9" * 30 + "} }"
        second = '{"attributes":{"amount":0.10,"description":"]}\\"{["},"id":"t2"}'
        rows = self.rows(first, second)
        self.assertEqual([row.raw for row in rows], [first, second])
        self.assertEqual([row.amount for row in rows], [Decimal("-100.00"), Decimal("0.10")])
        self.assertEqual(rows[1].description, ']}"{[')

    def test_kept_text_reads_again_as_the_same_transaction(self):
        relation = '"relationships": {"account": {"data": {"id": "a"}}}'
        (row,) = self.rows(f'{{"id": "t", "attributes": {{"amount": 1.50, "description": "é\\u0000"}}, {relation}}}')
        self.assertEqual(row.problems, ("description",))
        self.assertEqual(read_transaction(row.raw), row)
        for raw in ("", "[]", "7", "null", "no", f"{row.raw}, {row.raw}"):
            with self.assertRaises(FormatError):
                read_transaction(raw)

    def test_contradictory_keys_are_a_problem(self):
        row = self.row('"amount": 1, "currency": "EUR", "amount": 2, "currency": "EUR", "amount": 1')
        self.assertIsNone(row.amount)
        self.assertEqual(row.currency, "EUR")
        self.assertEqual(row.problems, ("amount",))
        self.assertIn('"amount": 2', row.raw)
        self.stub.reply(PATH, Reply('{"data": [{"id": "t1"}], "data": []}'))
        with self.assertRaises(FormatError):
            list(self.client.transaction_pages("a"))

    def test_one_bad_row_leaves_the_others_alone(self):
        rows = self.rows(
            '{"id": "t1", "attributes": {"amount": "abc", "valueDate": "soon"}}',
            '{"id": "t2", "attributes": [1]}',
            '{"id": "t3"}',
            '{"id": "t4", "attributes": {"amount": 5}, "relationships": {"account": {"data": {"id": 9}}}, "new": {}}',
            '{"id": "t5", "attributes": {"unknown": 1}, "relationships": {"account": {"data": {"id": "b"}}}}',
        )
        self.assertEqual([row.id for row in rows], ["t1", "t2", "t3", "t4", "t5"])
        self.assertEqual([row.problems for row in rows], [("amount", "valueDate"), ("attributes",), (), (), ()])
        self.assertEqual([row.account_id for row in rows], ["a", "a", "a", "a", "b"])
        self.assertEqual(rows[3].amount, 5)

    def test_row_without_a_usable_id(self):
        for identifier in ("null", '""', "7", "{}", '"a b"', '"a\\u0000"', '"\\ud800"', '".."', f'"{"x" * 201}"'):
            with self.subTest(identifier=identifier[:20]):
                before, row, after = self.rows(
                    '{"id": "t1"}', f'{{"id": {identifier}, "attributes": {{"amount": 5, "fee": "x"}}}}', '{"id": "t2"}'
                )
                self.assertEqual((row.id, row.amount, row.problems), (None, 5, ("id", "fee")))
                self.assertEqual((before.id, after.id), ("t1", "t2"))
                self.assertEqual(read_transaction(row.raw), replace(row, account_id=None))

    def test_an_item_that_is_no_resource_at_all(self):
        for text in ("null", "7", '"text"', "[]", "[1]", "{}"):
            with self.subTest(text=text):
                before, row, after = self.rows('{"id": "t1"}', text, '{"id": "t2"}')
                self.assertEqual((row.id, row.amount, row.problems, row.raw), (None, None, ("id",), text))
                self.assertEqual((before.id, after.id), ("t1", "t2"))

    def test_repr_does_not_repeat_the_raw_text(self):
        self.assertNotIn("attributes", repr(self.row('"amount": 1')))

    def test_bad_values_of_other_resources_are_none(self):
        attributes = {
            "currentBalance": "abc",
            "authorizedAt": "soon",
            "deprecated": "maybe",
            "reference": "BE\x0012",
            "holderName": [],
        }
        meta = {"synchronizedAt": 7, "availability": None, "latestSynchronization": {"id": 7}}
        self.stub.reply("/accounts/a", Reply({"data": {"id": "a", "attributes": attributes, "meta": meta}}))
        account = self.client.account("a")
        self.assertEqual((account.current_balance, account.authorized_at), (None, None))
        self.assertEqual((account.deprecated, account.reference, account.holder_name), (False, "BE12", None))
        self.assertEqual((account.synchronized_at, account.availability), (None, "available"))
        self.assertIsNone(account.latest_synchronization)

    def test_truth_values_and_counts(self):
        for flag, expected in ((True, True), ("true", True), ("False", False), (1, False), (None, False)):
            for lifetime, days in ((90, 90), ("180", 180), (180.0, 180), (-1, None), (1.5, None), (1e7, None)):
                attributes = {"deprecated": flag, "expectedAuthorizationLifetime": lifetime}
                self.stub.reply("/financial-institutions/i", Reply({"data": {"id": "i", "attributes": attributes}}))
                institution = self.client.institution("i")
                self.assertEqual((institution.deprecated, institution.authorization_lifetime), (expected, days))

    def test_synchronization_errors_of_any_shape(self):
        errors = [{"code": "authorizationExpired"}, {"detail": "x"}, "text", None, {"code": 7, "detail": {}}]
        for value, issues in (
            (errors, [("authorizationExpired", ""), ("", "x"), ("", ""), ("", ""), ("7", "")]),
            (None, []),
            ({}, []),
        ):
            self.stub.reply("/synchronizations/s", Reply({"data": {"id": "s", "attributes": {"errors": value}}}))
            synchronization = self.client.synchronization("s")
            self.assertEqual([(issue.code, issue.detail) for issue in synchronization.errors], issues)
            self.assertIsNone(synchronization.status)

    def test_userinfo_with_bad_values(self):
        self.stub.reply("/userinfo", Reply({"sub": None, "onboardingComplete": "perhaps", "name": {}}))
        info = self.client.userinfo()
        self.assertEqual((info.organization_id, info.onboarding_complete, info.name), (None, None, None))
