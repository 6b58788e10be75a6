// Converts the states of random generators to and from text, which JSON and every file format can hold.
import { Generator } from '../../engine/storage/random/generator';

/** Bytes in base64. */
export const toText = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** @throws DOMException if the text is not base64 */
export const fromText = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Whether the text is a state from which a generator can resume. */
export function isGeneratorState(text: unknown): boolean {
  try {
    return typeof text === 'string' && new Generator().setState(fromText(text)) instanceof Generator;
  } catch {
    return false;
  }
}
