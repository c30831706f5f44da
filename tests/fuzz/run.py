"""Fuzz one target with atheris, guided by what of gifsom, Pillow and tomllib each input reaches.

    python tests/fuzz/run.py TARGET SECONDS SEED FOLDER

tests/benchmarks/fuzz.py runs them all by this. With a SEED of 0 the inputs are others each time. FOLDER gets the input
that did harm: it raised what is no error of gifsom, or took more than a second of the processor, or 512 MB. The last
lines of stderr are those of libFuzzer; the status is 0 where nothing did harm. Kernels are not instrumented: see
.ci/memory.
"""

import resource
import sys
import time
from pathlib import Path
from typing import Final

import atheris

HERE: Final = Path(__file__).parent
MOST_SECONDS: Final = 1.0
MOST_MEMORY: Final = 512
"""MB of the whole process."""

LONGEST: Final = 4096
"""Bytes of an input."""


def main() -> None:
    target, seconds, seed, folder = *sys.argv[1:4], Path(sys.argv[4])
    with atheris.instrument_imports(include=["gifsom", "PIL", "tomllib"]):
        import seeds
        import targets

    def limited(data: bytes) -> None:
        before = time.process_time()
        targets.run(target, data)
        assert time.process_time() - before < MOST_SECONDS, "hang: too much time"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1024 * MOST_MEMORY, "too much memory"

    corpus = targets.folder() / "corpus"
    seeds.write(target, corpus)
    for data in seeds.seeds(target):
        targets.run(target, data)  # whatever is loaded is so now
    options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={folder}/{target}-"]
    options += [f"-max_len={LONGEST}", f"-rss_limit_mb={2 * MOST_MEMORY}", "-timeout=20"]
    options += ["-print_final_stats=1", "-report_slow_units=1000"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], limited)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
