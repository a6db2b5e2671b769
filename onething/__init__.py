"""onething: from departments' event logs to services that become one thing.

The public names, each loaded when it is first used, so that importing onething costs nothing:

>>> import onething as ot
>>> ot.__version__
'0.1.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from catalogue.files import read_catalogue as read_catalogue
    from event_logs import read_log as read_log
    from mining.findings import mine as mine
    from onething.study import analyze as analyze
    from redesign.proposal import propose as propose
    from redesign.savings import simulate as simulate
    from reports.html import write as write_report

_HOMES = {
    "read_log": "event_logs",
    "read_catalogue": "catalogue.files",
    "mine": "mining.findings",
    "propose": "redesign.proposal",
    "simulate": "redesign.savings",
    "write_report": ("reports.html", "write"),
    "analyze": "onething.study",
}
__all__ = ["analyze", "mine", "propose", "read_catalogue", "read_log", "simulate", "write_report"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    module, attribute = home if isinstance(home, tuple) else (home, name)
    return getattr(import_module(module), attribute)
