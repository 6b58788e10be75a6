// Writing out marked WGSL, once its constants are known.
import { piecesOf } from './marked';
import { Written } from './written';

/** A marked source whose constants are `sizes`, without its marks. */
export function writtenOut(source: string, sizes: ReadonlyMap<string, number>): string {
  const written = new Written();
  written.write(piecesOf(source, sizes));
  return written.text();
}
