// Cuts a dispatch that may take too long into several, each with some of its workgroups. Loads late, for plans with such work.
import { type Pass, paramsOf, u32 } from './ir';

type Triple = readonly [x: number, y: number, z: number];

/** Workgroups that a dispatch computes of a larger one. */
interface Part {
  readonly first: Triple;
  readonly size: Triple;
}

/**
 * The pass as about so many, which compute the same together: WebGPU lets workgroups run in any order. `codeOf` gives the
 * code of a pass.
 */
export function cut(pass: Pass, parts: number, codeOf: (pass: Pass) => string): readonly Pass[] {
  const all = partsOf({ first: [0, 0, 0], size: pass.grid }, parts);
  if (all.length < 2) return [pass];
  const { reads, writes, params, extras = { reads: [], writes: [], params: [] } } = pass;
  const own = reads.length + writes.length + (paramsOf(params).length > 0 ? 1 : 0);
  const text = withOffset(codeOf(pass), pass, own + extras.reads.length + extras.writes.length);
  const { variants: _, ending: __, stage: ___, parts: ____, milliseconds = 0, ...rest } = pass;
  return all.map(({ first, size }) => ({
    ...rest,
    milliseconds: milliseconds / all.length,
    source: [text],
    consts: {},
    extras: { ...extras, params: [...extras.params, ...first.map(u32)] },
    grid: [...size],
  }));
}

/** About so many parts, which divide the longest side first. */
function partsOf({ first, size }: Part, parts: number): Part[] {
  const axis = size.indexOf(Math.max(...size));
  const length = size[axis]!;
  const count = Math.min(parts, length);
  if (count < 2) return [{ first, size }];
  const changed = (triple: Triple, value: number): Triple => [
    axis === 0 ? value : triple[0],
    axis === 1 ? value : triple[1],
    axis === 2 ? value : triple[2],
  ];
  return Array.from({ length: count }, (_, i): Part => {
    const start = Math.floor((i * length) / count);
    const end = Math.floor(((i + 1) * length) / count);
    return { first: changed(first, first[axis]! + start), size: changed(size, end - start) };
  }).flatMap((part) => (count === length ? partsOf(part, Math.ceil(parts / count)) : [part]));
}

/**
 * The code of a kernel whose workgroups are numbered from the numbers at the end of its last uniform on. If its extras have
 * none, that is a new one, at `binding`.
 */
function withOffset(code: string, { entry = 'main', grid, extras }: Pass, binding: number): string {
  const name = extras?.params.length ? uniformAt(code, binding) : 'cut';
  const [before, size, parameters, after] = entryOf(code, entry);
  const offset = `vec3u(${name}.cut_x, ${name}.cut_y, ${name}.cut_z)`;
  const lines: string[] = [];
  const renamed = parameters.replace(
    /@builtin\((workgroup_id|global_invocation_id|num_workgroups)\)\s*(\w+)/g,
    (_, builtin: string, own: string) => {
      if (builtin === 'num_workgroups') lines.push(`let ${own} = vec3u(${grid.map((n) => `${n}u`).join()});`);
      else lines.push(`let ${own} = part_${own} + ${offset}${builtin === 'workgroup_id' ? '' : ` * ${size}`};`);
      return `@builtin(${builtin}) part_${own}`;
    },
  );
  const written = `${before}${renamed}${after.replace('{', `{ ${lines.join(' ')}`)}`.replace(/^enable f16;\n/, '');
  const fields = 'cut_x: u32, cut_y: u32, cut_z: u32,';
  if (name === 'cut')
    return `${written}\nstruct Cut { ${fields} }\n@group(0) @binding(${binding}) var<uniform> cut: Cut;\n`;
  const type = new RegExp(`var<uniform>\\s+${name}\\s*:\\s*(\\w+)`).exec(written)![1]!;
  return written.replace(
    new RegExp(`(struct\\s+${type}\\s*\\{[^}]*?),?(\\s*\\})`),
    (_, body: string, end: string) => `${body}, ${fields}${end}`,
  );
}

/** The name of the uniform at a binding. */
function uniformAt(code: string, binding: number): string {
  return new RegExp(`@binding\\(${binding}\\)\\s*var<uniform>\\s+(\\w+)`).exec(code)![1]!;
}

/** What stands before the parameters of the entry point, the size of its workgroups as a vector, the parameters, and the rest. */
function entryOf(code: string, entry: string): readonly [string, string, string, string] {
  const { index, 0: head } = new RegExp(`\\bfn\\s+${entry}\\s*\\(`).exec(code)!;
  const open = index + head.length;
  // The parameters end at the first bracket that closes more than was opened.
  let depth = 1;
  let close = open;
  while (depth > 0) depth += { '(': 1, ')': -1 }[code[close++]!] ?? 0;
  const before = code.slice(0, open);
  const [sizes] = [...before.matchAll(/@workgroup_size\(([^)]*)\)/g)].slice(-1).map(([, list]) => list!.split(','));
  const sides = [0, 1, 2].map((d) => (sizes?.[d]?.trim() ? `u32(${sizes[d].trim()})` : '1u'));
  return [before, `vec3u(${sides.join()})`, code.slice(open, close - 1), code.slice(close - 1)];
}
