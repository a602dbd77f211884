"""Departments as people name them."""

from __future__ import annotations

from db.departments import DEFAULT, read_departments
from db.ledger import Ledger
from pipeline.plan.errors import InputError

#: Who pays for jobs, and whose profiles, words and pronunciations are meant, where nobody says so.
DEPARTMENT = DEFAULT


def check_department(ledger: Ledger, department: str) -> None:
    """Refuse a department that there is not.

    Raises:
        InputError: ``submit-department-unknown``, with those that there are.
        AwayError: ``ledger-away``.
    """
    known = read_departments(ledger)
    if department not in known:
        raise InputError("submit-department-unknown", department=department, known=", ".join(known))
