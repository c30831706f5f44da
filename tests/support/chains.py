"""Random chains of edits, as documents have them, that fit small clips."""

import random
from typing import Any

EDITS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("crop", ("32x24+8+4", "40x30+0+0")),
    ("caption", ("Hi", "Hé|position=top|time=0.1-0.5", "a|style=pill|time=0-0.6|fade=0.1")),
    ("blur", ("12x10+4+4", "12x8+2+2..10+6@0.1-0.5")),
    ("solid", ("8x8+2+2@0.2-",)),
    ("zoom", ("1.5@0.1-0.6+16+12|glide=0.2",)),
    ("cut", ("0.1-0.25", "#1-2")),
    ("only", ("0-0.6",)),
    ("frame_delay", ("0.1@#1", "0.08")),
    ("hold", ("0.3@0.2",)),
    ("duplicate", ("#1-2",)),
    ("move", ("#0-1@end",)),
    ("speed", (1.5, 0.75)),
    ("reverse", (True,)),
    ("boomerang", (True,)),
    ("fade", ("0.1",)),
    ("rotate", (90, 180)),
    ("flip", ("horizontal",)),
    ("border", ("2|color=red",)),
    ("backdrop", ("plain",)),
    ("progress_bar", (True,)),
    ("grayscale", (True,)),
    ("contrast", (1.2,)),
    ("scale", (0.5, 2)),
    ("width", (40,)),
    ("fps", (8, 12)),
    ("drop_duplicates", (True,)),
    ("hold_last", (0.4,)),
    ("title", ("Title|time=0.3",)),
)


def chain(rng: random.Random) -> list[tuple[str, Any]]:
    """One to four edits with values that are right for pictures of 64x48 or more, if nothing makes these smaller."""
    return [(name, rng.choice(values)) for name, values in rng.sample(EDITS, rng.randint(1, 4))]
