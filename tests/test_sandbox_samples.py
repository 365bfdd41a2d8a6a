"""The sandbox's answers have the keys and the types of the vendor's recorded answers."""

import copy
import json
from datetime import date
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..sandbox import Bank, belgian_company
from .sandbox_case import CUSTOMER_ADDRESS, SandboxCase

SAMPLES = Path(__file__).parent.parent / "sandbox" / "samples"
# doc/ponto-api.md, 3: attributes that are stated or seen as null.
NULLABLE = {
    "product", "holderName", "counterpartName", "cardReference", "cardReferenceType", "fee", "before", "after",
    "maintenanceFrom", "maintenanceTo", "maintenanceType", "sharedBrandName", "sharedBrandReference", "country",
    "endToEndId", "mandateId", "creditorId", "purposeCode", "proprietaryBankTransactionCode",
    "additionalInformation", "bankTransactionCode", "counterpartReference", "remittanceInformation",
}  # fmt: skip


def load(name, folder="openapi"):
    return json.loads((SAMPLES / folder / f"{name}.json").read_text(encoding="utf-8"))


def kind(value):
    """Name the JSON type; int and float are both JSON numbers."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "string", dict: "object", list: "array", type(None): "null"}[type(value)]


def differences(recorded, answered, path="$"):
    """Return every difference in keys or types between a recorded and an answered value.

    Lists are compared item by item with the first recorded item; null is as good as a value where the reference allows.
    """
    left, right = kind(recorded), kind(answered)
    if left != right:
        if "null" in (left, right) and path.rsplit(".", 1)[-1] in NULLABLE:
            return []
        return [f"{path}: {left} was recorded, {right} is answered"]
    if left == "object":
        found = [f"{path}.{key}: is missing" for key in recorded.keys() - answered.keys()]
        found += [f"{path}.{key}: was never recorded" for key in answered.keys() - recorded.keys()]
        for key in recorded.keys() & answered.keys():
            found += differences(recorded[key], answered[key], f"{path}.{key}")
        return found
    if left == "array" and recorded:
        found = [] if answered else [f"{path}: is empty"]
        for number, item in enumerate(answered):
            found += differences(recorded[0], item, f"{path}[{number}]")
        return found
    return []


@tagged("post_install", "-at_install")
class TestSandboxComparison(BaseCase):
    def test_equal_documents_have_no_difference(self):
        for path in sorted((SAMPLES / "openapi").glob("*.json")):
            document = load(path.stem)
            self.assertEqual(differences(document, copy.deepcopy(document)), [], path.name)

    def test_every_removed_key_is_noticed(self):
        recorded = load("listTransactions.200")
        for parent, key in self._places(recorded):
            changed = copy.deepcopy(recorded)
            del self._at(changed, parent)[key]
            self.assertTrue(differences(recorded, changed), f"{parent}/{key}")

    def test_every_added_key_is_noticed(self):
        recorded = load("getAccount.200")
        for parent, _key in self._places(recorded):
            changed = copy.deepcopy(recorded)
            self._at(changed, parent)["surprise"] = 1
            self.assertTrue(differences(recorded, changed), f"{parent}")

    def test_every_changed_type_is_noticed(self):
        recorded = load("getAccount.200")
        for parent, key in self._places(recorded):
            value = self._at(recorded, parent)[key]
            if value is None:
                continue
            changed = copy.deepcopy(recorded)
            self._at(changed, parent)[key] = 1 if isinstance(value, (str, dict, list)) else "1"
            self.assertTrue(differences(recorded, changed), f"{parent}/{key}")

    def test_null_is_refused_where_the_reference_knows_none(self):
        recorded = load("getTransaction.200")
        changed = copy.deepcopy(recorded)
        changed["data"]["attributes"]["currency"] = None
        self.assertTrue(differences(recorded, changed))

    def _places(self, value, parent=()):
        if isinstance(value, dict):
            for key, child in value.items():
                yield parent, key
                yield from self._places(child, (*parent, key))
        elif isinstance(value, list):
            for number, child in enumerate(value):
                yield from self._places(child, (*parent, number))

    def _at(self, value, path):
        for key in path:
            value = value[key]
        return value


@tagged("post_install", "-at_install")
class TestSandboxShapes(SandboxCase):
    def setUp(self):
        super().setUp()
        self.company = belgian_company()
        self.serve(self.company.bank)
        self.login()
        self.account = self.company.accounts["main"]
        self.other = self.company.accounts["savings"]

    def assertShape(self, name, answered, folder="openapi"):
        self.assertEqual(differences(load(name, folder), answered), [], name)

    def test_accounts_of_the_company(self):
        document = self.get("/accounts?page[limit]=4")
        self.assertShape("listAccounts.200", document)
        for account in self.ids("/accounts"):
            failed = account == self.company.accounts["expired"].id
            answered = self.get(f"/accounts/{account}")
            errors = answered["data"]["meta"]["latestSynchronization"]["attributes"].pop("errors")
            self.assertEqual(bool(errors), failed)
            answered["data"]["meta"]["latestSynchronization"]["attributes"]["errors"] = []
            self.assertShape("getAccount.200", answered)

    def test_every_transaction_of_the_company(self):
        for account in self.company.accounts.values():
            following = f"/accounts/{account.id}/transactions?page[limit]=100"
            recorded = load("listTransactions.200")
            while following:
                document = self.get(following)
                following = document["links"].get("next")
                # The first page has no prev link, as recorded; the last one no next.
                document["links"] = {key: text for key, text in document["links"].items() if key != "prev"}
                if not following:
                    document["links"]["next"] = ""
                errors = document["meta"]["latestSynchronization"]["attributes"]
                errors["errors"] = []
                self.assertEqual(differences(recorded, document), [])

    def test_one_transaction(self):
        item = self.account.visible[-1]
        self.assertShape("getTransaction.200", self.get(f"/accounts/{self.account.id}/transactions/{item.id}"))

    def test_institutions(self):
        self.assertShape("listOrganizationFinancialInstitutions.200", self.get("/financial-institutions?page[limit]=1"))
        for institution in self.bank.institutions:
            answered = self.get(f"/financial-institutions/{institution}")
            self.assertShape("getOrganizationFinancialInstitution.200", answered)

    def test_synchronizations(self):
        given = load("createSynchronization.request")["data"]["attributes"] | {"resourceId": self.account.id}
        self.assertShape("createSynchronization.201", self.post("/synchronizations", given))
        for _number in range(2):
            self.bank.add_transaction(self.account, "-1", date(2026, 1, 2), visible=False)
        done = self.synchronize("accountTransactions")
        self.assertShape("getSynchronization.200", {"data": done})
        updated = self.get(f"/synchronizations/{done['id']}/updated-transactions?page[limit]=1")
        self.assertShape("listUpdatedTransactionsForSynchronization.200", updated)

    def test_failed_synchronization_item(self):
        done = self.synchronize("accountDetails", self.company.accounts["expired"].id)
        recorded = load("synchronization_with_json_error", "xs2a-analogue")["data"]["attributes"]["errors"]
        self.assertEqual(differences(recorded, done["attributes"]["errors"]), [])

    def test_userinfo_and_the_rest(self):
        self.assertShape("getUserInfo.200", self.get("/userinfo"))
        asked = self.post(
            f"/accounts/{self.account.id}/reauthorization-requests",
            load("requestAccountReauthorization.request")["data"]["attributes"],
        )
        self.assertShape("requestAccountReauthorization.201", asked)
        self.assertShape("revokeAccount.200", self.call("DELETE", f"/accounts/{self.other.id}").json())
        gone = self.call("DELETE", f"/organizations/{self.bank.organization.id}/integration")
        self.assertShape("deleteOrganizationIntegration.200", gone.json())

    def test_the_banks_side(self):
        bank = f"/sandbox/financial-institutions/{self.account.institution.id}/financial-institution-accounts"
        self.assertShape("listFinancialInstitutionAccounts.200", self.get(f"{bank}?page[limit]=1"))
        own = f"{bank}/{self.account.bank_id}"
        self.assertShape("getFinancialInstitutionAccount.200", self.get(own))
        path = f"{own}/financial-institution-transactions"
        self.assertShape("listFinancialInstitutionTransactions.200", self.get(f"{path}?page[limit]=1"))
        made = self.post(path, load("createFinancialInstitutionTransaction.request")["data"]["attributes"])
        self.assertShape("createFinancialInstitutionTransaction.201", made)
        one = f"{path}/{made['data']['id']}"
        self.assertShape("getFinancialInstitutionTransaction.200", self.get(one))
        changed = self.call("PATCH", one, json=load("updateFinancialInstitutionTransaction.request"))
        self.assertEqual(changed.status_code, 200, changed.text)
        self.assertShape("updateFinancialInstitutionTransaction.200", changed.json())

    def test_errors(self):
        unknown = "00000000-0000-4000-8000-000000000000"
        self.assertShape("404-resourceNotFound-account", self.get(f"/accounts/{unknown}", 404), "errors")
        missing = self.get(f"/synchronizations/{unknown}", 404)
        self.assertShape("404-resourceNotFound-synchronization", missing, "errors")
        self.assertEqual(missing["errors"][0]["meta"]["resource"], "synchronization")
        given = {
            "resourceType": "account",
            "resourceId": self.account.id,
            "subtype": "accountDetails",
            "customerIpAddress": CUSTOMER_ADDRESS,
        }
        self.post("/synchronizations", given)
        recently = self.post("/synchronizations", given, 400)
        self.assertEqual(recently, load("400-accountRecentlySynchronized", "errors"))
        self.http.headers["Authorization"] = "Bearer nonsense"
        self.assertShape("invalidAccessToken", self.get("/accounts", 401), "errors")


@tagged("post_install", "-at_install")
class TestSandboxRecordedAccount(SandboxCase):
    def setUp(self):
        super().setUp()
        self.company = belgian_company()
        self.serve(self.company.bank)
        self.login()

    def _without_links(self, value):
        if isinstance(value, dict):
            return {key: self._without_links(child) for key, child in value.items() if key != "links"}
        return [self._without_links(child) for child in value] if isinstance(value, list) else value

    def assertServedAsRecorded(self, name, path):
        answered = self._without_links(self.get(path)["data"])
        self.assertEqual(answered, self._without_links(load(name)["data"]))

    def test_account_and_institution_are_served_value_by_value(self):
        account = self.company.accounts["sample"]
        self.assertServedAsRecorded("getAccount.200", f"/accounts/{account.id}")
        path = f"/financial-institutions/{account.institution.id}"
        self.assertServedAsRecorded("getOrganizationFinancialInstitution.200", path)

    def test_transactions_are_served_value_by_value(self):
        account = self.company.accounts["sample"]
        for name in ("listTransactions.200", "listUpdatedTransactionsForSynchronization.200"):
            recorded = load(name)["data"][0]
            answered = self.get(f"/accounts/{account.id}/transactions/{recorded['id']}")["data"]
            self.assertEqual(self._without_links(answered), self._without_links(recorded))

    def test_the_recorded_text_of_numbers_is_kept(self):
        account = self.company.accounts["sample"]
        text = self.call("GET", f"/accounts/{account.id}").text
        self.assertIn('"currentBalance":-527.34', text)
        text = self.call("GET", f"/accounts/{account.id}/transactions").text
        self.assertIn('"amount":-100.0,', text)

    def test_its_synchronization_ends_in_an_error_with_http_200(self):
        self.account = self.company.accounts["sample"]
        done = self.synchronize("accountTransactions")
        self.assertEqual(done["attributes"]["status"], "error")
        self.assertEqual(done["attributes"]["errors"][0]["code"], "authorizationExpired")

    def test_a_bank_of_ones_own_has_the_same_keys(self):
        bank = Bank()
        institution = bank.add_institution("Test Bank", bic="TESTBEBB")
        account = bank.add_account(institution, reference="BE07626550616261")
        self.serve(bank)
        self.login()
        answered = self.get(f"/accounts/{account.id}")
        self.assertEqual(differences(load("getAccount.200"), answered), [])
