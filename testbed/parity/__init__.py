"""Parity: the two stores answer alike, proved by replaying one session against both."""
