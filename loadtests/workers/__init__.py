"""One schedule on several Locust workers, of this machine or of others."""
