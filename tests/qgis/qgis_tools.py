"""Editing tools as QGIS's window provides them; forms with child tables need some."""

from __future__ import annotations

from qgis.core import QgsFeature, QgsVectorLayerTools


class Tools(QgsVectorLayerTools):
    """Starts and stops editing; asks nothing."""

    _one: Tools | None = None

    @classmethod
    def shared(cls) -> Tools:
        """Return the one instance, which must outlive every form."""
        cls._one = cls._one or cls()
        return cls._one

    def addFeature(self, *_given):
        return False, QgsFeature()

    def startEditing(self, layer):
        return layer.startEditing()

    def stopEditing(self, layer, _allow_cancel=True):
        return layer.commitChanges()

    def saveEdits(self, layer):
        return layer.commitChanges()

    def copyMoveFeatures(self, *_given):
        return False, ""
