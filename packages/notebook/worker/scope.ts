// Owns the names that cells share.

/** Says of names that nobody has declared what helps. */
export interface UnknownNames {
  /** Labels of cells that declare it. */
  declaredIn(name: string): readonly string[];
}

export class NameError extends ReferenceError {
  override readonly name = 'ReferenceError';

  constructor(
    message: string,
    readonly remedy: string | null,
  ) {
    super(message);
  }
}

/** Names by which cells know what every one of them may use. */
export type Builtins = Readonly<Record<string, PropertyDescriptor>>;

export class Scope {
  /** What compiled cells read and write: their names, before them those that all know; any other is an error when it is read. */
  readonly names: Record<string, unknown>;
  /** Names that came by an import. */
  readonly imported = new Set<string>();
  /** Names that were imported of a module that has no value for them, each with the module. */
  readonly #valueless = new Map<string, string>();
  /** Names that have gone. */
  readonly #lost = new Set<string>();

  constructor(
    builtins: Builtins,
    readonly unknown: UnknownNames,
  ) {
    const nothing = new Proxy(Object.create(null) as object, {
      get: (_, name) => {
        if (typeof name === 'string') throw this.#missing(name);
        return undefined;
      },
    });
    const known = Object.create(nothing) as object;
    for (const [name, { value, get = () => value }] of Object.entries(builtins)) {
      // Assigning makes it a name of the cells' own.
      Object.defineProperty(known, name, { get, set: (own: unknown) => this.set(name, own) });
    }
    this.names = Object.create(known) as Record<string, unknown>;
  }

  #missing(name: string): NameError {
    const door = this.#valueless.get(name);
    if (door !== undefined) return new NameError(`${name}: ${door} exports no value of this name`, null);
    if (this.#lost.has(name)) {
      return new NameError(
        `${name} went with Python, which has ended`,
        'Run the cell that declares it again, and those above it.',
      );
    }
    const [first] = this.unknown.declaredIn(name);
    return new NameError(
      `${name} is not defined`,
      first === undefined ? null : `Run ${first} first: it declares ${name}.`,
    );
  }

  /** A name that cells have declared. */
  has(name: string): boolean {
    return Object.hasOwn(this.names, name);
  }

  /** Takes a name away, whose value has gone with the interpreter of Python. */
  lose(name: string): void {
    Reflect.deleteProperty(this.names, name);
    this.#lost.add(name);
  }

  /** Gives a name its value, whatever it was before; a name that all cells know is theirs from then on. */
  set(name: string, value: unknown): void {
    this.#lost.delete(name);
    Object.defineProperty(this.names, name, { value, writable: true, enumerable: true, configurable: true });
  }

  /** Binds a name of an import; types have no value. */
  bind(local: string, door: string, module: object, imported: string): void {
    this.imported.add(local);
    if (imported === '*') this.set(local, module);
    else if (imported in module) this.set(local, (module as Record<string, unknown>)[imported]);
    else {
      Reflect.deleteProperty(this.names, local);
      this.#valueless.set(local, door);
      return;
    }
    this.#valueless.delete(local);
  }
}
