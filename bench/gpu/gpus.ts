// The GPUs that RADV compiles for, as the model takes them: published figures of a card, or of a processor, with the chip.

/** What starts a wave otherwise, and waits otherwise. */
export type Architecture = 'gcn' | 'rdna' | 'rdna2' | 'rdna3';

export interface Gpu {
  readonly architecture: Architecture;
  /** Compute units: each multiplies 64 pairs of float32 a cycle, on SIMDs that share its workgroup memory. */
  readonly units: number;
  readonly gigahertz: number;
  /** Bytes a second from memory, in units of 1e9. */
  readonly bandwidth: number;
  /** Of a unit. */
  readonly simds: number;
  /** Registers of a lane that the resident waves of 64 on a SIMD share, and what they are given in pieces of. */
  readonly registers: number;
  readonly granularity: number;
  /** Waves that a SIMD holds at most, of 64 lanes. */
  readonly waves: number;
}

type Chip = readonly [name: string, units: number, gigahertz: number, bandwidth: number];

const of = (kind: Omit<Gpu, 'units' | 'gigahertz' | 'bandwidth'>, chips: readonly Chip[]): [string, Gpu][] =>
  chips.map(([name, units, gigahertz, bandwidth]) => [name, { ...kind, units, gigahertz, bandwidth }]);

export const gpus: Readonly<Record<string, Gpu>> = Object.fromEntries([
  ...of({ architecture: 'gcn', simds: 4, registers: 256, granularity: 4, waves: 10 }, [
    ['tonga', 28, 0.92, 176],
    ['fiji', 64, 1.05, 512],
    ['polaris10', 36, 1.27, 256],
    ['polaris11', 16, 1.28, 112],
    ['polaris12', 8, 1.18, 112],
    ['vega10', 64, 1.55, 484],
    ['vega20', 60, 1.75, 1024],
    ['raven', 11, 1.4, 38],
    ['renoir', 8, 2.1, 68],
    ['arcturus', 120, 1.5, 1228],
  ]),
  ...of({ architecture: 'rdna', simds: 2, registers: 512, granularity: 4, waves: 20 }, [
    ['navi10', 40, 1.9, 448],
    ['navi12', 40, 1.04, 394],
    ['navi14', 22, 1.85, 224],
  ]),
  ...of({ architecture: 'rdna2', simds: 2, registers: 512, granularity: 8, waves: 16 }, [
    ['navi21', 80, 2.25, 512],
    ['navi22', 40, 2.42, 384],
    ['navi23', 32, 2.36, 256],
    ['navi24', 16, 2.6, 144],
    ['vangogh', 8, 1.6, 88],
    ['rembrandt', 12, 2.4, 102],
  ]),
  ...of({ architecture: 'rdna3', simds: 2, registers: 768, granularity: 12, waves: 16 }, [
    ['gfx1100', 96, 2.5, 960],
    ['gfx1101', 60, 2.43, 624],
    ['gfx1102', 32, 2.63, 288],
  ]),
]);

/** The figures of a chip; a mistake where the model has none. */
export function gpuOf(family: string): Gpu {
  const gpu = gpus[family];
  if (!gpu)
    throw new Error(`check gpu: --family: expected one of ${Object.keys(gpus).join(', ')}, but got '${family}'`);
  return gpu;
}
