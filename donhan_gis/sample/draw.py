"""Seeded randomness and the files of ``data/sample``: the same seed always gives the same municipality."""

from __future__ import annotations

import csv
import tomllib
import uuid
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np

from donhan_gis.paths import DATA

SAMPLE = DATA / "sample"
NAMESPACE = uuid.UUID("d0415a00-0000-5000-8000-000000400113")


def stream(seed: int, topic: str) -> np.random.Generator:
    """Return the random stream of one topic, so that a change in one topic leaves the others as they were."""
    return np.random.default_rng([seed, crc32(topic.encode())])


def uid(seed: int, register: str, key: object) -> str:
    """Return the uid of a sample row: always the same for the same seed, register and key.

    >>> uid(1, "pole", 7) == uid(1, "pole", 7) != uid(2, "pole", 7)
    True
    """
    return str(uuid.uuid5(NAMESPACE, f"{seed}/{register}/{key}"))


@cache
def table(name: str) -> dict[str, Any]:
    """Return the content of ``data/sample/<name>.toml``."""
    return tomllib.loads((SAMPLE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def csv_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``data/sample/<name>.csv``; lines that begin with # are notes."""
    lines = (SAMPLE / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader(line for line in lines if not line.startswith("#")))


def weighted(rng: np.random.Generator, weights: dict[str, float], size: int) -> list[str]:
    """Return ``size`` keys drawn with the weights given (any positive numbers)."""
    share = np.array(list(weights.values()), dtype=float)
    return [str(key) for key in rng.choice(list(weights), size=size, p=share / share.sum())]
