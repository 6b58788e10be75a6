// Geometric transforms beside torchvision's: functions on bytes, floats, masks and boxes, and classes by seed, picture by picture and as a batch.
import { type DType, manualSeed, rand, stack, type Tensor, tensor } from 'lamplight';
import { transforms, tvTensors } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, type FixtureTensor, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const { functional: F } = transforms;
const SIZE = [9, 11] as const;
const formats = ['XYXY', 'XYWH', 'CXCYWH'] as const;

interface Case extends FixtureCase {
  readonly call?: keyof typeof F;
  readonly class?: keyof typeof transforms;
  readonly args: readonly unknown[];
  readonly options: object;
  readonly canvas: readonly number[] | null;
  readonly text: string;
  readonly next: number;
  readonly size?: readonly number[];
  /** Places half way between elements. */
  readonly tie?: boolean;
  /** The interpolation of pictures in perspective, one after another. */
  readonly perspective?: 'nearest' | 'bilinear';
}

const fixture = await loadFixture<Case>('geometry');
const given = (name: string, requiresGrad = false) => fromFixture(fixture.tensor(name), requiresGrad);
const boxesOf = (format: (typeof formats)[number]) =>
  new tvTensors.BoundingBoxes(given(`inputs/boxes ${format}`), { format, canvasSize: SIZE });

/** Whether bytes are antialiased or interpolated with whole numbers, which may differ by one. */
const isFixedPoint = (c: Case) => /resize|Resize|ScaleJitter|RandomShortestSize/i.test(c.call ?? c.class ?? '');

async function expectSame(actual: Tensor, expected: FixtureTensor, atol: number): Promise<void> {
  await expectClose(actual, expected, { rtol: 1e-5, atol: expected.dtype === 'uint8' ? atol : 1e-5 });
}

describe('functions', () => {
  const cases = fixture.cases.filter((c) => c.call && c.args && !c.tie);

  test.each(sampled(cases, 64))('$name', async (c) => {
    const call = F[c.call!] as (input: Tensor, ...args: unknown[]) => Tensor;
    const apply = (input: Tensor) => call(input, ...c.args, c.options);
    const floats = given('inputs/floats', fixture.has(`${c.name}/grad`));
    const made: [string, Tensor][] = [['floats', apply(floats)]];
    made.push(['bytes', apply(given('inputs/bytes'))]);
    if (fixture.has(`${c.name}/mask`)) made.push(['mask', apply(new tvTensors.Mask(given('inputs/mask')))]);
    if (c.canvas) {
      for (const format of formats) {
        const boxes = apply(boxesOf(format)) as tvTensors.BoundingBoxes;
        expect([boxes.format, boxes.canvasSize]).toEqual([format, c.canvas]);
        made.push([`boxes ${format}`, boxes]);
      }
    }
    for (const [key, y] of made) await expectSame(y, fixture.tensor(`${c.name}/${key}`), isFixedPoint(c) ? 1 : 0);
    if (!floats.requiresGrad) return;
    const [, y] = made[0]!;
    const count = y.numel();
    const weights = tensor(Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1))).reshape(y.shape);
    y.mul(weights).sum().backward();
    await expectSame(floats.grad!, fixture.tensor(`${c.name}/grad`), 0);
  });

  test.each(sampled(['nearest', 'bilinear'], 2))('elastic %s', async (mode) => {
    const name = `elastic ${mode}`;
    const { options } = fixture.cases.find((c) => c.name === name)!;
    const displacement = given(`${name}/displacement`);
    const how = { displacement, ...options };
    await expectSame(F.elastic(given('inputs/bytes'), how), fixture.tensor(`${name}/bytes`), 0);
    await expectSame(F.elastic(given('inputs/floats'), how), fixture.tensor(`${name}/floats`), 0);
    await expectSame(F.elastic(new tvTensors.Mask(given('inputs/mask')), how), fixture.tensor(`${name}/mask`), 0);
    for (const format of formats) {
      await expectSame(F.elastic(boxesOf(format), how), fixture.tensor(`${name}/boxes ${format}`), 0);
    }
  });

  test.each(fixture.cases.filter((c) => c.size))('$name', async ({ name, size }) => {
    const bytes = given('inputs/bytes');
    await expectSame(stack(F.fiveCrop(bytes, size!)), fixture.tensor(`${name}/five`), 0);
    await expectSame(stack(F.tenCrop(bytes, size!)), fixture.tensor(`${name}/ten`), 0);
    await expectSame(stack(F.tenCrop(bytes, size!, { verticalFlip: true })), fixture.tensor(`${name}/tall`), 0);
    const ten = new transforms.TenCrop(size!)(given('inputs/floats')) as unknown as Tensor[];
    await expectSame(stack(ten), fixture.tensor(`${name}/floats`), 0);
  });
});

describe('to the bit', () => {
  test.each(['nearest', 'bilinear'] as const)('places half way between elements, %s', async (interpolation) => {
    const cases = fixture.cases.filter((c) => c.tie && c.name.endsWith(interpolation));
    for (const { name, args, options } of sampled(cases, 8)) {
      for (const size of ['square', 'small']) {
        const made = F.affine(given(`ties/${size}`), ...(args as [number]), options as never);
        await expectSame(made, fixture.tensor(`${name}/${size}`), 0);
      }
    }
  });

  test.each(['nearest', 'bilinear'] as const)('perspective of the default strength, %s', async (interpolation) => {
    const transform = new transforms.RandomPerspective({ p: 1, interpolation });
    manualSeed(9);
    const made = stack(Array.from({ length: 6 }, () => transform(given('ties/square'))));
    await expectSame(made, fixture.tensor(`perspectives ${interpolation}/made`), 0);
  });
});

// Pillow's numbers: its nearest pixel is the one of the middle, which torchvision calls nearest-exact for tensors.
test('the nearest pixel of a picture is that of the middle', async () => {
  const bytes = tensor(
    Array.from({ length: 20 }, (_, i) => (i * 37) % 256),
    { dtype: 'uint8' },
  ).reshape(1, 4, 5);
  const picture = F.toPilImage(bytes);
  const options = { interpolation: 'nearest' } as const;
  const middle = [185, 3, 77, 43, 117, 191];
  expect(await F.resize(picture, [2, 3], options).flatten().tolist()).toEqual(middle);
  expect(await new transforms.Resize([2, 3], options)(picture).flatten().tolist()).toEqual(middle);
  expect(await F.resizedCrop(picture, 0, 0, 4, 5, [2, 3], options).flatten().tolist()).toEqual(middle);
  expect(await F.resize(bytes, [2, 3], options).flatten().tolist()).toEqual([0, 37, 111, 114, 151, 225]);
});

describe('conversions', () => {
  test('of element types and pictures', async () => {
    const [bytes, floats, whole] = [given('inputs/bytes'), given('inputs/floats'), given('conversions/whole')];
    const large = given('conversions/large');
    const picture = F.toPilImage(bytes);
    const made: Record<string, Tensor> = {
      'byte to float': F.toDtype(bytes, 'float32', true),
      'byte to float unscaled': F.toDtype(bytes, 'float32'),
      'float to byte': F.toDtype(floats, { dtype: 'uint8', scale: true }),
      'byte to int32': F.toDtype(bytes, 'int32', true),
      'int32 to byte': F.toDtype(whole, 'uint8', true),
      'int32 to float': F.toDtype(whole, 'float32', true),
      normalized: F.normalize(large, [0.4, 0.5, 0.6], [0.2, 0.3, 0.1]),
      'one statistic': F.normalize(large, [0.4], [0.2]),
      tensor: new transforms.ToTensor()(picture),
      picture: F.pilToTensor(F.toPilImage(floats)),
    };
    for (const [key, y] of Object.entries(made)) await expectSame(y, fixture.tensor(`conversions/${key}`), 0);
    expect(F.getDimensions(picture)).toEqual([3, 9, 11]);
    expect(F.getSize(boxesOf('XYWH'))).toEqual([9, 11]);
    expect(F.toImage(picture)).toBeInstanceOf(tvTensors.Image);
  });

  test('of formats of boxes', async () => {
    for (const oldFormat of formats) {
      for (const newFormat of formats) {
        const name = `boxes ${oldFormat} to ${newFormat}`;
        const odd = given(`${name}/odd`);
        const floats = F.convertBoundingBoxFormat(given(`inputs/boxes ${oldFormat}`), { oldFormat, newFormat });
        await expectSame(floats, fixture.tensor(`${name}/floats`), 0);
        await expectSame(F.convertBoundingBoxFormat(odd, { oldFormat, newFormat }), fixture.tensor(`${name}/whole`), 0);
        const how = { format: oldFormat, canvasSize: SIZE, clampingMode: 'hard' } as const;
        await expectSame(F.clampBoundingBoxes(odd.mul(2), how), fixture.tensor(`${name}/clamped`), 0);
      }
    }
  });

  test('that leave boxes out', async () => {
    const boxes = new tvTensors.BoundingBoxes(given('sanitized/edges'), { format: 'XYXY', canvasSize: SIZE });
    const labels = tensor([0, 1, 2, 3, 4]);
    const masks = new tvTensors.Mask(labels.reshape([5, 1, 1]).expand([5, 2, 2]));
    const sample = { image: F.toImage(given('inputs/bytes')), boxes, labels, masks };
    const clean = await new transforms.SanitizeBoundingBoxes<typeof sample>()(sample);
    for (const key of ['boxes', 'labels', 'masks'] as const) {
      await expectSame(clean[key], fixture.tensor(`sanitized/${key}`), 0);
    }
    const area = new transforms.SanitizeBoundingBoxes<typeof sample>({ minSize: 1.5, minArea: 10 });
    const large = await area(sample);
    await expectSame(large.labels, fixture.tensor('sanitized/large'), 0);
  });
});

describe('classes', () => {
  const cases = fixture.cases.filter((c) => c.class);
  const bytes = given('pictures/bytes');
  const floats = given('pictures/floats');
  const infos = [0, 1, 2].map(() => ({ channels: 3, height: 9, width: 11 }));

  test.each(sampled(cases, 64))('$name', async (c) => {
    const { name, args, options, text, next, canvas } = c;
    const Made = transforms[c.class!] as unknown as new (...args: unknown[]) => transforms.PictureTransform<object>;
    const transform = new Made(...args, options);
    expect(String(transform)).toBe(text);
    const tolerance = isFixedPoint(c) ? 1 : 0;
    for (const [kind, pictures] of [
      ['bytes', bytes],
      ['floats', floats],
    ] as const) {
      manualSeed(5);
      const single = [0, 1, 2].map((i) => transform(pictures.at(i)));
      expect(await rand(1).item()).toBe(next);
      for (const [i, y] of single.entries()) await expectSame(y, fixture.tensor(`${name}/${kind} ${i}`), tolerance);
      if (transform.batchKind('tensor') === null) continue;
      manualSeed(5);
      const draws = infos.map((info) => transform.draw(info));
      expect(await rand(1).item()).toBe(next);
      const batch = transform.apply(pictures, draws, 'tensor');
      expectNumbers(await batch.data(), await stack(single).data(), { rtol: 1e-6, atol: 1e-5 });
    }
    if (!canvas) return;
    manualSeed(6);
    const mask = new tvTensors.Mask(given('inputs/mask'));
    const [image, boxes, segmented] = transform(new tvTensors.Image(bytes.at(0)), boxesOf('XYWH'), mask);
    expect(boxes.canvasSize).toEqual(canvas);
    await expectSame(image, fixture.tensor(`${name}/image`), tolerance);
    await expectSame(boxes, fixture.tensor(`${name}/boxes`), 0);
    await expectSame(segmented, fixture.tensor(`${name}/mask`), 0);
  });

  test.each(['RandomApply', 'RandomChoice', 'RandomOrder', 'Compose'])('%s', async (name) => {
    const flips = [new transforms.RandomHorizontalFlip(1), new transforms.RandomVerticalFlip(1)];
    const crop = new transforms.RandomCrop(SIZE, { padding: 2 });
    const made: Record<string, transforms.PictureTransform<object>> = {
      RandomApply: new transforms.RandomApply(flips),
      RandomChoice: new transforms.RandomChoice([crop, ...flips], { p: [0.5, 1, 2] }),
      RandomOrder: new transforms.RandomOrder([crop, new transforms.RandomHorizontalFlip()]),
      Compose: new transforms.Compose([
        crop,
        new transforms.RandomHorizontalFlip(),
        new transforms.RandomResizedCrop(6),
      ]),
    };
    const transform = made[name]!;
    for (const [kind, pictures] of [
      ['bytes', bytes],
      ['floats', floats],
    ] as const) {
      manualSeed(8);
      const single = [0, 1, 2].map((i) => transform(pictures.at(i)));
      for (const [i, y] of single.entries()) await expectSame(y, fixture.tensor(`${name}/${kind} ${i}`), 1);
      manualSeed(8);
      const batch = transform.apply(
        pictures,
        infos.map((info) => transform.draw(info)),
        'tensor',
      );
      expect(await batch.tolist()).toEqual(await stack(single).tolist());
    }
  });
});

test('print as torchvision’s', () => {
  const t = transforms;
  const { texts } = fixture.cases.find((c) => c.name === 'texts') as unknown as { texts: string[] };
  const made = [
    new t.Compose([
      new t.RandomCrop(32, { padding: 4 }),
      new t.RandomHorizontalFlip(),
      new t.ToTensor(),
      new t.Normalize([0.5], [0.25]),
    ]),
    new t.Compose([new t.ToImage()]),
    new t.Compose([new t.Compose([new t.ToImage(), new t.ToPureTensor()]), new t.ToDtype('float32', { scale: true })]),
    new t.RandomApply([new t.CenterCrop(3), new t.PILToTensor()], { p: 0.3 }),
    new t.RandomChoice([new t.CenterCrop(3), new t.PILToTensor()]),
    new t.RandomOrder([new t.CenterCrop(3), new t.PILToTensor()]),
    new t.ToPILImage(),
    new t.ToPILImage('RGB'),
    new t.ConvertImageDtype('float32'),
    new t.FiveCrop(4),
    new t.TenCrop([4, 5], { verticalFlip: true }),
    new t.ClampBoundingBoxes(),
    new t.ConvertBoundingBoxFormat('XYWH'),
    new t.SanitizeBoundingBoxes(),
    new t.SetClampingMode('hard'),
    new t.Normalize([0.5], [0.25]),
    new t.Lambda((x: Tensor) => x),
    new t.RandomPerspective(),
  ];
  expect(made.map(String)).toEqual(texts);
});

test.each([
  [
    'by class',
    new Map<unknown, DType | null>([
      [tvTensors.Image, 'float32'],
      ['others', null],
    ]),
    [1, 255, 'int64', 255],
  ],
  ['by name', { Image: 'float32', Mask: 'int64', BoundingBoxes: 'float32', Tensor: 'float32' }, [1, 255, 'float32', 1]],
  [
    'but of images',
    new Map<unknown, DType | null>([
      [tvTensors.Image, null],
      ['others', 'float32'],
    ]),
    [255, 255, 'float32', 1],
  ],
] as const)(
  'ToDtype takes dtypes %s, and scales pixels alone, as torchvision does',
  async (_, dtypes, [pixel, label, boxes, plain]) => {
    const bytes = tensor([[[0, 255]]], { dtype: 'uint8' });
    const sides = tensor([[0, 0, 1, 1]], { dtype: 'int64' });
    const transform = new transforms.ToDtype(dtypes, { scale: true });
    expect(`${transform}`).toBe('ToDtype(scale=True)');
    const box = new tvTensors.BoundingBoxes(sides, { format: 'XYXY', canvasSize: [1, 2] });
    const [image, mask, corners] = transform([new tvTensors.Image(bytes), new tvTensors.Mask(bytes), box]) as Tensor[];
    expect(await image!.tolist()).toEqual([[[0, pixel]]]);
    expect(await mask!.tolist()).toEqual([[[0, label]]]);
    expect(corners!.dtype).toBe(boxes);
    expect(await (transform(bytes) as Tensor).tolist()).toEqual([[[0, plain]]]);
  },
);
