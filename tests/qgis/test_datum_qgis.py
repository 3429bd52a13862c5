"""The pinned Indian 1975 operations inside real QGIS, which by itself is 189 m wrong."""

from __future__ import annotations

import pytest
from qgis import core as qgis_core

from donhan_gis.parcels.indian_1975 import qgis_operations

INDIAN = (273391.243, 1806308.706)  # EPSG:24048
EXPECTED = {"EPSG:32648": ((272975.71, 1806622.80), 0.02), "EPSG:4326": ((102.875, 16.33), 2e-7)}


def pinned_context():
    context = qgis_core.QgsCoordinateTransformContext()
    for source, target, pipeline in qgis_operations():
        systems = [qgis_core.QgsCoordinateReferenceSystem(code) for code in (source, target)]
        assert context.addCoordinateOperation(*systems, pipeline, False)
    return context


def moved(context, target):
    source, goal = (qgis_core.QgsCoordinateReferenceSystem(code) for code in ("EPSG:24048", target))
    transform = qgis_core.QgsCoordinateTransform(source, goal, context)
    there = transform.transform(qgis_core.QgsPointXY(*INDIAN))
    return there, transform.transform(there, qgis_core.QgsCoordinateTransform.ReverseTransform)


@pytest.mark.parametrize("target", EXPECTED)
def test_pinned_in_qgis(target):
    there, back = moved(pinned_context(), target)
    expected, tolerance = EXPECTED[target]
    assert (there.x(), there.y()) == pytest.approx(expected, abs=tolerance)
    assert (back.x(), back.y()) == pytest.approx(INDIAN, abs=0.02)


def test_qgis_alone_is_wrong():
    there, _ = moved(qgis_core.QgsCoordinateTransformContext(), "EPSG:32648")
    (east, north), _ = EXPECTED["EPSG:32648"]
    assert ((there.x() - east) ** 2 + (there.y() - north) ** 2) ** 0.5 == pytest.approx(189, abs=3)
