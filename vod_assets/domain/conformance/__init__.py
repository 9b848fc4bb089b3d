"""Conformance: rules of the standards and of Apple's and DASH-IF's guidelines, and what a package makes of each."""
