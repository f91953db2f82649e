from django.contrib import admin

from knowledge.models import Article, ArticleVersion, Message, Vote
from toolkit.admin import ReadOnlyAdmin


@admin.register(Article)
class ArticleAdmin(ReadOnlyAdmin):
    list_display = ("number", "title", "title_zh", "status", "author", "written_at", "solved_count", "unsolved_count")
    list_select_related = ("author",)
    exclude = ("bigrams", "captures")


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ReadOnlyAdmin):
    list_display = ("article", "number", "written_by", "published_by", "published_at")
    list_select_related = ("article", "written_by", "published_by")
    exclude = ("bigrams",)


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    list_display = ("article", "order", "is_solved", "by", "at")
    list_select_related = ("article", "order", "by")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("order", "by", "at", "text")
    list_select_related = ("order", "by")
    exclude = ("bigrams", "captures")
