from . import (
    ponto_account_fetch,
    ponto_account_fetch_line,
    ponto_account_opening,
    ponto_file_import,
    ponto_file_import_line,
    ponto_synchronization_undo,
)
