// Attributions on canvases, beside what Captum hands to Matplotlib: the numbers, the pixels, and what is refused.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { visualization } from 'lamplight/interpret';
import { describe, expect, test, vi } from 'vitest';
import { normalized } from '../../src/doors/interpret/visualization/normalize';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { PaperCanvas } from '../support/paper-canvas';

const { visualizeImageAttr, visualizeImageAttrMultiple, visualizeTimeseriesAttr } = visualization;

interface Drawn extends FixtureCase {
  readonly sign: visualization.VisualizeSign;
  readonly method: visualization.ImageVisualizationMethod;
  readonly outlierPerc: number;
}

const fixture = await loadFixture<Drawn>('visualization');
const given = (name: string): Tensor => {
  const { data, shape } = fixture.tensor(`given/${name}`);
  return torch.tensor(data as Float32Array).reshape([...shape]);
};
const attr = given('attr');
const original = given('original');
const [HEIGHT, WIDTH] = [5, 7];

/** A tensor of numbers on the host. What is drawn is read back, which needs no device as long as nothing is computed. */
const host = (values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  torch.tensor(Float32Array.from(values)).reshape([...shape]);

/** The numbers of a tensor [H, W, 3] of the fixture, changed one by one. */
const changed = (name: string, change: (value: number) => number): number[] =>
  Array.from(fixture.tensor(`given/${name}`).data, (value) => change(Number(value)));

/** The same as [3, H, W]. */
const channelsFirst = (name: string): Tensor => {
  const values = changed(name, (value) => value);
  return host(
    values.map((_, i) => values[3 * (i % (HEIGHT * WIDTH)) + Math.floor(i / (HEIGHT * WIDTH))]!),
    [3, HEIGHT, WIDTH],
  );
};

/** The greatest difference of the picture's pixels, each `zoom` wide, from Captum's. */
function apart(
  canvas: PaperCanvas,
  name: string,
  { left = 0, top = 0, zoom }: { left?: number; top?: number; zoom: number },
): number {
  const wanted = fixture.tensor(`${name}/pixels`).data;
  let most = 0;
  for (let pixel = 0; pixel < HEIGHT * WIDTH; pixel++) {
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    for (const [dx, dy] of [
      [0, 0],
      [zoom - 1, zoom - 1],
    ] as const) {
      const seen = canvas.at(left + x * zoom + dx, top + y * zoom + dy);
      for (let c = 0; c < 3; c++) most = Math.max(most, Math.abs(seen[c]! - Number(wanted[3 * pixel + c])));
    }
  }
  return most;
}

describe('visualizeImageAttr', () => {
  test('scales attributions as Captum does', () => {
    const added = Float32Array.from({ length: HEIGHT * WIDTH }, (_, pixel) => {
      const { data } = fixture.tensor('given/attr');
      return Math.fround(
        Math.fround(Number(data[3 * pixel]) + Number(data[3 * pixel + 1])) + Number(data[3 * pixel + 2]),
      );
    });
    const cases = fixture.cases.filter(({ name }) => name.startsWith('scaled'));
    expect(cases).toHaveLength(12);
    for (const { name, sign, outlierPerc } of cases) {
      expect(normalized('test', added, sign, outlierPerc), name).toEqual(
        Float32Array.from(fixture.tensor(`${name}/values`).data, Number),
      );
    }
  });

  test('paints the pixels that Captum gives to Matplotlib', async () => {
    const cases = fixture.cases.filter(({ name }) => name.startsWith('drawn-'));
    expect(cases).toHaveLength(19);
    const bytes = host(
      changed('original', (value) => Math.trunc(Math.fround(value * 255))),
      [HEIGHT, WIDTH, 3],
    );
    for (const { name, method, sign } of cases) {
      const canvas = new PaperCanvas();
      const picture = name === 'drawn-bytes' ? bytes : original;
      const options = { method, sign, canvas, outlierPerc: 30.5, alphaOverlay: 0.7, figSize: [0.2, 0.2] } as const;
      expect(await visualizeImageAttr(attr, picture, options)).toBe(canvas);
      expect([canvas.width, canvas.height]).toEqual([2 * WIDTH, 2 * HEIGHT]);
      // Two layers of bytes, each rounded.
      expect(apart(canvas, name, { zoom: 2 }), name).toBeLessThanOrEqual(2);
    }
  });

  test('takes channels first as well, and single pictures', async () => {
    const [a, b] = [new PaperCanvas(), new PaperCanvas()];
    const options = { method: 'masked_image', outlierPerc: 30.5, sign: 'positive', figSize: [0.2, 0.2] } as const;
    await visualizeImageAttr(channelsFirst('attr'), channelsFirst('original'), { ...options, canvas: a });
    expect(apart(a, 'drawn-masked_image-positive', { zoom: 2 })).toBeLessThanOrEqual(1);
    await visualizeImageAttr(host([0, 1, 0.5, 0.25], [2, 2]), host([1, 1, 1, 1], [1, 2, 2]), {
      ...options,
      outlierPerc: 0,
      canvas: b,
    });
    expect([b.at(0, 0), b.at(19, 0), b.at(0, 19)]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
      [127, 127, 127],
    ]);
  });

  test('has a title, a bar of colours, and colours of one’s own', async () => {
    const canvas = new PaperCanvas();
    await visualizeImageAttr(attr, {
      sign: 'all',
      title: 'a digit',
      showColorbar: true,
      cmap: ['#000000', '#ff0000'],
      canvas,
    });
    expect([canvas.width, canvas.height]).toEqual([85 * WIDTH, 24 + 85 * HEIGHT + 32]);
    expect(canvas.words).toEqual(['a digit', '-1', '0', '1']);
    const bar = 24 + 85 * HEIGHT + 10;
    expect([canvas.at(0, bar), canvas.at(85 * WIDTH - 1, bar)]).toEqual([
      [0, 0, 0],
      [255, 0, 0],
    ]);
  });

  test('refuses what cannot be drawn', async () => {
    const canvas = new PaperCanvas();
    const refusal = (options: object, ...of: [Tensor?, (Tensor | null)?]) =>
      expect(visualizeImageAttr(of[0] ?? attr, of[1] === undefined ? original : of[1], { canvas, ...options })).rejects;
    await refusal({ method: 'masked' }).toThrow(
      'expected method out of heat_map, blended_heat_map, original_image, masked_image, alpha_scaling, but got "masked"',
    );
    await refusal({ sign: 'both' }).toThrow('expected sign out of all, positive, negative, absolute_value');
    await refusal({ method: 'masked_image', sign: 'all' }).toThrow("which cannot show both signs, but got 'all'");
    await refusal({ method: 'blended_heat_map' }, attr, null).toThrow(
      "expected originalImage, which 'blended_heat_map' shows, but got none",
    );
    await refusal({ outlierPerc: 101 }).toThrow('expected outlierPerc to be a number from 0 to 100, but got 101');
    await refusal({ sign: 'positive' }, host([-1, 0], [1, 2]), null).toThrow(
      "expected attributions to draw with sign 'positive', but got a scale of 0",
    );
    await refusal({}, host([Number.NaN, 1], [1, 2]), null).toThrow('expected finite attributions');
    await refusal({}, attr.unsqueeze(0)).toThrow('but got shape [1, 5, 7, 3]; take one of the batch by .at(0)');
    await refusal({ method: 'masked_image' }, host(Array(30).fill(1), [5, 6])).toThrow(
      'of one size, but got 5 × 6 and 5 × 7',
    );
    await refusal({ cmap: 'rainbows' }).toThrow("expected cmap to be a name of Matplotlib's");
    await refusal({ canvas: { getContext: () => null } }).toThrow('expected a canvas with a 2d context');
    await expect(visualizeImageAttr(attr)).rejects.toThrow(
      'expected a canvas to draw on, since there is no OffscreenCanvas here; pass { canvas }',
    );
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await visualizeImageAttr(host([1e-9, 1e-8], [1, 2]), { canvas });
    expect(warn.mock.calls.flat().join()).toContain('which is nearly 0');
    warn.mockRestore();
  });

  test('several ways stand side by side', async () => {
    const canvas = new PaperCanvas();
    const options = { outlierPerc: 30.5, alphaOverlay: 0.7, figSize: [0.5, 0.4], titles: ['a', 'b'], canvas } as const;
    await visualizeImageAttrMultiple(
      attr,
      original,
      ['original_image', 'blended_heat_map'],
      ['all', 'negative'],
      options,
    );
    expect([canvas.width, canvas.height, canvas.words]).toEqual([2 * 14 + 16, 24 + 10, ['a', 'b']]);
    expect(apart(canvas, 'drawn-original_image-all', { top: 24, zoom: 2 })).toBe(0);
    expect(apart(canvas, 'drawn-blended_heat_map-negative', { top: 24, left: 14 + 16, zoom: 2 })).toBeLessThanOrEqual(
      2,
    );
    await expect(visualizeImageAttrMultiple(attr, original, ['heat_map'], [], { canvas })).rejects.toThrow(
      'expected as many signs and titles as methods, one at least, but got 1 methods, 0 signs',
    );
  });
});

test('visualizeTimeseriesAttr draws each channel over its attributions, all in one panel, or in their colours', async () => {
  const paper = () => Object.assign(new PaperCanvas(), { width: 400, height: 400 });
  const canvas = paper();
  const series = host([1, 3, 2, 2, 4, 5], [3, 2]);
  const shares = host([0, 1, 0.5, 0, 0, 1], [3, 2]);
  const cmap = ['#ffffff', '#ff0000'];
  const options = { outlierPerc: 0, cmap, alphaOverlay: 1, canvas } as const;
  await visualizeTimeseriesAttr(shares, series, {
    ...options,
    channelLabels: ['a', 'b'],
    title: 'two',
    showColorbar: true,
  });
  expect([canvas.width, canvas.height]).toEqual([400, 400]);
  // Stripes of the upper panel: nothing, half, nothing; of the lower: all, nothing, all.
  const colors = [80, 200, 370].flatMap((x) => [canvas.at(x, 100)[1]!, canvas.at(x, 250)[1]!]);
  expect(colors).toEqual([255, 0, 127, 255, 255, 0]);
  expect(canvas.words.filter((word) => Number.isNaN(Number(word)))).toEqual(['a', 'two', 'b']);
  expect(canvas.lines.filter(({ color }) => color === '#1f77b4')).toEqual(
    Array(2).fill({ color: '#1f77b4', points: 3 }),
  );
  const combined = paper();
  await visualizeTimeseriesAttr(host([0, 0.5, 0, 1, 0, 1], [2, 3]), host([1, 2, 4, 3, 2, 5], [2, 3]), {
    ...options,
    canvas: combined,
    method: 'overlay_combined',
    channelsLast: false,
    channelLabels: ['a', 'b'],
  });
  expect([80, 200, 370].map((x) => combined.at(x, 200)[1])).toEqual([0, 127, 0]);
  const graph = paper();
  await visualizeTimeseriesAttr(shares, series, {
    ...options,
    canvas: graph,
    method: 'colored_graph',
    xValues: [0, 10, 20],
  });
  expect(graph.lines.filter(({ color }) => color.startsWith('rgba')).map(({ color }) => color)).toEqual([
    'rgba(255, 255, 255, 1)',
    'rgba(255, 127, 127, 1)',
    'rgba(255, 0, 0, 1)',
    'rgba(255, 255, 255, 1)',
  ]);
  const wrong = (options: object) =>
    expect(visualizeTimeseriesAttr(shares, series, { canvas, ...options } as never)).rejects;
  await wrong({ method: 'overlay' }).toThrow(
    'expected method out of overlay_individual, overlay_combined, colored_graph',
  );
  await wrong({ xValues: [1, 2] }).toThrow('expected xValues of the length of the data, 3, but got 2');
  await wrong({ channelLabels: ['a'] }).toThrow('expected 2 channelLabels, but got 1');
  await expect(visualizeTimeseriesAttr(shares, host([1, 2, 4, 3, 2, 5], [2, 3]), { canvas })).rejects.toThrow(
    'expected attr and data of one shape',
  );
  await expect(visualizeTimeseriesAttr(shares, host([1, 2, 3], [3]), { canvas })).rejects.toThrow(
    'expected data [N, C]',
  );
});
