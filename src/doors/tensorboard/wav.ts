// Writes WAV files with one channel of 16-bit integers.
// Source: Multimedia Programming Interface and Data Specifications 1.0, IBM and Microsoft 1991, "RIFF WAVE".

const HEADER = 44;
const PCM = 1;
const BITS = 16;
const MOST = 2 ** (BITS - 1) - 1;

/** Encodes samples from −1 to 1; values beyond are clipped. */
export function wav(samples: readonly number[], sampleRate: number): Uint8Array {
  const length = 2 * samples.length;
  const file = new Uint8Array(HEADER + length);
  const view = new DataView(file.buffer);
  const name = (at: number, letters: string) => file.set(new TextEncoder().encode(letters), at);
  name(0, 'RIFF');
  view.setUint32(4, HEADER - 8 + length, true);
  name(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, (sampleRate * BITS) / 8, true);
  view.setUint16(32, BITS / 8, true);
  view.setUint16(34, BITS, true);
  name(36, 'data');
  view.setUint32(40, length, true);
  samples.forEach((sample, i) => {
    view.setInt16(HEADER + 2 * i, Math.fround(Math.min(1, Math.max(-1, sample)) * MOST), true);
  });
  return file;
}
