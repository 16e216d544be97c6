"""Pure statistics: arrays in, frozen results out. No rounding, no labels, no web, no database.

    design = SurveyDesign(weight=w, stratum=h, clusters=(psu,), fpc=(N,))
    totals = engines.load("arrays")(answers, plan, design, partition)
    estimates = estimate(totals, plan, design)
    estimates.confidence_interval(0.95)

`docs/methodology.md` gives every formula with its source.
"""

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.estimate import Estimates, estimate
from scoring.plan import Node, Pair, Plan
from scoring.totals import Totals

__all__ = ["Estimates", "Node", "Pair", "Partition", "Plan", "SurveyDesign", "Totals", "estimate"]
