// Works out the length of a safetensors file from its header, for files that are read piece by piece.

/** The format's own limit for the header, and the length of the field that holds the header's length. */
const MAX_HEADER = 100_000_000;
const PREFIX = 8;

/**
 * The length of a safetensors file, by its header; at most the length of `head` if that is not a valid header, which
 * the parser will report.
 */
export function safetensorsBound(head: Uint8Array): number {
  if (head.length < PREFIX) return PREFIX;
  const declared = new DataView(head.buffer, head.byteOffset, PREFIX).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER)) return head.length;
  const start = PREFIX + Number(declared);
  return head.length < start ? start : start + endOfData(head.subarray(PREFIX, start));
}

/** Where the last tensor ends in the data after the header; 0 if the header does not say. */
function endOfData(header: Uint8Array): number {
  let end = 0;
  try {
    for (const entry of Object.values(JSON.parse(new TextDecoder().decode(header)) as object)) {
      const offset: unknown = entry?.data_offsets?.[1];
      if (Number.isSafeInteger(offset)) end = Math.max(end, offset as number);
    }
  } catch {
    return 0;
  }
  return end;
}
