// Ballast: untouched address space that makes the garbage collector count GPU memory, which it cannot see.

/**
 * A resizable buffer that already has its maximal size: it gets whole pages, which no allocator clears or keeps for
 * reuse.
 */
const Reserved = ArrayBuffer as new (bytes: number, options: { readonly maxByteLength: number }) => ArrayBuffer;

const PROBE_BYTES = 1 << 20;

let isFelt: boolean | null = null;

/**
 * Whether the collector counts resizable buffers, if the runtime tells. V8 11.3 (Node 20) counts them; the V8 of
 * Chromium 156 does not. Plain buffers are counted everywhere, but in Node, freed plain buffers stay in memory: a loop
 * of 12,000 steps held 619 MB with plain buffers and 387 MB without.
 */
function feelsReserved(): boolean {
  const host = globalThis as { readonly process?: { memoryUsage?(): { readonly external: number } } };
  const counted = () => host.process?.memoryUsage?.().external ?? 0;
  const before = counted();
  const { byteLength } = new Reserved(PROBE_BYTES, { maxByteLength: PROBE_BYTES });
  return counted() - before >= byteLength;
}

/** Ballast of this many bytes. It counts for as long as the caller keeps the buffer. */
export function ballastOf(bytes: number): ArrayBuffer {
  isFelt ??= feelsReserved();
  return isFelt ? new Reserved(bytes, { maxByteLength: bytes }) : new ArrayBuffer(bytes);
}
