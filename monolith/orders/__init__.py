"""Orders: checkout in one transaction, own orders, and the events that they leave."""
