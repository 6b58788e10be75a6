// The memory functions of torch.cuda and torch.accelerator, from the counters of torch.gpu.stats.

import { engine } from '../../engine/compiler/engine';
import { closed } from '../../engine/core/arity';
import { stats as counters } from '../../engine/gpu/stats';
import { type DeviceLike, expectDevice } from '../../engine/storage/device';
import { resetPeak, trim } from './gpu';

/**
 * A function with an optional device. Any device name of PyTorch is accepted; the numbers are those of the only device.
 */
const ofDevice = <T>(name: string, tell: () => T): ((device?: DeviceLike | null) => T) =>
  closed(name, (device?: DeviceLike | null): T => {
    if (device !== undefined && device !== null) expectDevice(name, device);
    return tell();
  });

/** The counters that exist here, in bytes, under PyTorch's names: of tensors and of all buffers, current and peak. */
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

/** The memory functions that `torch.cuda` and `torch.accelerator` share. */
export const memory = {
  /** Bytes in buffers of tensors that have been computed and that the program still holds. */
  memoryAllocated: ofDevice('memoryAllocated', () => told()['allocated_bytes.all.current']),
  /** The peak of bytes in tensors and intermediate values, since the start or `resetPeakMemoryStats`. */
  maxMemoryAllocated: ofDevice('maxMemoryAllocated', () => told()['allocated_bytes.all.peak']),
  /** Bytes in all GPU buffers: tensors, intermediate values, and buffers kept for reuse. */
  memoryReserved: ofDevice('memoryReserved', () => told()['reserved_bytes.all.current']),
  /** The peak of bytes in all GPU buffers, since the start or `resetPeakMemoryStats`. */
  maxMemoryReserved: ofDevice('maxMemoryReserved', () => told()['reserved_bytes.all.peak']),
  /**
   * The four numbers above under PyTorch's names: `memoryStats()['allocated_bytes.all.peak']`. `torch.gpu.stats()` has
   * more.
   */
  memoryStats: ofDevice('memoryStats', told),
  /** Resets the peaks to the memory in use now: `torch.gpu.resetPeak`. */
  resetPeakMemoryStats: ofDevice('resetPeakMemoryStats', () => resetPeak()),
  /** Frees the memory that is kept for reuse: `torch.gpu.trim`. */
  emptyCache: closed('emptyCache', (): void => trim()),
} as const;

/** Bytes as PyTorch's table shows them, in the unit that fits `largest`, the greater number of the row. */
function shown(bytes: number, largest: number): string {
  let [size, unit] = [bytes, 0];
  for (let most = largest; most >= 768 * 1024; most /= 1024, unit++) size = Math.floor(size / 1024);
  return `${String(size).padStart(6)} ${['B  ', 'KiB', 'MiB', 'GiB'][unit]}`;
}

/** `memoryStats` as a printable table. */
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
