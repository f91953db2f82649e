SETTLE_LATE_WORK = "mobile.settle_late_work"  # what phones sent in too late
