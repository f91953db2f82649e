"""A page for whatever has a number and lines: facts, lines, and what may be done with it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from spareparts import forms, permissions
from toolkit.views import ActionPage, DetailPage


@dataclass(frozen=True)
class Button:
    """`posts`: does it at once; otherwise it leads to a page that asks for more."""

    label: Any
    url_name: str
    permission: str = permissions.MOVE_STOCK
    style: str = ""
    posts: bool = False


def order_link(number: str) -> str:
    if not number:
        return ""
    return format_html('<a href="{}">{}</a>', reverse("office:work-order-detail", args=[number]), number)


class Document(DetailPage):
    permission = permissions.VIEW_STOCK
    template_name = "spareparts/document.html"
    list_url = ""
    list_title: Any = ""
    heads: tuple[Any, ...] = ()

    def facts(self) -> list[tuple[Any, Any]]:
        """Label and value; without a value it is left out."""
        raise NotImplementedError

    def lines(self) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def buttons(self) -> list[Button]:
        return []

    def hint(self) -> str:
        return ""

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        return super().get_context_data(
            facts=[(label, value) for label, value in self.facts() if value not in (None, "")],
            heads=self.heads,
            lines=self.lines(),
            buttons=[button for button in self.buttons() if user.has_perm(button.permission)],
            hint=self.hint(),
            list_url=self.list_url,
            list_title=self.list_title,
            **kwargs,
        )


class DocumentAction(ActionPage):
    permission = permissions.MOVE_STOCK
    form_class: type = forms.Confirm

    def get_title(self) -> str:
        return str(self.title)
