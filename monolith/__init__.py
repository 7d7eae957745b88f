"""The store as one Flask application with one database: a module per feature, called directly."""
