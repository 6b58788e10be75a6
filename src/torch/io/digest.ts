// Checksums of files, computed piece by piece, so that a file need not be in memory.

/** The algorithms that servers and packages use for checksums. */
export type DigestKind = 'sha256' | 'md5';

/** The number of hexadecimal digits of each checksum. */
export const digitsOf: Readonly<Record<DigestKind, number>> = { sha256: 64, md5: 32 };

/** The checksum of bytes that arrive in pieces, as lower-case hexadecimal digits. */
export async function digest(kind: DigestKind, pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash =
    kind === 'md5'
      ? (await import('@noble/hashes/legacy.js')).md5.create()
      : (await import('@noble/hashes/sha2.js')).sha256.create();
  for await (const piece of pieces) hash.update(piece);
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
