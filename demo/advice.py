"""What the company has learned: its fault codes, articles with what they were worth, and threads on orders."""

import random
from datetime import datetime, timedelta

from django.utils import translation

from demo.experience import ARTICLES, THREADS
from demo.names import Wording
from demo.people import Staff
from demo.pictures import new_id
from demo.reference import Reference
from knowledge import actions
from knowledge.models import Article
from workforce.models import User
from workorders.lifecycle import DONE, ONGOING
from workorders.models import FaultCode, WorkOrder

JUDGED = 0.6  # of the orders that had an article
VOTES_PER_ARTICLE = 15
TALKED_ABOUT_DONE, TALKED_ABOUT_NOW = 4, 3


def write_down(reference: Reference, staff: Staff, *, language: str, seed: int, begin: datetime, at: datetime) -> None:
    """Articles early in the year, and from then on what engineers said about them."""
    rng = random.Random(f"{seed} knowledge")
    engineers = [worker.user for crew in staff.crews for worker in crew if worker.user.role == "engineer"]
    span = at - begin
    with translation.override(language):
        articles = [
            _published(
                rng,
                row,
                reference,
                rng.choice(engineers),
                staff.office["manager"],
                begin + span * (0.02 + 0.2 * rng.random()),
            )
            for row in ARTICLES
        ]
        _judge(rng, articles)
        _talk(rng, Wording(language, rng), staff, at)


def _published(
    rng: random.Random, row: tuple, reference: Reference, author: User, reviewer: User, at: datetime
) -> Article:
    title_zh, title, body_zh, body, models, codes = row
    article = actions.draft_article(
        title=title, title_zh=title_zh, body=body, body_zh=body_zh, by=author, at=at,
        terminal_models=[reference.models[code] for code in models],
        fault_codes=[FaultCode.objects.get(kind=kind, code=code) for kind, code in codes],
    )  # fmt: skip
    article = actions.propose_article(article, by=author, at=at + timedelta(minutes=rng.randint(5, 90)))
    return actions.publish_article(article, by=reviewer, at=at + timedelta(hours=rng.randint(3, 60))).article


def _judge(rng: random.Random, articles: list[Article]) -> None:
    """It helped where its remedy did."""
    for article in articles:
        symptoms = [code for code in article.fault_codes.all() if code.kind == FaultCode.Kind.SYMPTOM]
        remedies = {code.pk for code in article.fault_codes.all() if code.kind == FaultCode.Kind.REMEDY}
        models = list(article.terminal_models.all())
        orders = WorkOrder.objects.filter(
            status__in=DONE, symptom__in=symptoms, completed_at__gt=article.current.published_at
        )
        if models:
            orders = orders.filter(terminal__model__in=models)
        judged = 0
        for order in orders.select_related("engineer").order_by("opened_at", "merchant__name"):
            if judged < VOTES_PER_ARTICLE and rng.random() < JUDGED:
                judged += 1
                actions.judge_article(
                    order, article=article, is_solved=order.remedy_id in remedies, by=order.engineer,
                    at=order.completed_at + timedelta(minutes=1),
                )  # fmt: skip


def _talk(rng: random.Random, words: Wording, staff: Staff, at: datetime) -> None:
    repairs = WorkOrder.objects.filter(type__code="repair", arrived_at__isnull=False).select_related(
        "engineer", "region"
    )
    done = repairs.filter(status__in=DONE).order_by("-completed_at", "merchant__name")[:TALKED_ABOUT_DONE]
    now = repairs.filter(status__in=ONGOING).order_by("-arrived_at", "merchant__name")[:TALKED_ABOUT_NOW]
    for number, order in enumerate([*done, *now]):
        ends_at = min(order.completed_at or at, at)
        helper = staff.office["dispatcher-ningbo" if order.region.path.find("/ningbo/") > 0 else "dispatcher"]
        thread = THREADS[number % len(THREADS)]
        step = (ends_at - order.arrived_at) / (len(thread) + 1)
        for place, (is_engineer, text) in enumerate(thread, 1):
            actions.add_message(
                order, id=new_id(rng), text=words.of(text), by=order.engineer if is_engineer else helper,
                at=order.arrived_at + step * place,
            )  # fmt: skip
