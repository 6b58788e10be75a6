// The way of a call of a module: how many functions it passes through, and what a convolution keeps between calls.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { expect, test } from 'vitest';

/** The frames of the library between this file and the line that throws. */
function frames(call: () => unknown): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  try {
    call();
  } catch (error) {
    const lines = (error as Error).stack!.split('\n').filter((line) => /^\s+at /.test(line));
    return lines.slice(
      0,
      lines.findIndex((line) => line.includes('module-calls.test')),
    );
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  throw new Error('the call was to fail');
}

test('from a layer to the shape rule is at most 16 frames', () => {
  const conv = new nn.Conv2d(3, 4, 3);
  const way = frames(() => conv(torch.ones(1, 5, 8, 8)));
  expect(way[0]).toMatch(/convShape/);
  expect(way.length, way.join('\n')).toBeLessThanOrEqual(16);
  const outer = frames(() => new nn.Sequential(conv)(torch.ones(1, 5, 8, 8)));
  expect(outer.length - way.length, outer.join('\n')).toBeLessThanOrEqual(8);
});

test('a convolution sees its fields assigned, their lists changed, and a weight of another size', () => {
  const conv = new nn.Conv2d(1, 2, 3, { padding: 1 });
  const x = torch.zeros(1, 1, 8, 8);
  const sizes = () => conv(x).shape.slice(2);
  expect(sizes()).toEqual([8, 8]);
  conv.padding = [0, 2];
  expect(sizes()).toEqual([6, 10]);
  conv.padding[0] = 1;
  expect(sizes()).toEqual([8, 10]);
  conv.stride = [2, 1];
  expect(sizes()).toEqual([4, 10]);
  conv.stride = [1, 1];
  conv.padding = 'same';
  expect(sizes()).toEqual([8, 8]);
  conv.weight = new nn.Parameter(torch.zeros(2, 1, 4, 5));
  expect(sizes()).toEqual([8, 8]);
  conv.paddingMode = 'circular';
  expect(sizes()).toEqual([8, 8]);
  const one = new nn.Conv1d(1, 1, 4, { padding: 'same', paddingMode: 'reflect' });
  expect(one(torch.zeros(1, 1, 9)).shape).toEqual([1, 1, 9]);
  const up = new nn.ConvTranspose2d(1, 1, 3, { stride: 2 });
  expect(up(x).shape).toEqual([1, 1, 17, 17]);
  expect(up(x, [18, 18]).shape).toEqual([1, 1, 18, 18]);
  up.outputPadding = [1, 0];
  expect(up(x).shape).toEqual([1, 1, 18, 17]);
});
