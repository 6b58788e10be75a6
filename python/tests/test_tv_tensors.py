"""Tensors that say what they show, and the transforms that look at that."""

import copy
import unittest
from collections import namedtuple
from io import BytesIO

import torch
from torch.utils.data import DataLoader
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F


class Tagged(tv_tensors.Image):
    pass


def kinds(value):
    if isinstance(value, dict):
        return {key: kinds(part) for key, part in value.items()}
    return [kinds(part) for part in value] if isinstance(value, (list, tuple)) else type(value).__name__


class Tensors(unittest.TestCase):
    def setUp(self):
        self.image = tv_tensors.Image(torch.arange(240).reshape(3, 8, 10).to(torch.uint8))
        self.mask = tv_tensors.Mask(torch.arange(80).reshape(1, 8, 10) % 3)
        self.boxes = tv_tensors.BoundingBoxes([[1, 2, 5, 6], [3, 3, 3.5, 3.25]], format="XYXY", canvas_size=(8, 10))
        target = {"boxes": self.boxes, "masks": self.mask, "labels": torch.tensor([1, 2]), "id": 7, "none": None}
        self.sample = {"image": self.image, "target": target}

    def test_they_are_tensors(self):
        image, boxes = self.image, self.boxes
        self.assertIsInstance(image, torch.Tensor)
        plain = [image + 1, 1 + image, image.float(), image[0], image.data, image.mT, torch.stack([image, image]), image.as_subclass(torch.Tensor)]
        self.assertEqual(kinds(plain), ["Tensor"] * 8)
        self.assertEqual(kinds([image.clone(), image.to(torch.float32), image.detach(), copy.deepcopy(image)]), ["Image"] * 4)
        self.assertEqual((image.sum().item(), image.shape, image.tolist()[0][0][:3]), (28680, (3, 8, 10), [0, 1, 2]))
        moved = boxes.to(torch.int64)
        self.assertEqual((moved.tolist()[0], moved.format.name, moved.canvas_size, moved.clamping_mode), ([1, 2, 5, 6], "XYXY", (8, 10), "soft"))
        written = image.clone()
        self.assertEqual(kinds([written.add_(1), written]), ["Tensor", "Image"])
        with tv_tensors.set_return_type("TVTensor"):
            self.assertEqual(kinds([image + 1, boxes * 2]), ["Image", "BoundingBoxes"])
        self.assertEqual(kinds(image + 1), "Tensor")
        self.assertEqual(repr(tv_tensors.Mask(torch.eye(2))), "Mask([[1., 0.],\n      [0., 1.]])")
        self.assertEqual(str(tv_tensors.Image(torch.eye(2))), "Image([[[1., 0.],\n        [0., 1.]]], )")

    def test_made(self):
        self.assertEqual(tv_tensors.Image([[1, 2], [3, 4]]).shape, (1, 2, 2))
        self.assertEqual(tv_tensors.BoundingBoxes([1, 2, 3, 4], format="xywh", canvas_size=(4, 4)).tolist(), [[1, 2, 3, 4]])
        self.assertEqual(tv_tensors.Mask(torch.zeros(3), dtype=torch.uint8).dtype, torch.uint8)
        picture = F.to_pil_image(self.image)
        self.assertTrue(torch.equal(tv_tensors.Image(picture), self.image))
        self.assertEqual(tv_tensors.Mask(picture.convert("L")).shape, (1, 8, 10))
        with self.assertRaisesRegex(ValueError, "2D or higher, got 1D"):
            tv_tensors.Image(torch.zeros(3))
        wrapped = tv_tensors.wrap(torch.zeros(1, 4), like=self.boxes, canvas_size=(3, 3))
        self.assertEqual((type(wrapped), wrapped.canvas_size, wrapped.format), (tv_tensors.BoundingBoxes, (3, 3), self.boxes.format))

    def test_saved(self):
        file = BytesIO()
        torch.save([self.image, self.boxes], file)
        file.seek(0)
        image, boxes = torch.load(file, weights_only=False)
        self.assertEqual((kinds([image, boxes]), boxes.canvas_size), (["Image", "BoundingBoxes"], (8, 10)))
        self.assertTrue(torch.equal(image, self.image))

    def test_samples(self):
        flipped = v2.RandomHorizontalFlip(1.0)(self.sample)
        self.assertEqual(kinds(flipped), kinds(self.sample))
        self.assertTrue(torch.equal(flipped["image"], self.image.flip(-1)))
        self.assertEqual(flipped["target"]["boxes"].tolist(), [[5, 2, 9, 6], [6.5, 3, 7, 3.25]])
        for name in ("labels", "id", "none"):
            self.assertIs(flipped["target"][name], self.sample["target"][name])
        image, (mask, label) = v2.Resize((4, 5))(self.image, [self.mask, "cat"])
        self.assertEqual((kinds([image, mask, label]), image.shape, mask.shape), (["Image", "Mask", "str"], (3, 4, 5), (1, 4, 5)))
        Pair = namedtuple("Pair", "picture tagged")
        pair = v2.CenterCrop(6)(Pair(self.image, Tagged(self.image)))
        self.assertEqual((type(pair), kinds(pair), pair.tagged.shape), (Pair, ["Image", "Tagged"], (3, 6, 6)))
        jittered = v2.ColorJitter(0.5)(self.sample)["target"]
        self.assertIs(jittered["boxes"], self.boxes)
        self.assertIs(jittered["masks"], self.mask)

    def test_by_class(self):
        steps = v2.Compose([v2.RandomCrop(4), v2.ToDtype({tv_tensors.Image: torch.float32, tv_tensors.Mask: torch.uint8, "others": None}, scale=True)])
        made = steps(self.sample)
        self.assertEqual(kinds(made), kinds(self.sample))
        self.assertEqual((made["image"].dtype, made["target"]["masks"].dtype, made["target"]["labels"].dtype), (torch.float32, torch.uint8, torch.int64))
        self.assertLess(made["image"].max().item(), 1)
        normal = v2.Normalize([0.5], [0.5])(made)
        self.assertEqual(kinds(normal), kinds(self.sample))
        self.assertEqual(v2.ToDtype(torch.float32)(self.mask).dtype, torch.int64)
        with self.assertRaisesRegex(ValueError, "No dtype was specified for type .*BoundingBoxes"):
            v2.ToDtype({tv_tensors.Image: torch.float32})(self.sample)
        clean = v2.SanitizeBoundingBoxes()(self.image, self.sample["target"])[1]
        self.assertEqual((clean["boxes"].tolist(), clean["labels"].tolist(), type(clean["boxes"])), ([[1, 2, 5, 6]], [1], tv_tensors.BoundingBoxes))
        self.assertEqual(kinds(v2.ToPureTensor()([self.image, self.boxes])), ["Tensor", "Tensor"])
        self.assertEqual(kinds(v2.ToImage()([F.to_pil_image(self.image), self.mask])), ["Image", "Mask"])
        self.assertEqual(kinds([F.resize(self.mask, [4, 5]), F.horizontal_flip(self.boxes)]), ["Mask", "BoundingBoxes"])

    def test_own(self):
        class Doubled(v2.Transform):
            def make_params(self, flat_inputs):
                return {"by": 2 * len(flat_inputs)}

            def transform(self, inpt, params):
                if isinstance(inpt, tv_tensors.BoundingBoxes):
                    return tv_tensors.wrap(inpt * params["by"], like=inpt)
                return inpt

        steps = v2.Compose([Doubled(), v2.Lambda(lambda mask: mask + 1, tv_tensors.Mask), v2.RandomApply([v2.Identity()], p=1.0)])
        made = steps(self.boxes, self.mask)
        self.assertEqual((made[0].tolist()[0], kinds(made)), ([4, 8, 20, 24], ["BoundingBoxes", "Tensor"]))
        self.assertIsInstance(v2.Resize(4), v2.Transform)
        steps = v2.Compose([v2.ToImage(), v2.Normalize((0.5,), (0.5,))])
        self.assertEqual(str(steps), "Compose(\n      ToImage()\n      Normalize(mean=[0.5], std=[0.5], inplace=False)\n)")
        self.assertEqual(torch.nn.Sequential(v2.Resize(4), v2.CenterCrop(3))(self.image).shape, (3, 3, 3))

    def test_training(self):
        data = [v2.ToDtype(torch.float32, scale=True)(self.image, self.mask) for _ in range(2)]
        images, masks = next(iter(DataLoader(data, batch_size=2)))
        self.assertEqual((kinds([images, masks]), images.shape, masks.dtype), (["Tensor", "Tensor"], (2, 3, 8, 10), torch.int64))
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(3, 3, 3, padding=1)
        torch.nn.functional.cross_entropy(layer(data[0][0][None]), self.mask).backward()
        self.assertEqual((type(layer(data[0][0])), layer.weight.grad.shape), (torch.Tensor, (3, 3, 3, 3)))


if __name__ == "__main__":
    unittest.main()
