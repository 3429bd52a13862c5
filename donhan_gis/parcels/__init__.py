"""Parcels: datum, codes, quality, lineage."""
