from . import (
    ponto_account_fetch,
    ponto_account_fetch_line,
    ponto_account_fetch_line_feed,
    ponto_account_fetch_start,
    ponto_account_opening,
    ponto_agreement,
    ponto_agreement_day,
    ponto_agreement_finding,
    ponto_file_import,
    ponto_file_import_line,
    ponto_synchronization_undo,
)
