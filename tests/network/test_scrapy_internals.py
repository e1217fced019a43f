"""The private names of Scrapy and Twisted that newscrawl depends on are still there."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from newscrawl.network.scrapy_internals import PRIVATE_NAMES


@pytest.mark.parametrize("name", sorted(PRIVATE_NAMES))
def test_a_private_name_is_there(name: str):
    owner, _, attribute = name.rpartition(".")
    try:
        holder = import_module(owner)
    except ModuleNotFoundError:
        module, _, cls = owner.rpartition(".")
        holder = getattr(import_module(module), cls)
    is_set = hasattr(holder, attribute) or any(
        f"self.{attribute}" in inspect.getsource(base) for base in inspect.getmro(holder) if base is not object
    )
    assert is_set, f"{name} is gone; newscrawl needs it {PRIVATE_NAMES[name]} (newscrawl/network/scrapy_internals.py)"
