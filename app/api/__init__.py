"""The HTTP API for programs, version 1, and its description. docs/api.md says how to use it."""

from app.api.blueprint import blueprint
from app.api.openapi import operations

operations()

__all__ = ["blueprint"]
