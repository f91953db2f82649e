from django.utils.translation import gettext_lazy as _

VERBS = {
    "knowledge.draft_article": _("drafted an article"),
    "knowledge.change_article": _("changed an article"),
    "knowledge.propose_article": _("proposed an article"),
    "knowledge.send_back_article": _("sent an article back to its author"),
    "knowledge.publish_article": _("published an article"),
    "knowledge.revise_article": _("took up an article again"),
    "knowledge.retire_article": _("retired an article"),
    "knowledge.judge_article": _("said whether an article helped"),
    "knowledge.add_message": _("wrote in the thread of the order"),
}
