"""A department's words, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.ledger import Ledger
from db.stopwords import add_words, read_words, remove_words
from db.tables import audit
from pipeline.plan.errors import InputError


def test_a_word_stands_once_however_it_is_written(ledger: Ledger) -> None:
    """What is new is told; the first spelling stays; a list is read in the order of its letters."""
    assert add_words(ledger, "default", ["Free", "便宜", "ＦＲＥＥ"], by="anna") == ("ＦＲＥＥ", "便宜")
    assert add_words(ledger, "default", ["free", "cheap"], by="anna") == ("cheap",)
    assert read_words(ledger, "default") == ("cheap", "ＦＲＥＥ", "便宜")
    assert remove_words(ledger, "default", ["FREE", "never there"], by="bob") == ("FREE",)
    assert read_words(ledger, "default") == ("cheap", "便宜")


def test_thousands_of_words_are_kept(ledger: Ledger) -> None:
    """More than one statement names."""
    words = [f"word{number:04}" for number in range(1_201)]
    assert len(add_words(ledger, "default", words, by="anna")) == len(words)
    assert list(read_words(ledger, "default")) == words
    assert len(remove_words(ledger, "default", words, by="anna")) == len(words)
    assert read_words(ledger, "default") == ()


def test_who_changed_a_list_stands_in_the_audit(ledger: Ledger) -> None:
    """Each change once, with its words; what changed nothing is no act."""
    add_words(ledger, "default", ["a", "b"], by="anna")
    add_words(ledger, "default", ["a"], by="anna")
    remove_words(ledger, "default", ["a"], by="bob")
    remove_words(ledger, "default", ["a"], by="bob")
    with ledger.read() as connection:
        told = [(row.by, row.verb, row.detail) for row in connection.execute(select(audit))]
    assert told == [("anna", "words-added", "default: a, b"), ("bob", "words-removed", "default: a")]


def test_a_department_that_does_not_exist_has_no_list(ledger: Ledger) -> None:
    """Nothing can be added to it, and it stops nothing."""
    with pytest.raises(InputError) as refused:
        add_words(ledger, "nobody", ["a"], by="anna")
    assert refused.value.code == "ledger-department-unknown"
    assert read_words(ledger, "nobody") == ()
