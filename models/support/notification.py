"""What the web client says in a corner of the screen."""


def make_notification(message, kind="info", **params):
    """Return the client action that says something and closes the dialog that asked for it.

    :param str message: ready to be read; one sentence a line
    :param str kind: info, success, warning or danger
    :param params: more of `display_notification`: `sticky`, or a `next` action instead of closing
    :return dict: the action
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"message": message, "type": kind, "next": {"type": "ir.actions.act_window_close"}, **params},
    }
