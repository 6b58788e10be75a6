// Plots as they are drawn: numbers at axes, legends, gaps, matrices, and canvases of dense screens.
import { ArgumentError } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { brief, ticksOf } from '../../src/doors/draw/axes';
import { lineDrawing, rangeOf } from '../../src/doors/draw/lines';
import { matrixDrawing } from '../../src/doors/draw/matrix';
import { drawOn, grid } from '../../src/doors/draw/sheet';
import type { PlotCanvas } from '../../src/torch/runtime/display';
import { notingCanvas } from '../support/plot-canvas';

describe('axes', () => {
  const texts = (range: [number, number], most: number, more: object = {}) =>
    ticksOf({ range, ...more }, most).map(({ text }) => text);

  test('have round numbers', () => {
    expect(texts([0, 1], 5)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
    expect(texts([-0.1, 1.1], 5)).toEqual(['0', '0.5', '1']);
    expect(texts([0.30001, 0.30004], 3)).toEqual(['0.30001', '0.30002', '0.30003', '0.30004']);
    expect(texts([0, 3], 10, { isWhole: true })).toEqual(['0', '1', '2', '3']);
    expect(texts([1e-8, 1], 5, { isLog: true })).toEqual(['1e-8', '1e-6', '1e-4', '0.01', '1']);
    expect(texts([5, 5], 4)).toEqual(['5']);
    expect(
      texts([0, 10], 2, {
        names: [
          [0, 'a'],
          [1, 'b'],
          [2, 'c'],
        ],
      }),
    ).toEqual(['a', 'c']);
    expect([brief(0.1 + 0.2), brief(1234567), brief(0.00012), brief(Number.NaN)]).toEqual([
      '0.3',
      '1.23e6',
      '1.2e-4',
      'NaN',
    ]);
  });

  test('reach over the finite values', () => {
    expect(
      rangeOf([
        [1, Number.NaN, 3],
        [Infinity, -2],
      ]),
    ).toEqual([-2, 3]);
    expect(rangeOf([])).toEqual([0, 1]);
    expect(rangeOf([[5, 5]])).toEqual([4.5, 5.5]);
  });
});

describe('lines', () => {
  test('have a legend, labels, and a gap where there is no number', () => {
    const canvas = notingCanvas();
    const words = lineDrawing({
      title: 'Loss',
      lines: [
        { name: 'train', x: [0, 1, 2, 3], y: [3, 2, Number.NaN, 1] },
        { name: 'val', x: [0, 3], y: [2, 1.5], style: 'both' },
      ],
      x: { label: 'Step', isWhole: true },
      y: { label: 'Loss' },
    });
    expect(drawOn('test', canvas, [words])).toBe(canvas);
    expect(canvas.texts()).toEqual(expect.arrayContaining(['train', 'val', 'Step', 'Loss', '0', '3']));
    // Axes and grid apart, three pieces: 0 to 1, a point alone at 3, and the second line with a mark at each point.
    expect(canvas.strokes.filter(([name]) => name === 'arc')).toHaveLength(3);
    const places = canvas.strokes.flatMap((stroke) => stroke.slice(1)).filter((part) => typeof part === 'number');
    expect(places.every(Number.isFinite)).toBe(true);
  });

  test('without a finite number leave an empty frame', () => {
    const canvas = notingCanvas();
    drawOn('test', canvas, [
      lineDrawing({
        lines: [
          { x: [], y: [] },
          { x: [0], y: [Number.NaN] },
        ],
      }),
    ]);
    expect(canvas.texts()).toContain('0.4');
  });
});

describe('matrices', () => {
  const plot = {
    panels: [
      {
        values: [
          [5, 1],
          [0, 100],
        ],
      },
    ],
    names: ['cat', 'dog'],
    hasText: true,
    cmap: 'Blues',
  } as const;

  test('show counts in cells, dark on light and light on dark', () => {
    const canvas = notingCanvas();
    drawOn('test', canvas, [matrixDrawing({ ...plot, xLabel: 'Predicted class', yLabel: 'True class' })]);
    const written = canvas.strokes.filter(([name]) => name === 'fillText');
    const colorOf = (text: string) => written.find(([, own]) => own === text)!.at(-1);
    expect([colorOf('5'), colorOf('100')]).toEqual(['#111111', '#ffffff']);
    expect(canvas.texts()).toEqual(expect.arrayContaining(['cat', 'dog', 'Predicted class', 'True class']));
    expect(canvas.fills()).toContain('rgb(8, 48, 107)');
  });

  test('leave counts out where they could not be read', () => {
    const canvas = notingCanvas(60, 60);
    drawOn('test', canvas, [matrixDrawing(plot)]);
    expect(canvas.texts()).not.toContain('100');
  });
});

describe('canvases', () => {
  const drawing = () => 'three points';

  test('are divided', () => {
    const areas = grid({ left: 0, top: 0, right: 90, bottom: 60 }, 5);
    expect(areas.map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [30, 0],
      [60, 0],
      [0, 30],
      [30, 30],
    ]);
    expect(areas[4]).toEqual({ left: 30, top: 30, right: 60, bottom: 60 });
  });

  /** As much of an element of a page as plots see; a style sets its size, or else its pixels do. */
  function element(density: number, color: string) {
    const style: { width?: string; height?: string } = {};
    const attributes = new Map<string, string>();
    const canvas = notingCanvas(200, 100);
    const view = { devicePixelRatio: density, getComputedStyle: () => ({ color }) };
    Object.assign(canvas, {
      style,
      isConnected: true,
      ownerDocument: { defaultView: view },
      hasAttribute: (name: string) => attributes.has(name),
      setAttribute: (name: string, value: string) => attributes.set(name, value),
    });
    const shown = (side: 'width' | 'height') => (style[side] ? Number.parseFloat(style[side]) : canvas[side]);
    Object.defineProperties(canvas, {
      clientWidth: { get: () => shown('width') },
      clientHeight: { get: () => shown('height') },
    });
    return { canvas, style, attributes, view };
  }

  test('of a dense screen have its pixels and stay as large as they were, however often they are drawn on', () => {
    const { canvas, style, view } = element(2.5, 'rgb(0, 0, 0)');
    for (let i = 0; i < 2; i++) {
      drawOn('test', canvas, [drawing]);
      expect([canvas.width, canvas.height, style]).toEqual([500, 250, { width: '200px', height: '100px' }]);
    }
    view.devicePixelRatio = 1;
    drawOn('test', canvas, [drawing]);
    expect([canvas.width, canvas.height]).toEqual([200, 100]);
  });

  test('have the ink of their page, and lines that stand out from its paper', () => {
    const sheets = ['rgb(20, 20, 20)', 'rgb(235, 235, 235)'].map((color) => {
      let sheet: { ink: string; colors: readonly string[] } | null = null;
      const { canvas, attributes } = element(1, color);
      drawOn('test', canvas, [
        (own) => {
          sheet = own;
          return 'three points';
        },
      ]);
      expect(attributes.get('aria-label')).toBe('three points');
      expect(canvas.fills()).toEqual([]);
      return sheet! as { ink: string; colors: readonly string[] };
    });
    expect(sheets[0]!.ink).toBe('rgb(20, 20, 20)');
    expect(sheets[0]!.colors[0]).not.toBe(sheets[1]!.colors[0]);
  });

  test('without a page have white paper; what is no canvas is refused', () => {
    const canvas = notingCanvas();
    drawOn('test', canvas, [drawing]);
    expect(canvas.fills()).toEqual(['#ffffff']);
    expect(() => drawOn('ROC.plot', null, [drawing])).toThrow('ROC.plot: expected a canvas to draw on');
    expect(() => drawOn('ROC.plot', {} as PlotCanvas, [drawing])).toThrow(ArgumentError);
    const taken = { width: 1, height: 1, getContext: () => null };
    expect(() => drawOn('ROC.plot', taken, [drawing])).toThrow('it already has a context of another kind');
  });
});
