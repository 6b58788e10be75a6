// Writing out marked WGSL, once its constants are known.
import { piecesOf } from './parse-marks';
import { Writer } from './writer';

/** A marked source whose constants are `sizes`, without its marks. */
export function writtenOut(source: string, sizes: ReadonlyMap<string, number>): string {
  const written = new Writer();
  written.write(piecesOf(source, sizes));
  return written.text();
}
