from django.db.models import Count
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page, PanelPage
from workforce import actions, forms, lists, permissions
from workforce.models import Booking, Organisation, SavedView, User


class PersonList(ListPage):
    name = "person-list"
    title = _("People")
    permission = permissions.VIEW_PEOPLE
    filterset_class = lists.PersonFilter
    table_class = lists.PersonTable
    create_url = "office:person-create"
    create_permission = permissions.EDIT_PEOPLE
    create_label = _("Add a person")

    def rows(self):
        return User.objects.visible_to(self.request.user).select_related("region", "organisation")


class PersonMixin:
    permission = permissions.VIEW_PEOPLE
    slug_field = "username"

    def subjects(self):
        return User.objects.visible_to(self.request.user).select_related("region", "organisation")


class PersonDetail(PersonMixin, DetailPage):
    template_name = "workforce/person.html"


class PersonSkills(PersonMixin, PanelPage):
    template_name = "workforce/person_skills.html"

    def get_context_data(self, **kwargs) -> dict:
        now = timezone.now()
        return super().get_context_data(
            skills=self.subject.skills.select_related("skill"),
            shifts=self.subject.shifts.all(),
            away=self.subject.bookings.exclude(kind=Booking.Kind.WORK)
            .filter(during__endswith__gt=now)
            .order_by("during")[:10],
            today=now.date(),
            **kwargs,
        )


class PersonCreate(FormPage):
    permission = permissions.EDIT_PEOPLE
    title = _("Add a person")
    form_class = forms.NewPersonForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> User:
        return actions.create_person(**values, by=self.request.user, at=timezone.now())

    def back_url(self) -> str:
        return reverse("office:person-list")


class PersonAction(PersonMixin, ActionPage):
    permission = permissions.EDIT_PEOPLE


class PersonEdit(PersonAction):
    title = _("Edit the person")
    form_class = forms.PersonForm
    submit_label = _("Save")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user, "instance": self.subject}

    def run_action(self, values: dict) -> User:
        fresh = User.objects.get(pk=self.subject.pk)  # the form has already put its values on the instance
        return actions.change_person(fresh, **values, by=self.request.user, at=timezone.now())


class PersonSetSkill(PersonAction):
    title = _("Set a skill")
    form_class = forms.SkillForm
    submit_label = _("Save")

    def run_action(self, values: dict):
        return actions.set_skill(self.subject, **values, by=self.request.user, at=timezone.now())


class PersonSetShifts(PersonAction):
    title = _("Working hours")
    form_class = forms.ShiftsForm
    submit_label = _("Save")
    template_name = "workforce/shifts.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"person": self.subject}

    def run_action(self, values: dict) -> None:
        actions.set_shifts(self.subject, shifts=values["shifts"], by=self.request.user, at=timezone.now())


class PersonBookTime(PersonAction):
    title = _("Book leave or training")
    form_class = forms.BookTimeForm
    submit_label = _("Book")

    def run_action(self, values: dict) -> Booking:
        return actions.book_time(self.subject, **values, by=self.request.user, at=timezone.now())


class PersonRevokeBadge(PersonAction):
    form_class = Form
    submit_label = _("Revoke the badge code")
    template_name = "workforce/revoke_badge.html"

    def get_title(self) -> str:
        return gettext("Revoke the badge code of %(name)s") % {"name": self.subject}

    def run_action(self, values: dict) -> User:
        return actions.revoke_badge(self.subject, **self.who)


class OrganisationList(ListPage):
    """Who else sends people, what they may do, where, and until when."""

    name = "organisation-list"
    title = _("Organisations")
    permission = permissions.VIEW_PEOPLE
    filterset_class = lists.OrganisationFilter
    table_class = lists.OrganisationTable
    create_url = "office:organisation-create"
    create_permission = permissions.EDIT_PEOPLE
    create_label = _("Add an organisation")
    empty_text = _("No organisations yet: everybody who works here is your own staff.")

    def rows(self):
        rows = Organisation.objects.visible_to(self.request.user).annotate(people_count=Count("people"))
        return rows.prefetch_related("regions", "order_types").order_by("name", "pk")

    def table(self):
        table, user = super().table(), self.request.user
        if user.has_perm(permissions.EDIT_PEOPLE):
            table.editable = frozenset(Organisation.objects.editable_by(user).values_list("pk", flat=True))
        return table


class OrganisationForms:
    permission = permissions.EDIT_PEOPLE

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def done_url(self, result: Organisation) -> str:
        return reverse("office:organisation-list")

    def back_url(self) -> str:
        return reverse("office:organisation-list")


class OrganisationCreate(OrganisationForms, FormPage):
    title = _("Add an organisation")
    form_class = forms.NewOrganisationForm

    def run_action(self, values: dict) -> Organisation:
        return actions.make_organisation(**values, by=self.request.user, at=timezone.now())


class OrganisationEdit(OrganisationForms, ActionPage):
    form_class = forms.OrganisationForm
    submit_label = _("Save")
    slug_field = "code"

    def subjects(self):
        return Organisation.objects.editable_by(self.request.user)

    def get_title(self) -> str:
        return self.subject.name

    def get_initial(self) -> dict:
        return {
            "name": self.subject.name,
            "ends_on": self.subject.ends_on,
            "regions": self.subject.regions.all(),
            "order_types": self.subject.order_types.all(),
        }

    def run_action(self, values: dict) -> Organisation:
        return actions.change_organisation(self.subject, **values, by=self.request.user, at=timezone.now())


class SavedViews(Page, TemplateView):
    """The saved views of one list page: a small menu, loaded into the list; POST saves or forgets one."""

    permission = permissions.SEE_OFFICE
    template_name = "workforce/saved_views.html"

    def own(self):
        return SavedView.objects.filter(owner=self.request.user, page=self.kwargs["page"])

    def get_context_data(self, **kwargs) -> dict:
        page = self.kwargs["page"]
        return super().get_context_data(
            views=self.own(),
            page_name=page,
            query=self.request.GET.urlencode(),
            list_url=reverse(f"office:{page}"),
            **kwargs,
        )

    def post(self, request: HttpRequest, page: str) -> HttpResponse:
        if forget := request.POST.get("forget"):
            self.own().filter(pk=forget).delete()
        elif name := request.POST.get("name", "").strip()[:60]:
            SavedView.objects.update_or_create(
                owner=request.user, page=page, name=name, defaults={"query": request.POST.get("query", "")[:2000]}
            )
        return render(request, self.template_name, self.get_context_data())
