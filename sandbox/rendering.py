"""The JSON:API shape of every resource, key by key as in the recorded samples."""

from __future__ import annotations

from typing import Any

from .bank import Bank
from .jsontext import microseconds, milliseconds, seconds
from .records import MISSING, Account, Institution, Integration, ReauthorizationRequest, Synchronization, Transaction

Json = dict[str, Any]

# The bank's own transaction data, API spelling to field; shared by transactions and sandbox transactions.
BANK_ATTRIBUTES = {
    "additionalInformation": "additional_information",
    "bankTransactionCode": "bank_transaction_code",
    "counterpartName": "counterpart_name",
    "counterpartReference": "counterpart_reference",
    "creditorId": "creditor_id",
    "currency": "currency",
    "description": "description",
    "endToEndId": "end_to_end_id",
    "mandateId": "mandate_id",
    "proprietaryBankTransactionCode": "proprietary_bank_transaction_code",
    "purposeCode": "purpose_code",
    "remittanceInformation": "remittance_information",
    "remittanceInformationType": "remittance_information_type",
}
CARD_ATTRIBUTES = {"cardReference": "card_reference", "cardReferenceType": "card_reference_type", "fee": "fee"}


class Renderer:
    """Render resources with links on one base address.

    :param bank: whose options decide about newer attributes
    :param base: address without a final slash
    """

    def __init__(self, bank: Bank, base: str) -> None:
        self.bank = bank
        self.base = base

    def account(self, account: Account) -> Json:
        """Render an account with its meta."""
        relationships: Json = {
            "financialInstitution": {
                "data": {"id": account.institution.id, "type": "financialInstitution"},
                "links": {"related": f"{self.base}/financial-institutions/{account.institution.id}"},
            },
            "transactions": self._related("transaction", f"/accounts/{account.id}/transactions"),
        }
        if self.bank.options.newer_attributes:
            path = f"/accounts/{account.id}/pending-transactions"
            relationships["pendingTransactions"] = self._related("pendingTransaction", path)
        readonly = account.institution.readonly_at(self.bank.clock.now())
        return {
            "attributes": self._account_attributes(account) | account.overrides,
            "id": account.id,
            "meta": {
                "availability": "readonly" if readonly else "available",
                "latestSynchronization": self.latest(account.latest),
                "synchronizedAt": milliseconds(account.synchronized_at),
            },
            "relationships": relationships,
            "type": "account",
        }

    @staticmethod
    def _account_attributes(account: Account) -> Json:
        changed, observed = milliseconds(account.balance_changed_at), milliseconds(account.balance_observed_at)
        known_lifetime = account.institution.authorization_lifetime is not None or account.expires_at_override
        return {
            "authorizationExpirationExpectedAt": milliseconds(account.expires_at) if known_lifetime else None,
            "authorizedAt": milliseconds(account.authorized_at),
            "availableBalance": account.reported_balance + account.credit_limit,
            "availableBalanceChangedAt": changed,
            "availableBalanceReferenceDate": milliseconds(account.balance_date),
            "availableBalanceVariationObservedAt": observed,
            "currency": account.currency,
            "currentBalance": account.reported_balance,
            "currentBalanceChangedAt": changed,
            "currentBalanceReferenceDate": milliseconds(account.balance_date),
            "currentBalanceVariationObservedAt": observed,
            "deprecated": account.deprecated,
            "description": account.description,
            "holderName": account.holder_name,
            "internalReference": account.internal_reference,
            "product": account.product,
            "reference": account.reference,
            "referenceType": account.reference_type,
            "subtype": account.subtype,
        }

    def institution(self, institution: Institution) -> Json:
        """Render a financial institution."""
        attributes: Json = {
            "bic": institution.bic,
            "bulkPaymentsEnabled": True,
            "bulkPaymentsProductTypes": ["sepaCreditTransfer"],
            "country": institution.country,
            "deprecated": institution.deprecated,
            "futureDatedPaymentsAllowed": True,
            "logoUrl": institution.logo_url,
            "maintenanceFrom": milliseconds(institution.maintenance_from),
            "maintenanceTo": milliseconds(institution.maintenance_to),
            "maintenanceType": institution.maintenance_type,
            "name": institution.name,
            "paymentsEnabled": True,
            "paymentsProductTypes": ["sepaCreditTransfer"],
            "periodicPaymentsEnabled": True,
            "periodicPaymentsProductTypes": ["sepaCreditTransfer"],
            "primaryColor": institution.primary_color,
            "secondaryColor": institution.secondary_color,
            "sharedBrandName": institution.shared_brand_name,
            "sharedBrandReference": institution.shared_brand_reference,
            "status": institution.status,
        }
        if self.bank.options.newer_attributes:
            attributes["expectedAuthorizationLifetime"] = institution.authorization_lifetime
            attributes["pendingTransactionsAvailable"] = True
            attributes["timeZone"] = institution.time_zone
        return {"attributes": attributes, "id": institution.id, "type": "financialInstitution"}

    def transaction(self, item: Transaction, kind: str = "transaction") -> Json:
        """Render a booked or (``kind="pendingTransaction"``) a pending transaction."""
        attributes = {key: getattr(item, name) for key, name in (BANK_ATTRIBUTES | CARD_ATTRIBUTES).items()}
        attributes |= {
            "amount": item.amount,
            "createdAt": milliseconds(item.created_at),
            "digest": item.digest,
            "executionDate": milliseconds(item.execution_date),
            "internalReference": item.internal_reference,
            "updatedAt": milliseconds(item.updated_at),
            "valueDate": milliseconds(item.value_date),
        }
        related = {
            "data": {"id": item.account.id, "type": "account"},
            "links": {"related": f"{self.base}/accounts/{item.account.id}"},
        }
        resource = {
            "attributes": attributes | item.overrides,
            "id": item.id,
            "relationships": {"account": related},
            "type": kind,
        }
        return {name: value for name, value in (resource | item.members).items() if value is not MISSING}

    def synchronization(self, sync: Synchronization) -> Json:
        """Render a synchronization; the links to what it updated come when it is done."""
        rendered: Json = {"attributes": self._synchronization(sync), "id": sync.id, "type": "synchronization"}
        if sync.reads_transactions and sync.status in ("success", "error"):
            path = f"/synchronizations/{sync.id}"
            links = {"updatedTransactions": self._related("transaction", f"{path}/updated-transactions")}
            if sync.subtype == "accountTransactionsWithUnsettled" or self.bank.options.newer_attributes:
                links["updatedPendingTransactions"] = self._related(
                    "pendingTransaction", f"{path}/updated-pending-transactions"
                )
            rendered["relationships"] = links
        return rendered

    def latest(self, sync: Synchronization | None) -> Json | None:
        """Render a synchronization inside the meta of another answer: only there it tells ``customerOnline``."""
        if sync is None:
            return None
        attributes = self._synchronization(sync) | {"customerOnline": sync.customer_online}
        return {"attributes": attributes, "id": sync.id, "type": "synchronization"}

    @staticmethod
    def latest_time(account: Account) -> str | None:
        """Return the ``synchronizedAt`` of an account's list of transactions."""
        return milliseconds(account.transactions_synchronized_at)

    @staticmethod
    def _synchronization(sync: Synchronization) -> Json:
        return {
            "createdAt": milliseconds(sync.created_at),
            "errors": sync.errors,
            "resourceId": sync.account.id,
            "resourceType": "account",
            "status": sync.status,
            "subtype": sync.subtype,
            "updatedAt": milliseconds(sync.updated_at),
        }

    def _related(self, kind: str, path: str) -> Json:
        return {"links": {"meta": {"type": kind}, "related": f"{self.base}{path}"}}

    def reauthorization_request(self, asked: ReauthorizationRequest) -> Json:
        """Render a reauthorization request; its page lies on this server."""
        path = (
            f"/authorize/organizations/{self.bank.organization.id}/sandbox/integrations/{asked.integration.id}"
            f"/accounts/{asked.account.id}/reauthorization-requests/{asked.id}"
        )
        links = {"redirect": f"{self.base}{path}"}
        return {"attributes": {}, "id": asked.id, "links": links, "type": "reauthorizationRequest"}

    def userinfo(self) -> Json:
        """Render the organization: flat JSON, no JSON:API."""
        owner = self.bank.organization
        return {
            "name": owner.name,
            "onboardingComplete": True,
            "paymentsActivated": True,
            "paymentsActivationRequested": True,
            "representativeOrganizationId": owner.representative_id,
            "representativeOrganizationName": owner.representative_name,
            "sub": owner.id,
        }

    def deleted_integration(self, integration: Integration) -> Json:
        """Render the answer to the deletion of an integration."""
        organization = {"data": {"id": self.bank.organization.id, "type": "organization"}}
        return {"id": integration.id, "relationships": {"organization": organization}, "type": "integration"}

    def bank_account(self, account: Account) -> Json:
        """Render the bank's side of an account, as the sandbox endpoints show it."""
        balance, changed = self.bank.balance(account), account.balance_changed_at or self.bank.clock.now()
        day = seconds(account.balance_date or changed.date())
        attributes = {
            "availableBalance": balance + account.credit_limit,
            "availableBalanceChangedAt": microseconds(changed),
            "availableBalanceReferenceDate": day,
            "currency": account.currency,
            "currentBalance": balance,
            "currentBalanceChangedAt": microseconds(changed),
            "currentBalanceReferenceDate": day,
            "description": account.description,
            "holderName": account.holder_name,
            "product": account.product,
            "reference": account.reference,
            "referenceType": account.reference_type,
            "subtype": account.subtype,
        }
        return {"attributes": attributes, "id": account.bank_id, "type": "financialInstitutionAccount"}

    @staticmethod
    def bank_transaction(item: Transaction) -> Json:
        """Render the bank's side of a transaction: no fee, no card fields, as the recorded answers."""
        attributes = {key: getattr(item, name) for key, name in BANK_ATTRIBUTES.items()}
        attributes |= {
            "amount": item.amount,
            "createdAt": microseconds(item.booked_at),
            "executionDate": seconds(item.execution_date),
            "updatedAt": microseconds(item.bank_updated_at or item.booked_at),
            "valueDate": seconds(item.value_date),
        }
        return {"attributes": attributes, "id": item.bank_id, "type": "financialInstitutionTransaction"}
