import { registry } from "@web/core/registry";

/** Where a user comes back to from a bank: the server says which screen, and what to follow there. */
function comeBack(env) {
    return env.services.orm.call("ponto.account", "action_follow_return", []);
}

registry.category("actions").add("account_online_ponto.returned", comeBack);
