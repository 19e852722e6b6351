"""Home, Accounts, References, Tools: the pages that tie the rooms together."""
