import { expect, test } from 'vitest';
import type { Memory } from '../../src/engine/gpu/memory';
import { type PipelineRequest, Pipelines } from '../../src/engine/gpu/pipelines';
import { Slots } from '../../src/engine/gpu/slots';

/** Memory that counts what is created and destroyed. */
function countingMemory() {
  const live = new Set<object>();
  const memory = {
    takePooled: () => undefined,
    isBad: () => false,
    count: () => {},
    sizeOf: (size: number) => size,
    createBuffer(size: number) {
      const buffer = { size };
      live.add(buffer);
      return buffer;
    },
    destroyBuffer: (buffer: object) => live.delete(buffer),
  };
  return { live, memory: memory as unknown as Memory };
}

test('plans share slots, and the last that used one gives it back', () => {
  const { live, memory } = countingMemory();
  const slots = new Slots(memory);
  const first = slots.take(10_000, new Set());
  const second = slots.take(9_000, new Set([first]));
  expect(slots.take(8_000, new Set())).toBe(second);
  expect(live.size).toBe(2);
  slots.giveBack([first, second]);
  expect([live.size, slots.bytes]).toEqual([1, second.buffer.size]);
  slots.giveBack([second]);
  expect([live.size, slots.bytes]).toEqual([0, 0]);
});

test('the sources of pipelines are kept up to 16 million characters, those asked for longest ago go first', async () => {
  let compiled = 0;
  const device = {
    queue: { submit: () => {} },
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: () => ({ getCompilationInfo: async () => ({ messages: [] }) }),
    async createComputePipelineAsync() {
      compiled++;
      return {};
    },
  };
  const pipelines = new Pipelines(device as unknown as GPUDevice);
  const request = (i: number): PipelineRequest => ({
    label: 'test',
    code: `fn main() {} // ${i} ${'x'.repeat(1 << 20)}`,
    entry: 'main',
    overrides: {},
    bindings: [],
  });
  for (let i = 0; i < 12; i++) await pipelines.get(request(i));
  await pipelines.get(request(0));
  expect(compiled).toBe(12);
  for (let i = 12; i < 20; i++) await pipelines.get(request(i));
  await pipelines.get(request(0));
  expect(compiled).toBe(20);
  await pipelines.get(request(1));
  expect(compiled).toBe(21);
});
