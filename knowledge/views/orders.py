"""What knowledge shows on the page of an order: articles that may help, and the thread."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from knowledge import actions, forms, permissions
from knowledge.models import Article
from knowledge.queries import articles_for, thread_of
from knowledge.views.articles import kept
from toolkit.errors import Refused
from toolkit.views import ActionPage, PanelPage
from workorders.lifecycle import DONE
from workorders.models import WorkOrder


class OrderMixin:
    def subjects(self) -> QuerySet[WorkOrder]:
        orders = WorkOrder.objects.visible_to(self.request.user)
        return orders.select_related("type", "terminal__model", "symptom", "cause", "remedy", "engineer", "region")


class OrderArticles(OrderMixin, PanelPage):
    permission = permissions.VIEW_ARTICLE
    template_name = "knowledge/order_articles.html"

    def get_context_data(self, **kwargs) -> dict:
        made = Article.objects.filter(order=self.subject).first()
        may_make = self.request.user.has_perm(permissions.WRITE_ARTICLE) and self.subject.status in DONE
        return super().get_context_data(
            offers=articles_for(self.subject), made=made, can_make=may_make and made is None, **kwargs
        )


class OrderMakeArticle(OrderMixin, ActionPage):
    permission = permissions.WRITE_ARTICLE
    title = gettext_lazy("Make an article of this order")
    submit_label = gettext_lazy("Make an article")
    form_class = forms.Confirm

    def run_action(self, values: dict) -> Article:
        return actions.draft_from_order(self.subject, by=self.request.user, at=timezone.now())

    def done_url(self, result: Article) -> str:
        return reverse("office:article-edit", args=[result.number])


class OrderThread(OrderMixin, PanelPage):
    """Read by everybody who sees the order; ?messages asks for the messages alone."""

    permission = permissions.VIEW_THREAD

    def get_template_names(self) -> list[str]:
        return ["knowledge/messages.html" if "messages" in self.request.GET else "knowledge/thread.html"]

    def get_context_data(self, **kwargs) -> dict:
        may_write = self.request.user.has_perm(permissions.WRITE_MESSAGE)
        kwargs.setdefault("form", forms.MessageForm() if may_write else None)
        return super().get_context_data(thread=thread_of(self.subject), **kwargs)


class OrderAddMessage(OrderThread):
    permission = permissions.WRITE_MESSAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        form = forms.MessageForm(request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                captures = kept(values.pop("pictures"), by=request.user)
                actions.add_message(self.subject, **values, captures=captures, by=request.user, at=timezone.now())
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                form = forms.MessageForm()
        status = 422 if form.is_bound else 200
        return render(request, "knowledge/thread.html", self.get_context_data(form=form), status=status)
