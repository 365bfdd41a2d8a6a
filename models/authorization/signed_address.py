"""Signed addresses: they name a record and its nonce, end by themselves, and are good for one purpose in one database.

The signature holds the secret of the database, so an address of another database is a forged one here.
"""

from datetime import timedelta

from odoo.tools.misc import hash_sign, verify_hash_signed

MAIL_SCOPE = "account_online_ponto.renew"  # from the mail to the bank
RETURN_SCOPE = "account_online_ponto.renewed"  # from the bank back to Odoo


def sign(env, scope, values, **validity):
    """Return the end of a signed address.

    :param env: any environment of the database
    :param str scope: its purpose
    :param list values: what it names
    :param validity: how long it serves, as for a `timedelta`
    :return str: safe in an address
    """
    return hash_sign(env(su=True), scope, values, expiration=timedelta(**validity))


def read_signed(env, scope, token):
    """Return what a signed address names.

    :param env: any environment of the database
    :param str scope: its purpose
    :param str token: end of the address, as somebody sent it
    :return list | None: None when it is forged, of another purpose, or its time is over
    """
    try:
        return verify_hash_signed(env(su=True), scope, token)
    except ValueError:  # no base64, or nothing of ours
        return None
