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
    from onething.api import analyze as analyze
    from onething.api import mine as mine
    from onething.api import propose as propose
    from onething.api import read_catalogue as read_catalogue
    from onething.api import read_log as read_log
    from onething.api import simulate as simulate
    from onething.api import write_report as write_report

__all__ = ["analyze", "mine", "propose", "read_catalogue", "read_log", "simulate", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'onething' has no attribute {name!r}; it has: {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module("onething.api"), name)
