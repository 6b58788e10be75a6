// Writes out marked WGSL once its constants are known.
import { piecesOf } from './parse-marks';
import { Writer } from './writer';

/** A marked source, written out. `sizes`: the values of its constants. */
export function writtenOut(source: string, sizes: ReadonlyMap<string, number>): string {
  const written = new Writer();
  written.write(piecesOf(source, sizes));
  return written.text();
}
