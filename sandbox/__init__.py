"""A faithful fake Ponto over real HTTP, with a Belgian company inside; it knows nothing of Odoo."""

from .bank import Bank
from .clock import Clock
from .http import Call
from .server import Sandbox

__all__ = ["Bank", "Call", "Clock", "Sandbox"]
