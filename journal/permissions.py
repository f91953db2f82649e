VIEW_LOG = "journal.view_log"
