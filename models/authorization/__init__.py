"""How long a bank lets Ponto read, who is told, and how it is renewed.

The records of the room are read first, what extends them after; among the duties, any order does.
No model is in calendar and signed_address: whoever needs them imports them.
"""
# ruff: noqa: I001

from . import ponto_renewal, ponto_renewal_line, ponto_renewal_request
from . import (
    account,
    reminders,
    renewing,
)
