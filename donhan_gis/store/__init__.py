"""The open project database: a protocol, and `open_store` that finds the one for a URL."""

from donhan_gis.store.protocol import Change, Store
from donhan_gis.store.session import create_store, open_store

__all__ = ["Change", "Store", "create_store", "open_store"]
