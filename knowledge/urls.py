from django.urls import URLPattern, path

from knowledge.views import articles, orders

office: list[URLPattern] = [
    path("articles/", articles.ArticleList.as_view(), name="article-list"),
    path("articles/new/", articles.ArticleCreate.as_view(), name="article-create"),
    path("articles/preview/", articles.ArticlePreview.as_view(), name="article-preview"),
    path("articles/<number>/", articles.ArticleDetail.as_view(), name="article-detail"),
    path("articles/<number>/edit/", articles.ArticleEdit.as_view(), name="article-edit"),
    path("articles/<number>/propose/", articles.ArticlePropose.as_view(), name="article-propose"),
    path("articles/<number>/publish/", articles.ArticlePublish.as_view(), name="article-publish"),
    path("articles/<number>/send-back/", articles.ArticleSendBack.as_view(), name="article-send-back"),
    path("articles/<number>/revise/", articles.ArticleRevise.as_view(), name="article-revise"),
    path("articles/<number>/retire/", articles.ArticleRetire.as_view(), name="article-retire"),
    path("work-orders/<number>/articles/", orders.OrderArticles.as_view(), name="work-order-articles"),
    path("work-orders/<number>/make-article/", orders.OrderMakeArticle.as_view(), name="work-order-make-article"),
    path("work-orders/<number>/thread/", orders.OrderThread.as_view(), name="work-order-thread"),
    path("work-orders/<number>/add-message/", orders.OrderAddMessage.as_view(), name="work-order-add-message"),
]
