import { registry } from "@web/core/registry";
import { SearchModel } from "@web/search/search_model";
import { listView } from "@web/views/list/list_view";

/**
 * The web client narrows every list to the companies that are chosen in its switcher. This one keeps those of its action,
 * which the server chose; a record of a company that is not chosen opens like from any link: the client then adds it.
 */
export class AllCompaniesSearchModel extends SearchModel {
    get context() {
        const { allowed_company_ids } = this.globalContext;
        return allowed_company_ids ? { ...super.context, allowed_company_ids } : super.context;
    }
}

registry
    .category("views")
    .add("ponto_all_companies_list", { ...listView, SearchModel: AllCompaniesSearchModel });
