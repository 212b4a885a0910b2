"""Credit, cashback and points: what is owed, bulk acts on balances, statements, earning rules."""
