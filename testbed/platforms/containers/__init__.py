"""Stores whose parts are containers of an engine on this machine."""
