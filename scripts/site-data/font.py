"""Writes demos/ui/fonts/lamplight-math.woff2: of the STIX fonts' STIX2Math what formulas of the site hold, under a name of its own as its licence asks.

Needs fontTools and brotli. Usage: python scripts/site-data/font.py STIX2Math.otf, of version 2.0.2 (archive/STIXv2.0.2/OTF in
https://github.com/stipub/stixfonts).
"""

import sys
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).parents[2] / "demos/ui/fonts/lamplight-math.woff2"
NAME = "Lamplight Math"

# Letters, digits, marks above letters, Greek, primes and dots; letters with double strokes and the like; arrows; operators; brackets; letters and
# digits of mathematics in italics and bold. What stretches comes with it.
POINTS = """
20-7e a0 ac af b1 b7 d7 f7 2c6 2dc 302-304 307-308 391-3a9 3b1-3c9 3d1 3d5 3f5 2016 2026 2032-2034 203e 2061-2064 20d7
2102 210e 2112-2113 2115 211d 2124 2190-2194 21a6 21d0-21d2 21d4
2200 2202-2203 2205-2208 220f 2211-2213 2217-221a 221d-221e 2223 2225 2227-222c 223c 2243 2245 2248 2260-2261 2264-2265
226a-226b 2282-2287 2295-2297 2299-229b 22c0-22c6 22ee-22f1 2308-230b 23de-23df 27e8-27e9 2a00-2a02 2a7d-2a7e
1d400-1d467 1d6e2-1d71b 1d7ce-1d7d7
"""


def points():
    for part in POINTS.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


options = subset.Options(
    flavor="woff2", layout_features=[], hinting=False, notdef_outline=True
)
font = subset.load_font(sys.argv[1], options)
cut = subset.Subsetter(options)
cut.populate(unicodes=points())
cut.subset(font)
for record in font["name"].names:
    if record.nameID in (1, 4):
        record.string = NAME
    elif record.nameID in (3, 6):
        record.string = NAME.replace(" ", "") + "-Regular"
cff = font["CFF "].cff
cff.fontNames = [NAME.replace(" ", "") + "-Regular"]
cff.topDictIndex[0].FullName = cff.topDictIndex[0].FamilyName = NAME
TARGET.parent.mkdir(exist_ok=True)
subset.save_font(font, str(TARGET), options)
print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {font['maxp'].numGlyphs} glyphs")
