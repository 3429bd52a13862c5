"""Filters and sorting as SQL, against a real project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from donhan_gis.desktop.listing import Listing, filter_fields
from donhan_gis.desktop.session import Session


def shown(session: Session, listing: Listing) -> list[str]:
    where, values = listing.where()
    rows = session.store.rows(listing.register.name, where, values, order=listing.order_by(), computed=True)
    return [session.title(listing.register.name, row["uid"]) for row in rows]


@pytest.fixture
def parcels(session: Session) -> Listing:
    return Listing(session.registers["parcel"], session.registers)


def test_a_word_is_found_in_search_columns(session, parcels):
    assert shown(session, replace(parcels, search="01a007")) == ["แปลง 01A007"]


def test_every_word_must_be_found(session, parcels):
    assert len(shown(session, replace(parcels, search="01A 8993"))) == 1
    assert shown(session, replace(parcels, search="01A007 01A008")) == []


@pytest.mark.parametrize("words", ["%", "_", "100%", "'", '"; drop table parcel; --', "!"])
def test_signs_of_sql_are_only_letters(session, parcels, words):
    assert shown(session, replace(parcels, search=words)) == []
    assert session.store.count("parcel") == 450


def test_a_reference_is_found_by_the_other_rows_words(session):
    owners = Listing(session.registers["ownership"], session.registers, search="ขวัญชัย")
    assert len(shown(session, owners)) == 3


def test_references_sort_by_number_not_by_text(session, parcels):
    rows = session.store.rows("parcel", order=replace(parcels, order="village_uid").order_by())
    moos = [session.title("village", row["village_uid"]) for row in rows]
    assert moos == sorted(moos, key=lambda title: int(title.split()[1]))
    assert moos[-1].startswith("หมู่ที่ 10")


def test_descending_and_filter(session, parcels):
    listing = replace(parcels, equals=(("doc_type", "2"),), order="code", descending=True)
    found = shown(session, listing)
    assert len(found) == 150
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("descending", [False, True])
def test_empty_values_come_last(session, parcels, descending):
    session.store.insert("parcel", [{"code": "01A900"}])
    assert shown(session, replace(parcels, order="doc_no", descending=descending))[-1] == "แปลง 01A900"


def test_a_computed_column_sorts(session, parcels):
    assert len(shown(session, replace(parcels, order="owners_n", descending=True))) == 450


def test_code_lists_and_villages_have_filters(parcels):
    assert {field.name for field in filter_fields(parcels)} >= {"doc_type", "village_uid"}


def test_every_register_lists_sorts_and_searches(session):
    """No declaration may break the list: each column of each register sorts, each register can be searched."""
    for register in session.registers.values():
        listing = Listing(register, session.registers, search="ก")
        for field in listing.fields():
            where, values = listing.where()
            session.store.rows(
                register.name,
                where,
                values,
                order=replace(listing, order=field.name).order_by(),
                computed=True,
                limit=1,
            )
