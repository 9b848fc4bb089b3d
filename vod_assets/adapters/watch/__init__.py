"""Watched places: what was seen of them, and looking again."""
