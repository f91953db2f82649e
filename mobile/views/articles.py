"""Articles on the phone: found, read, and the own drafts."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from knowledge.lifecycle import Status
from knowledge.models import Article
from knowledge.permissions import VIEW_ARTICLE, WRITE_ARTICLE
from mobile.views.pages import FieldPage
from toolkit.views import SubjectMixin

SHOWN = 50


class ArticlesPage(FieldPage, TemplateView):
    title = _("Knowledge")
    permission = VIEW_ARTICLE
    template_name = "knowledge/phone_list.html"

    def get_context_data(self, **kwargs) -> dict:
        wanted = self.request.GET.get("q", "").strip()[:100]
        articles = (
            Article.objects.visible_to(self.request.user).exclude(status=Status.RETIRED).select_related("current")
        )
        found = articles.search(wanted) if wanted else articles
        return super().get_context_data(wanted=wanted, articles=found[:SHOWN], **kwargs)


class ArticlePage(SubjectMixin, FieldPage, TemplateView):
    permission = VIEW_ARTICLE
    template_name = "knowledge/phone_article.html"

    def subjects(self) -> QuerySet[Article]:
        return Article.objects.visible_to(self.request.user).select_related("author", "current")

    def get_title(self) -> str:
        return str(self.subject.current or self.subject)

    def get_context_data(self, **kwargs) -> dict:
        user, article = self.request.user, self.subject
        is_own = user.pk in (article.author_id, article.written_by_id) and user.has_perm(WRITE_ARTICLE)
        is_draft = article.current is None or (is_own and article.status == Status.DRAFT)
        return super().get_context_data(
            article=article,
            shown=article if is_draft else article.current,
            captures=article.captures.order_by("received_at", "pk") if is_draft else article.current.captures,
            can_edit=is_own and article.status == Status.DRAFT,
            **kwargs,
        )
