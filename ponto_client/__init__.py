"""A client for the Ponto API (custom integrations), independent of Odoo.

Not safe for use by several threads at once: give each its own client, with a shared token store.
"""

from .auth import MemoryTokenStore, TokenStore
from .client import PontoClient
from .errors import (
    CallsSpent,
    ConnectionFailed,
    CredentialsError,
    EndlessPages,
    ForeignLink,
    FormatError,
    InvalidAddress,
    NotFound,
    PontoError,
    RateLimited,
    RecentlySynchronized,
    RequestRefused,
    ScopeError,
    ServerError,
    TokenRejected,
)
from .redaction import RedactingFilter, redact
from .resources import (
    Account,
    Institution,
    ReauthorizationRequest,
    Synchronization,
    SynchronizationIssue,
    Token,
    Transaction,
    TransactionPage,
    UserInfo,
)
from .stored import read_transaction
from .trail import Trail
from .transport import TimeoutAdapter

__all__ = [
    "Account",
    "CallsSpent",
    "ConnectionFailed",
    "CredentialsError",
    "EndlessPages",
    "ForeignLink",
    "FormatError",
    "Institution",
    "InvalidAddress",
    "MemoryTokenStore",
    "NotFound",
    "PontoClient",
    "PontoError",
    "RateLimited",
    "ReauthorizationRequest",
    "RecentlySynchronized",
    "RedactingFilter",
    "RequestRefused",
    "ScopeError",
    "ServerError",
    "Synchronization",
    "SynchronizationIssue",
    "TimeoutAdapter",
    "Token",
    "TokenRejected",
    "TokenStore",
    "Trail",
    "Transaction",
    "TransactionPage",
    "UserInfo",
    "read_transaction",
    "redact",
]
