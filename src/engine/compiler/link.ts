// Linking: makes a plan executable by assigning slots, laying out uniforms and compiling pipelines.

import type { AdapterProfile } from '../gpu/device';
import {
  type Binding,
  type BufferRef,
  type Copy,
  type Dispatch,
  type Executable,
  giveUp,
  type Unassembled,
  writeField,
} from '../gpu/executable';
import { FAULT_STRIDE } from '../gpu/fault-slots';
import { FAULT_BYTES } from '../gpu/faults';
import type { Memory } from '../gpu/memory';
import {
  type BindingKind,
  generalsOf,
  keyOf,
  type Pipeline,
  type PipelineRequest,
  type Pipelines,
} from '../gpu/pipelines';
import type { Slot, Slots } from '../gpu/slots';
import { codeOf, markedCode } from '../wgsl/kernel-code';
import { shake } from '../wgsl/shake';
import { inlining } from './fusion/inlining';
import { type Lengths, paysToKnow, withLengths } from './fusion/read-inputs';
import { type Params, type Pass, paramsOf, type Variants } from './ir';
import { layOut, tenantsOf } from './layout';
import { locationsReadEachTime, operandsOf, type Plan, type Step } from './plan';

/** Uniform bindings start at multiples of this many bytes (WebGPU's default minUniformBufferOffsetAlignment). */
const UNIFORM_ALIGNMENT = 256;
/** Storage bindings start at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
const STORAGE_ALIGNMENT = 256;
const UNIFORM_USAGE = 0x40 | 0x08; // UNIFORM | COPY_DST

export interface LinkTarget {
  readonly profile: Pick<AdapterProfile, 'kind'>;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly slots: Slots;
  readonly faultBuffer: GPUBuffer;
}

/** The kernels of a plan, while they are being compiled. */
export interface Kernels {
  /** The plan's steps with the passes of the chosen kernels. */
  readonly steps: readonly Step[];
  /** Whether some kernels are general ones that stand in for specialised ones. */
  readonly general: boolean;
  /** If the plan was met with other sizes before: pipelines that still other sizes will need. */
  readonly foreseen: readonly PipelineRequest[];
  /** One for each step. */
  readonly pipelines: readonly Promise<Pipeline>[];
}

/** A plan whose buffers are assigned and whose kernels are still being compiled. */
export interface Draft extends Unassembled {
  readonly dispatches: readonly Omit<Dispatch, 'pipeline' | 'layout'>[];
  /** One for each dispatch. */
  readonly pipelines: readonly Promise<Pipeline>[];
}

/**
 * Begins to compile a plan's kernels. `'any'`: uses kernels that exist already if they can serve. `'own'`: compiles the
 * specialised kernels one after another, so that other plans need not wait for them. Both compute the same bits.
 */
export function beginKernels(plan: Plan, target: LinkTarget, by: 'any' | 'own' = 'any'): Kernels {
  const { pipelines: known } = target;
  const forLayers = !updates(plan);
  const often = by === 'own' && forLayers;
  const own = often
    ? plan.steps.map((step) => ({ ...step, pass: step.pass.variants?.often?.() ?? step.pass }))
    : plan.steps;
  const requests = pipelineRequests({ steps: own }, often);
  const resized = by === 'any' && known.meet(operationsOf(plan), sizesOf(plan));
  const soon = by === 'any' && target.profile.kind === 'software' && forLayers && known.takeLong(requests);
  const alone = soon ? own.filter((_, s) => !known.serves(requests[s]!)) : [];
  // `inlining` is loaded if any kernel has an ending, since only that part makes endings.
  const together = inlining.here?.stepsSharingKernels(alone, (kernel) => keyOf(generalRequest(kernel)));
  const chosen = own.map((step, s): { readonly step: Step; readonly request: PipelineRequest } => {
    const request = requests[s]!;
    const joined = together?.get(step);
    if (joined) return { step: joined, request: generalRequest(joined.pass) };
    const one = by === 'own' ? request : known.choose(request, { resized, soon });
    return { step: { ...step, pass: passOf(step.pass, request, one) }, request: one };
  });
  const wanted = chosen.map(({ request }) => request);
  const pipelines = by === 'own' ? known.getInTurn(wanted) : known.getAll(wanted);
  for (const pipeline of pipelines) pipeline.catch(() => {}); // a wait for the pipeline reports its error
  const shared =
    by === 'any' &&
    forLayers &&
    own.some(({ pass: { variants } }) => variants?.often || isWorth(variants?.layerLengths));
  const general = shared || wanted.some((request, s) => request !== requests[s]);
  const foreseen = resized ? foreseenRequests(own.filter((step) => !together?.has(step))) : [];
  return { steps: chosen.map(({ step }) => step), general, foreseen, pipelines };
}

/** Links a plan, with kernels whose compilation has begun. */
export async function link(
  plan: Plan,
  target: LinkTarget,
  kernels: Kernels = beginKernels(plan, target),
): Promise<Executable> {
  const draft = draftOf(plan, target, kernels);
  try {
    const pipelines = await Promise.all(draft.pipelines);
    return finished(
      draft,
      pipelines.map((pipeline, d) => dispatchOf(draft, d, pipeline)),
    );
  } catch (error) {
    giveUp(draft, target);
    throw error;
  }
}

/** A dispatch of a draft with its pipeline. */
export const dispatchOf = ({ dispatches }: Draft, d: number, pipeline: Pipeline): Dispatch => ({
  ...dispatches[d]!,
  ...pipeline,
});

/** The executable that a draft becomes once its dispatches have their pipelines. */
export function finished(
  { pipelines: _, dispatches: __, ...rest }: Draft,
  dispatches: readonly Dispatch[],
): Executable {
  return { ...rest, dispatches, steady: dispatches.filter(({ kept }) => !kept) };
}

/** Assigns the buffers of a plan. Its kernels may come later. */
export function draftOf(plan: Plan, target: LinkTarget, kernels: Kernels): Draft {
  const taken: Slot[] = [];
  try {
    return draftInto(plan, target, kernels, taken);
  } catch (error) {
    target.slots.giveBack(taken);
    throw error;
  }
}

function draftInto(plan: Plan, target: LinkTarget, kernels: Kernels, slots: Slot[]): Draft {
  const { steps, general, foreseen, pipelines } = kernels;
  const homes = assignSlots(plan, target.slots, slots);
  placeKept(plan, target.slots, slots, homes);
  const uniforms = layOutUniforms(steps);
  const uniform = uniforms.bytes > 0 ? target.memory.createBuffer(uniforms.bytes, 'uniforms', UNIFORM_USAGE) : null;
  // If sizes change from run to run, kernels for further sizes are compiled in the background, too.
  if (foreseen.length > 0)
    void Promise.all(pipelines).then(
      () => {
        for (const request of foreseen) target.pipelines.get(request).catch(() => {});
      },
      () => {},
    );
  const dispatches = steps.map((step, s): Draft['dispatches'][number] => {
    const buffers = step.addresses.map((address): Binding => {
      if (address === 'fault') {
        const gates = step.node !== undefined && plan.faults.gating.has(step.node);
        const ref: BufferRef = gates ? { kind: 'fault' } : { kind: 'fixed', buffer: target.faultBuffer };
        const slot = (step.node && plan.faults.free.get(step.node)) ?? 0;
        return { ref, offset: gates ? 0 : slot * FAULT_STRIDE, bytes: FAULT_BYTES };
      }
      const { ref, offset } = homes[address.location]!;
      return { ref, offset: offset + address.offset, bytes: address.bytes };
    });
    const blocks = uniforms.blocks[s]!.map((block): Binding | undefined =>
      block && uniform ? { ref: { kind: 'fixed', buffer: uniform }, ...block } : undefined,
    );
    const bindings = inOrder(step.pass, buffers, blocks);
    return {
      label: step.pass.label,
      bindings,
      grid: step.pass.grid,
      groups: [],
      variable: bindings.some(({ ref }) => ref.kind !== 'fixed'),
      ...(step.kept && { kept: { inputs: step.kept, scalars: scalarsOf(step) } }),
    };
  });
  const readEachTime = locationsReadEachTime(plan);
  const copiesIn: Copy[] = [];
  plan.inputs.forEach((mode, index) => {
    if (mode !== 'copy') return;
    const { location, offset, bytes } = plan.joined.get(index) ?? {
      location: index,
      offset: 0,
      bytes: plan.locations[index]!.bytes,
    };
    const home = homes[location]!;
    const toKeep = !readEachTime.has(location);
    copiesIn.push({ index, ref: home.ref, offset: home.offset + offset, bytes, toKeep });
  });
  const copiesOut: Copy[] = [];
  plan.exports.forEach((mode, index) => {
    if (mode.kind !== 'copy') return;
    const { location, offset, bytes } = mode.address;
    const { ref, offset: start } = homes[location]!;
    copiesOut.push({ index, ref, offset: start + offset, bytes });
  });
  return {
    dispatches,
    pipelines,
    general,
    copiesIn,
    copiesOut,
    slots,
    uniform,
    uniformData: uniforms.data,
    scalarFields: uniforms.fields,
    scalars: null,
  };
}

/** The buffer of a location, and its byte offset there. */
interface Home {
  readonly ref: BufferRef;
  readonly offset: number;
}

/**
 * The homes of all locations: a buffer of their own or, for temporaries, a range of a slot. The slots are added to
 * `taken`.
 */
function assignSlots(plan: Plan, slots: Slots, taken: Slot[]): Home[] {
  const tenants = tenantsOf(plan);
  const { buffers, places } = layOut([...tenants.values()], slots.memory.device.limits.maxBufferSize);
  const slotOf: Slot[] = [];
  const busy = new Set<Slot>();
  // The largest buffers choose first, so that no smaller one takes a slot that only a large one needs.
  for (const b of [...buffers.keys()].sort((one, other) => buffers[other]! - buffers[one]!)) {
    const slot = slots.take(buffers[b]!, busy);
    slotOf[b] = slot;
    busy.add(slot);
    taken.push(slot);
  }
  const order = [...tenants.keys()];
  const homes = plan.locations.map(({ input, export: exported }): Home => {
    if (exported !== undefined) return { ref: { kind: 'export', index: exported }, offset: 0 };
    return { ref: { kind: 'input', index: input ?? -1 }, offset: 0 };
  });
  places.forEach(({ buffer, offset }, i) => {
    homes[order[i]!] = { ref: { kind: 'fixed', buffer: slotOf[buffer]!.buffer }, offset };
  });
  return homes;
}

/** Gives values kept from run to run a slot that no other plan uses. */
function placeKept({ locations }: Plan, slots: Slots, taken: Slot[], homes: Home[]): void {
  let bytes = 0;
  const offsets = locations.map((location) => {
    const offset = bytes;
    if (location.kept) bytes += Math.ceil(location.bytes / STORAGE_ALIGNMENT) * STORAGE_ALIGNMENT;
    return offset;
  });
  if (bytes === 0) return;
  const slot = slots.takeAlone(bytes);
  taken.push(slot);
  locations.forEach(({ kept }, l) => {
    if (kept) homes[l] = { ref: { kind: 'fixed', buffer: slot.buffer }, offset: offsets[l]! };
  });
}

/** The indices of the scalars that a step reads. */
const scalarsOf = ({ pass, scalarBase }: Step): number[] =>
  [pass.params, pass.extras?.params]
    .flatMap(paramsOf)
    .flatMap(([, value]) => (typeof value === 'number' ? [] : [scalarBase + value.scalar]));

/**
 * The pipelines that a plan needs, one for each step. `forLayers`: specialise them for the array lengths of each layer.
 */
export const pipelineRequests = ({ steps }: Pick<Plan, 'steps'>, forLayers = false): PipelineRequest[] =>
  steps.map(({ pass }) => pipelineRequest(pass, forLayers));

/**
 * The pipelines that plans for other sizes will need, as far as these can be known: the most general one of each kind.
 */
const foreseenRequests = (steps: readonly Step[]): PipelineRequest[] => [
  ...steps.map(({ pass }) => generalRequest(pass)),
  ...steps.flatMap(({ pass }) => pass.variants?.besides ?? []).map(generalRequest),
];

/** The names of a plan's operations: a key that plans of the same program for other sizes share. */
function operationsOf({ steps }: Plan): string {
  const nodes = new Set(steps.map(({ node }) => node));
  return [...nodes].map((node) => node?.op.name).join();
}

/**
 * Whether a plan overwrites values in place, as a training step does. Such a plan will run often, so its first run may
 * wait for specialised kernels; and nothing of it may be sent before all of them exist.
 */
export const updates = ({ inputs }: Plan): boolean => inputs.includes('bindAndOverwrite');

const sizesOf = ({ locations }: Plan): string => locations.map(({ bytes }) => bytes).join();

/** The pass that the chosen request belongs to: the pass itself, or one of its general passes. */
function passOf(pass: Pass, request: PipelineRequest, chosen: PipelineRequest): Pass {
  const general = pass.variants?.general;
  return request === chosen || !general || !request.general ? pass : passOf(general, request.general, chosen);
}

/** The request for the pipeline of the most general pass, for any array lengths. */
function generalRequest(pass: Pass): PipelineRequest {
  const request = pipelineRequest(pass, false);
  return generalsOf(request).at(-1) ?? request;
}

/**
 * The request for a pass's pipeline, with those of its general passes in `general`. General passes are for any array
 * lengths (`forLayers: null`).
 */
function pipelineRequest(pass: Pass, forLayers: boolean | null): PipelineRequest {
  const { variants = {}, entry = 'main' } = pass;
  const bindings = inOrder<BindingKind>(
    pass,
    operandsOf(pass).map(({ kind }) => kind),
    [pass.params, pass.extras?.params].map((params) => (paramsOf(params).length > 0 ? 'u' : undefined)),
  );
  const code = markedCode(pass);
  const anyLength: PipelineRequest = {
    label: pass.label,
    code,
    write: () => shake(codeOf(pass), entry),
    entry,
    overrides: pass.overrides ?? {},
    bindings,
  };
  const lengths = forLayers === null ? undefined : (forLayers && variants.layerLengths) || variants.lengths;
  const request = isWorth(lengths)
    ? {
        ...anyLength,
        code: withLengths(code, lengths),
        write: () => shake(withLengths(codeOf(pass), lengths), entry),
        general: anyLength,
      }
    : anyLength;
  const { general, apart = false } = variants;
  return general ? { ...request, general: pipelineRequest(general, null), apart, sooner: !apart } : request;
}

const isWorth = (lengths: Variants['lengths']): lengths is Lengths => lengths !== undefined && paysToKnow(lengths);

/**
 * Puts the items for a pass's bindings in binding order: its buffers, its uniforms, then its extra buffers and
 * uniforms.
 */
function inOrder<T>(pass: Pass, buffers: readonly T[], uniforms: readonly (T | undefined)[]): T[] {
  const own = pass.reads.length + pass.writes.length;
  const [params, extraParams] = uniforms;
  return [...buffers.slice(0, own), params, ...buffers.slice(own), extraParams].filter(
    (item) => item !== undefined,
  ) as T[];
}

interface Uniforms {
  readonly bytes: number;
  readonly data: DataView;
  /** For each step: the blocks of its `params` and of its extras' `params`. */
  readonly blocks: readonly (readonly (UniformBlock | undefined)[])[];
  readonly fields: Executable['scalarFields'];
}

interface UniformBlock {
  readonly offset: number;
  readonly bytes: number;
}

/** Gives each list of params a block of the uniform buffer. Equal lists of constants share a block. */
function layOutUniforms(steps: readonly Step[]): Uniforms {
  const shared = new Map<string, UniformBlock>();
  const fields: Executable['scalarFields'][number][] = [];
  const constants: { offset: number; type: 'f32' | 'i32' | 'u32'; value: number }[] = [];
  let end = 0;
  const layOut = (named: Params | undefined, scalarBase: number): UniformBlock | undefined => {
    const params = paramsOf(named);
    if (params.length === 0) return undefined;
    const dynamic = params.some(([, value]) => typeof value !== 'number');
    const key = JSON.stringify(params);
    const known = dynamic ? undefined : shared.get(key);
    if (known) return known;
    const block = { offset: end, bytes: Math.ceil(params.length / 4) * 16 };
    params.forEach(([type, value], i) => {
      const offset = block.offset + 4 * i;
      if (typeof value === 'number') constants.push({ offset, type, value });
      else fields.push({ byteOffset: offset, type, scalar: scalarBase + value.scalar });
    });
    end += Math.ceil(block.bytes / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    if (!dynamic) shared.set(key, block);
    return block;
  };
  const blocks = steps.map(({ pass, scalarBase }) => [
    layOut(pass.params, scalarBase),
    layOut(pass.extras?.params, scalarBase),
  ]);
  const data = new DataView(new ArrayBuffer(end));
  for (const { offset, type, value } of constants) writeField(data, offset, type, value);
  return { bytes: end, data, blocks, fields };
}
