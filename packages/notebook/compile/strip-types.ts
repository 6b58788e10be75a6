// Takes the types out of a cell's TypeScript; every line stays where it is.
import { transform } from 'sucrase';
import { CellSyntaxError } from './failure';

interface Located {
  readonly message: string;
  readonly loc?: { readonly line: number; readonly column: number };
}

const isLocated = (error: unknown): error is Located =>
  typeof error === 'object' && error !== null && typeof (error as Located).message === 'string';

/** @throws CellSyntaxError */
export function stripTypes(source: string): string {
  try {
    // A name that is imported is used in later cells, whether this one uses it or not.
    const { code } = transform(source, {
      transforms: ['typescript'],
      disableESTransforms: true,
      keepUnusedImports: true,
      preserveDynamicImport: true,
    });
    return code;
  } catch (error) {
    if (!isLocated(error) || !error.loc) throw error;
    const message = error.message.replace(/^Error transforming [^:]*: /, '').replace(/ \(\d+:\d+\)$/, '');
    throw new CellSyntaxError(message, { line: error.loc.line, column: error.loc.column + 1 });
  }
}
