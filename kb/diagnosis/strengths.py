"""How much each word of an author weighs: the one table of likelihood ratios.

A ratio says how many times likelier an observation is when the cause is there than when it is
not. The bands are those of Jaeschke, Guyatt and Sackett (JAMA 271:703, 1994): above 10 or below
0.1 settles most questions, 2 to 5 or 0.2 to 0.5 shifts them a little.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

# What runs say. Nothing is ever zero (Cromwell's rule): a probe can look at the wrong thing, and
# what was ruled out by mistake must be able to come back.
RUNS: Mapping[str, float] = MappingProxyType(
    {
        "rules-out": 0.01,
        "strongly-against": 0.1,
        "against": 0.4,
        "for": 3.0,
        "strongly-for": 12.0,
    }
)

# What a symptom in the text says. Weaker than runs: a message is what the cause looked like to
# somebody, a run is what is there now.
SYMPTOMS: Mapping[str, float] = MappingProxyType({"weak": 1.5, "moderate": 3.0, "strong": 6.0})

# The most that words alone can say for one cause beside its neighbours: as much as the
# strongest run. Its square counts, so that sharing half of the words says little.
WORDS = 12.0

# The share that always stays with "none of these" before anything was run.
NONE_OF_THESE = 0.1

# How many imagined conclusions the author's weights are worth against real ones: the sum of a
# Dirichlet prior. Eight real ones move the prior half of the way.
IMAGINED_CONCLUSIONS = 8.0

# What a broader cause keeps when a narrower one of its own is supported.
BROADER_KEEPS = 0.1

# What a fix that failed says of its cause: P(fails | right) / P(fails | another cause).
# A right fix fails one time in four, because it was done in the wrong place or by half, or
# because a second fault was there. That guess counts as eight imagined tries beside the fix's
# own record in other cases (a Beta prior, as Laplace's rule of succession), so that one failure
# elsewhere, which may have been another cause, moves it from 0.26 to 0.35. A wrong fix fails
# but for the one time in twenty that the trouble passes by itself.
RIGHT_FIX_FAILS = 0.25
WRONG_FIX_FAILS = 0.95
IMAGINED_TRIES = 8.0

# What it says of a cause that it failed all the same while that cause was out of the way. It
# can still be one of two faults, or not have been out of the way: less than `rules-out`.
FAILED_WITHOUT = RUNS["strongly-against"]

# No attempt says more than this, however good the fix's record is: somebody tells of it.
MOST_AN_ATTEMPT_SAYS = RUNS["strongly-against"]

# What each further look at one thing, each further message of one paste and each further
# attempt says, of what it would say alone: in logarithms, the half of the one before.
FURTHER = 0.5

# How often two looks at one thing disagree on whether anything is there: one time in twenty,
# beside the times they agree. Only for what a look is expected to say, never for what it said.
SELDOM_SO = 0.05

# A cause is supported from one `for` upwards, and ruled out when the runs leave a twentieth:
# two `strongly-against` or one `rules-out`, with nothing that speaks for it.
SUPPORTED = math.log(RUNS["for"]) - 1e-9
RULED_OUT = math.log(0.05)
