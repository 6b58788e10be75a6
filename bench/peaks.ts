// Peaks of well-known devices, by what the adapter calls itself: float32 arithmetic without matrix units, and memory bandwidth.

export interface Peak {
  /** GFLOP/s */
  readonly arithmetic: number;
  /** GB/s */
  readonly bandwidth: number;
}

/** From the makers' data sheets, at boost clock; the first match counts. */
const devices: readonly (readonly [name: RegExp, gigaflops: number, gigabytes: number])[] = [
  [/H200/, 66_900, 4_800],
  [/H100.*(PCIe|NVL)/, 51_200, 2_000],
  [/H100/, 66_900, 3_350],
  [/A100.*80/, 19_500, 1_935],
  [/A100/, 19_500, 1_555],
  [/\bL40S/, 91_600, 864],
  [/\bL4\b/, 30_300, 300],
  [/\bA10G?\b/, 31_200, 600],
  [/\bT4\b/, 8_100, 320],
  [/RTX 5090/, 104_800, 1_792],
  [/RTX 4090/, 82_600, 1_008],
  [/RTX 4080/, 48_700, 717],
  [/RTX 3090/, 35_600, 936],
  [/RTX 3080/, 29_800, 760],
  [/RTX 3060/, 12_700, 360],
  [/RX 7900 XTX/, 61_400, 960],
  [/Apple M1 Max/, 10_400, 400],
  [/Apple M1 Pro/, 5_200, 200],
  [/Apple M1/, 2_600, 68],
  [/Apple M2/, 3_600, 100],
];

/** The peak of a known device, or null. */
export function peakOf(adapter: string): Peak | null {
  const found = devices.find(([name]) => name.test(adapter));
  return found ? { arithmetic: found[1], bandwidth: found[2] } : null;
}
