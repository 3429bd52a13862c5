"""Invented people and bodies of the sample: households, absent owners, firms, State bodies, temples and officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from shapely.geometry import Point

from donhan_gis.sample.draw import stream, table, uid
from donhan_gis.sample.land import LIVED_IN, Plot, Row

IMPOSSIBLE = "000"  # nobody's number: no province has the code 00
TODAY = date(2026, 1, 1)


def person_number(serial: int) -> str:
    """Return a 13-digit number with a right check digit that no person or firm can hold.

    >>> person_number(1)
    '0000000000019'
    """
    body = f"{IMPOSSIBLE}{serial:09}"
    weighted = sum(int(digit) * (13 - i) for i, digit in enumerate(body))
    return body + str((11 - weighted % 11) % 10)


@dataclass(slots=True)
class Register:
    """Hands out serial numbers, names and rows of persons."""

    seed: int
    rng: np.random.Generator
    rows: list[Row]

    def add(self, kind: str, first_name: str, **values: Any) -> Row:
        """Add one person or body and return its row."""
        serial = len(self.rows) + 1
        row: Row = {
            "uid": uid(self.seed, "person", serial), "kind": kind, "id_no": person_number(serial), "title": None,
            "first_name": first_name, "last_name": None, "birth_on": None, "sex": None, "phone": None,
            "house_uid": None, "registered_on": None, "mail_address": None, "died_on": None, "notice_on": None,
            "asset_reg4": None, **values,
        }  # fmt: skip
        self.rows.append(row)
        return row

    def natural(self, age: int, sex: str, last_name: str, **values: Any) -> Row:
        """Add one natural person of an age in years."""
        names = table("names")
        born = date(TODAY.year - 1 - age, 1, 1) + timedelta(days=int(self.rng.integers(0, 364)))
        title = ("ด.ช." if sex == "M" else "ด.ญ.") if age < 15 else "นาย" if sex == "M" else self._lady(age)
        phone = f"000{int(self.rng.integers(0, 10**7)):07}" if age > 17 and self.rng.random() < 0.8 else None
        first = str(self.rng.choice(names["male" if sex == "M" else "female"]))
        if values.get("house_uid"):
            years = int(self.rng.integers(1, 40))
            values["registered_on"] = max(
                born, TODAY - timedelta(days=365 * years + int(self.rng.integers(9, 300)))
            ).isoformat()
        return self.add(
            "NAT", first, title=title, last_name=last_name, birth_on=born.isoformat(), sex=sex, phone=phone, **values
        )

    def _lady(self, age: int) -> str:
        return "นางสาว" if self.rng.random() < (0.6 if age < 32 else 0.2) else "นาง"

    def surname(self) -> str:
        """Return an invented surname."""
        names = table("names")
        return str(self.rng.choice(names["surname_first"])) + str(self.rng.choice(names["surname_last"]))


@dataclass(frozen=True, slots=True)
class Home:
    """One house with its plot and its registered people, the householder first."""

    plot: Plot
    row: Row
    people: list[Row]


def _family(book: Register, house_uid: str) -> list[Row]:
    """Add the people of one house, the householder first."""
    rng, surname = book.rng, book.surname()
    age, sex = int(rng.integers(34, 82)), str(rng.choice(["M", "F"], p=[0.62, 0.38]))
    people = [book.natural(age, sex, surname, house_uid=house_uid)]
    if rng.random() < 0.7:
        other = max(20, age + int(rng.integers(-7, 5)))
        people.append(book.natural(other, "F" if sex == "M" else "M", surname, house_uid=house_uid))
    children = int(rng.choice([0, 1, 2, 3, 4], p=[0.18, 0.3, 0.3, 0.16, 0.06]))
    ages = [max(0, age - int(rng.integers(20, 40))) for _ in range(children)]
    ages += [int(rng.integers(0, 17)) for _ in range(int(rng.choice([0, 1, 2], p=[0.72, 0.2, 0.08])))]
    people += [book.natural(a, str(rng.choice(["M", "F"])), surname, house_uid=house_uid) for a in ages]
    return people


def homes(seed: int, plots: list[Plot], villages: list[Row], book: Register) -> list[Home]:
    """Return a house with its family for every parcel that is lived on; the point is set when the house is built."""
    made: list[Home] = []
    count = dict.fromkeys(range(len(villages)), 0)
    for plot in plots:
        if plot.purpose not in LIVED_IN:
            continue
        count[plot.village] += 1
        serial = len(made) + 1
        row = {
            "uid": uid(seed, "house", serial), "geom": Point(plot.shape.representative_point()),
            "house_no": _house_no(count[plot.village], book.rng), "house_code": f"0000{serial:06}0",
            "village_uid": villages[plot.village]["uid"], "road": None, "parcel_uid": plot.uid, "head_uid": None,
            "members_n": 0,
        }  # fmt: skip
        people = _family(book, row["uid"])
        row |= {"head_uid": people[0]["uid"], "members_n": len(people)}
        made.append(Home(plot, row, people))
    return made


def _house_no(number: int, rng: np.random.Generator) -> str:
    """Return a house number; now and then one that was added later, such as 45/1."""
    return f"{number}/{int(rng.integers(1, 4))}" if rng.random() < 0.09 else str(number)


def absent(book: Register) -> list[Row]:
    """Add owners who live elsewhere."""
    people = []
    for _ in range(int(table("parameters")["absent_owners"])):
        sex = str(book.rng.choice(["M", "F"]))
        address = f"{int(book.rng.integers(1, 400))} (ที่อยู่สมมติ) {book.rng.choice(table('names')['away'])}"
        people.append(book.natural(int(book.rng.integers(28, 80)), sex, book.surname(), mail_address=address))
    return people


def firms(book: Register) -> list[Row]:
    """Add juristic persons."""
    names, made = table("names"), list[Row]()
    for i in range(int(table("parameters")["juristic_owners"])):
        before, after = names["firm_form"][i % len(names["firm_form"])]
        name = f"{before}{names['firm'][i % len(names['firm'])]} {i + 1}{after}"
        address = f"{int(book.rng.integers(1, 300))} (ที่อยู่สมมติ) {names['away'][2]}"
        made.append(book.add("JUR", name, mail_address=address))
    return made


def bodies(book: Register, plots: list[Plot], villages: list[Row]) -> tuple[list[Row], dict[str, Row]]:
    """Add State bodies and one temple for each temple parcel (by the parcel's uid)."""
    state = [book.add(kind, name) for name, kind in table("names")["state"]]
    temples = {
        p.uid: book.add("TEM", f"วัด{villages[p.village]['name']} หมู่ {villages[p.village]['moo']} (ตัวอย่าง)")
        for p in plots
        if p.purpose == "temple"
    }
    return state, temples


def officer_rows(seed: int) -> list[Row]:
    """Return the invented officers, superiors first."""
    rng = stream(seed, "officers")
    book, rows, heads = Register(seed, rng, []), list[Row](), dict[str, str]()
    for emp_no, position, division, role in table("names")["officers"]:
        person = book.natural(int(rng.integers(27, 58)), str(rng.choice(["M", "F"])), book.surname())
        me = uid(seed, "officer", emp_no)
        boss = heads.get(division) or (rows[0]["uid"] if rows else None)
        if role in ("EXEC", "HEAD"):
            heads[division], boss = me, rows[0]["uid"] if rows else None
        rows.append({
            "uid": me, "emp_no": emp_no, "name": f"{person['title']}{person['first_name']} {person['last_name']}",
            "position": position, "division": division, "boss_uid": boss, "left_on": None, "role": role,
            "hired_on": date(int(rng.integers(2004, 2024)), int(rng.integers(1, 13)), 1).isoformat(),
        })  # fmt: skip
    return rows
