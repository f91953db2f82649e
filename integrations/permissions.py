IMPORT = "integrations.import"
