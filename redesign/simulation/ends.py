"""The log's ends: of which episodes the log shows all, however long they take.

Where a log is cut, long episodes near its end are cut off and not counted, or look shorter than they are, for their
last services were not yet applied for; near its beginning, the last services of old episodes look like episodes of
their own. Whoever counts what is seen there counts too few services. So figures are told of the episodes that start far
enough from a cut end, and the others are load alone.
"""

from __future__ import annotations

import numpy as np

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
