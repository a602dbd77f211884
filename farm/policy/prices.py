"""What an hour costs: of a card by its name, of a processor, in the operator's currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from fractions import Fraction

from pipeline.plan.errors import InputError

#: What stands for every card that is not named.
ANY = "any"
HOUR_MS = 3_600_000
_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of an hour.

    Attributes:
        cards: by a part of a card's name, in small letters; `ANY` for all others.
        processor: of a worker without a card; None: not told.
        currency: what stands beside amounts.
    """

    cards: Mapping[str, Fraction] = field(default_factory=dict)
    processor: Fraction | None = None
    currency: str = ""

    @property
    def told(self) -> bool:
        """Whether any price is."""
        return bool(self.cards) or self.processor is not None

    def of_card(self, name: str) -> Fraction | None:
        """The price of an hour of a card; the longest part of its name decides. None: there is none."""
        plain = " ".join(name.casefold().split())
        parts = sorted((part for part in self.cards if part in plain and part != ANY), key=len)
        return self.cards[parts[-1]] if parts else self.cards.get(ANY)


def prices_from(cards: str, processor: str, currency: str) -> Prices:
    """The prices that an operator has set.

    Args:
        cards: such as ``H200 = 4.20, RTX 4090 = 0.80, any = 1``; empty for none.
        processor: of an hour of a worker without a card; empty for none.
        currency: such as ``EUR``.

    Raises:
        InputError: ``prices-wrong`` with what is no price, ``prices-twice``: a card has two.
    """
    found: dict[str, Fraction] = {}
    for entry in filter(None, (each.strip() for each in cards.split(","))):
        name, equals, amount = entry.rpartition("=")
        plain = " ".join(name.casefold().split())
        if not equals or not plain:
            raise InputError("prices-wrong", knob="cards", value=entry)
        if plain in found:
            raise InputError("prices-twice", card=name.strip())
        found[plain] = _amount(amount, "cards", entry)
    of_processor = _amount(processor, "processor", processor) if processor.strip() else None
    return Prices(cards=found, processor=of_processor, currency=currency.strip())


def _amount(text: str, knob: str, entry: str) -> Fraction:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise InputError("prices-wrong", knob=knob, value=entry.strip()) from None
    if not amount.is_finite() or amount < 0:
        raise InputError("prices-wrong", knob=knob, value=entry.strip())
    return Fraction(amount)


def adds_up(parts: Iterable[Fraction], total: Fraction) -> bool:
    """Whether rounded amounts add up to the rounded total; each is rounded by itself, so that it is right."""
    return sum(map(rounded, parts), Decimal(0)) == rounded(total)


def rounded(amount: Fraction) -> Decimal:
    """An amount to the hundredth, halves to the even one: the one place where money is rounded, and last."""
    hundredths = Decimal(round(amount * 100))
    return (hundredths / 100).quantize(_CENT, ROUND_HALF_EVEN)
