from django.utils.translation import gettext_lazy as _

VERBS = {
    "analytics.open_care_task": _("opened a care task"),
    "analytics.approve_model": _("approved the model"),
    "analytics.judge_insight": _("said whether an insight was right"),
}
