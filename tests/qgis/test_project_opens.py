"""The generated project in real QGIS, without the plugin: it must open finished."""

from __future__ import annotations

import pytest
from conftest import layer_of, registers_of
from declared import CODES, DECLARED, GROUPS
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsFieldConstraints,
    QgsPointXY,
    QgsValueMapFieldFormatter,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.gui import QgsAttributeForm

SYSTEM = {"fid", "uid", "rev", "created_at", "created_by", "updated_at", "updated_by"}


def evaluated(layer: QgsVectorLayer, expression: str, feature: QgsFeature):
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    parsed = QgsExpression(expression)
    value = parsed.evaluate(context)
    assert not parsed.hasParserError(), f"{layer.name()}: {expression}: {parsed.parserErrorString()}"
    assert not parsed.hasEvalError(), f"{layer.name()}: {expression}: {parsed.evalErrorString()}"
    return value


def test_every_layer_is_valid_and_no_register_is_missing(project):
    assert [layer.name() for layer in project.mapLayers().values() if not layer.isValid()] == []
    assert {layer.customProperty("donhan/register") for layer in registers_of(project)} == set(DECLARED)
    assert all(relation.isValid() for relation in project.relationManager().relations().values())


def test_groups_and_layers_have_their_thai_names_in_the_declared_order(project):
    assert [group.name() for group in project.layerTreeRoot().children()] == [group["th"] for group in GROUPS]
    for layer in registers_of(project):
        assert layer.name().startswith(DECLARED[layer.customProperty("donhan/register")]["th"])


def test_the_photo_lies_below_everything(project):
    order = project.layerTreeRoot().customLayerOrder()
    assert project.layerTreeRoot().hasCustomLayerOrder()
    assert order[-1].name() == "photo"
    assert order[-1].isValid()
    shapes = [layer.geometryType() for layer in order[:-1] if layer.isSpatial()]
    assert shapes == sorted(shapes)  # points, lines, areas


@pytest.mark.parametrize("register", sorted(DECLARED))
def test_every_field_has_an_alias_and_a_widget(project, register):
    layer = layer_of(project, register)
    names = layer.fields().names()
    for field in DECLARED[register]["field"]:
        if field.get("retired"):
            continue
        index = names.index(field["name"])
        assert field["th"] in layer.fields().at(index).alias()
        assert layer.editorWidgetSetup(index).type(), field["name"]
    for computed in DECLARED[register].get("computed", ()):
        assert computed["name"] in names
    for name in SYSTEM:
        assert layer.editorWidgetSetup(names.index(name)).type() == "Hidden"


@pytest.mark.parametrize("register", sorted(DECLARED))
def test_drop_downs_hold_the_code_list(project, register):
    layer = layer_of(project, register)
    for field in DECLARED[register]["field"]:
        setup = layer.editorWidgetSetup(layer.fields().indexOf(field["name"]))
        if field["kind"] == "choice":
            assert setup.type() == "ValueMap"
            shown = [(label, code) for entry in setup.config()["map"] for label, code in entry.items()]
            if not field.get("required"):
                assert shown.pop(0) == ("(เว้นว่าง)", QgsValueMapFieldFormatter.NULL_VALUE)
            assert shown == [(th, code) for code, th, _ in CODES[field["choices"]]["codes"]]
        if field["kind"] == "ref":
            assert setup.type() == "RelationReference"
            relation = project.relationManager().relation(setup.config()["Relation"])
            assert relation.referencedLayer().customProperty("donhan/register") == field["to"]


@pytest.mark.parametrize("register", sorted(DECLARED))
def test_the_form_opens_with_every_field_in_it(project, form_context, register):
    layer = layer_of(project, register)
    feature = next(layer.getFeatures(), QgsVectorLayerUtils.createFeature(layer))
    form = QgsAttributeForm(layer, feature, form_context)
    config = layer.editFormConfig()
    placed = {element.name() for tab in config.tabs() for element in tab.findElements(element_of_field())}
    wanted = {field["name"] for field in DECLARED[register]["field"] if not field.get("retired")}
    assert wanted <= placed
    assert {tab.name() for tab in config.tabs()} >= {s["th"] for s in DECLARED[register].get("section", ())}
    children = {child["th"] for child in DECLARED[register].get("child", ())}
    assert children <= {tab.name() for tab in config.tabs()}
    form.deleteLater()


def element_of_field():
    from qgis.core import QgsAttributeEditorElement

    return QgsAttributeEditorElement.AeTypeField


@pytest.mark.parametrize("register", sorted(DECLARED))
def test_all_expressions_are_understood_and_a_good_row_passes(project, register):
    layer = layer_of(project, register)
    feature = next(layer.getFeatures(), None)
    row = feature or QgsVectorLayerUtils.createFeature(layer)
    assert evaluated(layer, layer.displayExpression(), row) is not None
    for index, field in enumerate(layer.fields()):
        for written in (field.constraints().constraintExpression(), field.defaultValueDefinition().expression()):
            if written:
                evaluated(layer, written, row)
        if feature:
            good, why = QgsVectorLayerUtils.validateAttribute(layer, row, index)
            assert good, (field.name(), why)


def test_a_bad_value_is_refused_with_the_declared_sentence(project):
    layer = layer_of(project, "parcel")
    row = next(layer.getFeatures())
    row["deed_area_sqwah"] = -1
    good, why = QgsVectorLayerUtils.validateAttribute(layer, row, layer.fields().indexOf("deed_area_sqwah"))
    assert not good
    assert "เนื้อที่ตามเอกสารสิทธิต้องมากกว่าศูนย์" in " ".join(why)
    row["code"] = "ไม่ใช่รหัส"
    assert not QgsVectorLayerUtils.validateAttribute(layer, row, layer.fields().indexOf("code"))[0]


@pytest.mark.parametrize(("number", "good"), [("1234567890121", True), ("1234567890123", False), ("12345", False)])
def test_the_check_digit_of_a_person_is_tested(project, number, good):
    # 1×13+2×12+3×11+4×10+5×9+6×8+7×7+8×6+9×5+0×4+1×3+2×2 = 352; 352 mod 11 = 0; 11 − 0 = 11; last digit 1.
    layer = layer_of(project, "person")
    row = next(layer.getFeatures())
    row["id_no"] = number
    assert QgsVectorLayerUtils.validateAttribute(layer, row, layer.fields().indexOf("id_no"))[0] is good


def test_a_required_field_is_hard_and_a_warning_is_soft(project):
    layer = layer_of(project, "parcel")

    def strength(name, kind):
        return layer.fields().at(layer.fields().indexOf(name)).constraints().constraintStrength(kind)

    hard, soft = QgsFieldConstraints.ConstraintStrengthHard, QgsFieldConstraints.ConstraintStrengthSoft
    assert strength("code", QgsFieldConstraints.ConstraintNotNull) == hard
    assert strength("code", QgsFieldConstraints.ConstraintUnique) == hard
    assert strength("village_uid", QgsFieldConstraints.ConstraintExpression) == soft


def test_renderers_and_labels_follow_the_declared_style(project):
    for layer in registers_of(project):
        style = DECLARED[layer.customProperty("donhan/register")].get("style")
        if not style or not layer.isSpatial():
            continue
        if "by" in style:
            renderer = layer.renderer()
            assert isinstance(renderer, QgsCategorizedSymbolRenderer)
            assert renderer.classAttribute() == style["by"]
            labels = {category.value(): category.label() for category in renderer.categories()}
            assert set(style.get("colours", ())) <= set(labels)
            assert all(label for label in labels.values())
        assert layer.labelsEnabled() == ("label" in style)
        if "label" in style:
            settings = layer.labeling().settings()
            assert settings.fieldName == style["label"]
            assert settings.format().font().family() == "Sarabun"
            assert settings.minimumScale == style.get("label_scale", 0)
        assert layer.hasScaleBasedVisibility() == ("max_scale" in style)


def test_computed_values_and_money_in_baht_are_shown(project):
    parcel = next(layer_of(project, "parcel").getFeatures())
    assert parcel["drawn_area_sqwah"] == pytest.approx(50 * 50 / 4)  # a square of 50 m; 1 sq wah = 4 m²
    assert parcel["main_use"] == "residential"
    assert parcel["owners_n"] == 1
    gate = next(layer_of(project, "water_gate").getFeatures())
    assert gate["state"] == "PART"
    price = next(layer_of(project, "land_price").getFeatures())
    assert price["price_satang_per_sqwah"] == 125050
    assert price["price_baht_per_sqwah"] == 1250.50


def test_results_are_read_only(project):
    for layer in registers_of(project):
        declared = DECLARED[layer.customProperty("donhan/register")]
        assert layer.readOnly() == (declared.get("result", False) or declared.get("tasks_only", False))


def test_indian_1975_is_shifted_by_the_pinned_operation(project):
    # Worked example of the refined RTSD parameters; the library's default would land 189 m away.
    source, target = QgsCoordinateReferenceSystem("EPSG:24048"), QgsCoordinateReferenceSystem("EPSG:32648")
    assert "+x=204.4798" in project.transformContext().calculateCoordinateOperation(source, target)
    moved = QgsCoordinateTransform(source, target, project).transform(QgsPointXY(260_000, 1_810_000))
    assert (moved.x(), moved.y()) == (pytest.approx(259_584.39, abs=0.01), pytest.approx(1_810_314.13, abs=0.01))


def test_editing_is_topological_and_snaps(project):
    assert project.topologicalEditing()
    assert project.snappingConfig().enabled()
    assert project.crs().authid() == "EPSG:32648"
    assert [bookmark.name() for bookmark in project.bookmarkManager().bookmarks()] == [
        "หมู่ที่ 1 ทดสอบ 1",
        "หมู่ที่ 2 ทดสอบ 2",
    ]
