// Writes a Python class for each module that is not a layer of PyTorch. Instances that differ only in numbers share a
// class.
import { ArgumentError, nn, type Tensor } from '../../torch';
import { className, knownNumbers, Module } from '../../torch/inside';
import { forwardOf, type Method } from './forward';
import { isLayer, layerLine } from './layers';
import { inBothModes } from './merge';
import {
  filled,
  indented,
  isName,
  type Line,
  listed,
  numberText,
  plain,
  quoted,
  type Slot,
  shapeOf,
  slotsOf,
  wrapped,
} from './python';
import type { Frame } from './trace';

/** The Python text of one instance. */
interface Instance {
  readonly module: Module;
  /** The assignments in `__init__`: targets and expressions. */
  readonly members: readonly (readonly [target: string, value: Line])[];
  readonly methods: readonly Method[];
}

/** A class of the written file. */
export interface PythonClass {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly lines: readonly string[];
}

/** The traced calls (frames) of a module in training and in evaluation. */
export type FramesOf = (module: Module) => { readonly train: Frame | null; readonly evaluation: Frame | null };

export class Classes {
  readonly written: PythonClass[] = [];
  readonly #framesOf: FramesOf;
  readonly #names: Set<string>;
  /** Maps each module to the expression that constructs it. */
  readonly #constructed = new Map<Module, Line>();

  constructor(root: Module, rootName: string, framesOf: FramesOf) {
    this.#framesOf = framesOf;
    this.#names = new Set([rootName]);
    const heights = new Map<Module, number>();
    heightOf(root, heights);
    const levels = [...new Set(heights.values())].sort((a, b) => a - b);
    for (const level of levels) {
      const here = [...heights].filter(([, height]) => height === level).map(([module]) => module);
      this.#addAll(here.filter((module) => module !== root));
    }
    if (isLayer(root) || isContainer(root)) this.#writeCall(rootName, root);
    else this.#write(rootName, [this.#instance(root)], extras(root));
  }

  /** Writes a function that makes the network. Used if the network is a layer or a container of layers. */
  #writeCall(name: string, root: Module): void {
    const more = extras(root).map((line) => line.replaceAll('self', 'model'));
    const lines = [`model = ${plain(this.#construct(root))}`, ...more, 'return model'];
    this.written.push({ name, parameters: [], lines: [`def ${name}():`, ...indented(statements(lines))] });
  }

  #addAll(modules: readonly Module[]): void {
    const groups = new Map<string, Instance[]>();
    const kinds = new Map<unknown, number>();
    for (const module of modules) {
      const instance = this.#instance(module);
      const kind = kinds.get(module.constructor) ?? kinds.size;
      kinds.set(module.constructor, kind);
      const key = `${kind}\n${keyOf(instance)}`;
      groups.set(key, [...(groups.get(key) ?? []), instance]);
    }
    for (const instances of groups.values()) {
      const wanted = className(instances[0]!.module);
      let name = isName(wanted) ? wanted : 'Block';
      for (let k = 2; this.#names.has(name); k++) name = `${wanted}${k}`;
      this.#names.add(name);
      this.#write(name, instances, []);
    }
  }

  #instance(module: Module): Instance {
    const members: [string, Line][] = [];
    const seen = new Map<Module, string>();
    for (const [name, value] of ownTensors(module)) members.push([member(name), value]);
    for (const [name, child] of childrenOf(module)) {
      const shared = seen.get(child);
      members.push([member(name), shared ? [shared] : this.#construct(child)]);
      seen.set(child, member(name));
    }
    return { module, members, methods: this.#methods(module) };
  }

  #methods(module: Module): Method[] {
    const { train, evaluation } = this.#framesOf(module);
    const access = (path: string) => accessOf(module, path);
    const [one] = [train, evaluation].filter((frame) => frame !== null);
    if (!one) return [];
    if (!train || !evaluation) return [forwardOf(one, access)];
    const both = inBothModes(train, evaluation);
    return both ? [forwardOf(both, access)] : [forwardOf(train, access), forwardOf(evaluation, access)];
  }

  /** The expression that constructs a module. */
  #construct(module: Module): Line {
    const known = this.#constructed.get(module);
    if (known) return known;
    if (isLayer(module)) return layerLine(module);
    const items = childrenOf(module);
    const numbered = items.every(([name], i) => name === String(i));
    const named = () => dictOf(items.map(([name, child]) => [name, this.#construct(child)]));
    if (isPlainSequential(module)) {
      return numbered
        ? this.#list('nn.Sequential(', items, ')', '*')
        : ['nn.Sequential(OrderedDict(', ...named(), '))'];
    }
    if (module instanceof nn.ModuleList) return this.#list('nn.ModuleList([', items, '])', '');
    if (module instanceof nn.ModuleDict) return ['nn.ModuleDict(', ...named(), ')'];
    const own = ownTensors(module);
    if (module instanceof nn.ParameterList) return ['nn.ParameterList([', ...listed(own.map(([, line]) => line)), '])'];
    if (module instanceof nn.ParameterDict) return ['nn.ParameterDict(', ...dictOf(own), ')'];
    throw new ArgumentError(`toPython: expected a module of the network, but got a ${className(module)}`);
  }

  /** The expression for a container and its members. Three or more equal members are written as a comprehension. */
  #list(open: string, items: readonly (readonly [string, Module])[], close: string, spread: string): Line {
    const lines = items.map(([, child]) => this.#construct(child));
    const [first] = lines.map(plain);
    if (items.length > 2 && lines.every((line) => plain(line) === first)) {
      const [from, to] = spread === '' ? ['', ''] : ['*[', ']'];
      const count: Slot = { literal: String(items.length), hint: 'num_layers' };
      return [open, from!, ...lines[0]!, ' for _ in range(', count, ')', to!, close];
    }
    return [open, ...listed(lines), close];
  }

  /** Writes a class, and stores the expressions that construct its instances. */
  #write(name: string, instances: readonly Instance[], more: readonly string[]): void {
    const columns = instances.map((instance) => slotsIn(instance));
    const parameters = new Map<string, string>();
    const nameOf = columns[0]!.map(({ hint, owner }, i) => {
      const values = columns.map((slots) => slots[i]!.literal);
      if (values.every((value) => value === values[0])) return null;
      const key = JSON.stringify(values);
      const known = parameters.get(key);
      if (known !== undefined) return known;
      const taken = new Set(parameters.values());
      let free = taken.has(hint) && owner ? `${owner}_${hint}` : hint;
      for (let k = 2; taken.has(free); k++) free = `${hint}_${k}`;
      parameters.set(key, free);
      return free;
    });
    const names = [...parameters.values()];
    this.written.push({ name, parameters: names, lines: classLines(name, names, instances[0]!, nameOf, more) });
    for (const [k, { module }] of instances.entries()) {
      const items = names.map((parameter): Line => {
        const slot = columns[k]![nameOf.indexOf(parameter)]!;
        return [`${parameter}=`, { literal: slot.literal, hint: parameter }];
      });
      this.#constructed.set(module, [`${name}(`, ...listed(items), ')']);
    }
  }
}

/** The height of a module above the layers: 0 for a layer or a container of layers. */
function heightOf(module: Module, heights: Map<Module, number>): number {
  if (isLayer(module)) return 0;
  const below = Math.max(0, ...module.children().map((child) => heightOf(child, heights)));
  if (isContainer(module)) return below;
  heights.set(module, below + 1);
  return below + 1;
}

const isPlainSequential = (module: Module): boolean =>
  module instanceof nn.Sequential && module.forward === nn.Sequential.prototype.forward;

/** Whether a module only holds other modules or parameters, without computing anything itself. */
const isContainer = (module: Module): boolean =>
  isPlainSequential(module) ||
  [nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict].some(
    (kind) => module instanceof kind && module.forward === kind.prototype.forward,
  );

/** The direct submodules with their names. A shared submodule appears under each of its names. */
const childrenOf = (module: Module): [string, Module][] =>
  module.namedModules({ removeDuplicate: false }).filter(([path]) => path !== '' && !path.includes('.')) as [
    string,
    Module,
  ][];

/** The module's own parameters and buffers, with the expressions that create them. */
function ownTensors(module: Module): [string, Line][] {
  const parameters = module
    .namedParameters({ recurse: false })
    .map(([name, parameter]): [string, Line] => [name, ['nn.Parameter(torch.empty(', shapeSlot(parameter), '))']]);
  const stored = new Set(Object.keys(module.stateDict()));
  const buffers = module.namedBuffers({ recurse: false }).map(([name, buffer]): [string, Line] => {
    if (!stored.has(name)) return [name, ['torch.tensor(', ...contents(module, name, buffer), '), persistent=False']];
    return [name, ['torch.empty(', shapeSlot(buffer), `, dtype=torch.${buffer.dtype})`]];
  });
  return [...parameters, ...buffers.map(([name, line]): [string, Line] => [`buffer ${name}`, line])];
}

const shapeSlot = ({ shape }: Tensor): Slot => ({
  literal: `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`,
  hint: 'shape',
});

function contents(module: Module, name: string, buffer: Tensor): Line {
  const known = knownNumbers(buffer);
  if (known === null) {
    throw new ArgumentError(
      `toPython: buffer '${name}' of ${className(module)} is in no state dict, and is float16, part of larger memory, or on the device alone; register it with persistent: true`,
    );
  }
  const numbers = typeof known === 'number' ? new Array<number>(buffer.numel()).fill(known) : Array.from(known);
  return [`[${numbers.map(numberText).join(', ')}], dtype=torch.${buffer.dtype}).view(`, shapeSlot(buffer)];
}

/** The target of an assignment in `__init__`. */
const member = (name: string): string => (isName(name) ? `self.${name}` : name);

const dictOf = (entries: readonly (readonly [string, Line])[]): Line => [
  '{',
  ...listed(entries.map(([name, value]) => [`${quoted(name)}: `, ...value])),
  '}',
];

/** The expression with which a class accesses a module or parameter inside it, such as `self.layers[0].conv`. */
function accessOf(module: Module, path: string): string {
  let text = 'self';
  let at: unknown = module;
  for (const key of path.split('.')) {
    const isIn = at instanceof Module && isContainer(at);
    if (isIn && /^\d+$/.test(key)) text += `[${key}]`;
    else if (isIn && !(at instanceof nn.Sequential)) text += `[${quoted(key)}]`;
    else text = isName(key) ? `${text}.${key}` : `getattr(${text}, ${quoted(key)})`;
    at = at instanceof Module ? (at.namedChildren().find(([name]) => name === key)?.[1] ?? null) : null;
  }
  return text;
}

/** Instances with the same key share a class. */
const keyOf = ({ members, methods }: Instance): string =>
  JSON.stringify([
    members.map(([target, value]) => [target, shapeOf(value)]),
    methods.map(({ parameters, lines }) => [parameters, lines.map(shapeOf)]),
  ]);

/** The literals of an instance in order, each with the name of its member; null for literals in methods. */
const slotsIn = ({ members, methods }: Instance): (Slot & { readonly owner: string | null })[] => [
  ...members.flatMap(([target, value]) =>
    slotsOf(value).map((slot) => ({
      ...slot,
      owner: target.replace(/^self\.|^buffer /, '').replaceAll('.', '_'),
    })),
  ),
  ...methods.flatMap(({ lines }) => lines.flatMap((line) => slotsOf(line).map((slot) => ({ ...slot, owner: null })))),
];

/**
 * The statements that follow the members in the outermost class: they share weights, and freeze weights that are not
 * trained.
 */
function extras(root: Module): string[] {
  const first = new Map<unknown, string>();
  const lines: string[] = [];
  for (const [path, parameter] of root.namedParameters({ removeDuplicate: false })) {
    const owner = first.get(parameter);
    if (owner === undefined) first.set(parameter, path);
    else if (!isSharedModule(root, path, owner)) lines.push(`${accessOf(root, path)} = ${accessOf(root, owner)}`);
  }
  const frozen = root.namedParameters().filter(([, parameter]) => !(parameter as nn.Parameter).requiresGrad);
  return [...lines, ...frozen.map(([path]) => `${accessOf(root, path)}.requires_grad_(False)`)];
}

/** Whether two paths lead to the same parameter because its module is shared. */
function isSharedModule(root: Module, path: string, other: string): boolean {
  const [a, b] = [path, other].map((each) => root.getSubmodule(each.slice(0, Math.max(0, each.lastIndexOf('.')))));
  return a === b;
}

function classLines(
  name: string,
  parameters: readonly string[],
  { members, methods }: Instance,
  nameOf: readonly (string | null)[],
  more: readonly string[],
): string[] {
  let at = 0;
  const inForward = new Set<string>();
  const inInit = (slot: Slot): string => nameOf[at++] ?? slot.literal;
  const inMethod = (slot: Slot): string => {
    const parameter = nameOf[at++];
    if (!parameter) return slot.literal;
    inForward.add(parameter);
    return `self.${parameter}`;
  };
  const init = members.map(([target, value]) => assigned(target, filled(value, inInit)));
  const [train, evaluation] = methods.map((method) => method.lines.map((line) => filled(line, inMethod)));
  const kept = [...inForward].map((parameter) => `self.${parameter} = ${parameter}`);
  const body = evaluation
    ? ['if self.training:', ...indented(statements(train!)), ...statements(evaluation)]
    : statements(train ?? []);
  return [
    `class ${name}(nn.Module):`,
    ...indented([
      `def __init__(self${parameters.map((parameter) => `, ${parameter}`).join('')}):`,
      ...indented(['super().__init__()', ...kept, ...statements([...init, ...more])]),
      ...(train ? ['', `def forward(self, ${methods[0]!.parameters.join(', ')}):`, ...indented(body)] : []),
    ]),
  ];
}

function assigned(target: string, value: string): string {
  if (target.startsWith('self.')) return `${target} = ${value}`;
  const buffer = /^buffer (.*)$/.exec(target)?.[1];
  if (buffer !== undefined) return `self.register_buffer(${quoted(buffer)}, ${value})`;
  return `self.add_module(${quoted(target)}, ${value})`;
}

/** The statements of a method, indented and wrapped. */
const statements = (lines: readonly string[]): string[] => lines.flatMap((line) => wrapped(line, 8));
