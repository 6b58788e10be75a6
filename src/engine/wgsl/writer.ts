// Collects written-out WGSL: makes names distinct that would collide, and turns a variable that is assigned once into a
// `let`.

/** Text, or a function that writes text. */
export type Piece = string | ((out: Writer) => void);

/** A variable without an initial value. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  /** The index of the part for its declaration. */
  readonly place: number;
  /**
   * The index of the part with which its only assignment so far begins; null if it cannot become a `let`; undefined
   * before its first use.
   */
  assigned: number | null | undefined;
}

/**
 * A use of a variable. `assigns`: a line gives it a value in the block that declares it. `writes`: the use may change
 * it.
 */
export interface Use {
  readonly assigns: boolean;
  readonly writes: boolean;
}

export class Writer {
  private readonly parts: string[] = [];
  private readonly declared = new Map<string, number>();
  private readonly variables: Variable[] = [];

  add(text: string): void {
    this.parts.push(text);
  }

  write(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      if (typeof piece === 'string') this.parts.push(piece);
      else piece(this);
    }
  }

  /** The text of pieces, without adding it. The pieces must not declare or assign anything. */
  textOf(pieces: readonly Piece[]): string {
    const start = this.parts.length;
    this.write(pieces);
    return this.parts.splice(start).join('');
  }

  /** The name for the next declaration of `text`. In a block whose braces are removed, it is a name of its own. */
  nameOf(text: string, stays: boolean): string {
    const count = (this.declared.get(text) ?? 0) + 1;
    this.declared.set(text, count);
    return stays ? text : `${text}_n${count}`;
  }

  /** Reserves a part for declarations, and returns its index. */
  place(): number {
    return this.parts.push('') - 1;
  }

  declare(name: string, type: string, place: number): Variable {
    const variable: Variable = { name, type, place, assigned: undefined };
    this.variables.push(variable);
    return variable;
  }

  use(variable: Variable, { assigns, writes }: Use): void {
    const at = this.parts.push(variable.name) - 1;
    if (variable.assigned === undefined) variable.assigned = assigns ? at : null;
    else if (writes) variable.assigned = null;
  }

  text(): string {
    const { parts } = this;
    for (const { name, type, place, assigned } of this.variables) {
      if (typeof assigned === 'number') parts[assigned] = `let ${name}`;
      else parts[place] += `var ${name}: ${type};\n`;
    }
    return parts.join('');
  }
}
