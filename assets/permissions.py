VIEW_TERMINAL = "assets.view_terminal"
EDIT_TERMINAL = "assets.edit_terminal"
BIND_TERMINAL = "assets.bind_terminal"
REPORT_BINDINGS = "assets.report_bindings"  # to the acquirer
PRINT_STICKERS = "assets.print_stickers"
EXPORT_TERMINALS = "assets.export_terminals"
REVEAL_ACCOUNT = "assets.reveal_account"
