"""Who may do what: the one table. A person has one role; where they may do it is a matter of region and own work."""

from django.contrib.auth.backends import ModelBackend

from analytics import permissions as analytics
from assets import permissions as assets
from dispatch import permissions as dispatch
from inspections import permissions as inspections
from integrations import permissions as integrations
from journal import permissions as journal
from knowledge import permissions as knowledge
from merchants import permissions as merchants
from mobile import permissions as mobile
from monitoring import permissions as monitoring
from procedures import permissions as procedures
from prospecting import permissions as prospecting
from spareparts import permissions as spareparts
from workforce import permissions as workforce
from workforce.models import User
from workforce.roles import Role
from workorders import permissions as workorders

READ = {
    workforce.SEE_OFFICE,
    merchants.VIEW_MERCHANT,
    assets.VIEW_TERMINAL,
    workorders.VIEW_ORDER,
    monitoring.VIEW_ALERT,
    knowledge.VIEW_ARTICLE,
    knowledge.VIEW_THREAD,
}
SEE_PROSPECTING = {
    prospecting.VIEW_GRID,
    prospecting.VIEW_LEAD,
    prospecting.VIEW_OPPORTUNITY,
    prospecting.VIEW_CAMPAIGN,
    prospecting.VIEW_FUNNEL,
}
HELP = {knowledge.VIEW_ARTICLE, knowledge.WRITE_ARTICLE, knowledge.VIEW_THREAD, knowledge.WRITE_MESSAGE}

ROLES: dict[str, set[str]] = {
    Role.MANAGER: READ
    | HELP
    | SEE_PROSPECTING
    | {
        prospecting.EDIT_GRID,
        prospecting.EDIT_LEAD,
        prospecting.EXPORT_LEADS,
        prospecting.GIVE_TASKS,
        prospecting.EDIT_OPPORTUNITY,
        prospecting.EDIT_CAMPAIGN,
        analytics.VIEW_INSIGHT,
        analytics.ACT_ON_INSIGHT,
        analytics.EXPORT_INSIGHTS,
        analytics.VIEW_MODEL,
        analytics.KEEP_MODELS,
        knowledge.REVIEW_ARTICLE,
        workforce.VIEW_PEOPLE,
        workforce.EDIT_PEOPLE,
        merchants.EDIT_MERCHANT,
        merchants.ENTER_LIVE,
        merchants.MERGE_MERCHANTS,
        merchants.EXPORT_MERCHANTS,
        merchants.REVEAL_PHONE,
        merchants.VIEW_REVIEW,
        merchants.EDIT_REVIEW,
        merchants.REVIEW_MERCHANT,
        merchants.VIEW_CHANGE,
        merchants.FILE_CHANGE,
        merchants.APPROVE_CHANGE,
        assets.EDIT_TERMINAL,
        assets.BIND_TERMINAL,
        assets.REVEAL_ACCOUNT,
        assets.PRINT_STICKERS,
        assets.REPORT_BINDINGS,
        assets.EXPORT_TERMINALS,
        spareparts.VIEW_STOCK,
        spareparts.EXPORT_STOCK,
        spareparts.MOVE_STOCK,
        spareparts.APPROVE_STOCK,
        spareparts.VIEW_CHANNEL,
        spareparts.SETTLE_USAGE,
        workorders.VIEW_REQUEST,
        workorders.OPEN_ORDER,
        workorders.EDIT_ORDER,
        workorders.ANSWER_SUPPORT,
        workorders.REVIEW_VISITS,
        workorders.EDIT_ESCALATIONS,
        workorders.OPEN_ORIGINAL,
        workorders.TELL_SWAP,
        workorders.EXPORT_ORDERS,
        dispatch.ASSIGN,
        dispatch.VIEW_DECISION,
        dispatch.SEE_POSITIONS,
        dispatch.SEE_HEALTH,
        dispatch.EDIT_RULES,
        inspections.VIEW_INSPECTION,
        inspections.EDIT_PLAN,
        inspections.EXPORT_INSPECTIONS,
        inspections.ACCEPT_FINDING,
        procedures.VIEW_PROCEDURE,
        procedures.EDIT_PROCEDURE,
        monitoring.EDIT_RULES,
        monitoring.EXEMPT,
        integrations.IMPORT,
        mobile.SETTLE_LATE_WORK,
    },
    Role.DISPATCHER: READ
    | HELP
    | {
        analytics.VIEW_INSIGHT,
        analytics.ACT_ON_INSIGHT,
        knowledge.REVIEW_ARTICLE,
        workforce.VIEW_PEOPLE,
        merchants.EDIT_MERCHANT,
        merchants.REVEAL_PHONE,
        merchants.VIEW_REVIEW,
        merchants.EDIT_REVIEW,
        merchants.VIEW_CHANGE,
        merchants.FILE_CHANGE,
        spareparts.VIEW_STOCK,
        workorders.VIEW_REQUEST,
        workorders.OPEN_ORDER,
        workorders.EDIT_ORDER,
        workorders.ANSWER_SUPPORT,
        workorders.REVIEW_VISITS,
        workorders.EXPORT_ORDERS,
        dispatch.ASSIGN,
        dispatch.VIEW_DECISION,
        dispatch.SEE_POSITIONS,
        dispatch.SEE_HEALTH,
        inspections.VIEW_INSPECTION,
        mobile.SETTLE_LATE_WORK,
    },
    Role.WAREHOUSE: READ
    | {
        workforce.VIEW_PEOPLE,
        assets.EDIT_TERMINAL,
        assets.PRINT_STICKERS,
        assets.REPORT_BINDINGS,
        assets.EXPORT_TERMINALS,
        spareparts.VIEW_STOCK,
        spareparts.EXPORT_STOCK,
        spareparts.MOVE_STOCK,
        spareparts.VIEW_CHANNEL,
        spareparts.KEEP_CHANNEL,
        spareparts.SETTLE_USAGE,
        integrations.IMPORT,
    },
    Role.ANALYST: READ
    | SEE_PROSPECTING
    | {
        analytics.VIEW_INSIGHT,
        analytics.EXPORT_INSIGHTS,
        analytics.VIEW_MODEL,
        analytics.KEEP_MODELS,
        prospecting.EXPORT_LEADS,
        workforce.VIEW_PEOPLE,
        merchants.EXPORT_MERCHANTS,
        assets.EXPORT_TERMINALS,
        spareparts.VIEW_STOCK,
        spareparts.EXPORT_STOCK,
        spareparts.VIEW_CHANNEL,
        workorders.VIEW_REQUEST,
        workorders.EXPORT_ORDERS,
        dispatch.VIEW_DECISION,
        inspections.VIEW_INSPECTION,
        inspections.EXPORT_INSPECTIONS,
        procedures.VIEW_PROCEDURE,
    },
    Role.FINANCE: READ
    | {merchants.VIEW_REVIEW, merchants.REVIEW_MERCHANT, merchants.VIEW_CHANGE, merchants.APPROVE_CHANGE}
    | {merchants.EXPORT_MERCHANTS, assets.REVEAL_ACCOUNT, workorders.EXPORT_ORDERS, analytics.VIEW_INSIGHT},
    Role.PROSPECTOR: {workforce.SEE_FIELD, merchants.BRING_DOCUMENTS, prospecting.PROSPECT, spareparts.SERVE_CHANNEL},
    Role.ENGINEER: HELP
    | {workforce.SEE_FIELD, workorders.DO_ORDER, assets.BIND_TERMINAL}
    | {spareparts.REQUEST_PARTS, spareparts.SERVE_CHANNEL},
    Role.INSPECTOR: HELP
    | {workforce.SEE_FIELD, workorders.DO_ORDER}
    | {spareparts.REQUEST_PARTS, spareparts.SERVE_CHANNEL},
    Role.OPS: READ
    | {knowledge.WRITE_MESSAGE}
    | {workforce.ADMINISTER, workforce.VIEW_PEOPLE, journal.VIEW_LOG, workorders.VIEW_REQUEST, dispatch.VIEW_DECISION}
    | {workorders.ANSWER_SUPPORT, procedures.VIEW_PROCEDURE, procedures.EDIT_PROCEDURE, integrations.KEEP_TOKENS},
}


class RoleBackend(ModelBackend):
    """Django's login by user name and password; what a person may do comes from ROLES."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("region").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj, perm: str, obj=None) -> bool:
        return user_obj.is_active and perm in ROLES.get(user_obj.role, ())

    def has_module_perms(self, user_obj, app_label: str) -> bool:
        return user_obj.is_staff

    def get_all_permissions(self, user_obj, obj=None) -> set[str]:
        return set(ROLES.get(user_obj.role, ())) if user_obj.is_active else set()
