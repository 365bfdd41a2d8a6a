"""The connection itself: its credentials, its token, the organization behind it, who answers for it.

The records of the room are read first, what extends them after; among the duties, any order does.
"""
# ruff: noqa: I001

from . import ponto_token
from . import credentials, organization, responsible
