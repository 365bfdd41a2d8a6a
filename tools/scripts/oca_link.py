"""A connection to the sandbox, as the scripts beside OCA's modules make it. Imported in an Odoo shell only."""


def connect(env, sandbox, integration):
    """Connect to a sandbox, and link all of its accounts with all of their history.

    :param env: environment of an Odoo shell
    :param sandbox: `Sandbox` that runs
    :param integration: of its bank
    :return: `ponto.connection` record; nothing is imported yet
    """
    connection = env["ponto.connection"].create(
        {
            "name": "Ponto",
            "client_id": integration.client_id,
            "client_secret": integration.client_secret,
            "api_url": sandbox.url,
        }
    )
    action = connection.action_connect()
    wizard = env[action["res_model"]].browse(action["res_id"])
    wizard.line_ids.write({"selected": True, "import_scope": "all"})
    wizard.action_confirm()
    return connection
