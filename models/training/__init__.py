"""Makes the skill's speech recogniser from nothing: `python -m models.training --help`.

Everything here runs on one thread per process or worker: on a busy machine, the threads inside one matrix
product wait for each other, and waiting cost more than half of the time. Libraries read these settings when
they are loaded.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
