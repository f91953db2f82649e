VIEW_PEOPLE = "workforce.view_people"
EDIT_PEOPLE = "workforce.edit_people"
ADMINISTER = "workforce.administer"  # the Django admin
SEE_OFFICE = "workforce.see_office"
SEE_FIELD = "workforce.see_field"
