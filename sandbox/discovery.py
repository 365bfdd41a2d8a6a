"""The discovery document of the API: addresses with placeholders (doc/ponto-api.md, 1.2)."""

from __future__ import annotations

from typing import Any

_BANK = "/sandbox/financial-institutions/{financialInstitutionId}/financial-institution-accounts"
# Only what this server answers, under the keys of the vendor's libraries.
PATHS: dict[str, Any] = {
    "accounts": "/accounts/{accountId}",
    "account": {
        "transactions": "/accounts/{accountId}/transactions/{transactionId}",
        "pendingTransactions": "/accounts/{accountId}/pending-transactions/{pendingTransactionId}",
        "reauthorizationRequests": "/accounts/{accountId}/reauthorization-requests",
    },
    "financialInstitutions": "/financial-institutions/{financialInstitutionId}",
    "oauth2": {"token": "/oauth2/token", "revoke": "/oauth2/revoke"},
    "organizations": {"integration": "/organizations/{organizationId}/integration"},
    "sandbox": {
        "financialInstitutions": "/sandbox/financial-institutions/{financialInstitutionId}",
        "financialInstitution": {
            "financialInstitutionAccounts": f"{_BANK}/{{financialInstitutionAccountId}}",
            "financialInstitutionAccount": {
                "financialInstitutionTransactions": f"{_BANK}/{{financialInstitutionAccountId}}"
                "/financial-institution-transactions/{financialInstitutionTransactionId}",
            },
        },
    },
    "synchronizations": "/synchronizations/{synchronizationId}",
    "synchronization": {
        "updatedTransactions": "/synchronizations/{synchronizationId}/updated-transactions",
        "updatedPendingTransactions": "/synchronizations/{synchronizationId}/updated-pending-transactions",
    },
    "userinfo": "/userinfo",
}


def discovery_document(base: str) -> dict[str, Any]:
    """Return the document for a base address without a final slash."""

    def complete(node: Any) -> Any:
        return {key: complete(each) for key, each in node.items()} if isinstance(node, dict) else f"{base}{node}"

    return {"links": complete(PATHS)}
