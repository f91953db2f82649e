VIEW_MERCHANT = "merchants.view_merchant"
EDIT_MERCHANT = "merchants.edit_merchant"
MERGE_MERCHANTS = "merchants.merge_merchants"
EXPORT_MERCHANTS = "merchants.export_merchants"
REVEAL_PHONE = "merchants.reveal_phone"
VIEW_REVIEW = "merchants.view_review"
BRING_DOCUMENTS = "merchants.bring_documents"  # begin a review, hand in its documents, submit it
REVIEW_MERCHANT = "merchants.review_merchant"  # accept, reject, pass; read numbers of documents in clear
