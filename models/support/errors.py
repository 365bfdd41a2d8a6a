"""What Odoo, the database or Python says of values that they refuse."""

import re

from psycopg2 import DataError, IntegrityError

from odoo.exceptions import UserError, ValidationError

# What raises one of these is wrong by itself, and others can still be done; anything else ends the whole batch
# (doc/decisions.md, 11).
RECORD_ERRORS = (UserError, ValidationError, ValueError, IntegrityError, DataError)
# What a reconciliation model or another module may do with a text that it did not expect. None of them is the
# database's: nothing needs to be rolled back.
UNEXPECTED_ERRORS = (UserError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, re.error)
# What looking for something may end with: then nothing is found, and what is to be done is done all the same.
SEARCH_ERRORS = (*RECORD_ERRORS, *UNEXPECTED_ERRORS)
