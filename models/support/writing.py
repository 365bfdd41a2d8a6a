"""Writing what Ponto says, and only by those who may."""

from odoo.exceptions import AccessError


def write_changed(record, vals):
    """Write the values that differ; an answer that says nothing new costs no query.

    :param record: one record
    :param dict vals: the values
    """
    fields = record._fields
    changed = {
        name: value for name, value in vals.items() if fields[name].convert_to_write(record[name], record) != value
    }
    if changed:
        record.write(changed)


def refuse_readonly(records, vals, prefix=""):
    """Refuse values of fields that only a synchronization writes; read-only in a view is not enough.

    :param records: records about to be written or created, in the environment of the caller
    :param dict vals: the values
    :param str prefix: of the fields that are the addon's, on a model of Odoo
    :raises AccessError: for anybody but the superuser mode that the addon itself works in
    """
    if records.env.su:
        return
    own = [name for name in vals if name.startswith(prefix) and _is_readonly(records, name)]
    if own:
        raise AccessError(
            records.env._("Only a synchronization writes these fields: %(fields)s.", fields=", ".join(sorted(own)))
        )


def keep_own_defaults(records, defaults, prefix=""):
    """Return defaults without those of the caller, in the context or saved, for fields that only a synchronization writes.

    :param records: of the model, in the environment of the caller
    :param dict defaults: as `default_get` gives them
    :param str prefix: of the fields that are the addon's, on a model of Odoo
    :return dict: the defaults
    """
    if records.env.su:
        return defaults
    kept = {}
    for name, value in defaults.items():
        if not name.startswith(prefix) or not _is_readonly(records, name):
            kept[name] = value
        elif default := records._fields[name].default:
            kept[name] = default(records)
    return kept


def _is_readonly(records, name):
    return name in records._fields and records._fields[name].readonly
