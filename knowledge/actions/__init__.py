"""Every write to articles and threads, one function per verb."""

from knowledge.actions.articles import change_article, draft_article, draft_from_order, judge_article
from knowledge.actions.review import (
    propose_article,
    publish_article,
    retire_article,
    revise_article,
    send_back_article,
)
from knowledge.actions.thread import add_message

__all__ = [
    "add_message",
    "change_article",
    "draft_article",
    "draft_from_order",
    "judge_article",
    "propose_article",
    "publish_article",
    "retire_article",
    "revise_article",
    "send_back_article",
]
