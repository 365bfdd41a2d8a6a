import { registry } from "@web/core/registry";
import { SearchModel } from "@web/search/search_model";
import { formView } from "@web/views/form/form_view";
import { listView } from "@web/views/list/list_view";

/**
 * The web client narrows every view to the companies that are chosen in its switcher. These keep the companies of their
 * action, which the server chose.
 */
export class AllCompaniesSearchModel extends SearchModel {
    get context() {
        const { allowed_company_ids } = this.globalContext;
        return allowed_company_ids ? { ...super.context, allowed_company_ids } : super.context;
    }
}

const views = registry.category("views");
views.add("ponto_all_companies_list", { ...listView, SearchModel: AllCompaniesSearchModel });
views.add("ponto_all_companies_form", { ...formView, SearchModel: AllCompaniesSearchModel });
