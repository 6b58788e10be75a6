// Panels inside lessons: their arithmetic, the HTML that stands for them, and what is said of wrong options.

import { nn } from 'lamplight';
import { layerShapes } from 'lamplight/interpret';
import { models } from 'lamplight/vision';
import { panelHtml, recordedHtml } from 'lamplight-notebook/panels';
import { summed } from 'lamplight-notebook/panels/channels';
import { fieldsOf, inputOf, spanOf, volumesOfRows } from 'lamplight-notebook/panels/layers';
import { byConvolutions, byDense, COUNTS, digitOf, RIGHT, shifted } from 'lamplight-notebook/panels/shift-networks';
import {
  convolved,
  gradientsOf,
  outputSize,
  padded,
  placesOf,
  productsOf,
  windowOf,
  written,
} from 'lamplight-notebook/panels/sums';
import type { RunOutputs } from 'lamplight-notebook/worker/outputs';
import { backward, convolution, putPanel } from 'lamplight-notebook/worker/panels';
import { volumesPanel } from 'lamplight-notebook/worker/volumes';
import { describe, expect, test } from 'vitest';

const sheet = (rows: readonly (readonly number[])[]) => ({
  height: rows.length,
  width: rows[0]?.length ?? 0,
  values: rows.flat(),
});
const SIMPLE = { stride: 1, padding: 0, dilation: 1 };

describe('a convolution by hand', () => {
  const x = sheet([
    [1, 2, 3, 0],
    [4, 5, 6, 1],
    [7, 8, 9, 2],
    [0, 1, 0, 3],
  ]);
  const kernel = sheet([
    [1, 0],
    [0, -1],
  ]);

  test('each number is the sum of the products under the kernel', () => {
    // 1 − 5, 2 − 6, 3 − 1; 4 − 8, 5 − 9, 6 − 2; 7 − 1, 8 − 0, 9 − 3
    expect(convolved(x, kernel, SIMPLE)).toEqual(
      sheet([
        [-4, -4, 2],
        [-4, -4, 4],
        [6, 8, 6],
      ]),
    );
    const window = windowOf(x, kernel, SIMPLE, 4);
    expect(window).toEqual([5, 6, 9, 10]);
    expect(productsOf(x, kernel, window).map((one) => one + 0)).toEqual([5, 0, 0, -9]);
  });

  test('stride, padding and dilation', () => {
    expect(convolved(x, kernel, { ...SIMPLE, stride: 2 })).toEqual(
      sheet([
        [-4, 2],
        [6, 6],
      ]),
    );
    expect(convolved(x, kernel, { ...SIMPLE, dilation: 2 })).toEqual(
      sheet([
        [-8, 0],
        [4, 2],
      ]),
    );
    const wide = padded(x, 1);
    expect([wide.height, wide.width, wide.values.slice(0, 6), wide.values.slice(6, 12)]).toEqual([
      6,
      6,
      [0, 0, 0, 0, 0, 0],
      [0, 1, 2, 3, 0, 0],
    ]);
    expect(convolved(wide, kernel, SIMPLE).values.slice(0, 5)).toEqual([-1, -2, -3, 0, 0]);
  });

  test.each([
    [7, 3, 1, 0, 1, 5],
    [7, 3, 2, 1, 1, 4],
    [9, 3, 1, 0, 2, 5],
    [5, 5, 3, 2, 1, 2],
  ])(
    '%i numbers, kernel %i, stride %i, padding %i, dilation %i: %i places',
    (size, side, stride, padding, dilation, places) => {
      expect(placesOf(size + 2 * padding, side, { stride, padding, dilation })).toBe(places);
    },
  );

  test('its size as a formula, and numbers as they are written', () => {
    expect(outputSize({ ...SIMPLE, kernel: 3 })).toBe('⌊(n + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1');
    expect([written(-0.25), written(1 / 3), written(-0), written(36)]).toEqual(['−0.25', '0.33', '0', '36']);
  });

  test('maps of channels add up, with the bias', () => {
    expect(summed([sheet([[1, 2]]), sheet([[-1, 3]]), sheet([[4, 0]])], 0.5).values).toEqual([4.5, 5.5]);
  });
});

describe('gradients of a convolution', () => {
  const given = {
    input: [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 1, 2, 3],
      [4, 5, 6, 7],
    ],
    kernel: [
      [1, 2],
      [3, 4],
    ],
  };

  // torch.autograd.grad(F.conv2d(x, w, stride=…, padding=…), (x, w), dy)
  test.each([
    [
      { stride: 1, padding: 0 },
      [
        [1, 0, -1],
        [2, 1, 0],
        [0, 0, 3],
      ],
      [
        [1, 2, -1, -2],
        [5, 9, -1, -4],
        [6, 11, 7, 6],
        [0, 0, 9, 12],
      ],
      [
        [20, 26],
        [35, 23],
      ],
    ],
    [
      { stride: 2, padding: 1 },
      [
        [1, 2, 3],
        [0, -1, 1],
        [2, 0, -2],
      ],
      [
        [4, 6, 8, 9],
        [0, -1, -2, 1],
        [0, -3, -4, 3],
        [4, 0, 0, -2],
      ],
      [
        [-12, 1],
        [18, 5],
      ],
    ],
  ])('as PyTorch has them: %o', (steps, gradient, dx, dw) => {
    const data = backward({ ...given, ...steps, gradient });
    const { padding, size, stride } = data;
    const x = padded({ height: size, width: size, values: data.input }, padding);
    const w = sheet(given.kernel);
    const found = gradientsOf(x, w, { stride, padding, dilation: 1 }, data.gradient);
    expect(found.w).toEqual(sheet(dw));
    const wide = size + 2 * padding;
    const isInner = (i: number) =>
      Math.floor(i / wide) >= padding &&
      Math.floor(i / wide) < size + padding &&
      i % wide >= padding &&
      i % wide < size + padding;
    expect(found.x.values.filter((_, i) => isInner(i))).toEqual(dx.flat());
  });

  test('each is drawn with the products that it is the sum of', () => {
    const html = panelHtml(backward(given));
    // The middle number went into all four of the outputs around it.
    expect(html).toContain('<b>dx</b> in row 3, column 3');
    expect(html).toContain('4 · 1 + 3 · 1 + 2 · 1 + 1 · 1 = <strong>10</strong>');
    expect(html).toContain('data-sheet="dw"');
    expect(html).not.toMatch(/ style=|<script/);
    expect(() => backward({ ...given, gradient: [[1]] })).toThrow(
      /expected gradient to be rows of as many numbers as there are rows, from 3 to 3/,
    );
    expect(() => backward({ dilation: 2 } as object)).toThrow(
      "unknown option dilation for 'backward', which has size, input, kernel, stride, padding, gradient",
    );
  });
});

describe('panel', () => {
  test('begins with a digit and a kernel of edges, as HTML that needs no script and no styles of its own', () => {
    const data = convolution({});
    const html = panelHtml(data);
    expect(html).toContain('Row 1, column 2 of the output:');
    expect(html).toContain('9 · (−1) = <strong>−36</strong>');
    expect(html).not.toMatch(/ style=|<script/);
    const kept = /data-panel="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"');
    expect(JSON.parse(kept ?? '')).toEqual(data);
  });

  test('takes numbers by rows', () => {
    const data = convolution({
      input: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      kernel: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(data).toMatchObject({ size: 3, side: 2, name: '', input: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    expect(panelHtml(data)).toContain('Output 2 × 2');
  });

  test('says what is wrong', () => {
    const wrong = (name: string, options: object) => () => putPanel({} as RunOutputs, name, options);
    expect(wrong('convoluted', {})).toThrow(
      "panel: expected 'convolution', 'backward', 'channels', 'shift', 'build' or 'inside', but got 'convoluted'",
    );
    expect(wrong('convolution', { strides: 2 })).toThrow(
      /unknown option strides for 'convolution', which has size, input/,
    );
    expect(wrong('convolution', { stride: 1.5 })).toThrow(
      'panel: expected stride to be a whole number from 1 to 3, but got 1.5',
    );
    expect(wrong('convolution', { kernel: 'edge' })).toThrow(/or one of edges, level, .*but got 'edge'/);
    expect(wrong('convolution', { kernel: [[1, 2]] })).toThrow(/expected kernel to be rows of as many numbers/);
    expect(wrong('convolution', { size: 3, dilation: 2 })).toThrow(/reaches over 5; give a greater size or padding/);
    expect(wrong('channels', { size: 3 })).toThrow("unknown option size for 'channels', which has none");
  });
});

describe('volumes', () => {
  const net = new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(6, 16, 3, { stride: 2, dilation: 2 }),
    new nn.BatchNorm2d(16),
    new nn.Flatten(),
    new nn.Linear(400, 10),
  );
  const rows = layerShapes(net, [1, 1, 28, 28]);

  test('layers by what they do see what the library finds that they see', () => {
    const fields = fieldsOf([
      { name: 'conv1', shape: [6, 28, 28], kernel: 5, padding: 2 },
      { name: 'pool', shape: [6, 14, 14], kernel: 2, stride: 2 },
      { name: 'conv2', shape: [16, 5, 5], kernel: 3, stride: 2, dilation: 2 },
      { name: 'fc', shape: [10] },
    ]);
    const found = [0, 2, 3, 6].map((at) => rows[at]!.receptiveField!);
    expect(found.map(({ size, stride, start, isGlobal }) => (isGlobal ? 'all' : { size, stride, start }))).toEqual(
      fields,
    );
    expect(fields[2]).toEqual({ size: [14, 14], stride: [4, 4], start: [-2, -2] });
  });

  test('what changes no shape is no volume, and the first layer says how large the input is', () => {
    const volumes = volumesOfRows(rows);
    expect(volumes.map(({ type, shape }) => [type, ...shape])).toEqual([
      ['Conv2d', 6, 28, 28],
      ['MaxPool2d', 6, 14, 14],
      ['Conv2d', 16, 5, 5],
      ['Flatten', 400],
      ['Linear', 10],
    ]);
    expect(inputOf(volumes)).toEqual([28, 28]);
    expect(inputOf(volumesOfRows(layerShapes(models.alexnet(), [1, 3, 224, 224])))).toEqual([224, 224]);
  });

  test('a number sees parts of the layers before it, cut off at their borders', () => {
    const [conv1, pool, conv2, flat] = volumesOfRows(rows);
    // Row 0 of the second convolution reads rows 0, 2 and 4 of the pool, and these rows 0 to 9 of the first.
    expect([spanOf(conv2!, 0, pool!, 0), spanOf(conv2!, 0, conv1!, 0)]).toEqual([
      [0, 5],
      [0, 10],
    ]);
    expect(spanOf(conv2!, 4, pool!, 1)).toEqual([8, 13]);
    const input = {
      name: 'input',
      type: 'Input',
      shape: [1, 28, 28],
      field: { size: [1], stride: [1], start: [0] },
      count: 1,
    };
    expect([spanOf(conv2!, 0, input, 0), spanOf(conv2!, 4, input, 0), spanOf(flat!, 0, input, 0)]).toEqual([
      [0, 12],
      [14, 28],
      [0, 28],
    ]);
  });

  test('of many layers, those of one shape are one; the HTML says what each sees', () => {
    const { data } = volumesPanel(layerShapes(models.resnet18(), [1, 3, 224, 224]), { input: [3, 224, 224] });
    if (data.panel !== 'volumes') throw new Error('expected volumes');
    expect(data.volumes.map(({ name, count }) => `${name} ${count}`)).toEqual([
      'input 1',
      'conv1 1',
      'maxpool 1',
      'layer1 4',
      'layer2 5',
      'layer3 5',
      'layer4 5',
      'avgpool 1',
      'fc 1',
    ]);
    const html = panelHtml(data);
    expect(html).toContain(
      'layer2 ×5, Conv2d: 128 × 28 × 28. One number sees 99 × 99 numbers of the input; the fields of neighbours begin 8 apart.',
    );
    expect(html).not.toContain(' style=');
    expect(() => volumesPanel([], {})).toThrow(/expected the layers that layerShapes\(model, inputSize\) gives/);
  });
});

describe('a film', () => {
  const frames = Array.from({ length: 100 }, (_, i) => ({ step: 10 * i, values: [127, -127, 0, i] }));
  const data = {
    panel: 'film',
    title: 'Kernels',
    count: 1,
    columns: 8,
    height: 2,
    width: 2,
    range: 0.5,
    frames,
    of: 6,
  } as const;

  test('shows its last frame, each colour as one path, and says what the colours mean', () => {
    const html = panelHtml(data);
    expect(html).toContain(
      '<path class="plus l8" d="M0 0h1v1h-1z"/><path class="minus l8" d="M1 0h1v1h-1z"/><path class="plus l6" d="M1 1h1v1h-1z"/>',
    );
    expect(html).toContain('Step 990');
    expect(html).toContain('The first 1 of 6. The colours go from −0.5 to 0.5, in all frames alike.');
  });

  test('keeps some of many frames where it is recorded, the first and the last among them', () => {
    const html = recordedHtml(data);
    const kept = JSON.parse(/data-panel="([^"]*)"/.exec(html)![1]!.replaceAll('&quot;', '"'));
    expect(kept.frames.map(({ step }: { step: number }) => step)).toHaveLength(24);
    expect([kept.frames[0].step, kept.frames[23].step]).toEqual([0, 990]);
    // Its slider goes over what is kept.
    expect(html).toContain('24 frames');
    expect(html).toContain('max="23"');
  });
});

test('a film of pictures begins with its first frame, and knows all of them', () => {
  const frames = ['data:image/webp;base64,AAAA', 'data:image/webp;base64,BBBB'];
  const reel = { panel: 'reel', title: '<GAN>', width: 64.4, height: 32, interval: 50, repeats: true, frames } as const;
  const html = panelHtml(reel);
  expect(html).toContain(
    '<img class="reel-frame" width="64" height="32" alt="&lt;GAN&gt; of 2 frames" src="data:image/webp;base64,AAAA">',
  );
  expect(html).toContain('min="0" max="1" value="0">');
  const kept = JSON.parse(
    /data-panel="([^"]*)"/.exec(html)![1]!.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>'),
  );
  expect(kept).toEqual(reel);
  // Of a single frame there is nothing to play.
  expect(panelHtml({ ...reel, frames: frames.slice(1) })).toContain('data-do="play" disabled');
});

test('the two networks of the shift compute what PyTorch found of them, and only the dense one minds where a digit stands', () => {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  const named = (by: typeof byDense, across: number) =>
    digits.filter((digit) => {
      const probabilities = by(shifted(digitOf(digit), across, 0));
      return probabilities.indexOf(Math.max(...probabilities)) === digit;
    }).length;
  expect([named(byDense, 0), named(byConvolutions, 0)]).toEqual([10, 10]);
  expect(named(byConvolutions, 5)).toBeGreaterThanOrEqual(8);
  expect(named(byDense, 5)).toBeLessThanOrEqual(6);
  expect(RIGHT.convolutional[5]! - RIGHT.dense[5]!).toBeGreaterThan(0.3);
  expect(COUNTS.convolutional).toBeLessThan(COUNTS.dense / 4);
});
