"""Compiles the kernels: python gifsom/native/build.py"""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = [
    "-std=c11",
    "-O3",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fvisibility=hidden",
    "-fPIC",
    "-shared",
    "-Wall",
    "-Wextra",
    "-Werror",
]


def build() -> None:
    (HERE / "lib").mkdir(exist_ok=True)
    for level in ("v2", "v3"):
        sources = [str(path) for path in sorted((HERE / "src").glob("*.c"))]
        out = HERE / "lib" / f"kernels-x86-64-{level}.so"
        subprocess.run(["cc", *FLAGS, f"-march=x86-64-{level}", *sources, "-o", str(out), "-lm"], check=True)


if __name__ == "__main__":
    build()
