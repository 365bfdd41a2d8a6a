import { registry } from "@web/core/registry";

/** Where a user comes back to from a bank: the server says which screen, and whose progress to show there. */
function comeBack(env) {
    return env.services.orm.call("ponto.account", "action_come_back", []);
}

registry.category("actions").add("account_online_ponto.returned", comeBack);
