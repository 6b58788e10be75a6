// Says of a cell that ends in a name that its owner does not have, such as `x.su`, what is meant, perhaps: the value is undefined, and nothing would be shown.

/** A last line that is names with points between them. */
const LAST =
  /(?:^|\n)[ \t]*([\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)+)[ \t]*;?\s*$/u;

/** All names that a value has, its own and those that it inherits. */
function namesOf(value: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names].filter((name) => /^[a-z]\w*[a-z0-9]$/i.test(name) && name !== 'constructor');
}

/** Up to three names that begin as the wanted one, or whose beginning it is. */
function near(wanted: string, names: readonly string[]): string[] {
  const low = wanted.toLowerCase().replaceAll('_', '');
  return names
    .filter((name) => name.toLowerCase().startsWith(low) || (name.length > 2 && low.startsWith(name.toLowerCase())))
    .sort((a, b) => Math.abs(a.length - wanted.length) - Math.abs(b.length - wanted.length))
    .slice(0, 3);
}

/** @param names the scope of the cells; null where the cell ends in something else */
export function unknownMember(source: string, names: Readonly<Record<string, unknown>>): string | null {
  const [first = '', ...path] = LAST.exec(source)?.[1]?.split('.') ?? [];
  const last = path.pop();
  if (last === undefined || !Object.hasOwn(names, first)) return null;
  let owner: unknown = names[first];
  for (const name of path) owner = Object(owner)[name];
  if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null || last in owner) return null;
  const meant = near(last, namesOf(owner));
  const whose = [first, ...path].join('.');
  return `${whose} has no ${last}${meant.length > 0 ? `; is ${meant.map((name) => `${whose}.${name}`).join(' or ')} meant?` : ''}`;
}
