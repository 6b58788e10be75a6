// Ballast: the collector feels it, and it costs address space alone.
import { expect, test } from 'vitest';
import { ballastOf } from '../../src/engine/gpu/ballast';

const { memoryUsage } = process;

test('the collector counts every byte of ballast', () => {
  ballastOf(1);
  const before = memoryUsage().external;
  const held = Array.from({ length: 8 }, () => ballastOf(1 << 20));
  expect(memoryUsage().external - before).toBeGreaterThanOrEqual(7 << 20);
  expect(held.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(8 << 20);
});

test.runIf((ballastOf(1) as { resizable?: boolean }).resizable)(
  'ballast that is made and let go over and over takes no memory',
  async () => {
    const before = memoryUsage().rss;
    let held: ArrayBuffer[] = [];
    let most = 0;
    for (let i = 0; i < 1200; i++) {
      held.push(ballastOf(1 << 20));
      if (held.length > 160) held = held.slice(120);
      if (i % 100 > 0) continue;
      await new Promise((resolve) => setTimeout(resolve));
      most = Math.max(most, memoryUsage().rss - before);
    }
    expect(most).toBeLessThan(64 << 20);
  },
);
