"""Window actions, opened on some records only."""


def open_action(env, xml_id, domain, **values):
    """Return a window action on what a domain chooses.

    :param env: environment of the user
    :param str xml_id: of the action, with its module
    :param domain: on the model of the action, in place of its own
    :param values: other values of the action, such as `context`
    :return dict: the action
    """
    return {**env["ir.actions.act_window"]._for_xml_id(xml_id), "domain": domain, **values}
