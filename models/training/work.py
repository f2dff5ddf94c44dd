"""Runs the jobs of a step that are still to be done, a process for each processor."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

PROCESSES = os.cpu_count() or 1

Tell = Callable[[float, str], None]
"""Takes the share of a step that is done (0..1) and a few words.

The first call of a step comes before its work and says how much was done by an earlier run.
"""


def run_missing(
    name: str, job: Callable[..., Any], missing: Sequence[tuple[Any, ...]], total: int, tell: Tell
) -> None:
    """Calls `job` with each of the `missing` lists of arguments; `total` counts finished ones too.

    The first exception of a job ends the step.
    """
    done = total - len(missing)
    tell(done / max(1, total), f"{name} {done} of {total}")
    if not missing:
        return
    with ProcessPoolExecutor(PROCESSES) as pool:
        for future in as_completed([pool.submit(job, *arguments) for arguments in missing]):
            future.result()
            done += 1
            tell(done / total, f"{name} {done} of {total}")
