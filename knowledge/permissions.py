VIEW_ARTICLE = "knowledge.view_article"
WRITE_ARTICLE = "knowledge.write_article"  # draft, propose
REVIEW_ARTICLE = "knowledge.review_article"  # publish what somebody else wrote, retire
VIEW_THREAD = "knowledge.view_thread"
WRITE_MESSAGE = "knowledge.write_message"
