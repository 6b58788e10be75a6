// Owns what the walk of the calling rule calls: every function, class and method that a door exports, but for those that types hide.
import { type Declared, declaredFunction, declaredMethod, isHidden } from './declarations';
import { ready } from './values';

type Callee = (...args: unknown[]) => unknown;
type Class = (new (...args: unknown[]) => object) & { readonly prototype: object };

/** Something that a program can call. */
export interface Subject {
  /** `torch.add`, `nn.Linear`, `nn.Linear()` for the call of an object, `nn.Linear.extraRepr` for a method. */
  readonly id: string;
  readonly call: Callee;
  readonly declared: Declared | null;
  /** The class behind a constructor, whose objects have methods. */
  readonly made: Class | null;
}

const isClass = (value: unknown): value is Class =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

const isSpace = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** The functions and classes of a namespace and of those within it, each once: an alias is the same function. */
export function subjectsOf(door: string, space: object, seen: Set<unknown>): readonly Subject[] {
  if (seen.has(space)) return [];
  seen.add(space);
  return Object.entries(space).flatMap(([name, value]): readonly Subject[] => {
    const id = `${door}.${name}`;
    if (isSpace(value)) return subjectsOf(id, value, seen);
    if (typeof value !== 'function' || seen.has(value) || value.prototype instanceof Error) return [];
    seen.add(value);
    if (!isClass(value))
      return [{ id, call: value as Callee, declared: declaredFunction(value as Callee), made: null }];
    const statics = Object.getOwnPropertyNames(value)
      .filter((key) => !isHidden(value.name, key) && typeof Reflect.get(value, key) === 'function')
      .map((key) => {
        const method = Reflect.get(value, key) as Callee;
        const call = (...args: unknown[]) => method.apply(value, args);
        return { id: `${id}::${key}`, call, declared: declaredMethod(value.name, key), made: null };
      });
    const construct = (...args: unknown[]) => Reflect.construct(value, args);
    const declared = declaredBy(lineage(value.prototype), 'constructor');
    return [{ id, call: construct, declared, made: value }, ...statics];
  });
}

/** The names of the class of a prototype and of those that it extends: methods may stand on a class that does not declare them. */
function lineage(owner: object): readonly string[] {
  if (owner === Object.prototype) return [];
  return [owner.constructor.name, ...lineage(Object.getPrototypeOf(owner) as object)];
}

/** What the first of some classes that declares a method, or a constructor, says of it. */
const declaredBy = (types: readonly string[], name: string): Declared | null =>
  types.map((type) => declaredMethod(type, name)).find((one) => one !== null) ?? null;

const called = ['forward', 'update'];

/** The methods of objects of a class, each once whichever class inherits it, and the call of those that are functions. */
export function methodsOf(
  { id, made }: Pick<Subject, 'id' | 'made'>,
  make: (method: string) => object,
  seen: Set<unknown>,
): readonly Subject[] {
  const found: Subject[] = [];
  const object = make('');
  const names = new Set<string>();
  for (let owner = made!.prototype; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object) {
    const types = lineage(owner);
    for (const name of Object.getOwnPropertyNames(owner)) {
      const value: unknown = Object.getOwnPropertyDescriptor(owner, name)!.value;
      // What a class replaces is not called through its objects.
      if (names.has(name)) continue;
      names.add(name);
      if (typeof value !== 'function' || name === 'constructor' || seen.has(value)) continue;
      if (types.some((type) => isHidden(type, name))) continue;
      // The call of a metric updates it, with what update declares.
      if (name === 'forward' && names.has('update')) continue;
      seen.add(value);
      // What an object has of its own in the place of the method is what a program calls.
      const call = (...args: unknown[]) => {
        const self = make(name);
        ready[`${id}.${name}`]?.(self as never);
        return Reflect.apply(Object.hasOwn(self, name) ? (Reflect.get(self, name) as Callee) : value, self, args);
      };
      const declared = declaredBy(types, name);
      // The call of an object goes by what it calls.
      if (typeof object === 'function' && called.includes(name))
        found.push({ id: `${id}()`, call: (...args) => (make(name) as Callee)(...args), declared, made: null });
      else found.push({ id: `${id}.${name}`, call, declared, made: null });
    }
  }
  return found;
}
