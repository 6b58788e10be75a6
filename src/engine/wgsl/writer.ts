// WGSL as it is written out: names that meet become distinct, and a variable that is assigned once becomes a `let`.

/** Text as it is, or what writes it. */
export type Piece = string | ((out: Writer) => void);

/** A variable without an initial value. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  /** The part that declares it. */
  readonly place: number;
  /** The part that its only assignment begins with, as far as is known; null where a `let` cannot take its place, undefined before its first use. */
  assigned: number | null | undefined;
}

/** How a variable is used: `assigns` where a line gives it a value in the block that declares it, `writes` where it may change. */
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

  /** What pieces write, by itself; they declare and assign nothing. */
  textOf(pieces: readonly Piece[]): string {
    const start = this.parts.length;
    this.write(pieces);
    return this.parts.splice(start).join('');
  }

  /** The name for the next declaration of `text`: in a block that goes, a name that no other declaration has. */
  nameOf(text: string, stays: boolean): string {
    const count = (this.declared.get(text) ?? 0) + 1;
    this.declared.set(text, count);
    return stays ? text : `${text}_n${count}`;
  }

  /** A place for declarations. */
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
