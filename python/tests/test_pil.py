"""What Pillow's modules beside `Image` make of pictures. Sums of the bytes are those of Pillow 13."""

import io
import os
import tempfile
import unittest
import zlib

import torch
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageEnhance, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError
from torchvision.utils import save_image

WIDTH, HEIGHT = 13, 9


def picture(mode, start=0, size=(WIDTH, HEIGHT)):
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, bytes((i * 37 + i * i // 7 + start) % 256 for i in range(count)))


def sums(pictures):
    return {name: zlib.crc32(made.tobytes()) for name, made in pictures.items()}


# Of the picture of test_ellipses.
ELLIPSES = 1230209304


class Fractions(unittest.TestCase):
    def test_maps_are_resized_as_they_are(self):
        from torchvision.transforms.functional import to_pil_image

        numbers = torch.tensor([[0.0, 1.0, 5.0], [2.0, -3.0, 4.0]])
        expected = {
            (Image.BICUBIC, (4, 3)): [[-0.20444, 0.47579, 2.78033, 5.26443], [1.10448, -0.63938, 0.91254, 4.78731], [2.41339, -1.75455, -0.95526, 4.31019]],
            (Image.BILINEAR, (4, 3)): [[0, 0.625, 2.5, 5], [1, -0.25, 1.0625, 4.5], [2, -1.125, -0.375, 4]],
            (Image.NEAREST, (4, 3)): [[0, 1, 1, 5], [2, -3, -3, 4], [2, -3, -3, 4]],
            (Image.BICUBIC, (2, 1)): [[0.07945, 2.49518]],
        }
        for image in (to_pil_image(numbers[None], mode="F"), Image.fromarray(numbers)):
            self.assertEqual((image.mode, image.size, image.getextrema()), ("F", (3, 2), (-3, 5)))
            self.assertEqual(image.convert("L").tobytes(), b"\x00\x01\x05\x02\x00\x04")
            for (kind, size), rows in expected.items():
                made = image.resize(size, kind)
                self.assertEqual(made.size, size)
                self.assertTrue(torch.allclose(torch.tensor(made.tolist()), torch.tensor(rows, dtype=torch.float32), atol=1e-4), (kind, size))
            with self.assertRaisesRegex(OSError, "cannot write mode F"):
                image.save("map.png")


    def test_grey_pictures_are_written_as_gif(self):
        grey = picture("L", size=(31, 17))
        file = io.BytesIO()
        grey.save(file, format="GIF")
        # Of what Pillow 13 reads from this file, the bytes are the picture's own.
        self.assertEqual((file.getvalue()[:6], len(file.getvalue()), zlib.crc32(file.getvalue())), (b"GIF89a", 1395, 1718603633))
        file.seek(0)
        self.assertEqual(Image.open(file).convert("L").tobytes(), grey.tobytes())
        with self.assertRaisesRegex(ValueError, "expected a PNG, JPEG or WebP file"):
            picture("RGB").save("a.gif")


class Operations(unittest.TestCase):
    def setUp(self):
        self.image, self.grey, self.other = picture("RGB"), picture("L", 5), picture("RGB", 90)

    def test_tables(self):
        image, grey = self.image, self.grey
        made = {
            "autocontrast": ImageOps.autocontrast(image.point(lambda i: i // 3 + 40)),
            "autocontrast, cut": ImageOps.autocontrast(image, cutoff=(5, 10), ignore=3),
            "autocontrast, tone": ImageOps.autocontrast(image.point(lambda i: i // 2), cutoff=2, preserve_tone=True),
            "autocontrast, mask": ImageOps.autocontrast(image, mask=grey.point(lambda i: 255 if i > 90 else 0)),
            "colorize": ImageOps.colorize(grey, "navy", (250, 240, 10)),
            "colorize, mid": ImageOps.colorize(grey, "black", "white", mid="#f30", blackpoint=20, whitepoint=220, midpoint=90),
            "equalize": ImageOps.equalize(picture("RGB", 3, (40, 30)).point(lambda i: i // 4)),
            "invert": ImageOps.invert(image),
            "posterize": ImageOps.posterize(image, 3),
            "solarize": ImageOps.solarize(image, 100),
            "point": image.point([255 - i for i in range(256)] + list(range(256)) + [7] * 256),
            "eval": Image.eval(grey, lambda i: i * 2),
        }
        self.assertEqual(sums(made), TABLES)

    def test_sizes(self):
        image = picture("RGB", 0, (40, 30))
        made = {
            "contain": ImageOps.contain(image, (21, 21)),
            "cover": ImageOps.cover(image, (21, 21), Image.BILINEAR),
            "pad": ImageOps.pad(image, (20, 30), color="teal", centering=(0, 1)),
            "crop": ImageOps.crop(image, (3, 4)),
            "expand": ImageOps.expand(image, (1, 2, 3, 4), fill=(9, 8, 7)),
            "fit": ImageOps.fit(image, (17, 11), centering=(0.3, 0.9)),
            "fit, bleed": ImageOps.fit(image, (11, 17), Image.BILINEAR, bleed=0.07),
            "fit, nearest": ImageOps.fit(image, (11, 17), Image.NEAREST, bleed=0.07),
            "scale": ImageOps.scale(image, 1.7),
            "box": image.resize((13, 8), Image.BOX),
            "hamming": image.resize((13, 8), Image.HAMMING),
            "lanczos, part": image.resize((13, 50), Image.LANCZOS, box=(2.5, 3.25, 31.0, 20.5)),
            "reduce": image.reduce((3, 4)),
            "mirror": ImageOps.mirror(image),
            "flip": ImageOps.flip(image),
            "offset": ImageChops.offset(image, 7, -4),
        }
        self.assertEqual(sums(made), SIZES)
        for size, wanted in (((16, 16), (16, 12)), ((5, 5), (5, 4)), ((100, 100), (40, 30))):
            copy = image.copy()
            copy.thumbnail(size)
            self.assertEqual((copy.size, zlib.crc32(copy.tobytes())), (wanted, THUMBNAILS[wanted]))

    def test_enhanced(self):
        kinds = (ImageEnhance.Color, ImageEnhance.Contrast, ImageEnhance.Brightness, ImageEnhance.Sharpness)
        pictures = {"RGB": self.image, "L": self.grey, "RGBA": picture("RGBA")}
        made = {f"{kind.__name__} {mode}": kind(each).enhance(1.7 if mode == "RGB" else 0.3) for kind in kinds for mode, each in pictures.items()}
        self.assertEqual(sums(made), ENHANCED)

    def test_two(self):
        names = ("lighter", "darker", "difference", "multiply", "screen", "soft_light", "hard_light", "overlay")
        modulo = ("add", "subtract", "add_modulo", "subtract_modulo")
        pairs = {name: getattr(ImageChops, name)(self.image, self.other) for name in (*names, *modulo)}
        pairs["invert"] = ImageChops.invert(self.image)
        pairs["add, scale"] = ImageChops.add(self.image, self.other, 2.0, 3)
        pairs["subtract, scale"] = ImageChops.subtract(self.image, self.other, 0.5, -3)
        pairs["blend"] = Image.blend(self.image, self.other, 0.3)
        pairs["blend, beyond"] = Image.blend(self.image, self.other, -1.3)
        pairs["composite"] = Image.composite(self.image, self.other, self.grey)
        pairs["alpha_composite"] = Image.alpha_composite(picture("RGBA"), picture("RGBA", 50))
        over = picture("RGBA")
        over.alpha_composite(picture("RGBA", 50, (3, 3)), (2, 4))
        pairs["alpha_composite, part"] = over
        self.assertEqual(sums(pairs), PAIRS)

    def test_filters(self):
        names = ("BLUR", "CONTOUR", "EDGE_ENHANCE", "EDGE_ENHANCE_MORE", "EMBOSS", "FIND_EDGES", "SHARPEN", "SMOOTH", "SMOOTH_MORE")
        made = {name: self.image.filter(getattr(ImageFilter, name)) for name in names}
        made["kernel"] = self.image.filter(ImageFilter.Kernel((3, 3), (0, 1, 2, 3, 4, 5, 6, 7, 8), offset=2))
        made["median"] = self.image.filter(ImageFilter.MedianFilter(3))
        made["min"] = self.image.filter(ImageFilter.MinFilter(5))
        made["max"] = self.grey.filter(ImageFilter.MaxFilter(3))
        made["mode"] = self.grey.point(lambda i: i // 60).filter(ImageFilter.ModeFilter(3))
        made["box"] = self.image.filter(ImageFilter.BoxBlur(1.3))
        made["gauss"] = self.image.filter(ImageFilter.GaussianBlur(1.7))
        made["gauss, wide"] = self.grey.filter(ImageFilter.GaussianBlur((6, 0)))
        made["unsharp"] = self.image.filter(ImageFilter.UnsharpMask(1.5, 120, 2))
        self.assertEqual(sums(made), FILTERS)

    def test_written(self):
        image = picture("RGB")
        image.paste(picture("RGB", 40, (4, 3)), (-1, 7))
        image.paste("gold", (2, 1, 6, 3))
        image.paste(picture("RGB", 40, (4, 3)), (8, 2), picture("L", 9, (4, 3)))
        pixels = image.load()
        pixels[0, 0] = (1, 2, 3)
        image.putpixel((1, 0), (4, 5, 6))
        self.assertEqual((pixels[1, 0], zlib.crc32(image.tobytes())), ((4, 5, 6), WRITTEN["paste"]))
        draw = ImageDraw.Draw(image)
        draw.rectangle((1, 1, 6, 5), outline="red", width=2)
        draw.rectangle([(8, 2), (20, 4)], fill=(0, 0, 255))
        draw.line((0, 8, 12, 3), fill=(1, 250, 2))
        draw.line([(3, 0), (3, 6), (9, 6)], fill=7, width=3)
        draw.point([(0, 5), 2, 5], fill="white")
        self.assertEqual(zlib.crc32(image.tobytes()), WRITTEN["draw"])
        image.putalpha(picture("L"))
        self.assertEqual((image.mode, zlib.crc32(image.tobytes())), ("RGBA", WRITTEN["alpha"]))
        blank = Image.new("L", (5, 4))
        self.assertIsNone(blank.getbbox())
        blank.putdata([0, 0, 0, 0, 0, 0, 3, 0, 2])
        self.assertEqual((blank.getbbox(), list(blank.getdata())[:9]), ((1, 1, 4, 2), [0, 0, 0, 0, 0, 0, 3, 0, 2]))

    def test_ellipses(self):
        image = Image.new("RGB", (40, 31))
        draw = ImageDraw.Draw(image)
        for i in range(12):
            box = (3 * i - 4, i, 5 * i + 1, 2 * i + 5)
            draw.ellipse(box, fill=(20 * i, 250 - 20 * i, 9) if i % 3 else None, outline="white" if i % 2 else None, width=1 + i % 4)
        draw.circle((30, 8), 5, fill="gold")
        self.assertEqual(zlib.crc32(image.tobytes()), ELLIPSES)
        with self.assertRaises(ValueError):
            draw.ellipse((3, 3, 1, 5))

    def test_files(self):
        smooth = Image.new("RGB", (24, 16), (200, 80, 60))
        smooth.paste("navy", (12, 0, 24, 16))
        for kind, start in (("JPEG", b"\xff\xd8\xff"), ("WEBP", b"RIFF"), ("PNG", b"\x89PNG")):
            file = io.BytesIO()
            smooth.save(file, kind, quality=95)
            self.assertTrue(file.getvalue().startswith(start))
            back = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
            self.assertEqual(back.size, (24, 16))
            for place, color in (((3, 8), (200, 80, 60)), ((20, 8), (0, 0, 128))):
                self.assertTrue(all(abs(a - b) <= 6 for a, b in zip(back.getpixel(place), color)), (kind, back.getpixel(place)))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "grey.jpg")
            self.grey.save(path)
            self.assertEqual(Image.open(path).size, self.grey.size)
            save_image(torch.rand(2, 1, 8, 8), path, padding=1)
            self.assertEqual((Image.open(path).size, Image.open(path).mode), ((19, 10), "RGB"))
        with self.assertRaisesRegex(OSError, "cannot write mode RGBA as JPEG"):
            picture("RGBA").save(io.BytesIO(), "JPEG")

    def test_figures(self):
        counts = self.image.histogram()
        self.assertEqual((len(counts), sum(counts), zlib.crc32(bytes(counts))), (768, WIDTH * HEIGHT * 3, FIGURES[0]))
        masked = ImageStat.Stat(self.image, self.grey.point(lambda i: 255 if i > 90 else 0))
        for name, expected in FIGURES[1].items():
            found = getattr(masked, name)
            for one, other in zip(found, expected):
                self.assertAlmostEqual(one, other, 9) if not isinstance(other, tuple) else self.assertEqual(one, other)

    def test_colors(self):
        for text, color in COLORS.items():
            self.assertEqual(ImageColor.getrgb(text), color)
        self.assertEqual((ImageColor.getcolor("tan", "L"), ImageColor.getcolor("tan", "RGBA")), (184, (210, 180, 140, 255)))
        with self.assertRaises(ValueError):
            ImageColor.getrgb("no colour")
        with self.assertRaises(OSError):
            ImageOps.invert(picture("RGBA"))

    def test_no_picture(self):
        import io

        with self.assertRaises(UnidentifiedImageError):
            Image.open(io.BytesIO(b"no picture at all"))


COLORS = {
    "Tomato": (255, 99, 71),
    "#abc": (170, 187, 204),
    "#abcd": (170, 187, 204, 221),
    "#01020304": (1, 2, 3, 4),
    "rgb(1, 2,3)": (1, 2, 3),
    "rgb(100%,50%,0%)": (255, 128, 0),
    "rgba(1,2,3,4)": (1, 2, 3, 4),
    "hsl(120, 100%, 25%)": (0, 128, 0),
    "hsv(240,100%,100%)": (0, 0, 255),
}
TABLES = {"autocontrast": 2882189364,
 "autocontrast, cut": 1305432354,
 "autocontrast, tone": 2534778659,
 "autocontrast, mask": 3288791948,
 "colorize": 498562205,
 "colorize, mid": 1510692418,
 "equalize": 1476011085,
 "invert": 1444681230,
 "posterize": 4006933433,
 "solarize": 998376753,
 "point": 2562496085,
 "eval": 3287184574}
SIZES = {"contain": 3761126726,
 "cover": 372802358,
 "pad": 2494505424,
 "crop": 1104091420,
 "expand": 1167170989,
 "fit": 2416525051,
 "fit, bleed": 1737090115,
 "fit, nearest": 3456136421,
 "scale": 3356907507,
 "box": 3936898451,
 "hamming": 222278614,
 "lanczos, part": 2723186366,
 "reduce": 3127538494,
 "mirror": 670232953,
 "flip": 1558109843,
 "offset": 291727780}
THUMBNAILS = {(16, 12): 2866136379, (5, 4): 2311238223, (40, 30): 1089979225}
ENHANCED = {"Color RGB": 183634803,
 "Color L": 2588628816,
 "Color RGBA": 40366372,
 "Contrast RGB": 3962222038,
 "Contrast L": 1480814374,
 "Contrast RGBA": 3909117178,
 "Brightness RGB": 3426050378,
 "Brightness L": 3102294236,
 "Brightness RGBA": 757367728,
 "Sharpness RGB": 2713482546,
 "Sharpness L": 2813954310,
 "Sharpness RGBA": 2330873934}
PAIRS = {"lighter": 1659450528,
 "darker": 3723442160,
 "difference": 2531038752,
 "multiply": 1814881923,
 "screen": 2941121936,
 "soft_light": 2995396595,
 "hard_light": 193455030,
 "overlay": 962304781,
 "add": 315729802,
 "subtract": 3844048321,
 "add_modulo": 2882619547,
 "subtract_modulo": 2921533193,
 "invert": 1444681230,
 "add, scale": 1091260253,
 "subtract, scale": 4260566493,
 "blend": 379685834,
 "blend, beyond": 803286358,
 "composite": 864675443,
 "alpha_composite": 3013094651,
 "alpha_composite, part": 69178920}
FILTERS = {"BLUR": 1352143469,
 "CONTOUR": 3080064913,
 "EDGE_ENHANCE": 2168212046,
 "EDGE_ENHANCE_MORE": 2822517655,
 "EMBOSS": 3491896943,
 "FIND_EDGES": 2357754760,
 "SHARPEN": 236732255,
 "SMOOTH": 1116661743,
 "SMOOTH_MORE": 3035126591,
 "kernel": 2537250527,
 "median": 1579624407,
 "min": 3356061687,
 "max": 1756385679,
 "mode": 275047500,
 "box": 1718097004,
 "gauss": 3781284189,
 "gauss, wide": 3183216491,
 "unsharp": 4156433790}
WRITTEN = {"paste": 2544554194, "draw": 1289704753, "alpha": 1351850265}
FIGURES = (464662431,
 {"extrema": [(2, 250), (2, 251), (5, 248)],
  "count": [71, 71, 71],
  "sum": [8455, 9172, 9142],
  "sum2": [1394251, 1569176, 1568644],
  "mean": [119.08450704225352, 129.18309859154928, 128.7605633802817],
  "median": [111, 127, 126],
  "rms": [140.13328665298982, 148.66428765017918, 148.63908458002805],
  "var": [5456.218210672486, 5412.797460821267, 5514.294782781193],
  "stddev": [73.86621833201214, 73.57171644607232, 74.25829773689398]})

if __name__ == "__main__":
    unittest.main()
