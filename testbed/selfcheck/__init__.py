"""Measures queues whose response times theory knows, with the instrument that measures stores."""
