"""Documents for onboarding reviews on the phone: what is to be brought, and one review of it."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from merchants.lifecycle import Document, DocumentState, Kind, ReviewState
from merchants.models import Review, ReviewDocument
from merchants.permissions import BRING_DOCUMENTS
from mobile.documents import own_reviews, to_bring
from mobile.views.pages import FieldPage
from toolkit.views import SubjectMixin

FIRST = [DocumentState.REJECTED, DocumentState.MISSING, DocumentState.GIVEN, DocumentState.ACCEPTED]


class DocumentsPage(FieldPage, TemplateView):
    title = _("Documents to bring")
    permission = BRING_DOCUMENTS
    template_name = "mobile/documents.html"

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        return super().get_context_data(to_bring=to_bring(user), reviews=own_reviews(user), **kwargs)


class ReviewPage(SubjectMixin, FieldPage, TemplateView):
    permission = BRING_DOCUMENTS
    template_name = "mobile/review.html"

    def subjects(self) -> QuerySet[Review]:
        return own_reviews(self.request.user)

    def get_title(self) -> str:
        return self.subject.merchant.name

    def get_context_data(self, **kwargs) -> dict:
        review, asked = self.subject, list(Document)

        def place(document: ReviewDocument) -> tuple[int, int]:
            return FIRST.index(document.state), asked.index(document.type)

        return super().get_context_data(
            review=review,
            documents=sorted(review.documents.all(), key=place),
            kinds=Kind.choices,
            may_submit=review.state == ReviewState.COLLECTING,
            **kwargs,
        )
