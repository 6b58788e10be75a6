// What `torch.cuda` and `torch.accelerator` say of memory, from the counters of `torch.gpu.stats`.

import { engine } from '../../engine/compiler/engine';
import { closed } from '../../engine/core/arity';
import { stats as counters } from '../../engine/gpu/stats';
import { type DeviceLike, expectDevice } from '../../engine/storage/device';
import { resetPeak, trim } from './gpu';

/** A function of a device, which may be any of PyTorch's and is the only one: the numbers are those of WebGPU. */
const ofDevice = <T>(name: string, tell: () => T): ((device?: DeviceLike | null) => T) =>
  closed(name, (device?: DeviceLike | null): T => {
    if (device !== undefined && device !== null) expectDevice(name, device);
    return tell();
  });

/** Bytes by PyTorch's names, those that are counted: tensors, and all buffers, now and at the most. */
export interface MemoryStats {
  'allocated_bytes.all.current': number;
  'allocated_bytes.all.peak': number;
  'reserved_bytes.all.current': number;
  'reserved_bytes.all.peak': number;
}

const told = (): MemoryStats => ({
  'allocated_bytes.all.current': counters.liveBytes,
  'allocated_bytes.all.peak': counters.peakUsedBytes,
  'reserved_bytes.all.current': engine.totalBytes,
  'reserved_bytes.all.peak': counters.peakBytes,
});

/** The memory of the device, as `torch.cuda` and `torch.accelerator` both tell it. */
export const memory = {
  /** Bytes in buffers that hold values of tensors: those that have run and that a program still holds. */
  memoryAllocated: ofDevice('memoryAllocated', () => told()['allocated_bytes.all.current']),
  /** The most bytes that tensors and intermediates of steps took at once, since the start or `resetPeakMemoryStats`. */
  maxMemoryAllocated: ofDevice('maxMemoryAllocated', () => told()['allocated_bytes.all.peak']),
  /** Bytes in all GPU buffers: tensors, intermediates of steps, and what is kept for reuse. */
  memoryReserved: ofDevice('memoryReserved', () => told()['reserved_bytes.all.current']),
  /** The most bytes that all GPU buffers took at once, since the start or `resetPeakMemoryStats`. */
  maxMemoryReserved: ofDevice('maxMemoryReserved', () => told()['reserved_bytes.all.peak']),
  /** The four numbers above, by PyTorch's names: `memoryStats()['allocated_bytes.all.peak']`. `torch.gpu.stats()` has more. */
  memoryStats: ofDevice('memoryStats', told),
  /** Starts the peaks again from the memory now in use: `torch.gpu.resetPeak`. */
  resetPeakMemoryStats: ofDevice('resetPeakMemoryStats', () => resetPeak()),
  /** Gives memory that is kept for reuse back to the system: `torch.gpu.trim`. */
  emptyCache: closed('emptyCache', (): void => trim()),
} as const;

/** Bytes as PyTorch's table shows them, in the unit of the larger of a row's two. */
function shown(bytes: number, largest: number): string {
  let [size, unit] = [bytes, 0];
  for (let most = largest; most >= 768 * 1024; most /= 1024, unit++) size = Math.floor(size / 1024);
  return `${String(size).padStart(6)} ${['B  ', 'KiB', 'MiB', 'GiB'][unit]}`;
}

/** `memoryStats` as a table, to be printed. */
export const memorySummary = ofDevice('memorySummary', (): string => {
  const stats = told();
  const line = `|${'-'.repeat(49)}|`;
  const row = (name: string, key: 'allocated_bytes' | 'reserved_bytes'): string => {
    const [current, peak] = [stats[`${key}.all.current`], stats[`${key}.all.peak`]];
    return `| ${name.padEnd(21)} | ${shown(current, peak)} | ${shown(peak, peak)} |`;
  };
  return [
    line,
    '|        Metric         | Cur Usage  | Peak Usage |',
    line,
    row('Allocated memory', 'allocated_bytes'),
    line,
    row('GPU reserved memory', 'reserved_bytes'),
    line,
  ].join('\n');
});
