// The rows of the table: what a compiler made of each kernel, and what the model says of each dispatch.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gpu } from './gpus';
import { inputsOf } from './inputs';
import { count, isMemoryWait, type Loop, type Program, parse } from './isa';
import { estimate } from './model';
import type { Dispatch, Kernel } from './recorder';
import type { Recorded } from './run';
import { workgroupSize } from './spirv';

/** What is known of a kernel without running it. */
export interface Compiled {
  readonly kernel: string;
  readonly threads: number;
  readonly registers: number;
  /** Registers that were spilled on AMD; spills and fills of Intel's. */
  readonly spills: number;
  /** Bytes a lane of memory for what has no register. */
  readonly scratch: number;
  readonly lds: number;
  /** In the loop that multiplies, or else the one that loads: vector instructions, weighed by their time, that multiply, in percent. */
  readonly fma: number;
  /** The loads from memory of that loop, and the waits for them. */
  readonly loads: number;
  readonly waits: number;
}

/** A dispatch, with what the model says. */
export interface Launched extends Compiled {
  readonly groups: readonly number[];
  /** Microseconds: the larger of the two that follow. */
  readonly us: number;
  readonly compute: number;
  readonly memory: number;
  /** Percent of its time in which nothing covers the latency of memory. */
  readonly waiting: number;
  /** Millions of multiplications of all lanes. */
  readonly multiplications: number;
  /** Millions of bytes from and to memory, and thousands that are under way at one time. */
  readonly bytes: number;
  readonly inFlight: number;
  /** Waves that a SIMD has room for. */
  readonly waves: number;
  /** Conditions that hang on data, which the model guessed, or instructions beyond its limit. */
  readonly guesses?: number;
  readonly isCut?: true;
}

export interface Row {
  readonly workload: string;
  /** Percent of the peak of float32: of the multiplications that the definition asks for; without them, of those that the lanes take part in. */
  readonly peak: number;
  readonly us: number;
  /** Percent of the time that the bytes would take at the memory's full rate. */
  readonly ofMemory: number;
  readonly dispatches: readonly Launched[];
}

/** Numbers of three digits, so that tables do not differ by noise. */
const three = (x: number): number => Number(x.toPrecision(3));

/** One kernel's files. */
interface Read {
  readonly program: Program;
  readonly size: readonly [number, number, number];
  readonly lanes: number;
  readonly compiled: Compiled;
  readonly wgsl: string;
}

export class Reader {
  private readonly read = new Map<string, Read>();
  private readonly launched = new Map<string, Launched>();

  /** `gpu`: what the model takes; undefined for Intel's, of which it has none. */
  constructor(
    private readonly folder: string,
    private readonly gpu: Gpu | undefined,
  ) {}

  row({ name, macs, dispatches }: Recorded): Row {
    const parts = dispatches.map((dispatch) => this.launch(dispatch));
    const us = parts.reduce((sum, part) => sum + part.us, 0);
    const all = macs ?? parts.reduce((sum, part) => sum + part.multiplications * 1e6, 0);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const { units = 0, gigahertz = 0, bandwidth = 0 } = this.gpu ?? {};
    const part = (done: number, perMicrosecond: number): number =>
      us > 0 && perMicrosecond > 0 ? three((100 * done) / (us * perMicrosecond)) : 0;
    const [peak, ofMemory] = [part(all, units * 64 * gigahertz * 1000), part(bytes, bandwidth / 1000)];
    return { workload: name, peak, us: three(us), ofMemory, dispatches: parts };
  }

  private launch(dispatch: Dispatch): Launched {
    const { kernel, groups, bound } = dispatch;
    const contents = bound.map(({ binding, bytes, contents: of }) => `${binding}:${bytes}:${of?.join() ?? ''}`);
    const key = `${kernel.id} ${groups} ${contents}`;
    const launched =
      this.launched.get(key) ?? (this.gpu ? this.modelled(dispatch, this.gpu) : this.unmodelled(dispatch));
    this.launched.set(key, launched);
    return launched;
  }

  /** Of Intel's assembly nothing is followed. */
  private unmodelled({ kernel, groups }: Dispatch): Launched {
    const none = { us: 0, compute: 0, memory: 0, waiting: 0, multiplications: 0, bytes: 0, inFlight: 0, waves: 0 };
    return { ...this.kernel(kernel).compiled, groups, ...none };
  }

  private modelled({ kernel, groups, bound }: Dispatch, gpu: Gpu): Launched {
    const { program, size, lanes, compiled, wgsl } = this.kernel(kernel);
    const said = estimate(
      {
        program,
        size,
        groups,
        statistics: { lanes, registers: compiled.registers, ldsBytes: compiled.lds },
        // The library and its peers have one group of bindings; of several the first is followed.
        buffers: new Map(bound.filter(({ group }) => group === 0).map((one) => [one.binding, one])),
        inputs: inputsOf(program, wgsl, gpu.architecture),
      },
      gpu,
    );
    return {
      ...compiled,
      fma: Math.round(100 * said.share),
      groups,
      us: three(said.microseconds),
      compute: three(said.compute),
      memory: three(said.memory),
      waiting: Math.round(100 * said.waiting),
      multiplications: three(said.multiplications / 1e6),
      bytes: three(said.bytes / 1e6),
      inFlight: three(said.inFlight / 1e3),
      waves: three(said.waves),
      ...(said.guesses > 0 ? { guesses: said.guesses } : {}),
      ...(said.isComplete ? {} : { isCut: true as const }),
    };
  }

  private kernel({ id, label, code }: Kernel): Read {
    const known = this.read.get(id);
    if (known) return known;
    const file = (ending: string): Buffer => readFileSync(join(this.folder, `${id}.${ending}`));
    const lines = file('stat').toString().trim().split('\n');
    const statistics = new Map(lines.map((line) => line.split('\t') as [string, string]));
    const stat = (...names: string[]): number =>
      names.reduce((sum, name) => sum + Number(statistics.get(name) ?? 0), 0);
    const text = file('isa').toString();
    const program = parse(this.gpu ? text : '');
    if (this.gpu && program.code.length === 0) throw new Error(`Mesa gives no assembly of ${label} for this GPU`);
    const size = workgroupSize(file('spv'));
    const compiled: Compiled = {
      kernel: label,
      threads: size[0] * size[1] * size[2],
      registers: stat('VGPRs'),
      spills: stat('Spilled VGPRs', 'Spill Count', 'Fill Count'),
      scratch: stat('Scratch size', 'Scratch Memory Size'),
      lds: stat('LDS size', 'Workgroup Memory Size'),
      ...(this.gpu ? mixOf(program) : mixOfIntel(text)),
    };
    const read = { program, size, lanes: stat('Subgroup') || 64, compiled, wgsl: code };
    this.read.set(id, read);
    return read;
  }
}

type Mix = Pick<Compiled, 'fma' | 'loads' | 'waits'>;

function mixOf({ code, root }: Program): Mix {
  const most = (kind: 'fma' | 'load'): Loop | undefined =>
    root.inner
      .map((loop) => ({ loop, n: count(code, loop, kind) }))
      .filter(({ n }) => n > 0)
      .sort((a, b) => b.n - a.n)[0]?.loop;
  const hot = most('fma') ?? most('load') ?? root;
  let [slots, fma] = [0, 0];
  for (const one of code.slice(hot.from, hot.to + 1)) {
    slots += one.slots;
    if (one.kind === 'fma') fma += one.slots;
  }
  return {
    fma: slots > 0 ? Math.round((100 * fma) / slots) : 0,
    loads: count(code, hot, 'load'),
    waits: count(code, hot, isMemoryWait),
  };
}

/** Of Intel's whole program: which instructions multiply and add, which are sent to memory, and which wait for what was sent. */
function mixOfIntel(text: string): Mix {
  const all = text.match(/^(\(\S+\) )?[a-z][\w.]*\(\d+\)/gm) ?? [];
  const of = (pattern: RegExp): number => all.filter((one) => pattern.test(one)).length;
  const vector = of(/^(?!send|sync|if|endif|else|while|break|cont|jmpi|halt)/);
  return { fma: vector > 0 ? Math.round((100 * of(/mad|mac\b/)) / vector) : 0, loads: of(/send/), waits: of(/sync/) };
}
