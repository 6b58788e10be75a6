// Checks the layers that change the sizes of images against PyTorch: adaptive and 1-d pooling, unpooling, padding, interpolation.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

interface SizeCase extends FixtureCase {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly outputSize?: readonly number[] | null;
  readonly text: string;
}

const fixture = await loadFixture<SizeCase>('sizes');
const LayerTypes = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;

function layerOf({ module, args, options }: SizeCase, more: Record<string, unknown> = {}): nn.Module {
  const named = { ...options, ...more };
  return new LayerTypes[module]!(...args, ...(Object.keys(named).length > 0 ? [named] : []));
}

describe('layers against PyTorch', () => {
  test.each(fixture.cases.filter(({ module }) => module))('$name $options', async (one) => {
    const key = (part: string) => `${one.name}/${part}`;
    const layer = layerOf(one);
    expect(`${layer}`).toBe(one.text);
    const input = fromFixture(fixture.tensor(key('input')), true);
    const indices = fixture.has(key('indices')) ? fixture.tensor(key('indices')) : null;
    const unpool = one.module.startsWith('MaxUnpool');
    const more = unpool ? [fromFixture(indices!), { outputSize: one.outputSize }] : [];
    const output = layer(input, ...more) as Tensor;
    await expectClose(output, fixture.tensor(key('output')));
    if (fixture.has(key('dy'))) {
      output.backward(fromFixture(fixture.tensor(key('dy'))));
      await expectClose(input.grad!, fixture.tensor(key('grad_input')));
    }
    if (indices && !unpool) {
      const [values, places] = layerOf(one, { returnIndices: true })(input) as [Tensor, Tensor];
      await expectClose(values, fixture.tensor(key('output')));
      await expectClose(places, indices);
    }
  });
});

interface FilterCase extends FixtureCase {
  readonly filter: Parameters<typeof F.interpolate>[1];
}

describe('filters against PyTorch', () => {
  const cases = fixture.cases.filter((one): one is SizeCase & FilterCase => 'filter' in one);
  test.each(cases)('$name', async ({ name, filter }) => {
    const bytes = !fixture.has(`${name}/dy`);
    const input = fromFixture(fixture.tensor(`${name}/input`), !bytes);
    const output = F.interpolate(input, filter as object);
    await expectClose(output, fixture.tensor(`${name}/output`));
    if (bytes) return;
    output.backward(fromFixture(fixture.tensor(`${name}/dy`)));
    await expectClose(input.grad!, fixture.tensor(`${name}/grad_input`));
  });

  test('say what they want', () => {
    const image = torch.zeros(1, 2, 4, 4);
    const bad = (options: object) => () => F.interpolate(image, { size: 2, ...options });
    expect(bad({ antialias: true })).toThrow(/antialias is for images by .* but got mode 'nearest'/);
    expect(bad({ mode: 'lanczos' })).toThrow(/expected antialias: true with mode 'lanczos', but got false/);
    expect(bad({ mode: 'lanczos', antialias: true, alignCorners: true })).toThrow(/expected alignCorners: false/);
    expect(() => new nn.Upsample({ size: 2, antialias: true } as never)).toThrow(/antialias/);
  });
});

describe('sizes', () => {
  test('a window without elements gives what PyTorch gives, has no place, and takes no gradient', async () => {
    const options = { stride: 6, padding: 1, dilation: 2, ceilMode: true };
    const x = torch.full([1, 1, 1, 4], -5.5).requiresGrad_();
    const [y, place] = F.maxPool2d(x, 3, { ...options, returnIndices: true });
    const [volume, places] = F.maxPool3d(x.unsqueeze(0), 3, { ...options, returnIndices: true });
    y.add(volume).backward();
    const bytes = F.maxPool2d(torch.full([1, 1, 1, 4], 7, { dtype: 'uint8' }), 3, options);
    const all = [y, place, volume, places, bytes, x.grad!].map((each) => each.flatten().float());
    expect(await torch.cat(all).tolist()).toEqual([-Infinity, -1, -Infinity, -1, 0, 0, 0, 0, 0]);
  });

  test('report a place that unpooling cannot find', async () => {
    const y = F.maxUnpool2d(torch.ones(1, 1, 1, 1), torch.full([1, 1, 1, 1], 4, { dtype: 'int64' }), 2);
    await expect(y.data()).rejects.toThrow(/but got 4/);
  });

  test('say what they want', () => {
    const image = torch.zeros(1, 2, 4, 4);
    const empty = torch.zeros(1, 1, 0, 4);
    const refused = /an output of at least 1 × 1.*\[1, 1, 0, 4\]/;
    expect(() => F.maxPool2d(empty, 2, { padding: 1 })).toThrow(refused);
    expect(() => F.avgPool2d(empty, 2, { padding: 1 })).toThrow(refused);
    expect(() => F.interpolate(image)).toThrow(/either size or scaleFactor/);
    expect(() => F.interpolate(image, { size: 2, mode: 'linear' })).toThrow(/'linear' does not fit .* use 'bilinear'/);
    expect(() => F.interpolate(image, { size: 2, alignCorners: true })).toThrow(
      /alignCorners is for the linear and cubic modes/,
    );
    expect(() => F.interpolate(image, { size: 0 })).toThrow(/interpolate: expected size to be a whole number/);
    expect(() => F.pixelShuffle(image, 2)).toThrow(/multiple of 2 · 2/);
    expect(() => F.adaptiveAvgPool2d(torch.zeros(4, 4), 2)).toThrow(/4-D \(or 3-D\) input/);
    expect(() => new nn.ZeroPad2d([1, 2] as never)).toThrow(/ZeroPad2d: expected padding to be an integer or 4/);
    expect(() => new nn.ReflectionPad2d(1)(torch.zeros(3, 3))).toThrow(/4-D \(or 3-D\) input/);
    expect(() => F.maxUnpool2d(image, image, 2)).toThrow(/int64/);
  });
});
