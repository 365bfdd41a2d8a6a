from odoo.exceptions import AccessError


def refuse_readonly(records, vals):
    """Refuse values of fields that only a synchronization writes; read-only in a view is not enough.

    :param records: records about to be written or created, in the environment of the caller
    :param dict vals: the values
    :raises AccessError: for anybody but the superuser mode that the addon itself works in
    """
    if records.env.su:
        return
    own = [name for name in vals if name in records._fields and records._fields[name].readonly]
    if own:
        raise AccessError(
            records.env._("Only a synchronization writes these fields: %(fields)s.", fields=", ".join(sorted(own)))
        )
