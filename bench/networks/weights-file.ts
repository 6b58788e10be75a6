// Weights as the bytes of a safetensors file, as a program gets them: https://github.com/huggingface/safetensors#format
import type { HostArray } from '../inputs';

const ALIGNMENT = 8;

/** The length of the header, the header, and the numbers of all arrays one behind the other. */
export function safetensorsOf(arrays: Readonly<Record<string, HostArray>>): Uint8Array {
  let end = 0;
  const entries = Object.entries(arrays).map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const start = ALIGNMENT + Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + end).fill(0x20, ALIGNMENT, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - ALIGNMENT), true);
  bytes.set(text, ALIGNMENT);
  const numbers = new Float32Array(bytes.buffer, start);
  let at = 0;
  for (const { data } of Object.values(arrays)) {
    numbers.set(data, at);
    at += data.length;
  }
  return bytes;
}
