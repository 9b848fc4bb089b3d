"""Deliveries: what somebody else packages, in the storages that they take it from."""
