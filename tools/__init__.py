"""The work behind ``./dev``: standard library only, never loaded by Odoo and not in the wheel."""
