from dataclasses import dataclass

from django.db.models import Q, QuerySet

from knowledge.models import Article, ArticleVersion, Message, Vote
from knowledge.ranking import wilson_lower_bound
from toolkit.search import pieces
from workorders.models import WorkOrder

LOOKED_AT = 200  # candidates at most, the most judged first
OFFERED = 5
ALIKE = 0.3  # of the pieces of what is wrong stand in the title


@dataclass(frozen=True)
class Offer:
    """A published article for an order; `vote` is what was said about it there."""

    article: Article
    version: ArticleVersion
    fits_code: bool
    worth: float
    vote: Vote | None

    @property
    def share(self) -> int | None:
        """Solved, percent of those who said; None while nobody has."""
        judged = self.article.judged_count
        return round(100 * self.article.solved_count / judged) if judged else None


def articles_for(order: WorkOrder) -> list[Offer]:
    """What may help: for its terminal model, sharing a fault code or words with what is wrong; what solved most first."""
    codes = [code for code in (order.symptom_id, order.cause_id, order.remedy_id) if code]
    wrong = set(pieces(order.summary))
    for_model = Q(current__model_ids=[])
    if order.terminal:
        for_model |= Q(current__model_ids__contains=[order.terminal.model_id])
    fitting = Article.objects.offered().filter(
        for_model,
        Q(current__fault_code_ids__overlap=codes) | Q(current__bigrams__overlap=sorted(wrong)),
    )
    votes = {vote.article_id: vote for vote in Vote.objects.filter(order=order)}
    offers = []
    for article in fitting.select_related("current").order_by("-solved_count", "-pk")[:LOOKED_AT]:
        version = article.current
        fits_code = bool(set(codes) & set(version.fault_code_ids))
        if fits_code or len(wrong & set(version.bigrams)) >= ALIKE * len(wrong):
            worth = wilson_lower_bound(article.solved_count, article.judged_count)
            offers.append(Offer(article, version, fits_code, worth, votes.get(article.pk)))
    offers.sort(key=lambda offer: (-offer.worth, not offer.fits_code, -offer.article.pk))
    return offers[:OFFERED]


def thread_of(order: WorkOrder) -> QuerySet[Message]:
    """Oldest first, as it was said."""
    return order.messages.order_by("at", "pk").select_related("by").prefetch_related("captures")
