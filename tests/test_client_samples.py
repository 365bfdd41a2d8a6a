"""The recorded samples are read right."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import tagged

from ..ponto_client import CredentialsError, NotFound, RecentlySynchronized, RequestRefused, TokenRejected
from .http_stub import SAMPLES, ClientCase, Reply, sample

ACCOUNT = "0df6d359-a2fb-4f41-bc4c-3c824d8a1a03"
INSTITUTION = "9251e765-bfbe-48b0-a082-3b043c386131"
SYNCHRONIZATION = "9b549e54-f3ea-4cfa-88b3-216c43228cfa"


def utc(*parts):
    """Return a moment in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


def last_page(name):
    """Return a recorded list as its own last page."""
    document = json.loads(sample(name))
    document["links"].pop("next", None)
    return Reply(document)


@tagged("post_install", "-at_install")
class TestClientSamples(ClientCase):
    def test_the_tree_holds_every_sample_of_these_resources(self):
        names = {
            "openapi": (
                "createSynchronization.201 getAccount.200 getOrganizationFinancialInstitution.200 "
                "getSynchronization.200 getTransaction.200 getUserInfo.200 listAccounts.200 "
                "listOrganizationFinancialInstitutions.200 listTransactions.200 "
                "listUpdatedTransactionsForSynchronization.200 requestAccountReauthorization.201"
            ),
            "errors": (
                "400-accountRecentlySynchronized 404-resourceNotFound-account 404-resourceNotFound-synchronization "
                "invalidAccessToken invalidCredentials-bank-html invalidCredentials-bank-json "
                "invalidCredentials-bank-json-responseId"
            ),
            "xs2a-analogue": (
                "accounts_with_sync_errors createSynchronization synchronization synchronization_with_json_error"
            ),
        }
        for folder, stems in names.items():
            for stem in stems.split():
                self.assertTrue((SAMPLES / folder / f"{stem}.json").is_file(), f"{folder}/{stem}")

    def check_account(self, account):
        self.assertEqual(account.id, ACCOUNT)
        self.assertEqual((account.reference_type, account.reference), ("IBAN", "BE07626550616261"))
        self.assertEqual((account.currency, account.subtype), ("EUR", "checking"))
        self.assertEqual(account.current_balance, Decimal("-527.34"))
        self.assertEqual(account.available_balance, Decimal("-527.34"))
        self.assertEqual(account.current_balance_reference_date, utc(2022, 9, 23))
        self.assertEqual(account.current_balance_changed_at, utc(2022, 9, 26, 13, 12, 40, 839000))
        self.assertEqual(account.authorized_at, utc(2022, 9, 26, 13, 2, 18, 103000))
        lifetime = account.authorization_expiration_expected_at - account.authorized_at
        self.assertEqual(lifetime, timedelta(days=90))
        self.assertIsNone(account.holder_name)
        self.assertIsNone(account.product)
        self.assertIs(account.deprecated, False)
        self.assertEqual(account.institution_id, INSTITUTION)
        self.assertEqual(account.internal_reference, "c6283304-6c87-49c7-9f67-4b7d8ee71eb8")
        self.assertEqual(account.availability, "available")
        self.assertEqual(account.synchronized_at, utc(2022, 9, 26, 13, 12, 40, 926000))
        self.assertEqual(account.latest_synchronization.status, "success")
        self.assertEqual(account.latest_synchronization.subtype, "accountDetails")
        self.assertEqual(account.latest_synchronization.resource_id, ACCOUNT)

    def test_account(self):
        self.stub.reply(f"/accounts/{ACCOUNT}", Reply(sample("openapi/getAccount.200.json")))
        self.check_account(self.client.account(ACCOUNT))

    def test_list_of_accounts(self):
        self.stub.reply("/accounts", last_page("openapi/listAccounts.200.json"))
        accounts = list(self.client.accounts())
        self.assertEqual(len(accounts), 1)
        self.check_account(accounts[0])
        self.assertEqual(self.stub.calls("/accounts")[0].args["page[limit]"], "100")

    def test_account_without_availability_counts_as_available(self):
        document = json.loads(sample("openapi/getAccount.200.json"))
        del document["data"]["meta"]["availability"]
        self.stub.reply("/accounts/a", Reply(document))
        self.assertEqual(self.client.account("a").availability, "available")
        document["data"]["meta"]["availability"] = "readonly"
        self.stub.reply("/accounts/a", Reply(document))
        self.assertEqual(self.client.account("a").availability, "readonly")

    def test_bank_side_account_without_most_attributes_and_with_six_digit_fractions(self):
        self.stub.reply("/accounts", last_page("openapi/listFinancialInstitutionAccounts.200.json"))
        (account,) = self.client.accounts()
        self.assertEqual(account.current_balance_changed_at, utc(2022, 9, 26, 13, 12, 38, 896407))
        self.assertEqual(account.current_balance, Decimal("1308.5"))
        self.assertIsNone(account.authorized_at)
        self.assertIsNone(account.latest_synchronization)
        self.assertIsNone(account.institution_id)

    def test_accounts_whose_synchronization_failed(self):
        self.stub.reply("/accounts", Reply(sample("xs2a-analogue/accounts_with_sync_errors.json")))
        (account,) = self.client.accounts()
        self.assertEqual(account.current_balance, Decimal(0))
        self.assertEqual(account.current_balance_changed_at, utc(2018, 10, 25))
        self.assertEqual(account.latest_synchronization.status, "error")
        self.assertEqual(account.latest_synchronization.errors[0].code, "authorizationInvalid")

    def check_institution(self, institution):
        self.assertEqual(institution.id, INSTITUTION)
        self.assertEqual((institution.name, institution.bic), ("Super Sandbox Bank", "NBBEBEBB203"))
        self.assertEqual((institution.country, institution.status), ("BE", "stable"))
        self.assertIs(institution.deprecated, False)
        self.assertTrue(institution.logo_url.endswith("/sandbox.svg"))
        for name in (
            "maintenance_from",
            "maintenance_to",
            "maintenance_type",
            "shared_brand_name",
            "time_zone",
            "authorization_lifetime",
            "pending_transactions_available",
        ):
            self.assertIsNone(getattr(institution, name), name)

    def test_institution(self):
        self.stub.reply(
            f"/financial-institutions/{INSTITUTION}",
            Reply(sample("openapi/getOrganizationFinancialInstitution.200.json")),
        )
        self.check_institution(self.client.institution(INSTITUTION))

    def test_list_of_institutions(self):
        self.stub.reply("/financial-institutions", last_page("openapi/listOrganizationFinancialInstitutions.200.json"))
        institutions = list(self.client.institutions())
        self.assertEqual(len(institutions), 1)
        self.check_institution(institutions[0])

    def test_institution_with_the_newer_attributes(self):
        document = json.loads(sample("openapi/getOrganizationFinancialInstitution.200.json"))
        document["data"]["attributes"].update(
            expectedAuthorizationLifetime=180,
            pendingTransactionsAvailable=True,
            maintenanceFrom="2026-03-01T22:00:00Z",
            maintenanceTo="2026-03-02T06:00:00+02:00",
            maintenanceType="internal",
            sharedBrandName="Brand",
            timeZone="Europe/Brussels",
        )
        self.stub.reply("/financial-institutions/i", Reply(document))
        institution = self.client.institution("i")
        self.assertEqual(institution.authorization_lifetime, 180)
        self.assertIs(institution.pending_transactions_available, True)
        self.assertEqual(institution.maintenance_from, utc(2026, 3, 1, 22))
        self.assertEqual(institution.maintenance_to, utc(2026, 3, 2, 4))
        self.assertEqual(institution.maintenance_type, "internal")
        self.assertEqual(institution.time_zone, "Europe/Brussels")

    def check_transaction(self, transaction):
        self.assertEqual(str(transaction.amount), "-100.0")
        self.assertEqual(transaction.currency, "EUR")
        self.assertEqual(transaction.execution_date, utc(2022, 9, 23))
        self.assertEqual(transaction.value_date, utc(2022, 9, 23))
        self.assertEqual(transaction.description, "Big Cotton JACKET")
        self.assertEqual(transaction.remittance_information, "BIGGER NEW JACKET")
        self.assertEqual(transaction.remittance_information_type, "unstructured")
        self.assertEqual(transaction.mandate_id, "234")
        self.assertEqual(transaction.creditor_id, "123498765421")
        self.assertEqual(transaction.purpose_code, "CASH")
        self.assertEqual(transaction.bank_transaction_code, "PMNT-IRCT-ESCT")
        self.assertEqual(transaction.proprietary_bank_transaction_code, "12345")
        self.assertEqual(transaction.additional_information, "Online payment on bestmarket.com")
        self.assertEqual(len(transaction.digest), 64)
        for name in ("counterpart_name", "card_reference", "card_reference_type", "fee"):
            self.assertIsNone(getattr(transaction, name), name)
        self.assertEqual(transaction.account_id, ACCOUNT)
        self.assertEqual(transaction.problems, ())
        self.assertIn('"amount": -100.0,', transaction.raw)
        self.assertEqual(json.loads(transaction.raw)["id"], transaction.id)

    def test_page_of_transactions(self):
        self.stub.reply(f"/accounts/{ACCOUNT}/transactions", last_page("openapi/listTransactions.200.json"))
        (page,) = self.client.transaction_pages(ACCOUNT)
        self.assertIsNone(page.next_cursor)
        self.assertEqual(page.synchronized_at, utc(2022, 9, 26, 13, 13, 3, 106000))
        self.assertEqual(page.latest_synchronization.id, SYNCHRONIZATION)
        self.assertEqual(page.latest_synchronization.subtype, "accountTransactions")
        (transaction,) = page.items
        self.check_transaction(transaction)
        self.assertEqual(transaction.created_at, utc(2022, 9, 26, 13, 12, 51, 546000))
        self.assertEqual(transaction.updated_at, utc(2022, 9, 26, 13, 13, 3, 72000))
        self.assertEqual(transaction.counterpart_reference, "BE23732688626491")
        self.assertEqual(transaction.end_to_end_id, "028c0a165d57481b90f83e65558eaac3")

    def test_single_transaction_as_an_item_of_a_list(self):
        item = json.loads(sample("openapi/getTransaction.200.json"))["data"]
        self.stub.reply("/accounts/a/transactions", Reply({"data": [item], "links": {}}))
        (page,) = self.client.transaction_pages("a")
        self.check_transaction(page.items[0])
        self.assertIsNone(page.synchronized_at)
        self.assertIsNone(page.latest_synchronization)

    def test_bank_side_transactions(self):
        self.stub.reply("/accounts/a/transactions", last_page("openapi/listFinancialInstitutionTransactions.200.json"))
        (page,) = self.client.transaction_pages("a")
        self.assertEqual([item.problems for item in page.items], [()] * len(page.items))
        for name in ("createFinancialInstitutionTransaction.201", "updateFinancialInstitutionTransaction.200"):
            item = json.loads(sample(f"openapi/{name}.json"))["data"]
            self.stub.reply("/accounts/a/pending-transactions", Reply({"data": [item]}))
            (transaction,) = self.client.pending_transactions("a")
            self.assertEqual(transaction.id, item["id"])
            self.assertEqual(transaction.problems, ())
            self.assertIsNotNone(transaction.amount)
            self.assertIsNotNone(transaction.execution_date)

    def test_pending_transactions_have_the_shape_of_transactions(self):
        document = json.loads(sample("openapi/listTransactions.200.json"))
        document["data"][0]["type"] = "pendingTransaction"
        document["links"].pop("next")
        self.stub.reply(f"/accounts/{ACCOUNT}/pending-transactions", Reply(document))
        (transaction,) = self.client.pending_transactions(ACCOUNT)
        self.check_transaction(transaction)

    def test_updated_transactions(self):
        for method, path in (
            (self.client.updated_transactions, "updated-transactions"),
            (self.client.updated_pending_transactions, "updated-pending-transactions"),
        ):
            self.stub.reply(
                f"/synchronizations/{SYNCHRONIZATION}/{path}",
                last_page("openapi/listUpdatedTransactionsForSynchronization.200.json"),
            )
            (transaction,) = method(SYNCHRONIZATION)
            self.check_transaction(transaction)
            self.assertEqual(transaction.id, "be64ddb9-63da-4df7-9f7b-ae3a79a7eb25")
            self.assertEqual(transaction.updated_at, utc(2022, 9, 26, 13, 13, 27, 56000))

    def test_created_synchronization_and_its_request(self):
        self.stub.reply("/synchronizations", Reply(sample("openapi/createSynchronization.201.json"), 201))
        synchronization = self.client.create_synchronization(ACCOUNT, "accountDetails", "123.123.123.123")
        self.assertEqual(synchronization.status, "pending")
        self.assertEqual(synchronization.resource_id, ACCOUNT)
        self.assertEqual(synchronization.created_at, synchronization.updated_at)
        self.assertEqual(synchronization.errors, ())
        self.assertIsNone(synchronization.updated_transactions_count)
        (call,) = self.stub.calls("/synchronizations")
        self.assertEqual(json.loads(call.get_data()), json.loads(sample("openapi/createSynchronization.request.json")))
        self.assertEqual(call.headers["Content-Type"], "application/json")

    def test_finished_synchronization(self):
        self.stub.reply(f"/synchronizations/{SYNCHRONIZATION}", Reply(sample("openapi/getSynchronization.200.json")))
        synchronization = self.client.synchronization(SYNCHRONIZATION)
        self.assertEqual((synchronization.status, synchronization.subtype), ("success", "accountTransactions"))

    def test_failed_synchronizations(self):
        for name in ("synchronization", "synchronization_with_json_error"):
            self.stub.reply("/synchronizations/s", Reply(sample(f"xs2a-analogue/{name}.json")))
            synchronization = self.client.synchronization("s")
            self.assertEqual(synchronization.status, "error")
            (issue,) = synchronization.errors
            self.assertEqual(issue.code, "authorizationInvalid")
            self.assertTrue(issue.detail.startswith("The authorization is invalid"))
        self.stub.reply("/synchronizations/s", Reply(sample("xs2a-analogue/createSynchronization.json")))
        self.assertEqual(self.client.synchronization("s").status, "pending")

    def test_reauthorization_request(self):
        path = f"/accounts/{ACCOUNT}/reauthorization-requests"
        self.stub.reply(path, Reply(sample("openapi/requestAccountReauthorization.201.json"), 201))
        request = self.client.create_reauthorization_request(
            ACCOUNT, "https://fake-tpp.com/account-reauthorization-confirmation"
        )
        self.assertEqual(request.id, "32f2e1ce-d372-4e3a-9613-049b8c7e5bfe")
        self.assertTrue(request.redirect_url.startswith("https://authorize.development.myponto.net/organizations/"))
        (call,) = self.stub.calls(path)
        self.assertEqual(
            json.loads(call.get_data()), json.loads(sample("openapi/requestAccountReauthorization.request.json"))
        )

    def test_userinfo_flat_and_wrapped(self):
        flat = json.loads(sample("openapi/getUserInfo.200.json"))
        identifier = flat.pop("sub")
        wrapped = {"data": {"type": "userinfo", "id": identifier, "attributes": flat}}
        for document in ({**flat, "sub": identifier}, wrapped):
            self.stub.reply("/userinfo", Reply(document))
            info = self.client.userinfo()
            self.assertEqual(info.organization_id, "dd311734-9762-457e-989f-03292a1e55c9")
            self.assertEqual((info.name, info.representative_organization_name), ("Transcof", "Accountant SA"))
            self.assertIs(info.onboarding_complete, True)

    def test_errors(self):
        request_id = "00077F00000184847F0000011F4066E44223327005A"
        for name, status, kind, code, expected_id in (
            ("400-accountRecentlySynchronized", 400, RecentlySynchronized, "accountRecentlySynchronized", None),
            ("404-resourceNotFound-account", 404, NotFound, "resourceNotFound", request_id),
            ("404-resourceNotFound-synchronization", 404, NotFound, "resourceNotFound", request_id),
            (
                "invalidAccessToken",
                401,
                TokenRejected,
                "invalidAccessToken",
                "00077F000001D3A87F0000011F4066E43AFD1900051",
            ),
            ("invalidCredentials-bank-html", 400, RequestRefused, "invalidCredentials", None),
            ("invalidCredentials-bank-json", 400, RequestRefused, "invalidCredentials", None),
            ("invalidCredentials-bank-json-responseId", 400, RequestRefused, "invalidCredentials", None),
        ):
            with self.subTest(name):
                self.stub.reply("/synchronizations", Reply(sample(f"errors/{name}.json"), status))
                with self.assertRaises(kind) as caught:
                    self.client.create_synchronization("a", "accountDetails", "192.0.2.1")
                error = caught.exception
                self.assertIs(type(error), kind)
                self.assertEqual((error.code, error.status, error.request_id), (code, status, expected_id))
                self.assertEqual(error.detail, json.loads(sample(f"errors/{name}.json"))["errors"][0]["detail"])
                self.assertNotIn(error.detail, str(error))
                self.assertNotIn("tppMessages", repr(error))

    def test_oauth_error_of_the_token_endpoint(self):
        body = {"error": "invalid_client", "error_description": "Client authentication failed", "error_hint": "Hint"}
        self.stub.reply("/oauth2/token", Reply(body, 401))
        with self.assertRaises(CredentialsError) as caught:
            self.client.check_credentials()
        self.assertEqual((caught.exception.code, caught.exception.status), ("invalid_client", 401))
        self.assertEqual(caught.exception.detail, "Client authentication failed Hint")
