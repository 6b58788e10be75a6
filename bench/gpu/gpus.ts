// The GPUs that RADV compiles for, as the model takes them: published figures of a card with the chip.

export interface Gpu {
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

const rdna = { simds: 2, registers: 512, granularity: 8, waves: 16 } as const;
const vega = { simds: 4, registers: 256, granularity: 4, waves: 10 } as const;

export const gpus: Readonly<Record<string, Gpu>> = {
  navi21: { ...rdna, units: 80, gigahertz: 2.25, bandwidth: 512 },
  navi22: { ...rdna, units: 40, gigahertz: 2.42, bandwidth: 384 },
  navi23: { ...rdna, units: 32, gigahertz: 2.36, bandwidth: 256 },
  navi24: { ...rdna, units: 16, gigahertz: 2.6, bandwidth: 144 },
  navi10: { ...rdna, units: 40, gigahertz: 1.9, bandwidth: 448, granularity: 4, waves: 20 },
  navi14: { ...rdna, units: 22, gigahertz: 1.85, bandwidth: 224, granularity: 4, waves: 20 },
  vega10: { ...vega, units: 64, gigahertz: 1.55, bandwidth: 484 },
  vega20: { ...vega, units: 60, gigahertz: 1.75, bandwidth: 1024 },
  polaris10: { ...vega, units: 36, gigahertz: 1.27, bandwidth: 256 },
  renoir: { ...vega, units: 8, gigahertz: 2.1, bandwidth: 68 },
};
