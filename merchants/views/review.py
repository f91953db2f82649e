"""Onboarding review in the office: the queue, the documents one by one, and what there is to do about them."""

from typing import Any
from uuid import uuid4

from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from evidence.actions import keep_picture
from evidence.models import Capture
from merchants import actions, forms, lists, permissions
from merchants.actions.review import TIME_TO_MEND
from merchants.lifecycle import OTHER_SIDE, Document, DocumentState, Reason, ReviewState
from merchants.models import Review, ReviewDocument
from merchants.views.office import MerchantAction, MerchantMixin
from routing.geo import distance_m
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, Page, PanelPage, SubjectMixin


class ReviewList(ListPage):
    name = "review-list"
    title = _("Onboarding reviews")
    permission = permissions.VIEW_REVIEW
    filterset_class = lists.ReviewFilter
    table_class = lists.ReviewTable
    empty_text = _("No merchant is in review: a review begins when an opportunity is converted.")

    def rows(self) -> QuerySet[Review]:
        rows = Review.objects.visible_to(self.request.user).with_missing()
        oldest_first = F("submitted_at").asc(nulls_last=True)  # grouped rows do not keep the order of the model
        return rows.select_related("merchant__region", "owner").order_by(oldest_first, "pk")


class MerchantReview(MerchantMixin, PanelPage):
    permission = permissions.VIEW_REVIEW
    template_name = "merchants/review_panel.html"

    def get_context_data(self, **kwargs) -> dict:
        reviews = self.subject.reviews.prefetch_related("documents").select_related("owner", "passed_by")
        return super().get_context_data(reviews=reviews.order_by("-pk"), **kwargs)


class ReviewBegin(MerchantAction):
    permission = permissions.EDIT_REVIEW
    title = _("Begin the onboarding review")
    form_class = forms.BeginForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Review:
        return actions.begin_review(self.subject, **values, by=self.request.user, at=timezone.now())

    def done_url(self, result: Review) -> str:
        return result.get_absolute_url()


class ReviewMixin:
    permission = permissions.VIEW_REVIEW

    def subjects(self) -> QuerySet[Review]:
        rows = Review.objects.visible_to(self.request.user)
        return rows.select_related("merchant__region", "merchant__trade", "owner", "made_by", "passed_by")

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}


class ReviewAction(ReviewMixin, ActionPage):
    permission = permissions.EDIT_REVIEW

    def get_title(self) -> str:
        return str(self.title)


class ReviewDetail(ReviewMixin, ActionPage):
    """One document large, with all that is known of it; without a type the first that waits for a decision."""

    http_method_names = ["get"]
    template_name = "merchants/review.html"
    form_class = forms.DecisionForm

    def get_title(self) -> str:
        return self.subject.merchant.name

    @cached_property
    def documents(self) -> list[ReviewDocument]:
        rows = self.subject.documents.select_related("capture__by", "given_by", "decided_by")
        order = {type: place for place, type in enumerate(Document)}
        return sorted(rows, key=lambda document: order[document.type])

    def document(self, type: str | None) -> ReviewDocument:
        found = next((document for document in self.documents if document.type == type), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def shown(self) -> ReviewDocument | None:
        if type := self.kwargs.get("type"):
            return self.document(type)
        return next(iter(sorted(self.documents, key=lambda each: each.state != DocumentState.GIVEN)), None)

    def get_context_data(self, **kwargs) -> dict:
        review, user = self.subject, self.request.user
        place = self.documents.index(self.shown) if self.shown else 0
        beside = self.beside()
        may_judge = user.has_perm(permissions.REVIEW_MERCHANT) and review.may_be_judged_by(user)
        decided_by_another = self.shown and self.shown.decided_by_id not in (None, user.pk)
        return super().get_context_data(
            documents=self.documents,
            document=self.shown,
            pictures=[each for each in (self.shown, beside) if each and each.capture],
            beside=beside,
            before=self.documents[place - 1] if place else None,
            after=self.documents[place + 1] if place + 1 < len(self.documents) else None,
            away_m=self.away_m(),
            same_number=self.shown.same_number_elsewhere()[:5] if self.shown else (),
            contact=review.merchant.contacts.filter(is_primary=True).first(),
            is_own=user.has_perm(permissions.REVIEW_MERCHANT) and not review.may_be_judged_by(user),
            may_decide=may_judge and review.is_with_reviewer and self.shown.capture and not decided_by_another,
            may_pass=may_judge and review.state == ReviewState.SUBMITTED and not review.undecided().exists(),
            lacking=review.lacking(),
            reasons=Reason.choices,
            mend_by=review.merchant.region.service_date(timezone.now() + TIME_TO_MEND),
            now=timezone.now(),
            **kwargs,
        )

    def beside(self) -> ReviewDocument | None:
        """The one that was asked for, else the other side of what is shown; none when none is wanted."""
        wanted = self.request.GET.get("beside")
        if wanted:
            return self.document(wanted)
        other = OTHER_SIDE.get(Document(self.shown.type)) if self.shown and wanted is None else None
        return next((each for each in self.documents if each.type == other and each.capture), None)

    def away_m(self) -> float | None:
        """From the merchant's place to where the photo was taken."""
        capture, merchant = self.shown and self.shown.capture, self.subject.merchant
        if not capture or capture.lat is None or merchant.lat is None:
            return None
        return float(distance_m(capture.lat, capture.lon, merchant.lat, merchant.lon))


class ReviewDecide(ReviewDetail):
    permission = permissions.REVIEW_MERCHANT
    http_method_names = ["post"]

    def run_action(self, values: dict) -> ReviewDocument:
        return actions.decide_document(self.subject, type=self.kwargs["type"], **values, **self.who)

    def done_url(self, result: ReviewDocument) -> str:
        return reverse("office:review-detail", args=[self.subject.number])


class ReviewKind(ReviewAction):
    title = _("Kind of merchant")
    submit_label = _("Save")
    form_class = forms.KindForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def run_action(self, values: dict) -> Review:
        return actions.choose_kind(self.subject, **values, **self.who)


class ReviewHandOn(ReviewAction):
    title = _("Who brings the documents")
    submit_label = _("Save")
    form_class = forms.OwnerForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Review:
        return actions.hand_on_review(self.subject, **values, **self.who)


class ReviewSubmit(ReviewAction):
    title = _("Submit the documents")
    form_class = Confirm

    def run_action(self, values: dict) -> Review:
        return actions.submit_review(self.subject, **self.who)


class ReviewPass(ReviewAction):
    permission = permissions.REVIEW_MERCHANT
    title = _("Pass the review")
    form_class = Confirm
    success_message = _("The merchant is live, and its install order is on its way.")

    def run_action(self, values: dict) -> Review:
        return actions.pass_review(self.subject, **self.who)

    def done_url(self, result: Review) -> str:
        return reverse("office:review-list")


class ReviewGive(ReviewAction):
    form_class = forms.DocumentForm
    submit_label = _("Hand in")

    def get_title(self) -> str:
        return str(self.document)

    @cached_property
    def document(self) -> ReviewDocument:
        return get_object_or_404(self.subject.documents, type=self.kwargs["type"])

    def run_action(self, values: dict) -> ReviewDocument:
        values["file"].seek(0)
        capture = keep_picture(
            values["file"], id=uuid4(), kind=Capture.Kind.PHOTO, source=Capture.Source.GALLERY, **self.who
        )
        return actions.give_document(self.subject, type=self.document.type, capture=capture, **self.who)

    def done_url(self, result: ReviewDocument) -> str:
        return reverse("office:review-document", args=[self.subject.number, result.type])


class ReviewReveal(ReviewMixin, SubjectMixin, Page, View):
    """Answers a POST with the clear number, and writes down who has seen it."""

    permission = permissions.REVIEW_MERCHANT
    http_method_names = ["post"]

    def post(self, request, number: str, type: str) -> HttpResponse:
        document = get_object_or_404(self.subject.documents.select_related("review"), type=type)
        clear = actions.reveal_number(document, by=request.user, at=timezone.now())
        response = render(request, "merchants/review_number.html", {"number": clear})
        response["Cache-Control"] = "no-store"
        return response
