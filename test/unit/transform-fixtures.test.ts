// Every transform is held against torchvision's values of bytes and of floats, and has a name here: none joins without a fixture.
import { transforms } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Case extends FixtureCase {
  readonly class?: string;
  readonly transform?: string;
  readonly call?: string;
  readonly function?: string;
  readonly input?: string;
}

const families = await Promise.all(
  (['geometry', 'colors', 'augment'] as const).map((family) => loadFixture<Case>(family)),
);

/** The kinds of pictures that torchvision's values of a transform or function are of. */
function kindsOf(name: string): Set<string> {
  const kinds = new Set<string>();
  for (const fixture of families) {
    for (const each of fixture.cases) {
      const own = [each.class, each.transform, each.call, each.function, each.name];
      if (!own.includes(name)) continue;
      if (each.input) kinds.add(/float/i.test(each.input) ? 'floats' : 'bytes');
      for (const kind of ['bytes', 'floats'])
        if ([kind, `${kind} 0`].some((key) => fixture.has(`${each.name}/${key}`))) kinds.add(kind);
    }
  }
  return kinds;
}

/** What others' fixtures stand for, and what has no pixels of its own. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  // Functions that the class is nothing but a call of.
  CenterCrop: ['centerCrop'],
  Grayscale: ['rgbToGrayscale', 'Grayscale'],
  FiveCrop: ['crops [6]', 'bytes and floats as five, ten and tall'],
  TenCrop: ['crops [6]', 'bytes and floats as five, ten and tall'],
  // Conversions, all of them in one case.
  ToImage: ['conversions'],
  ToTensor: ['conversions'],
  ToDtype: ['conversions'],
  ConvertImageDtype: ['conversions'],
  Normalize: ['conversions'],
  PILToTensor: ['conversions'],
  ToPILImage: ['conversions'],
  ToPureTensor: ['conversions'],
  LinearTransformation: ['linear'],
  MixUp: ['mixing-0-MixUp'],
  CutMix: ['mixing-2-CutMix', 'mixing-bytes'],
  // Of boxes.
  ClampBoundingBoxes: ['boxes XYXY to XYXY'],
  ConvertBoundingBoxFormat: ['boxes XYXY to XYXY'],
  SanitizeBoundingBoxes: ['sanitized'],
  SetClampingMode: ['boxes XYXY to XYXY'],
  // A function of the user's.
  Lambda: ['texts'],
};

const bases = new Set(['GeometricTransform', 'PictureTransform', 'RandomTransform', 'Transform', 'PackedPictures']);
const classes = Object.entries(transforms)
  .filter(([name, value]) => typeof value === 'function' && /^class\b/.test(String(value)) && !bases.has(name))
  .map(([name]) => name);

test('there are as many as torchvision has', () => {
  expect(classes.length).toBeGreaterThan(55);
});

test.each(classes)('%s', (name) => {
  const others = elsewhere[name];
  if (others) {
    const found = families.flatMap(({ cases }) => cases.map((each) => each.name));
    expect(others.filter((each) => found.includes(each) || kindsOf(each).size > 0)).not.toEqual([]);
  } else expect([...kindsOf(name)].sort()).toEqual(['bytes', 'floats']);
});
