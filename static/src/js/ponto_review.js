import { onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { executeButtonCallback } from "@web/views/view_button/view_button_hook";

/**
 * The list of bank transactions that wait for a match. Above it stands how many have exact evidence, and the button that
 * matches all of these.
 */
export class ReviewController extends ListController {
    static template = "account_online_ponto.Review";

    setup() {
        super.setup();
        this.review = useState({ sentence: "", exact: 0, may: false, alarms: "" });
        onWillStart(() => this.loadReview());
    }

    get modelParams() {
        const params = super.modelParams;
        // Every accepted candidate changes what is left.
        params.hooks.onRootLoaded = () => this.review && this.loadReview();
        return params;
    }

    get journals() {
        return this.props.context.ponto_review_journals || [];
    }

    async loadReview() {
        Object.assign(this.review, await this.call("get_ponto_review"));
    }

    call(method) {
        return this.orm.call("account.journal", method, [this.journals], { context: this.props.context });
    }

    async onApplyAll() {
        await this.run("action_ponto_apply_exact");
    }

    async onLookAgain() {
        await this.run("action_ponto_look_again");
    }

    async onAlarms() {
        await this.actionService.doAction(await this.call("action_ponto_view_alarms"));
    }

    /** Runs a button of the journals, shows its notice, and reads the list again; meanwhile no button works. */
    async run(method) {
        await executeButtonCallback(this.rootRef.el, async () => {
            await this.actionService.doAction(await this.call(method));
            await this.model.load();
        });
    }
}

registry.category("views").add("ponto_review_list", { ...listView, Controller: ReviewController });
