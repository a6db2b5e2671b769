"""Synthetic logs with planted flows, trips, duplicates, bundles and queues, and their truth.

Independent of the code that detects: it shares with it the contract's words and nothing else.
"""

from __future__ import annotations

from event_logs.synthetic.generate import Generated, generate
from event_logs.synthetic.scenario import Scenario, read_scenario, scenarios

__all__ = ["Generated", "Scenario", "generate", "read_scenario", "scenarios"]
