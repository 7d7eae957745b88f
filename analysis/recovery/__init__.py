"""What each fault did to clients, and how the store came back, from raw rows and actual times."""
