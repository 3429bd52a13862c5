"""Printed papers: Typst templates, the data they need, and the renderer."""
