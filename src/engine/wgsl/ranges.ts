// Rewrites the WGSL of a kernel for values that are larger than a binding may be: a storage array is bound as several
// ranges, and each access chooses its range. Or the kernel runs once for each range (a sweep): each run does the work of
// the indices in its range or, if it cannot tell them apart, does all the work and stores what lies in the range.

/** A storage array of a kernel's code. */
export interface Variable {
  readonly name: string;
  readonly binding: number;
  /** Whether the kernel may write to it. */
  readonly writes: boolean;
  /** The type of an element, and its bytes. `bytes` is 0 for types that cannot be bound in ranges, such as atomics. */
  readonly element: string;
  readonly bytes: number;
}

const declaration = /@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]*)>\s*(\w+)\s*:\s*([^;]+);/g;
const alias = /\balias\s+(\w+)\s*=\s*([^;]+);/g;

/** The storage arrays that a kernel's code accesses, in the order in which they are declared. */
export function variablesOf(code: string): Variable[] {
  const aliases = new Map([...code.matchAll(alias)].map(([, name, type]) => [name!, type!.trim()]));
  return [...code.matchAll(declaration)].flatMap(([, binding, space, name, type]) => {
    const element = /^array<(.*?)(?:,\s*\w+\s*)?>$/s.exec(type!.trim())?.[1]?.trim();
    if (!space!.startsWith('storage') || element === undefined || accessesTo(name!, code).length === 0) return [];
    const writes = space!.includes('read_write');
    return { name: name!, binding: Number(binding), writes, element, bytes: bytesOf(element, aliases) };
  });
}

function bytesOf(type: string, aliases: ReadonlyMap<string, string>): number {
  const plain = aliases.get(type);
  if (plain !== undefined) return bytesOf(plain, aliases);
  const [, width = '1', scalar] = /^(?:vec([24]))?<?([fiu](?:32|16)?|bool)>?$/.exec(type) ?? [];
  if (scalar === undefined) return 0;
  return Number(width) * (scalar === 'f16' || scalar === 'h' ? 2 : 4);
}

interface Access {
  readonly start: number;
  readonly end: number;
  /** The text between the brackets. */
  readonly index: string;
}

/** The position after the bracket that closes the one before `from`. */
function closing(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length; at++) {
    if ('([{'.includes(code[at]!)) depth++;
    else if (')]}'.includes(code[at]!) && --depth === 0) return at + 1;
  }
  return code.length;
}

interface Body {
  readonly name: string;
  readonly parameters: string;
  /** Whether it returns a value. */
  readonly returns: boolean;
  /** The position of the parameters, of the first character of the block, and of its end. */
  readonly start: number;
  readonly open: number;
  readonly end: number;
}

function functionsOf(code: string): Body[] {
  return [...code.matchAll(/\bfn\s+(\w+)\s*\(/g)].map((match) => {
    const start = match.index + match[0].length;
    const after = closing(code, start);
    const open = code.indexOf('{', after) + 1;
    const returns = code.slice(after, open).includes('->');
    return {
      name: match[1]!,
      parameters: code.slice(start, after - 1),
      returns,
      start,
      open,
      end: closing(code, open),
    };
  });
}

/** The accesses to an array, in order. A parameter or a local variable of its name hides it. */
function accessesTo(name: string, code: string): Access[] {
  const hides = new RegExp(`\\b(?:let|var|const)\\s+${name}\\b|(?:^|[(,])\\s*${name}\\s*:`);
  return functionsOf(code).flatMap(({ parameters, open, start, end }) => {
    const local = hides.exec(code.slice(open, end));
    const visible = hides.test(parameters) ? start : local ? open + local.index : end;
    return [...code.slice(0, visible).matchAll(new RegExp(`(?<![\\w.])${name}\\s*\\[`, 'g'))]
      .filter(({ index }) => index >= open)
      .map((match) => {
        const from = match.index + match[0].length;
        const to = closing(code, from);
        return { start: match.index, end: to, index: code.slice(from, to - 1).trim() };
      });
  });
}

/** A function that accesses arrays at one index alone, from the position `at` on. All the kernel's work is done in it. */
export interface Sweep {
  readonly names: readonly string[];
  readonly index: string;
  readonly at: number;
}

/** Those of the arrays that the code only assigns to. */
export const onlyAssigned = (code: string, names: readonly string[]): string[] =>
  names.filter((name) => accessesTo(name, code).every(({ end }) => /^\s*=(?!=)/.test(code.slice(end, end + 20))));

/**
 * The code with an array read through another one, `to`, that binds the same memory; null if the types of their elements
 * do not allow it.
 */
export function mergedInto(code: string, from: Variable, to: Variable): string | null {
  const same = from.element === to.element;
  const isNumber = (type: string) => /^[fiu]32$/.test(type);
  const inFours = to.element === 'vec4f' && from.element === 'f32';
  if (!same && !inFours && !(isNumber(from.element) && isNumber(to.element))) return null;
  let text = code;
  for (const { start } of accessesTo(from.name, code).reverse()) {
    const open = text.indexOf('[', start) + 1;
    const end = closing(text, open);
    const index = text.slice(open, end - 1);
    const fours = `${to.name}[u32(${index}) / 4u][u32(${index}) % 4u]`;
    const other = same ? `${to.name}[${index}]` : `bitcast<${from.element}>(${to.name}[${index}])`;
    text = text.slice(0, start) + (inFours ? fours : other) + text.slice(end);
  }
  return text;
}

/** The sweep over those of the arrays that one function alone accesses, at one index. Null if there are none. */
export function sweepOf(code: string, entry: string, names: readonly string[]): Sweep | null {
  const variables = variablesOf(code).filter(({ bytes }) => bytes > 0);
  const accesses = new Map(variables.map(({ name }) => [name, accessesTo(name, code)]));
  for (const { name, parameters, returns, open, end } of functionsOf(code)) {
    const inside = ({ start }: Access) => start >= open && start < end;
    if (returns || ![...accesses.values()].flat().some(inside)) continue;
    const block = code.slice(open, end);
    for (const index of new Set(
      names.flatMap((n) =>
        accesses
          .get(n)!
          .filter(inside)
          .map((a) => a.index),
      ),
    )) {
      if (!/^[a-z_]\w*$/i.test(index)) continue;
      const lets = [...block.matchAll(new RegExp(`\\b(?:let|var|const)\\s+${index}\\b`, 'g'))];
      const given = new RegExp(`(?:^|,)\\s*${index}\\s*:\\s*u32\\s*(?:,|$)`).test(parameters);
      const line = new RegExp(`^\\s*let\\s+${index}\\s*=[^;]*;`).exec(block);
      if (given ? lets.length > 0 : lets.length !== 1 || !line) continue;
      const at = given ? open : open + line![0].length;
      const swept = names.filter((n) => {
        const all = accesses.get(n)!;
        return all.length > 0 && all.every((one) => inside(one) && one.start >= at && one.index === index);
      });
      if (swept.length === 0) continue;
      const alone = [...accesses.values()].flat().every((one) => inside(one) && one.start >= at);
      const main = functionsOf(code).find((one) => one.name === entry)!;
      const loops = name !== entry && /\b(?:for|while|loop)\b/.test(code.slice(main.open, main.end));
      const waits = /\b(?:\w+Barrier|subgroup\w+|workgroupUniformLoad)\b/.test(code);
      if (alone && !loops && !waits) return { names: swept, index, at };
    }
  }
  return null;
}

/** Where ranges of an array begin, in elements. */
export type Starts = readonly number[];

/** How a kernel binds its arrays. Those that are not named are not bound. */
export interface Binding {
  /** An array takes as many bindings in a row as it has ranges. */
  readonly ranges: ReadonlyMap<string, Starts>;
  /**
   * With a sweep or a list of masked arrays, a uniform `swept` follows as the last binding, whose fields say which
   * indices are this run's. Of a masked array, only they are stored.
   */
  readonly sweep?: Sweep;
  readonly masked?: readonly string[];
}

/** The code with some arrays bound in ranges. */
export function inRanges(code: string, { ranges, sweep, masked = [] }: Binding): string {
  let text = sweep ? withSweep(code, sweep) : code;
  const chooses = (name: string) => (ranges.get(name)?.length ?? 0) > 1;
  for (const name of ranges.keys()) if (chooses(name) || masked.includes(name)) text = withChoices(text, name);
  const elements = new Map(variablesOf(code).map((variable) => [variable.name, variable]));
  let next = 0;
  const numbers = new Map<string, number>();
  const all = [...text.matchAll(declaration)].map(([, binding, space, name]) => {
    const width = space!.startsWith('storage') ? (ranges.get(name!)?.length ?? 0) : 1;
    return { binding: binding!, width };
  });
  // Several arrays may be declared for one binding, of which a kernel accesses one.
  for (const { binding, width } of all.sort((a, b) => Number(a.binding) - Number(b.binding))) {
    if (width === 0 || numbers.has(binding)) continue;
    numbers.set(binding, next);
    next += width;
  }
  text = text.replace(declaration, (_, binding: string, space: string, name: string, type: string) => {
    const first = numbers.get(binding);
    const isUniform = !space.startsWith('storage');
    const starts = ranges.get(name);
    if (first === undefined || (!starts && !isUniform)) return '';
    const bound = (n: number, as: string) => `@group(0) @binding(${n}) var<${space}> ${as}: `;
    const isMasked = masked.includes(name);
    if (!starts || (!chooses(name) && !isMasked)) return `${bound(first, name)}${type};`;
    const { element, writes } = elements.get(name)!;
    if (isMasked) return `${bound(first, name)}array<${element}>;\n${masking(name, element)}`;
    const parts = starts.map((_, r) => `${bound(first + r, `${name}_range${r}`)}array<${element}>;`);
    return [...parts, reader(name, element, starts), ...(writes ? [writer(name, element, starts)] : [])].join('\n');
  });
  if (!sweep && masked.length === 0) return text;
  return `${text}\nstruct Swept { first: u32, end: u32 }\n@group(0) @binding(${next}) var<uniform> swept: Swept;\n`;
}

/** The code in which the function of a sweep leaves other indices to other runs. */
function withSweep(code: string, { names, index, at }: Sweep): string {
  let text = code;
  // The latest first, so that the positions of the earlier ones stay right.
  const all = names.flatMap((name) => accessesTo(name, text)).sort((a, b) => b.start - a.start);
  for (const { start, end } of all) {
    const array = text.slice(start, text.indexOf('[', start));
    text = `${text.slice(0, start)}${array}[${index} - swept.first]${text.slice(end)}`;
  }
  return `${text.slice(0, at)} if (${index} < swept.first || ${index} >= swept.end) { return; }${text.slice(at)}`;
}

/** The code with the accesses to an array as calls. */
function withChoices(code: string, name: string): string {
  let text = code;
  // The latest first: what it encloses, such as an index or an assigned value, has then been rewritten.
  for (const { start } of accessesTo(name, code).reverse()) {
    const from = text.indexOf('[', start) + 1;
    const end = closing(text, from);
    const index = `u32(${text.slice(from, end - 1)})`;
    const read = `${name}_read(${index})`;
    const counted = /^\s*(?:\+\+|--)/.exec(text.slice(end))?.[0];
    if (counted) {
      text = `${text.slice(0, start)}${name}_write(${index}, ${read} ${counted.at(-1)} 1)${text.slice(end + counted.length)}`;
      continue;
    }
    const assigned = /^\s*((?:\.\w+)?)\s*([-+*/%&|^]?)=(?!=)/.exec(text.slice(end));
    if (!assigned) {
      text = text.slice(0, start) + read + text.slice(end);
      continue;
    }
    const [sign, member, operator] = assigned as unknown as [string, string, string];
    const after = end + sign.length;
    const stop = statementEnd(text, after);
    const value = text.slice(after, stop).trim();
    const written = (whole: string) => `${name}_write(${index}, ${whole})`;
    const call =
      member === ''
        ? written(operator === '' ? value : `${read} ${operator} (${value})`)
        : `{ var whole = ${read}; whole${member} ${operator}= ${value}; ${written('whole')}; }`;
    // A block is not followed by a semicolon.
    text = text.slice(0, start) + call + text.slice(member === '' ? stop : stop + 1);
  }
  return text;
}

/** The position of the semicolon that ends a statement, or of the bracket that closes the head of a loop. */
function statementEnd(code: string, from: number): number {
  let at = from;
  while (at < code.length && !';)'.includes(code[at]!)) at = '([{'.includes(code[at]!) ? closing(code, at + 1) : at + 1;
  return at;
}

/** For each range but the last, `use` of the range's array and of the index in it, if the index lies there. */
const chosen = (name: string, starts: Starts, use: (array: string, index: string) => string): string =>
  starts
    .map((start, r) => {
      const used = use(`${name}_range${r}`, start === 0 ? 'i' : `i - ${start}u`);
      const end = starts[r + 1];
      return end === undefined ? `  ${used}` : `  if (i < ${end}u) { ${used} }`;
    })
    .join('\n');

const reader = (name: string, element: string, starts: Starts): string =>
  `fn ${name}_read(i: u32) -> ${element} {\n${chosen(name, starts, (array, index) => `return ${array}[${index}];`)}\n}`;

const writer = (name: string, element: string, starts: Starts): string =>
  `fn ${name}_write(i: u32, value: ${element}) {\n${chosen(name, starts, (array, index) => `${array}[${index}] = value; return;`)}\n}`;

const masking = (name: string, element: string): string =>
  `fn ${name}_write(i: u32, value: ${element}) {\n  if (i >= swept.first && i < swept.end) { ${name}[i - swept.first] = value; }\n}`;
