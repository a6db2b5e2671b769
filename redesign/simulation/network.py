"""The network that the engine runs: nodes with what they draw from, edges, and what is left out in which replication.

Made once for a set of moves; each replication fills in its luck. A node's luck is named by a *slot*, which is the same
for the same step of the same case under every set of moves: common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from redesign.simulation.engine import DELAY, ERRAND, PASS, WORK

ALWAYS_OPEN = 0


@dataclass(slots=True)
class Draft:
    """A network in the making: lists, one entry a node."""

    kind: list[int] = field(default_factory=list)
    episode: list[int] = field(default_factory=list)
    pool: list[int] = field(default_factory=list)
    slot: list[int] = field(default_factory=list)
    duration_group: list[int] = field(default_factory=list)
    gap_group: list[int] = field(default_factory=list)  # clock time in place of unknown processing time
    wait_group: list[int] = field(default_factory=list)
    delay_group: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    place_calendar: list[int] = field(default_factory=list)
    department: list[int] = field(default_factory=list)
    release_s: list[float] = field(default_factory=list)
    correction: list[int] = field(default_factory=list)  # number of the correction that it belongs to, or -1
    may_go_online: list[bool] = field(default_factory=list)
    officer: list[bool] = field(default_factory=list)  # its duration is processing time
    case_slot: list[int] = field(default_factory=list)  # the slot of its case, for what the whole case draws
    label: list[tuple[str, str, str, str]] = field(default_factory=list)  # service, activity, lane, kind of time
    edges: list[tuple[int, int, int]] = field(
        default_factory=list
    )  # source, target, condition: -1 none, e the habit of episode e, episodes + k the k-th deferral
    longest: list[tuple[int, list[tuple[int, int]]]] = field(
        default_factory=list
    )  # node: (slot, group) to take the longest of

    def add(
        self,
        kind: int,
        episode: int,
        slot: int,
        *,
        pool: int = -1,
        duration: int = -1,
        gap: int = -1,
        wait: int = -1,
        delay: int = -1,
        place: int = -1,
        calendar: int = ALWAYS_OPEN,
        department: int = -1,
        release_s: float = 0.0,
        correction: int = -1,
        may_go_online: bool = False,
        officer: bool = False,
        case_slot: int = 0,
        label: tuple[str, str, str, str] = ("", "", "", ""),
        after: tuple[int, ...] = (),
    ) -> int:
        """Add a node after others; gives its number."""
        node = len(self.kind)
        self.kind.append(kind)
        self.episode.append(episode)
        self.slot.append(slot)
        self.pool.append(pool)
        self.duration_group.append(duration)
        self.gap_group.append(gap)
        self.wait_group.append(wait)
        self.delay_group.append(delay)
        self.place.append(place)
        self.place_calendar.append(calendar)
        self.department.append(department)
        self.release_s.append(release_s)
        self.correction.append(correction)
        self.may_go_online.append(may_go_online)
        self.officer.append(officer)
        self.case_slot.append(case_slot)
        self.label.append(label)
        self.edges.extend((source, node, -1) for source in after)
        return node

    def close(self, episodes: int) -> Network:
        """The network as arrays."""
        n = len(self.kind)
        edges = np.array(sorted(set(self.edges)) or np.zeros((0, 3)), np.int64).reshape(-1, 3)
        counts = np.bincount(edges[:, 0], minlength=n) if len(edges) else np.zeros(n, np.int64)
        kind = np.array(self.kind, np.int8)
        episode = np.array(self.episode, np.int32)
        errands = np.flatnonzero(kind == ERRAND)
        order = errands[np.argsort(episode[errands], kind="stable")]
        per = np.bincount(episode[order], minlength=episodes) if len(order) else np.zeros(episodes, np.int64)
        parts = [(node, slot, group) for node, pairs in self.longest for slot, group in pairs]
        return Network(
            kind,
            episode,
            np.array(self.pool, np.int32),
            np.array(self.slot, np.int64),
            np.array(self.duration_group, np.int64),
            np.array(self.gap_group, np.int64),
            np.array(self.wait_group, np.int64),
            np.array(self.delay_group, np.int64),
            np.array(self.place, np.int32),
            np.array(self.place_calendar, np.int32),
            np.array(self.department, np.int32),
            np.array(self.release_s, float),
            np.array(self.correction, np.int64),
            np.array(self.may_go_online, bool),
            np.array(self.officer, bool),
            np.array(self.case_slot, np.int64),
            tuple(self.label),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            edges[:, 1].astype(np.int32),
            edges[:, 2].astype(np.int64),
            np.concatenate([[0], np.cumsum(per)]).astype(np.int32),
            order.astype(np.int32),
            np.array(parts or np.zeros((0, 3)), np.int64).reshape(-1, 3),
            episodes,
        )


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes and edges as arrays; see `Draft` for each."""

    kind: np.ndarray
    episode: np.ndarray
    pool: np.ndarray
    slot: np.ndarray
    duration_group: np.ndarray
    gap_group: np.ndarray
    wait_group: np.ndarray
    delay_group: np.ndarray
    place: np.ndarray
    place_calendar: np.ndarray
    department: np.ndarray
    release_s: np.ndarray
    correction: np.ndarray
    may_go_online: np.ndarray
    officer: np.ndarray
    case_slot: np.ndarray
    label: tuple[tuple[str, str, str, str], ...]
    edge_start: np.ndarray
    edge_target: np.ndarray
    edge_habit: np.ndarray
    errand_start: np.ndarray
    errand_node: np.ndarray
    longest: np.ndarray
    episodes: int


__all__ = ["ALWAYS_OPEN", "DELAY", "ERRAND", "PASS", "WORK", "Draft", "Network"]
