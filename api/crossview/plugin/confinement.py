"""Walls that a plugin's process puts around itself before it loads the plugin.

They hold back accidents and the curious, not an attacker with the rights of the same user: who runs plugins that they
do not trust gives the worker an operating-system user of its own (`docs/plugin-hooks.md`).
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

# Numbers of Linux's prctl(2), from <linux/prctl.h>.
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the parent ends, and end now if it already did."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def keep_private() -> None:
    """No crash dump, and no look into this process's memory or environment by others of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(PR_SET_DUMPABLE, 0)


def limit_memory(size: int) -> None:
    """Refuse this process and its children more than `size` bytes of address space each."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
