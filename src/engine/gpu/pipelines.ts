// Compute pipelines and bind group layouts, one for each distinct source, entry and constants.
import { GPUValidationFailure } from '../core/errors';
import { stats } from './stats';

/** How a binding is used: r = read-only storage, w = read_write storage, u = uniform. */
export type BindingKind = 'r' | 'w' | 'u';

export interface PipelineRequest {
  readonly label: string;
  /** The code by which kernels are told apart: equal only where the compiled code is. */
  readonly code: string;
  /** The code as it is compiled; `code` without this. */
  write?(): string;
  readonly entry: string;
  readonly overrides: Readonly<Record<string, number>>;
  /** One letter a binding of group 0. */
  readonly bindings: readonly BindingKind[];
  /** A kernel that computes the same, bit for bit and with the same bindings, for more sizes; the last one's last one for all. */
  readonly general?: PipelineRequest;
  /** A general kernel is taken for other sizes of a plan alone, not where another kernel of its kind has been met. */
  readonly apart?: boolean;
  /** A general kernel is one with a smaller tile, or one that many share: it is there sooner. */
  readonly sooner?: boolean;
}

/** Kernels of a plan that are not compiled, from which on it pays to begin with fewer and smaller ones: those of a network. */
const MANY_KERNELS = 8;

/** The kernels that can stand in for one, the most general last. */
export function generalsOf({ general }: PipelineRequest): PipelineRequest[] {
  return general ? [general, ...generalsOf(general)] : [];
}

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const COMPUTE_STAGE = 4; // GPUShaderStage.COMPUTE
const bindingTypes: Record<BindingKind, GPUBufferBindingType> = { r: 'read-only-storage', w: 'storage', u: 'uniform' };

/** What kernels are told apart by. */
export const keyOf = ({ entry, bindings, overrides, code }: PipelineRequest): string =>
  `${entry}\n${bindings.join('')}\n${JSON.stringify(overrides)}\n${code}`;

/** 32 bits of a text: FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** A pipeline, and the characters of its code. */
interface Kept {
  readonly pipeline: Promise<Pipeline>;
  readonly characters: number;
}

/** Characters of the sources of pipelines that are kept; the one asked for longest ago goes first. Plans hold on to theirs. */
const MAX_CHARACTERS = 1 << 24;

export class Pipelines {
  /** In the order in which they were last asked for. */
  private readonly pipelines = new Map<string, Kept>();
  private characters = 0;
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  /** By the hash of a general kernel, that of the kernel that was the first of its kind; should two be equal, a kernel is general too early. */
  private readonly met = new Map<number, number>();

  /** By their hashes, general kernels that were compiled since that is done sooner. */
  private readonly hasty = new Set<number>();

  /** By the hash of what a plan computes, that of the sizes by which it was the first to do so. */
  private readonly plansMet = new Map<number, number>();

  constructor(private readonly device: GPUDevice) {}

  get(request: PipelineRequest): Promise<Pipeline> {
    const key = keyOf(request);
    const known = this.pipelines.get(key);
    if (known) {
      this.pipelines.delete(key);
      this.pipelines.set(key, known);
      return known.pipeline;
    }
    const code = request.write?.() ?? request.code;
    const pipeline = this.create(request, code);
    // It is compiled while the next one is written.
    this.device.queue.submit([]);
    // One that failed, for want of memory say, is tried again.
    pipeline.catch(() => this.forget(key, pipeline));
    this.pipelines.set(key, { pipeline, characters: code.length });
    this.characters += code.length;
    this.forgetOldest();
    return pipeline;
  }

  private forget(key: string, pipeline: Promise<Pipeline>): void {
    const kept = this.pipelines.get(key);
    if (kept?.pipeline !== pipeline) return;
    this.pipelines.delete(key);
    this.characters -= kept.characters;
  }

  private forgetOldest(): void {
    for (const [key, { pipeline }] of this.pipelines) {
      if (this.characters <= MAX_CHARACTERS || this.pipelines.size === 1) return;
      this.forget(key, pipeline);
    }
  }

  /** Compiles all of them at once. */
  getAll(requests: readonly PipelineRequest[]): Promise<Pipeline>[] {
    return requests.map((request) => this.get(request));
  }

  /** Compiles one after the other. */
  getInTurn(requests: readonly PipelineRequest[]): Promise<Pipeline>[] {
    let last: Promise<unknown> = Promise.resolve();
    return requests.map((request) => {
      const pipeline = last.then(() => this.get(request));
      last = pipeline;
      return pipeline;
    });
  }

  /** Compiles those that are not there yet, all at once; `onProgress` is called at the start and after each. */
  async prepare(
    requests: readonly PipelineRequest[],
    onProgress: (done: number, total: number) => void,
  ): Promise<void> {
    const chosen = requests.map((request) => this.choose(request));
    const fresh = new Map(chosen.map((request) => [keyOf(request), request]));
    for (const key of this.pipelines.keys()) fresh.delete(key);
    let done = 0;
    onProgress(0, fresh.size);
    const compiling = [...fresh.values()].map(async (request) => {
      await this.get(request);
      onProgress(++done, fresh.size);
    });
    await Promise.all(compiling);
  }

  /**
   * The kernel itself if it is compiled or the first of its kind, and otherwise a general one, which is compiled if need be: a
   * program whose sizes change compiles each of its kernels twice, whatever sizes follow. `resized`: its plan has been met for other
   * sizes. `soon`: general ones come first, since there are fewer of them, and they compile sooner.
   */
  choose(request: PipelineRequest, { resized = false, soon = false } = {}): PipelineRequest {
    if (!request.general || this.has(request) || (request.apart && !resized)) return request;
    const generals = generalsOf(request);
    const kind = hashOf(keyOf(generals.at(-1)!));
    const known = generals.find((general) => this.has(general));
    if (soon && request.sooner) {
      if (!known) this.hasty.add(kind);
      return known ?? generals[0]!;
    }
    const own = hashOf(keyOf(request));
    const first = this.met.get(kind);
    if (first === own) return request;
    if (first === undefined && (!known || this.hasty.has(kind))) {
      this.met.set(kind, own);
      return request;
    }
    return known ?? generals[0]!;
  }

  /** Whether a kernel is there already, or one that can stand in for it. */
  serves(request: PipelineRequest): boolean {
    return [request, ...generalsOf(request)].some((one) => this.has(one));
  }

  /** Whether so many kernels wait to be compiled that quicker substitutes pay. */
  takeLong(requests: readonly PipelineRequest[]): boolean {
    const keys = new Set(requests.flatMap((request) => (request.sooner ? keyOf(request) : [])));
    return [...keys].filter((key) => !this.pipelines.has(key)).length >= MANY_KERNELS;
  }

  /** Notes what a plan computes; true where one for other sizes has been there. */
  meet(operations: string, sizes: string): boolean {
    const kind = hashOf(operations);
    const first = this.plansMet.get(kind);
    if (first === undefined) this.plansMet.set(kind, hashOf(sizes));
    return first !== undefined && first !== hashOf(sizes);
  }

  private has(request: PipelineRequest): boolean {
    return this.pipelines.has(keyOf(request));
  }

  private async create({ label, entry, overrides, bindings }: PipelineRequest, code: string): Promise<Pipeline> {
    const layout = this.layout(bindings);
    const module = this.device.createShaderModule({ label, code });
    stats.shaderModulesCreated++;
    stats.pipelinesCreated++;
    try {
      const pipeline = await this.device.createComputePipelineAsync({
        label,
        // One a pipeline: where two share a layout, the wgpu of Deno 2.9 checks the sizes of buffers by the pipeline set before.
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: entry, constants: { ...overrides } },
      });
      return { pipeline, layout };
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const lines = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('\n');
      throw new GPUValidationFailure(
        `internal: the kernel ${label} did not compile: ${(cause as Error).message}\n${lines}`,
        { cause },
      );
    }
  }

  private layout(bindings: readonly BindingKind[]): GPUBindGroupLayout {
    const key = bindings.join('');
    let layout = this.layouts.get(key);
    if (!layout) {
      layout = this.device.createBindGroupLayout({
        entries: bindings.map((kind, binding) => ({
          binding,
          visibility: COMPUTE_STAGE,
          buffer: { type: bindingTypes[kind] },
        })),
      });
      this.layouts.set(key, layout);
    }
    return layout;
  }
}
