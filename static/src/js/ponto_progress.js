import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const POLL_MS = 3000;
const LONGEST_MS = 5 * 60 * 1000;
// Screens that show what a synchronization changes; any other one is left alone.
const SCREENS = [
    "account.journal",
    "account.bank.statement.line",
    "ponto.account",
    "ponto.connection",
    "ponto.link",
    "ponto.synchronization",
    "ponto.transaction",
];

/** What is shown at the moment, by accounts: a second click ends the first. */
const shown = new Map();

/**
 * The progress of what a click on "Fetch Transactions" began: shows how far it is, asks the server for the next step every few
 * seconds, and shows the new records at the end. The server goes on by itself when the page is closed.
 */
class Progress {
    constructor(env, { accounts, refreshes, seen, note }) {
        this.env = env;
        this.accounts = accounts;
        this.given = { refreshes, seen };
        this.note = note;
        this.endsAt = Date.now() + LONGEST_MS;
        this.stopped = false;
        this.dismissed = false;
    }

    async run() {
        while (!this.stopped) {
            const answer = await this.poll();
            if (this.stopped) {
                return;
            }
            if (answer?.done) {
                this.stop();
                this.show(answer.message, answer.kind);
                await this.reload();
            } else if (Date.now() > this.endsAt) {
                this.stop();
                this.show(_t("It takes longer than usual, and goes on in the background."), "info");
            } else {
                if (answer && !this.dismissed) {
                    this.show(answer.message, "info");
                }
                await new Promise((resolve) => browser.setTimeout(resolve, POLL_MS));
            }
        }
    }

    /** Returns what the server says; nothing when it cannot be reached now. */
    async poll() {
        try {
            return await this.env.services.orm.silent.call(
                "ponto.account",
                "action_poll",
                [this.accounts],
                this.given
            );
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                // Logged out, or no longer allowed: there is nothing to show any more.
                this.stop();
                this.close?.();
            }
            return undefined;
        }
    }

    /** Shows one notification, in the place of the last one. */
    show(message, kind) {
        const text = [this.note, message].filter(Boolean).join("\n");
        if (text === this.text && !this.stopped) {
            return;
        }
        this.text = text;
        this.replacing = true;
        this.close?.();
        this.replacing = false;
        this.close = this.env.services.notification.add(text, {
            type: kind,
            className: "o_ponto_progress",
            sticky: !this.stopped || kind === "warning",
            autocloseDelay: 8000,
            onClose: () => {
                this.dismissed = !this.replacing;
            },
        });
    }

    stop() {
        this.stopped = true;
        const key = String(this.accounts);
        if (shown.get(key) === this) {
            shown.delete(key);
        }
    }

    /** Reads the screen again, unless it shows something else or somebody is typing there. */
    async reload() {
        const { action } = this.env.services;
        const controller = action.currentController;
        const concerned = SCREENS.includes(controller?.action?.res_model);
        const busy = document.querySelector(".modal, .o_form_dirty, .o_selected_row");
        if (concerned && !busy) {
            await action.restore(controller.jsId);
        }
    }
}

function showProgress(env, action) {
    const progress = new Progress(env, action.params);
    const key = String(progress.accounts);
    const former = shown.get(key);
    former?.stop();
    former?.close?.();
    shown.set(key, progress);
    progress.run();
    return action.params.next || { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("account_online_ponto.progress", showProgress);
