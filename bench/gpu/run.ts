// What the check asks of the library: workloads, networks and files of WGSL, compiled and recorded.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as torch from 'lamplight';
import type { Dispatch, Recorder } from './recorder';
import { type Workload, workloads } from './workloads';

export { recorder } from './recorder';

/** The names that the words select: all of them without words. */
export function selected(words: readonly string[]): string[] {
  const names = [...workloads.keys()];
  return words.length === 0 ? names : names.filter((name) => words.some((word) => name.includes(word)));
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** How often in a row the same must be dispatched, since a general kernel may stand in until the one of a shape is compiled. */
const STEADY = 4;

const said = (dispatches: readonly Dispatch[]): string =>
  dispatches.map(({ kernel, groups }) => `${kernel.id} ${groups}`).join();

/** What a run dispatches once it dispatches the same every time. */
export async function steady(recording: Recorder, { make }: Workload): Promise<readonly Dispatch[]> {
  const work = make();
  let dispatches: readonly Dispatch[] = [];
  let last = '';
  for (let run = 0, same = 0; run < 40 && same < STEADY; run++) {
    dispatches = recording.record();
    const outputs = work();
    for (const output of Array.isArray(outputs) ? outputs : [outputs]) await output.data();
    const now = said(dispatches);
    same = now === last ? same + 1 : 0;
    last = now;
    await pause(60);
  }
  recording.record();
  return dispatches;
}

export interface Recorded {
  readonly name: string;
  readonly macs: number | undefined;
  readonly dispatches: readonly Dispatch[];
}

export async function recordWorkload(recording: Recorder, name: string): Promise<Recorded> {
  const workload = workloads.get(name);
  if (!workload) throw new Error(`check gpu: expected a workload, but got ${name}`);
  return { name, macs: workload.macs, dispatches: await steady(recording, workload) };
}

/** Asks for the device, and says which it is. */
export async function open(): Promise<string> {
  await torch.init({ tuning: false });
  const info = torch.gpu.adapterInfo();
  return `${info?.vendor} ${info?.architecture}`;
}

/** Compiles files as they stand, each with a layout of its own and its only entry. */
export async function compileFiles(recording: Recorder, files: readonly string[]): Promise<void> {
  const adapter = await recording.gpu.requestAdapter();
  if (!adapter) throw new Error('check gpu: the driver gives no adapter');
  const features = (['subgroups', 'shader-f16', 'timestamp-query'] as const).filter((name) =>
    adapter.features.has(name),
  );
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
  const requiredLimits = { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup };
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits });
  for (const file of files) {
    device.pushErrorScope('validation');
    const label = basename(file);
    const module = device.createShaderModule({ code: readFileSync(file, 'utf8'), label });
    device.createComputePipeline({ layout: 'auto', compute: { module }, label });
    const error = await device.popErrorScope();
    if (error) throw new Error(`check gpu: ${file}: ${error.message}`);
  }
}
