// The cache of compute pipelines and bind group layouts: one pipeline for each combination of source, entry point and
// constants.
import { GPUValidationFailure } from '../core/errors';
import { stats } from './stats';

/** How a binding is used: r = read-only storage, w = read_write storage, u = uniform. */
export type BindingKind = 'r' | 'w' | 'u';

export interface PipelineRequest {
  readonly label: string;
  /** The code that identifies the kernel: equal only if the compiled code is equal. */
  readonly code: string;
  /** The code to compile. Default: `code`. */
  write?(): string;
  readonly entry: string;
  readonly overrides: Readonly<Record<string, number>>;
  /** The kinds of the bindings of group 0. */
  readonly bindings: readonly BindingKind[];
  /**
   * A kernel with the same bindings that computes the same bits, for more sizes. The last of the chain serves all
   * sizes.
   */
  readonly general?: PipelineRequest;
  /**
   * Use the general kernel only if the whole plan was met with other sizes, not if just another kernel of its kind was
   * met.
   */
  readonly apart?: boolean;
  /** The general kernel is ready sooner, since it has a smaller tile or is shared by many. */
  readonly sooner?: boolean;
}

/** If a plan needs this many new kernels, as a network does, it pays to begin with fewer and smaller general ones. */
const MANY_KERNELS = 8;

/** The kernels that can stand in for a kernel, the most general last. */
export function generalsOf({ general }: PipelineRequest): PipelineRequest[] {
  return general ? [general, ...generalsOf(general)] : [];
}

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const COMPUTE_STAGE = 4; // GPUShaderStage.COMPUTE
const bindingTypes: Record<BindingKind, GPUBufferBindingType> = { r: 'read-only-storage', w: 'storage', u: 'uniform' };

/** The key that identifies a kernel. */
export const keyOf = ({ entry, bindings, overrides, code }: PipelineRequest): string =>
  `${entry}\n${bindings.join('')}\n${JSON.stringify(overrides)}\n${code}`;

/** A 32-bit hash of a text (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** A cached pipeline, and the number of characters of its code. */
interface Kept {
  readonly pipeline: Promise<Pipeline>;
  readonly characters: number;
}

/**
 * The maximum number of characters of source to keep pipelines for; the least recently used goes first. Plans keep
 * their own pipelines.
 */
const MAX_CHARACTERS = 1 << 24;

export class Pipelines {
  /** In the order of last use, the least recent first. */
  private readonly pipelines = new Map<string, Kept>();
  private characters = 0;
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  /**
   * For the hash of each most general kernel: the hash of the first kernel of its kind. A collision only makes a kernel
   * general too early.
   */
  private readonly met = new Map<number, number>();

  /** The hashes of general kernels that were compiled only because they are ready sooner. */
  private readonly hasty = new Set<number>();

  /** For the hash of each plan's operations: the hash of the first sizes they were met with. */
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
    // The empty submit starts the compilation now, while the code of the next kernel is being written.
    this.device.queue.submit([]);
    // If the compilation fails, for lack of memory, say, the next request tries again.
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

  /** Compiles kernels, all at once. */
  getAll(requests: readonly PipelineRequest[]): Promise<Pipeline>[] {
    return requests.map((request) => this.get(request));
  }

  /** Compiles kernels one after another. */
  getInTurn(requests: readonly PipelineRequest[]): Promise<Pipeline>[] {
    let last: Promise<unknown> = Promise.resolve();
    return requests.map((request) => {
      const pipeline = last.then(() => this.get(request));
      last = pipeline;
      return pipeline;
    });
  }

  /** Compiles the kernels that are missing, all at once. Calls `onProgress` at the start and after each. */
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
   * Chooses a kernel: the requested one if it is compiled or the first of its kind; otherwise a general one, which is
   * compiled if need be. So a program with changing sizes compiles each of its kernels at most twice. `resized`: the
   * plan was met with other sizes. `soon`: prefer general kernels, since they are fewer and compile sooner.
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

  /** Whether a kernel, or one that can stand in for it, has been requested already. */
  serves(request: PipelineRequest): boolean {
    return [request, ...generalsOf(request)].some((one) => this.has(one));
  }

  /** Whether so many kernels must be compiled that it pays to begin with quicker substitutes. */
  takeLong(requests: readonly PipelineRequest[]): boolean {
    const keys = new Set(requests.flatMap((request) => (request.sooner ? keyOf(request) : [])));
    return [...keys].filter((key) => !this.pipelines.has(key)).length >= MANY_KERNELS;
  }

  /** Notes the operations of a plan. True if they were met with other sizes before. */
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
        // A layout of its own: if two pipelines share one, the wgpu of Deno 2.9 checks buffer sizes against the wrong
        // pipeline.
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
