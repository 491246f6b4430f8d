"""AWS: clients, items of DynamoDB, transactions, nation-scoped credentials, the structured log."""
