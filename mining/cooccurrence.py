"""Which services the same episodes hold more often than chance explains, and the groups that these pairs make.

Names play no part: services are numbers in the order in which the log first shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    from numpy.typing import NDArray

    from event_logs.log import EventLog

FALSE_DISCOVERY_RATE = 0.01
SHARE = 0.25  # how much of the rarer service's episodes must hold the other one, on average over two groups
LEAST_TOGETHER = 2  # episodes
MUTUAL_SHARE = 0.5  # of either's episodes: then two are one thing even where the log holds nothing to compare with
MUTUAL_LEAST = 5  # episodes
MANY_SERVICES = 40  # an episode with more is a broker's, not one thing


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """How services share episodes.

    Parameters
    ----------
    services
        In the order in which the log first shows them.
    episodes
        Episodes that could show it: tied by an identity, an object or the log's own number.
    together
        Shape ``(services, services)``: episodes that hold both; on the diagonal those that hold the one.
    p_values
        Same shape: of at least as many by chance, given how often each is asked for in each month.
    """

    services: tuple[str, ...]
    episodes: int
    together: NDArray[np.int64]
    p_values: NDArray[np.float64]

    def lift(self, a: int, b: int) -> float:
        """How many times more often together than if each came on its own."""
        alone = self.together[a, a] * self.together[b, b]
        return float(self.together[a, b] * self.episodes / alone) if alone else 0.0

    def index(self, service: str) -> int:
        """The number of a service."""
        return self.services.index(service)


def cooccurrence(log: EventLog, episodes: ir.Table) -> Cooccurrence:
    """Count which services share episodes.

    Parameters
    ----------
    episodes
        `mining.episodes.episodes` without bundles. Cases that nothing ties are left out: they cannot show it.

    Notes
    -----
    Chance is two-fold, and the larger probability counts: hypergeometric over all episodes, and Poisson around the sum
    of each month's expectation, so that two services of one busy season are not taken for one thing.
    """
    import ibis
    import numpy as np

    _ = ibis._
    tied = episodes.filter(_.reason != "no_identity", _.service.notnull())
    held = log.keep(
        "held",
        tied.group_by("episode_number", "service").aggregate(at=_.first_at.min(), first=_.first_event_number.min()),
    )
    started = held.group_by("episode_number").aggregate(month=_["at"].min().strftime("%Y-%m"), kinds=_.count())
    started = log.keep("started", started)
    wide = log.keep("wide", started.filter(_.kinds.between(2, MANY_SERVICES)).select("episode_number"))
    order = log.run(held.group_by("service").aggregate(first=_["first"].min()).order_by("first"))["service"].tolist()
    number = {service: n for n, service in enumerate(order)}
    several = held.semi_join(wide, "episode_number").select("episode_number", "service")
    other = several.view()
    pairs = several.join(
        other, [several.episode_number == other.episode_number, several.service < other.service]
    ).select(a=several.service, b=other.service)
    counted = log.run(pairs.group_by("a", "b").aggregate(n=_.count()))
    by_month = log.run(
        held.join(started.select("episode_number", "month"), "episode_number")
        .group_by("service", "month")
        .aggregate(n=_.count())
    )
    months = log.run(started.group_by("month").aggregate(n=_.count()).order_by("month"))
    month_number = {month: n for n, month in enumerate(months["month"])}
    monthly = np.zeros((len(order), len(month_number)))
    for service, month, n in by_month.itertuples(index=False, name=None):
        monthly[number[service], month_number[month]] = n
    together = np.diag(monthly.sum(axis=1)).astype(np.int64)
    for a, b, n in counted.itertuples(index=False, name=None):
        together[number[a], number[b]] = together[number[b], number[a]] = int(n)
    totals = months["n"].to_numpy(dtype=float)
    return Cooccurrence(tuple(order), int(totals.sum()), together, _chance(together, monthly, totals))


def _chance(
    together: NDArray[np.int64], monthly: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    import numpy as np
    from scipy import stats

    alone = np.diag(together)
    everywhere = stats.hypergeom.sf(together - 1, int(totals.sum()), alone[:, None], alone[None, :])
    expected = (monthly / np.maximum(totals, 1)) @ monthly.T
    in_season = stats.poisson.sf(together - 1, expected)
    chance: NDArray[np.float64] = np.maximum(everywhere, in_season)
    return chance


def groups(found: Cooccurrence) -> tuple[tuple[int, ...], ...]:
    """The groups of services that should become one thing: at least two each, no service in two.

    A pair counts if it is beyond chance at the false discovery rate over all pairs (Benjamini and Hochberg), or if half
    of the episodes of either hold the other: a log of one thing alone leaves nothing to chance. Its strength is the
    share of the rarer service's episodes that hold the other too. Groups join while the average strength between them
    is at least `SHARE` (average linkage): an optional service joins by its core, a popular one that now and then falls
    into the same weeks does not, and two things that share a service stay two.
    """
    import numpy as np
    from scipy import stats
    from scipy.cluster.hierarchy import fcluster, linkage

    size = len(found.services)
    if size < 2:
        return ()
    upper = np.triu_indices(size, 1)
    adjusted = stats.false_discovery_control(found.p_values[upper])
    sure = (adjusted <= FALSE_DISCOVERY_RATE) & (found.together[upper] >= LEAST_TOGETHER)
    alone = np.diag(found.together)
    rarer, commoner = np.sort(np.stack([alone[upper[0]], alone[upper[1]]]), axis=0)
    both = found.together[upper]
    sure |= (both >= MUTUAL_SHARE * commoner) & (both >= MUTUAL_LEAST)
    strength = np.where(sure, both / np.maximum(rarer, 1), 0.0)
    tree = linkage(1 - strength, method="average")
    label = fcluster(tree, 1 - SHARE, criterion="distance")
    members: dict[int, list[int]] = {}
    for service, group in enumerate(label):
        members.setdefault(int(group), []).append(service)
    return tuple(sorted(tuple(group) for group in members.values() if len(group) > 1))


def named_groups(found: Cooccurrence) -> tuple[tuple[str, ...], ...]:
    """`groups`, by the services' names."""
    return tuple(tuple(found.services[n] for n in group) for group in groups(found))


def smallest_lift(found: Cooccurrence, services: Sequence[str], always: Sequence[str]) -> float:
    """The smallest pairwise lift between the services that nearly all of a bundle's episodes have.

    Where fewer than two of them are that common, between the two most common.
    """
    numbers = sorted(found.index(s) for s in always if s in found.services)
    if len(numbers) < 2:
        known = [found.index(s) for s in services if s in found.services]
        numbers = sorted(known, key=lambda n: (-found.together[n, n], n))[:2]
    pairs = [(a, b) for i, a in enumerate(numbers) for b in numbers[:i]]
    return min((found.lift(a, b) for a, b in pairs), default=0.0)
