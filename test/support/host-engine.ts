// Stands in for the GPU in tests of what a flush decides: jobs are computed on the host, in memory that is counted, taken over and
// given back as on a device. Memory that was given back holds NaN, so that whatever reads it too late shows.
import { vi } from 'vitest';
import {
  type Cell,
  DISPOSED,
  expectContents,
  release,
  schedule,
  settle,
  takeOver,
} from '../../src/engine/compiler/contents';
import { engine, type Job } from '../../src/engine/compiler/engine';
import { fail } from '../../src/engine/compiler/job';
import { DeviceLostError } from '../../src/engine/core/errors';
import { byteLength, bytesPerElement, numel } from '../../src/engine/core/meta';
import type { Allocation } from '../../src/engine/gpu/memory';
import type { Session } from '../../src/engine/gpu/session';
import { arrayFor, computed, type Numbers } from './host-kernels';

export interface HostEngine {
  /** The bytes of all memory that is in use. */
  readonly bytes: number;
  /** How often each program ran, by its key. */
  readonly programs: ReadonlyMap<string, number>;
  /** How many jobs wait for `drain`. */
  readonly waiting: number;
  /** Runs the jobs that wait. */
  drain(): void;
  /** Calls `fn`, and has the first job that runs meanwhile fail. Returns whether there was one. */
  failing(fn: () => void): boolean;
  /** Loses the device: all its memory is gone, and the next job runs on another device. */
  lose(): void;
}

class HostMemory {
  isRetired = false;
  bytes = 0;
  readonly contents = new Map<object, Numbers>();

  allocate(numbers: Numbers): Allocation {
    const allocation = { memory: this, bytes: numbers.byteLength, offset: 0, lease: { readers: 0 } };
    this.contents.set(allocation, numbers);
    this.bytes += numbers.byteLength;
    return allocation as unknown as Allocation;
  }

  free(allocation: object): void {
    const numbers = this.contents.get(allocation);
    if (!numbers) throw new Error('memory is given back once');
    this.contents.delete(allocation);
    this.bytes -= numbers.byteLength;
    numbers.fill(Number.NaN);
  }
}

/**
 * Has all flushes compute on the host until the end of the test file. `isLate`: whether the jobs submitted now wait until `drain`, or
 * until something is read, as those of new programs do on a device.
 */
export function hostEngine(isLate: () => boolean = () => false): HostEngine {
  let memory = new HostMemory();
  const queue: (() => void)[] = [];
  let fails = false;
  const programs = new Map<string, number>();

  function contentsOf(cell: Cell, byteOffset = 0, count = numel(cell.shape)): Numbers {
    const { host, allocation } = cell;
    const all = allocation ? memory.contents.get(allocation)! : arrayFor(cell, numel(cell.shape));
    if (!allocation) (all as Float32Array).set(host as Float32Array);
    const start = byteOffset / bytesPerElement(cell.dtype);
    return all.slice(start, start + count);
  }

  function run(job: Job): void {
    for (const cell of job.inputs) expectContents(cell, { memory } as unknown as Session);
    if (fails) {
      fails = false;
      throw new Error('this job was to fail');
    }
    const program = job.build();
    const key = job.key.join();
    programs.set(key, (programs.get(key) ?? 0) + 1);
    const inputs = job.inputs.map((cell, i) => contentsOf(cell, job.offsets[i], numel(program.values[i]!.shape)));
    const results = computed(program, inputs, job.scalars);
    const read = new Set(job.inputs);
    for (const cell of job.releases) if (!read.has(cell)) release(cell, DISPOSED);
    const overwritten = program.nodes.flatMap(({ op, attrs, inputs }) =>
      (op.inPlace?.(attrs) ?? []).flatMap(([, i]) => job.inputs[inputs[i]!] ?? []),
    );
    const places = job.exports.map(({ cell, replaces }, i) => {
      const old = replaces?.allocation;
      if (old?.memory !== (memory as unknown) || old?.bytes !== byteLength(cell)) return memory.allocate(results[i]!);
      const place = takeOver(replaces!);
      memory.contents.get(place)!.set(results[i]!);
      return place;
    });
    job.exports.forEach(({ cell, replaces }, i) => {
      if (replaces) release(replaces);
      settle(cell, places[i]!);
    });
    // A value that a recipe is made from is copied before it is overwritten.
    for (const cell of overwritten) if (!cell.hasRecipes) release(cell);
    for (const cell of job.releases) release(cell, DISPOSED);
    job.ran();
  }

  function attempt(job: Job): void {
    try {
      run(job);
    } catch (error) {
      fail(job, error as Error);
    }
  }

  function drain(): void {
    while (queue.length > 0) queue.shift()!();
  }

  vi.spyOn(engine, 'submit').mockImplementation((job) => {
    if (queue.length === 0 && !isLate()) attempt(job);
    else {
      queue.push(() => attempt(job));
      for (const { cell } of job.exports) schedule(cell);
    }
  });
  vi.spyOn(engine, 'releaseLater').mockImplementation((cell) => {
    if (queue.length === 0) release(cell, DISPOSED);
    else queue.push(() => release(cell, DISPOSED));
  });
  vi.spyOn(engine, 'read').mockImplementation(async (cell, part) => {
    drain();
    expectContents(cell, { memory } as unknown as Session);
    const bytes = part?.bytes ?? byteLength(cell);
    return contentsOf(cell, part?.offset, bytes / bytesPerElement(cell.dtype)).buffer as ArrayBuffer;
  });
  vi.spyOn(engine, 'copyOut').mockImplementation(async (cells) => {
    drain();
    return { contents: cells.map((cell) => contentsOf(cell).buffer as ArrayBuffer), milliseconds: 0 };
  });
  vi.spyOn(engine, 'settle').mockImplementation(async () => drain());
  return {
    get bytes() {
      return memory.bytes;
    },
    get waiting() {
      return queue.length;
    },
    programs,
    drain,
    failing(fn) {
      drain();
      fails = true;
      fn();
      drain();
      const hasFailed = !fails;
      fails = false;
      return hasFailed;
    },
    lose() {
      drain();
      memory.isRetired = true;
      memory = new HostMemory();
      engine.hasLeftDevice = true;
      const { lostListeners } = engine as unknown as { lostListeners: Set<(error: DeviceLostError) => void> };
      for (const listener of lostListeners) listener(new DeviceLostError('the device was to be lost'));
    },
  };
}
