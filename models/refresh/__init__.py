"""Asking Ponto to look at the bank again, and following what comes of it.

The records of the room are read first, what extends them after; among the duties, any order does.
"""
# ruff: noqa: I001

from . import ponto_refresh
from . import click, progress
