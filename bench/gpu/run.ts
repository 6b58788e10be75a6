// What the check asks of the library: workloads, networks and files of WGSL, compiled and recorded.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as torch from 'lamplight';
import * as F from 'lamplight/functional';
import type { Dispatch, Recorder } from './recorder';
import { type Workload, workloads } from './workloads';

export { recorder } from './recorder';

export type Workloads = ReadonlyMap<string, Workload>;

/** Those of the words: all of them without words. */
export function selected(from: Workloads, words: readonly string[]): Workloads {
  return new Map([...from].filter(([name]) => words.length === 0 || words.some((word) => name.includes(word))));
}

/** What a file of someone's own exports: by name what makes inputs and gives the work, or that with its multiplications. */
type Given = Readonly<Record<string, Workload['make'] | Workload>>;

/** The table's workloads, or those of a file, whose default export is a function of the library and its `functional`. */
export async function workloadsOf(file: string | undefined): Promise<Workloads> {
  if (file === undefined) return workloads;
  const module = (await import(/* @vite-ignore */ file)) as { default?: (library: typeof torch, f: typeof F) => Given };
  if (typeof module.default !== 'function')
    throw new Error(
      `check gpu: expected ${file} to export by default a function (torch, F) => ({ name: () => () => Tensor })`,
    );
  const given = module.default(torch, F);
  return new Map(Object.entries(given).map(([name, one]) => [name, typeof one === 'function' ? { make: one } : one]));
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
    const outputs = await work();
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

export async function recordWorkload(recording: Recorder, name: string, workload: Workload): Promise<Recorded> {
  return { name, macs: workload.macs, dispatches: await steady(recording, workload) };
}

/** Asks for the device, and says which it is. */
export async function open(): Promise<string> {
  await torch.init({ tuning: false });
  const info = torch.gpu.adapterInfo();
  return `${info?.vendor} ${info?.architecture}`;
}

export interface AskedFiles {
  readonly files: readonly string[];
  /** Workgroups that each is given. */
  readonly groups: readonly [number, number, number];
  /** What their buffers of uniforms hold, in words of 32 bits. */
  readonly uniforms: Uint32Array;
}

/** Compiles files as they stand, each with a layout of its own and its only entry, as if they were dispatched. */
export async function recordFiles(recording: Recorder, { files, groups, uniforms }: AskedFiles): Promise<Recorded[]> {
  const adapter = await recording.gpu.requestAdapter();
  if (!adapter) throw new Error('check gpu: the driver gives no adapter');
  const features = (['subgroups', 'shader-f16', 'timestamp-query'] as const).filter((name) =>
    adapter.features.has(name),
  );
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
  const requiredLimits = { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup };
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits });
  const contents = new Uint8Array(uniforms.buffer);
  const recorded: Recorded[] = [];
  for (const file of files) {
    device.pushErrorScope('validation');
    const label = basename(file);
    const code = readFileSync(file, 'utf8');
    const module = device.createShaderModule({ code, label });
    device.createComputePipeline({ layout: 'auto', compute: { module }, label });
    const error = await device.popErrorScope();
    if (error) throw new Error(`check gpu: ${file}: ${error.message}`);
    const kernel = recording.kernels.find((one) => one.code === code)!;
    const bound = [...code.matchAll(/@binding\((\d+)\)\s*var<(\w+)/g)].map(([, binding, space]) =>
      space === 'uniform'
        ? { group: 0, binding: Number(binding), bytes: contents.length, contents }
        : { group: 0, binding: Number(binding), bytes: Number.POSITIVE_INFINITY },
    );
    recorded.push({ name: label, macs: undefined, dispatches: [{ kernel, groups, bound }] });
  }
  return recorded;
}
