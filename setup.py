"""A shim for tools that want a setup.py; all facts are in pyproject.toml."""

from setuptools import setup

setup()
