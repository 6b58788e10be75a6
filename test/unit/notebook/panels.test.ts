// Panels inside lessons: their arithmetic, the HTML that stands for them, and what is said of wrong options.
import { panelHtml } from 'lamplight-notebook/panels';
import { summed } from 'lamplight-notebook/panels/channels';
import { convolved, outputSize, padded, placesOf, productsOf, windowOf, written } from 'lamplight-notebook/panels/sums';
import { panelOf } from 'lamplight-notebook/worker/panels';
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

describe('panel', () => {
  test('begins with a digit and a kernel of edges, as HTML that needs no script and no styles of its own', () => {
    const { data } = panelOf('convolution', {});
    const html = panelHtml(data);
    expect(html).toContain('Row 1, column 2 of the output:');
    expect(html).toContain('9 · (−1) = <strong>−36</strong>');
    expect(html).not.toMatch(/ style=|<script/);
    const kept = /data-panel="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"');
    expect(JSON.parse(kept ?? '')).toEqual(data);
  });

  test('takes numbers by rows', () => {
    const { data } = panelOf('convolution', {
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
    const wrong = (name: string, options: object) => () => panelOf(name, options);
    expect(wrong('convoluted', {})).toThrow("panel: expected 'convolution' or 'channels', but got 'convoluted'");
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
