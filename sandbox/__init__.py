"""A faithful fake Ponto over real HTTP, with a Belgian company inside; it knows nothing of Odoo."""

from .bank import Bank
from .clock import Clock
from .company_data import Partner
from .company_invoices import Invoice
from .jsontext import RawJson
from .records import MISSING
from .scenario import Company, belgian_company
from .server import Sandbox
from .web import Call

__all__ = [
    "MISSING",
    "Bank",
    "Call",
    "Clock",
    "Company",
    "Invoice",
    "Partner",
    "RawJson",
    "Sandbox",
    "belgian_company",
]
