// Owns the error of a cell that cannot be compiled, with its place.

/** A cell's text is no program, or asks for what cells cannot do. */
export class CellSyntaxError extends SyntaxError {
  readonly line: number;
  /** From 1; null where it is not known. */
  readonly column: number | null;
  readonly remedy: string | null;

  constructor(message: string, place: { readonly line: number; readonly column?: number; readonly remedy?: string }) {
    super(message);
    this.name = 'SyntaxError';
    this.line = place.line;
    this.column = place.column ?? null;
    this.remedy = place.remedy ?? null;
  }
}
