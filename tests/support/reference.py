"""All twins under one name, for tests that have not been told which file each is in."""

# ruff: noqa: F403
from twins.canvas import *
from twins.color import *
from twins.denoise import *
from twins.dither import *
from twins.local_tables import *
from twins.lzw import *
from twins.nearest import *
from twins.pack import *
from twins.perceptual import *
from twins.rd_lzw import *
from twins.replay import *
from twins.salience import *
from twins.sample import *
from twins.som import *
