"""Articles as the office reads, writes and reviews them."""

import uuid

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import View

from evidence.actions import keep_picture
from evidence.models import Capture
from knowledge import actions, forms, lists, permissions
from knowledge.lifecycle import NEXT, Status
from knowledge.models import Article, ArticleVersion
from toolkit.lists import ListPage
from toolkit.markdown import render_markdown
from toolkit.views import ActionPage, DetailPage, FormPage, Page
from workforce.models import User


def kept(pictures: list, *, by: User) -> list[Capture]:
    at = timezone.now()
    return [
        keep_picture(file, id=uuid.uuid4(), kind=Capture.Kind.PHOTO, by=by, at=at, source=Capture.Source.UNKNOWN)
        for file in pictures
    ]


class ArticleList(ListPage):
    name = "article-list"
    title = gettext_lazy("Knowledge")
    permission = permissions.VIEW_ARTICLE
    filterset_class = lists.ArticleFilter
    table_class = lists.ArticleTable
    create_url = "office:article-create"
    create_permission = permissions.WRITE_ARTICLE
    create_label = gettext_lazy("New article")
    empty_text = gettext_lazy("No articles yet: write one, or make one of an order that went well.")

    def rows(self) -> QuerySet[Article]:
        rows = Article.objects.visible_to(self.request.user)
        return rows.select_related("author").prefetch_related("terminal_models", "fault_codes")


class ArticleMixin:
    permission = permissions.VIEW_ARTICLE

    def subjects(self) -> QuerySet[Article]:
        rows = Article.objects.visible_to(self.request.user)
        return rows.select_related("author", "written_by", "order", "current__written_by", "current__published_by")


def may_write(user: User, article: Article) -> bool:
    """Reviewers any article, others their own; anybody who writes may take up a published one."""
    if not user.has_perm(permissions.WRITE_ARTICLE):
        return False
    is_own = user.pk in (article.author_id, article.written_by_id)
    return is_own or article.status == Status.PUBLISHED or user.has_perm(permissions.REVIEW_ARTICLE)


class ArticleDetail(ArticleMixin, DetailPage):
    """What is read; with ?draft=1, and where nothing is published yet, what is being written."""

    template_name = "knowledge/article.html"

    def get_context_data(self, **kwargs) -> dict:
        user, article = self.request.user, self.subject
        writes, reviews = may_write(user, article), user.has_perm(permissions.REVIEW_ARTICLE)
        is_draft = article.current is None or (writes and "draft" in self.request.GET)
        shown: Article | ArticleVersion = article if is_draft else article.current
        captures = article.captures.order_by("received_at", "pk") if is_draft else article.current.captures
        following = NEXT[Status(article.status)]
        is_other = user.pk not in (article.author_id, article.written_by_id)
        order = article.order
        return super().get_context_data(
            shown=shown,
            is_draft=is_draft,
            captures=captures,
            has_draft=article.current is not None and article.status in (Status.DRAFT, Status.IN_REVIEW) and writes,
            versions=article.versions.select_related("written_by", "published_by"),
            order=order if order and type(order).objects.visible_to(user).filter(pk=order.pk).exists() else None,
            can_edit=writes and article.status == Status.DRAFT,
            can_propose=writes and article.status == Status.DRAFT,
            can_revise=writes and article.status in (Status.PUBLISHED, Status.RETIRED),
            can_send_back=reviews and article.status == Status.IN_REVIEW,
            can_publish=reviews and is_other and article.status == Status.IN_REVIEW,
            can_retire=reviews and Status.RETIRED in following,
            **kwargs,
        )

    def get_title(self) -> str:
        return str(self.subject.current or self.subject)


class ArticleCreate(FormPage):
    permission = permissions.WRITE_ARTICLE
    title = gettext_lazy("New article")
    submit_label = gettext_lazy("Save the draft")
    form_class = forms.ArticleForm
    template_name = "knowledge/article_form.html"

    def run_action(self, values: dict) -> Article:
        values.pop("edition")
        captures = kept(values.pop("pictures"), by=self.request.user)
        return actions.draft_article(**values, captures=captures, by=self.request.user, at=timezone.now())

    def back_url(self) -> str:
        return reverse("office:article-list")


class ArticleAction(ArticleMixin, ActionPage):
    permission = permissions.WRITE_ARTICLE
    form_class = forms.Confirm

    def subjects(self) -> QuerySet[Article]:
        """Those this person may do it to."""
        user = self.request.user
        own = [
            article.pk
            for article in super().subjects().filter(number=self.kwargs["number"])
            if may_write(user, article)
        ]
        return super().subjects().filter(pk__in=own)


class ArticleEdit(ArticleAction):
    title = gettext_lazy("Write on")
    submit_label = gettext_lazy("Save the draft")
    form_class = forms.ArticleForm
    template_name = "knowledge/article_form.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"article": self.subject}

    def get_initial(self) -> dict:
        article = self.subject
        texts = {name: getattr(article, name) for name in ("edition", "title", "title_zh", "body", "body_zh")}
        sets = {name: getattr(article, name).all() for name in ("terminal_models", "fault_codes", "captures")}
        return texts | sets

    def run_action(self, values: dict) -> Article:
        captures = [*values.pop("captures"), *kept(values.pop("pictures"), by=self.request.user)]
        return actions.change_article(self.subject, **values, captures=captures, **self.who)

    def done_url(self, result: Article) -> str:
        return f"{result.get_absolute_url()}?draft=1"


class ArticlePropose(ArticleAction):
    title = gettext_lazy("Propose the article for review")
    submit_label = gettext_lazy("Propose")

    def run_action(self, values: dict) -> Article:
        return actions.propose_article(self.subject, **self.who)


class ArticleRevise(ArticleAction):
    title = gettext_lazy("Take the article up again")
    submit_label = gettext_lazy("Write on")

    def run_action(self, values: dict) -> Article:
        return actions.revise_article(self.subject, **self.who)

    def done_url(self, result: Article) -> str:
        return reverse("office:article-edit", args=[result.number])


class ArticlePublish(ArticleAction):
    permission = permissions.REVIEW_ARTICLE
    title = gettext_lazy("Publish the article")
    submit_label = gettext_lazy("Publish")

    def run_action(self, values: dict) -> Article:
        actions.publish_article(self.subject, **self.who)
        return self.subject


class ArticleSendBack(ArticleAction):
    permission = permissions.REVIEW_ARTICLE
    title = gettext_lazy("Send the article back to its author")
    submit_label = gettext_lazy("Send back")
    form_class = forms.ReasonForm

    def run_action(self, values: dict) -> Article:
        return actions.send_back_article(self.subject, **values, **self.who)


class ArticleRetire(ArticleAction):
    permission = permissions.REVIEW_ARTICLE
    title = gettext_lazy("Retire the article")
    submit_label = gettext_lazy("Retire")
    form_class = forms.ReasonForm

    def run_action(self, values: dict) -> Article:
        return actions.retire_article(self.subject, **values, **self.who)


class ArticlePreview(Page, View):
    """What is being typed, as it will be read."""

    permission = permissions.WRITE_ARTICLE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("body_zh" if request.GET.get("in") == "zh" else "body", "")
        return render(request, "knowledge/preview.html", {"html": render_markdown(text[:20_000])})
