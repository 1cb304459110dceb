"""What a plugin is: the moments, the hooks, the delivery, and the child process in which each call is made.

What lives here knows no slice and no table; storing deliveries and deciding when to try again is `deliveries`.
A plugin imports this package and nothing below it.
"""

from crossview.plugin.delivery import Delivery, GiveUp, PluginFailure, Receipt, RetryLater
from crossview.plugin.hookspecs import NoSecrets, PluginCard, hookimpl
from crossview.plugin.moments import (
    MOMENTS,
    Event,
    Item,
    Observer,
    ObserverInvited,
    ObserverReleased,
    Person,
    ScriptFinished,
    ScriptReference,
    ScriptReopened,
    SealedScript,
    Section,
    Session,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
    Study,
    When,
    Workspace,
)
from crossview.plugin.wording import Question, WordingFault, WordingRule

__all__ = [
    "MOMENTS",
    "Delivery",
    "Event",
    "GiveUp",
    "Item",
    "NoSecrets",
    "Observer",
    "ObserverInvited",
    "ObserverReleased",
    "Person",
    "PluginCard",
    "PluginFailure",
    "Question",
    "Receipt",
    "RetryLater",
    "ScriptFinished",
    "ScriptReference",
    "ScriptReopened",
    "SealedScript",
    "Section",
    "Session",
    "SessionCancelled",
    "SessionMoved",
    "SessionScheduled",
    "Study",
    "When",
    "WordingFault",
    "WordingRule",
    "Workspace",
    "hookimpl",
]
