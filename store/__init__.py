"""What the store must do: contract, rules, data, pages and runtime. No architecture in here."""
