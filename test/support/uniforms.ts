// Owns reading the uniform structs of WGSL sources: their scalars, one after the other, where the language lays them.

/** A scalar of a struct, `scalars` of it where it is a vector's or an array's. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
}

interface Layout {
  readonly size: number;
  readonly align: number;
  readonly fields: readonly Field[];
}

const comments = /\/\/[^\n]*/g;
const scalarTypes = new Set(['f32', 'i32', 'u32']);
const shortVectors: Readonly<Record<string, string>> = { f: 'f32', i: 'i32', u: 'u32' };
const up = (offset: number, align: number): number => Math.ceil(offset / align) * align;

/** Parts between commas, but for commas within angle brackets. */
function parts(text: string): string[] {
  const found = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '<') depth++;
    if (letter === '>') depth--;
    if (letter === ',' && depth === 0) found.push('');
    else found[found.length - 1] += letter;
  }
  return found.map((part) => part.trim()).filter((part) => part !== '');
}

/** The layout of a type by WGSL's rules of alignment (section 14.4.1). */
function layoutOf(type: string, code: string): Layout {
  if (scalarTypes.has(type)) return { size: 4, align: 4, fields: [{ name: '', type, offset: 0 }] };
  const vector = /^vec([234])(?:<(\w+)>|([fiu]))$/.exec(type);
  if (vector) {
    const count = Number(vector[1]);
    const scalar = vector[2] ?? shortVectors[vector[3]!]!;
    const fields = Array.from({ length: count }, (_, i) => ({ name: `[${i}]`, type: scalar, offset: 4 * i }));
    return { size: 4 * count, align: count === 2 ? 8 : 16, fields };
  }
  const array = /^array<(.*)>$/.exec(type);
  if (array) {
    const [element, length] = parts(array[1]!) as [string, string];
    return repeated(layoutOf(element, code), lengthOf(length, code));
  }
  const body = new RegExp(`\\bstruct ${type}\\s*\\{([^}]*)\\}`).exec(code)?.[1];
  if (body === undefined) throw new Error(`expected a struct ${type} in the source, but there is none`);
  let offset = 0;
  let most = 4;
  const fields: Field[] = [];
  for (const member of parts(body)) {
    const [, name, memberType] = /^(\w+)\s*:\s*(.*)$/.exec(member) as unknown as [string, string, string];
    const { size, align, fields: inner } = layoutOf(memberType, code);
    offset = up(offset, align);
    // Fields of a struct within keep their names.
    const own = inner.every((field) => /^\w/.test(field.name)) ? '' : name;
    for (const field of inner) fields.push({ ...field, name: `${own}${field.name}`, offset: offset + field.offset });
    offset += size;
    most = Math.max(most, align);
  }
  return { size: up(offset, most), align: most, fields };
}

function repeated({ size, align, fields }: Layout, count: number): Layout {
  const stride = up(size, align);
  const all = Array.from({ length: count }, (_, i) =>
    fields.map((field) => ({ ...field, name: `[${i}]${field.name}`, offset: i * stride + field.offset })),
  );
  return { size: count * stride, align, fields: all.flat() };
}

function lengthOf(length: string, code: string): number {
  const value = /^\d+u?$/.test(length)
    ? length
    : new RegExp(`\\bconst ${length}\\b[^=]*=\\s*(\\d+)u?;`).exec(code)?.[1];
  if (value === undefined) throw new Error(`expected an array of a known length, but got ${length}`);
  return Number.parseInt(value, 10);
}

/** The scalars of each uniform that the source declares, by binding. */
export function uniformsOf(source: string): Map<number, readonly Field[]> {
  const code = source.replace(comments, '');
  const declarations = code.matchAll(/@group\(0\)\s*@binding\((\d+)\)\s*var<uniform>\s*\w+\s*:\s*([^;]+);/g);
  return new Map([...declarations].map(([, binding, type]) => [Number(binding), layoutOf(type!.trim(), code).fields]));
}
