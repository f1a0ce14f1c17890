"""The commands, one module a group. Each module's `COMMANDS` are its entries of the registry."""
