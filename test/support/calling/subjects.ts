// Owns what the walk of the calling rule calls: every function, class and method that a door exports, but for those that types hide.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Callee = (...args: unknown[]) => unknown;
type Class = (new (...args: unknown[]) => object) & { readonly prototype: object };

/** Something that a program can call. */
export interface Subject {
  /** `torch.add`, `nn.Linear`, `nn.Linear()` for the call of an object, `nn.Linear.extraRepr` for a method. */
  readonly id: string;
  readonly call: Callee;
  /** The arguments that its definition names before the first one with a default. */
  readonly length: number;
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
export function subjectsOf(door: string, space: object, seen: Set<unknown>, within = true): readonly Subject[] {
  if (seen.has(space)) return [];
  seen.add(space);
  return Object.entries(space).flatMap(([name, value]): readonly Subject[] => {
    const id = `${door}.${name}`;
    if (isSpace(value)) return within ? subjectsOf(id, value, seen) : [];
    if (typeof value !== 'function' || seen.has(value) || value.prototype instanceof Error) return [];
    seen.add(value);
    if (!isClass(value)) return [{ id, call: value as Callee, length: value.length, made: null }];
    const statics = Object.getOwnPropertyNames(value)
      .filter((key) => !hidden.has(`${name}.${key}`) && typeof Reflect.get(value, key) === 'function')
      .map((key) => {
        const method = Reflect.get(value, key) as Callee;
        return {
          id: `${id}::${key}`,
          call: (...args: unknown[]) => method.apply(value, args),
          length: method.length,
          made: null,
        };
      });
    return [
      { id, call: (...args: unknown[]) => Reflect.construct(value, args), length: value.length, made: value },
      ...statics,
    ];
  });
}

/** `Class.method` of those that are private, protected or left out of the declarations. */
const hidden = hiddenMembers();

function hiddenMembers(): ReadonlySet<string> {
  const names = new Set<string>();
  const source = fileURLToPath(new URL('../../../src', import.meta.url));
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    let owner = '';
    let internal = false;
    for (const line of readFileSync(`${source}/${file}`, 'utf8').split('\n')) {
      owner = /^(?:export )?(?:abstract )?class (\w+)/.exec(line)?.[1] ?? owner;
      const member =
        /^ {2}((?:private|protected|public|static|abstract|override|async|readonly|get|\*) ?)*(\w+)\s*[(<]/.exec(line);
      if (member && (internal || /^ {2}(static )?(private|protected) /.test(line))) names.add(`${owner}.${member[2]}`);
      internal = /@internal/.test(line) || (internal && !member && /^ {3}\*/.test(line));
    }
  }
  return names;
}
