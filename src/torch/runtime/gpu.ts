// The GPU device as users see it: opening it, waiting for it, profiling it, and its counters.

import { supportsHalf } from '../../engine/compiler/compile';
import { engine } from '../../engine/compiler/engine';
import { oneOf, text } from '../../engine/core/argument-kinds';
import { closed } from '../../engine/core/arity';
import { parseArgs } from '../../engine/core/options';
import type { AdapterProfile, DeviceOptions } from '../../engine/gpu/device';
import { type KernelTime, Profile } from '../../engine/gpu/profile-report';
import { stats as counters, type GpuStats } from '../../engine/gpu/stats';
import { flush } from '../../engine/graph/flush';
import { isJournaling } from '../../engine/graph/journal';
import { giveUpRoom } from '../../engine/storage/protect';
import { snapshotIfDue } from '../../engine/storage/snapshot';
import { callable } from '../tensor/calling/callable';

export { snapshot } from '../../engine/storage/snapshot';
export { type DeviceLoss, onLost } from '../tensor/device-loss';
export { Explanation, explain } from './explain';
export { type TunedChoice, type TuneOptions, type TuningProgress, TuningReport, tune } from './tune';
export type { GpuStats, KernelTime };
export { Profile };

/**
 * Opens the GPU device now, instead of when the first value is needed. Optional; useful to pass your own `device`, or
 * to learn early whether there is one.
 * @throws WebGPUUnavailableError, which says what is missing, if there is no device
 */
export function init(...args: [options?: DeviceOptions]): Promise<AdapterProfile> {
  const none = undefined as never;
  const defaults = { device: none, powerPreference: none, kernels: none, tuning: none, submitMilliseconds: none };
  return engine.init(
    parseArgs<DeviceOptions>('init', [], defaults, args, {
      device: {
        words: 'a GPUDevice',
        fits: (value) => typeof value === 'object' && value !== null && 'queue' in value,
      },
      powerPreference: oneOf('low-power', 'high-performance'),
      kernels: oneOf('software', 'gpu'),
      tuning: {
        words: 'a string, such as the path of a file, or false',
        fits: (value) => value === false || (text.fits(value) && value !== ''),
      },
      submitMilliseconds: { words: 'a number greater than 0', fits: (value) => typeof value === 'number' && value > 0 },
    }),
  );
}

/**
 * Runs all pending work, and waits until the GPU has finished it. Throws errors of the GPU.
 * @throws WebGPUUnavailableError if there was no device for the pending work, unless that was reported before
 */
export const synchronize = closed('synchronize', async (): Promise<void> => {
  flush();
  snapshotIfDue();
  await engine.settle(0);
});

/**
 * Measures the GPU time of everything that `fn` runs, by kernel, longest first, and what the host did meanwhile. Each
 * dispatch gets its own compute pass, so the whole takes a little longer than usual. Browsers round timestamps to 0.1
 * ms.
 *
 *     const profile = await torch.gpu.profile(() => step(images, labels));
 *     console.log(`${profile}`);   // a table; profile.toChromeTrace() is for chrome://tracing and ui.perfetto.dev
 *
 * @throws ArgumentError if the device has no timestamp queries
 */
export const profile = callable('profile(fn: function)', async (fn: () => unknown): Promise<Profile> => {
  flush();
  const { profiled } = await import('../../engine/gpu/dispatch-times');
  return engine.beside((session, orLost) =>
    orLost(
      profiled(session, async () => {
        await fn();
        flush();
        await engine.idle();
      }),
    ),
  );
});

/** A copy of the counters: calls to WebGPU since the start, and bytes in use now. */
export const stats = closed('stats', (): GpuStats => ({ ...counters }));

/** Resets `peakBytes` and `peakUsedBytes` to the memory in use now. */
export const resetPeak = closed('resetPeak', (): void => {
  counters.peakBytes = engine.totalBytes;
  counters.peakUsedBytes = counters.liveBytes + counters.planBytes;
});

/** A description of the device; null before it has been opened. */
export const adapterInfo = closed('adapterInfo', (): AdapterProfile | null => engine.profile);

/** Whether the device supports float16 (WebGPU's `shader-f16`); null before it has been opened. */
export const isFloat16Supported = closed(
  'isFloat16Supported',
  (): boolean | null => engine.profile && supportsHalf(engine.profile),
);

/**
 * Whether the calling code runs in a rehearsal by `warmup`, `explain` or `tune`: a call in which nothing is computed.
 * Its read-backs are zeros, which should not be shown, and it may await nothing else.
 */
export const isRehearsing = closed('isRehearsing', (): boolean => isJournaling());

/** The device in use; null before it has been opened. */
export const device = closed('device', (): GPUDevice | null => engine.device);

/** Frees pooled GPU memory, and the memory that is kept for the next snapshot. */
export const trim = closed('trim', (): void => {
  giveUpRoom();
  engine.trim();
});
