from django.urls import URLPattern, path

from merchants.views import changes, choices, review
from merchants.views import office as views

office: list[URLPattern] = [
    path("merchants/", views.MerchantList.as_view(), name="merchant-list"),
    path("merchants/search/", choices.MerchantSearch.as_view(), name="merchant-search"),
    path("merchants/add/", views.MerchantCreate.as_view(), name="merchant-create"),
    path("merchants/<str:number>/", views.MerchantDetail.as_view(), name="merchant-detail"),
    path("merchants/<str:number>/edit/", views.MerchantEdit.as_view(), name="merchant-edit"),
    path("merchants/<str:number>/merge/", views.MerchantMerge.as_view(), name="merchant-merge"),
    path("merchants/<str:number>/contacts/", views.MerchantContacts.as_view(), name="merchant-contacts"),
    path("merchants/<str:number>/contacts/add/", views.ContactAdd.as_view(), name="merchant-contact-add"),
    path(
        "merchants/<str:number>/contacts/<int:contact>/edit/",
        views.ContactEdit.as_view(),
        name="merchant-contact-edit",
    ),
    path(
        "merchants/<str:number>/contacts/<int:contact>/remove/",
        views.ContactRemove.as_view(),
        name="merchant-contact-remove",
    ),
    path(
        "merchants/<str:number>/contacts/<int:contact>/phone/",
        views.ContactReveal.as_view(),
        name="merchant-contact-reveal",
    ),
    path("merchants/<str:number>/contracts/", views.MerchantContracts.as_view(), name="merchant-contracts"),
    path("merchants/<str:number>/contracts/sign/", views.ContractSign.as_view(), name="merchant-contract-sign"),
    path("merchants/<str:number>/branches/", views.MerchantBranches.as_view(), name="merchant-branches"),
    path("merchants/<str:number>/timeline/", views.MerchantTimeline.as_view(), name="merchant-timeline"),
    path("merchants/<str:number>/review/", review.MerchantReview.as_view(), name="merchant-review"),
    path("merchants/<str:number>/review/begin/", review.ReviewBegin.as_view(), name="review-begin"),
    path("merchants/<str:number>/terms/", changes.MerchantTerms.as_view(), name="merchant-terms"),
    path("merchants/<str:number>/change/<slug:kind>/", changes.ChangeFile.as_view(), name="change-file"),
    path("changes/", changes.ChangeList.as_view(), name="change-list"),
    path("changes/<str:number>/", changes.ChangeDetail.as_view(), name="change-detail"),
    path("changes/<str:number>/approve/", changes.ChangeApprove.as_view(), name="change-approve"),
    path("changes/<str:number>/refuse/", changes.ChangeRefuse.as_view(), name="change-refuse"),
    path("changes/<str:number>/withdraw/", changes.ChangeWithdraw.as_view(), name="change-withdraw"),
    path("changes/<str:number>/account/", changes.ChangeReveal.as_view(), name="change-reveal"),
    path("reviews/", review.ReviewList.as_view(), name="review-list"),
    path("reviews/<str:number>/", review.ReviewDetail.as_view(), name="review-detail"),
    path("reviews/<str:number>/kind/", review.ReviewKind.as_view(), name="review-kind"),
    path("reviews/<str:number>/owner/", review.ReviewHandOn.as_view(), name="review-hand-on"),
    path("reviews/<str:number>/submit/", review.ReviewSubmit.as_view(), name="review-submit"),
    path("reviews/<str:number>/pass/", review.ReviewPass.as_view(), name="review-pass"),
    path("reviews/<str:number>/<slug:type>/", review.ReviewDetail.as_view(), name="review-document"),
    path("reviews/<str:number>/<slug:type>/decide/", review.ReviewDecide.as_view(), name="review-decide"),
    path("reviews/<str:number>/<slug:type>/give/", review.ReviewGive.as_view(), name="review-give"),
    path("reviews/<str:number>/<slug:type>/number/", review.ReviewReveal.as_view(), name="review-reveal"),
]
