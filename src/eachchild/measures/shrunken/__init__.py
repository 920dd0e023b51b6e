"""Shrunken rates of many strata, from counts alone."""

from eachchild.measures.shrunken.model import (
    FitState,
    ShrunkenRates,
    explained_share,
    main_effects,
    shrunken_rates,
)

__all__ = ["FitState", "ShrunkenRates", "explained_share", "main_effects", "shrunken_rates"]
