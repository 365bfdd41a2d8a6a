"""What Odoo or the database says of values that they refuse."""

from psycopg2 import DataError, IntegrityError

from odoo.exceptions import UserError, ValidationError

# What raises one of these is wrong by itself, and others can still be done; anything else ends the whole batch
# (odoo-decisions.md, 11).
RECORD_ERRORS = (UserError, ValidationError, ValueError, IntegrityError, DataError)
