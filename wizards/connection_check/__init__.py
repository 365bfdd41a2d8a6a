"""The probes and mendings of *Check Connection*; `registry.py` says how another module adds its own."""

from . import accounts, books, credentials, server
