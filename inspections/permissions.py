VIEW_INSPECTION = "inspections.view_inspection"  # plans too
EDIT_PLAN = "inspections.edit_plan"  # make, change, start, stop
EXPORT_INSPECTIONS = "inspections.export_inspections"
ACCEPT_FINDING = "inspections.accept_finding"
