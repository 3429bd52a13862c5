"""Orthophotos: cloud-optimized files and their description."""
