"""The alarms of a claim taken together: any one of them makes it doubtful, whatever its kind."""

from collections.abc import Mapping

import numpy as np

WEIGHED = {"flip": 1.0, "turned": 1.0, "over": 0.7, "under": 0.7, "swap": 1.0, "opposites": 1.0, "unexplained_not": 1.0,
       "time_strange": 1.0}  # fmt: skip
MOST = ("flip", "turned", "over", "under", "swap", "opposites")
EVERY = (
    *("flip", "turned", "over", "under", "swap", "opposites", "unexplained_not", "dropped_not", "part_refuted"),
    *("denied_new", "denied_gone", "stronger_new", "weaker_new", "time_strange", "absent_actor", "number_better"),
    *("actor_swapped", "actor_better", "role_changed"),
)
SURE, HEAVY = 0.75, 3.0


def alarms(row: Mapping[str, float]) -> dict[str, float]:
    """Return the sum, the most and the number of the alarms of a claim's features."""
    every = [*(row[name] for name in EVERY), float(row["compound"] > 0), float(row["substituted"] > HEAVY)]
    return {
        "alarms": sum(weight * row[name] for name, weight in WEIGHED.items()),
        "alarm": max(row[name] for name in MOST),
        "alarms_all": float(np.minimum(every, 1.0).sum()),
        "alarms_sure": float(sum(value >= SURE for value in every)),
    }
