// The arguments of addMesh, and the event that it adds.

import { ArgumentError, type Tensor } from '../../../torch';
import { type Arguments, isPlainObject, kinds, parseArgs, tensorKind as tensor } from '../../../torch/inside';
import { type Entry, summaryEntry, type When, whenKinds } from '../event-queue';
import { pythonJson } from '../python-json';
import { meshSummary } from '../summaries';
import { copyOf, numbersOf } from '../values';

interface MeshParameters extends When {
  tag: string;
  /** Shape [B, N, 3]: x, y and z. */
  vertices: Tensor;
  /** Shape [B, N, 3]: colours, from 0 to 255. Default: none. */
  colors?: Tensor | null;
  /** Shape [B, M, 3]: the indices of each triangle's vertices. Default: none, which shows a cloud of points. */
  faces?: Tensor | null;
  /** The classes of three.js and their settings: `camera`, `lights`, `material`. Default: none. */
  configDict?: Readonly<Record<string, unknown>> | null;
}

export type MeshCall = Arguments<
  MeshParameters,
  ['tag', 'vertices', 'colors', 'faces', 'configDict', 'globalStep', 'walltime']
>;

const part = kinds.orNull(tensor);

/** Whether the fifth argument is the configuration, rather than an object of keywords. */
const isConfig = (value: unknown): boolean =>
  isPlainObject(value) && !['configDict', 'globalStep', 'walltime'].some((name) => Object.hasOwn(value, name));

export function meshEntry(args: MeshCall): Entry {
  const op = 'addMesh';
  const defaults = { colors: null, faces: null, configDict: null, globalStep: null, walltime: null };
  const placed = args.length === 5 && isConfig(args[4]) ? [...args, {}] : args;
  const o = parseArgs<MeshParameters>(op, ['tag', 'vertices'], defaults, placed, {
    tag: kinds.text,
    vertices: tensor,
    colors: part,
    faces: part,
    configDict: kinds.orNull({ words: 'an object of names of three.js', fits: isPlainObject }),
    ...whenKinds,
  });
  const given = [
    { name: 'VERTEX', type: 1, tensor: o.vertices, key: 'vertices' },
    { name: 'FACE', type: 2, tensor: o.faces, key: 'faces' },
    { name: 'COLOR', type: 3, tensor: o.colors, key: 'colors' },
  ] as const;
  const parts = given.flatMap((one) => {
    if (one.tensor === null) return [];
    const { shape } = one.tensor;
    if (shape.length !== 3 || shape[2] !== 3) {
      throw new ArgumentError(`${op}: expected ${one.key} [B, N, 3], but got shape [${shape.join(', ')}]`);
    }
    return [{ ...one, tensor: copyOf(one.tensor) }];
  });
  const config = o.configDict === null ? '{}' : pythonJson(op, 'configDict', o.configDict);
  return summaryEntry(o, async () => {
    const values = await Promise.all(parts.map((one) => numbersOf(one.tensor)));
    return meshSummary(
      o.tag,
      parts.map(({ name, type, tensor: { shape } }, i) => ({ name, type, shape, values: values[i]! })),
      config,
    );
  });
}
