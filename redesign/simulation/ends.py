"""The log's ends: of which episodes the log shows all, however long they take.

Where a log is cut, long episodes near its end are cut off and not counted, or look shorter than they are, for their
last services were not yet applied for; near its beginning, the last services of old episodes look like episodes of
their own. Whoever counts what is seen there counts too few services. So figures are told of the episodes that start far
enough from a cut end, and the others are load alone.
"""

from __future__ import annotations

import numpy as np

from redesign.simulation.calibration import Calibration
from redesign.simulation.focus import Focus

LONG = 0.85  # of episodes: what takes no longer than these has time to be seen
MOST = 0.25  # of the log's span that either end may cost
LEAST = 3  # episodes cut off at an end before it counts as cut
FEWEST = 40  # episodes left: fewer would say less than the bias that they are rid of


def ripe(
    starts: np.ndarray, leads: np.ndarray, all_starts: np.ndarray, all_cut: np.ndarray, span: tuple[float, float]
) -> np.ndarray:
    """Which episodes to tell figures of.

    Parameters
    ----------
    starts, leads
        Of the episodes in question, seconds.
    all_starts, all_cut
        Of all episodes of the log: when they start, and whether the log cuts them off.
    span
        The log's first and last moment.

    Returns
    -------
    numpy.ndarray
        True where an episode counts; all of them where neither end is cut, or too few would be left.
    """
    everybody = np.ones(len(starts), bool)
    if not len(starts):
        return everybody
    first, last = span
    margin = min(float(np.quantile(leads, LONG)), MOST * (last - first))
    early, late = all_starts < first + margin, all_starts > last - margin
    usual = float(all_cut[~early & ~late].mean()) if (~early & ~late).any() else 0.0
    kept = everybody.copy()
    for near, own in ((early, starts < first + margin), (late, starts > last - margin)):
        if all_cut[near].sum() >= LEAST and all_cut[near].mean() > 2 * usual:
            kept &= ~own
    return kept if kept.sum() >= min(FEWEST, len(starts)) else everybody


def told_of(calibration: Calibration, focus: Focus, cut: frozenset[str]) -> np.ndarray:
    """Of which episodes figures are told: away from the ends of a log that is cut."""
    spans = np.array([(g[0].apply.start_s, max(s.end_s for c in g for s in c.chain)) for g in focus.cases])
    spans = spans.reshape(-1, 2)
    everyone = calibration.episodes
    starts = np.array([g[0].apply.start_s for g in everyone.values()])
    events = calibration.facts.events
    return ripe(
        spans[:, 0],
        spans[:, 1] - spans[:, 0],
        starts,
        np.array([name in cut for name in everyone], bool),
        (float(events["start_s"].min()), float(events["end_s"].max())) if len(events) else (0.0, 0.0),
    )
