VIEW_PROCEDURE = "procedures.view_procedure"
EDIT_PROCEDURE = "procedures.edit_procedure"
