IMPORT = "integrations.import"
KEEP_TOKENS = "integrations.keep_tokens"  # of the API
