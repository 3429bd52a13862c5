"""Don Han GIS: one map on which a Thai subdistrict office runs its land, tax, assets and water."""

__version__ = "0.1.0"
