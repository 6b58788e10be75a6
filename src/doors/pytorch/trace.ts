// Traces a network: records the calls, with their arguments, that the `forward` of each module makes. Layers of PyTorch
// are not traced into.
import { ArgumentError, type DType, rand, scope, Tensor } from '../../torch';
import {
  type CallWatcher,
  className,
  type Interceptor,
  inMode,
  intercepted,
  isPlainObject,
  knownNumbers,
  type Module,
  showShape,
  undone,
  watchedBy,
} from '../../torch/inside';
import { isLayer } from './layers';

/** An argument or a result of a call, or a part of one, in the form that a trace stores. */
export type Term =
  /** A tensor that was passed to the frame, or made by one of its statements. */
  | { readonly is: 'value'; readonly id: number }
  /** A parameter or buffer of the frame's module, by path. */
  | { readonly is: 'state'; readonly path: string }
  /** Any other tensor, if its numbers are known on the host. */
  | {
      readonly is: 'constant';
      readonly shape: Term;
      readonly numbers: readonly number[] | number;
      readonly dtype: DType;
    }
  | { readonly is: 'literal'; readonly value: number | string | boolean | null }
  /** `times` × the product of the sizes `of` values + `plus`. Found by tracing inputs of other sizes. */
  | { readonly is: 'size'; readonly of: readonly Place[]; readonly times: number; readonly plus: number }
  /** Whether the module is in training mode. Found by tracing both modes. */
  | { readonly is: 'training' }
  | { readonly is: 'list'; readonly items: readonly Term[] }
  /** `from:to:step` in an index. An omitted part is a literal null. */
  | { readonly is: 'slice'; readonly items: readonly Term[] }
  | { readonly is: 'record'; readonly entries: readonly (readonly [string, Term])[] };

/** A dimension of a value. */
export interface Place {
  readonly id: number;
  readonly dim: number;
}

/** A tensor operation: a function, a method or an attribute. */
export interface Operation {
  readonly operation: string;
  readonly kind: 'function' | 'method' | 'getter';
}

/** A call of an operation or of a submodule. */
export interface Statement {
  readonly call: Operation | { readonly path: string };
  readonly args: readonly Term[];
  readonly result: Term;
}

/** One recorded call of a module. */
export interface Frame {
  readonly module: Module;
  readonly args: readonly Term[];
  readonly statements: Statement[];
  result: Term;
  /** The shape of each value, by id. */
  readonly shapes: (readonly number[])[];
}

/** The maximum number of elements in a constant that is written out in the file. */
const MOST_NUMBERS = 4096;

/** The slice for a string index of `at`, such as `'1:3'` or `'::2'`; null for any other index. */
function sliceIn(index: unknown): Term | null {
  if (typeof index !== 'string' || !/^-?\d*:-?\d*(:-?\d*)?$/.test(index)) return null;
  const items = index.split(':').map((end): Term => ({ is: 'literal', value: end === '' ? null : Number(end) }));
  return { is: 'slice', items };
}

/** Whether an operation works in place, judging by its name. */
export const isInPlace = (operation: string): boolean => operation.endsWith('_');

/** A frame while its module is running. */
class OpenFrame implements Frame {
  readonly args: readonly Term[];
  readonly statements: Statement[] = [];
  result: Term = { is: 'literal', value: null };
  readonly shapes: (readonly number[])[] = [];
  readonly #values = new Map<Tensor, number>();
  readonly #state: ReadonlyMap<unknown, string>;
  readonly #paths: ReadonlyMap<unknown, string>;

  constructor(
    readonly module: Module,
    args: readonly unknown[],
  ) {
    this.#paths = new Map(module.namedModules().map(([path, inner]) => [inner, path] as const));
    const tensors = [
      ...module.namedBuffers({ removeDuplicate: false }),
      ...module.namedParameters({ removeDuplicate: false }),
    ];
    this.#state = new Map(tensors.map(([path, tensor]) => [tensor, path] as const));
    this.args = args.map((arg) => this.#made(arg));
  }

  operation(call: Operation, args: readonly unknown[], result: unknown): void {
    const { operation } = call;
    const terms = args.map((arg) => (operation === 'at' ? sliceIn(arg) : null) ?? this.term(arg));
    this.statements.push({
      call,
      args: terms,
      result: this.#made(result, isInPlace(operation)),
    });
  }

  call(module: Module, args: readonly unknown[], result: unknown): void {
    const path = this.#paths.get(module);
    if (path === undefined) throw unknownModule(this.module, module);
    const terms = args.map((arg) => this.term(arg));
    this.statements.push({ call: { path }, args: terms, result: this.#made(result) });
  }

  term(value: unknown): Term {
    if (value instanceof Tensor) {
      const id = this.#values.get(value);
      if (id !== undefined) return { is: 'value', id };
      const path = this.#state.get(value);
      return path === undefined ? this.#constant(value) : { is: 'state', path };
    }
    return this.#structure(value, (part) => this.term(part));
  }

  /**
   * The term for a call's result or for an argument of the frame. Its tensors get new ids, even if they already had
   * one, unless `keeps` is set.
   */
  #made(value: unknown, keeps = false): Term {
    if (!(value instanceof Tensor)) return this.#structure(value, (part) => this.#made(part, keeps));
    const known = this.#values.get(value);
    if (keeps && known !== undefined) return { is: 'value', id: known };
    const id = this.shapes.length;
    this.shapes.push(value.shape);
    this.#values.set(value, id);
    return { is: 'value', id };
  }

  #constant(tensor: Tensor): Term {
    const known = knownNumbers(tensor);
    if (known === null || (typeof known !== 'number' && known.length > MOST_NUMBERS)) {
      throw new ArgumentError(
        `toPython: ${className(this.module)} uses a tensor of shape ${showShape(tensor.shape)} that is neither its parameter nor its buffer, ` +
          'nor made by an operation of its forward; call registerBuffer with it in the constructor',
      );
    }
    const numbers = typeof known === 'number' ? known : Array.from(known);
    return { is: 'constant', shape: this.term([...tensor.shape]), numbers, dtype: tensor.dtype };
  }

  #structure(value: unknown, each: (part: unknown) => Term): Term {
    if (value === undefined || value === null) return { is: 'literal', value: null };
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
      return { is: 'literal', value };
    if (Array.isArray(value)) return { is: 'list', items: value.map(each) };
    if (isPlainObject(value)) {
      return { is: 'record', entries: Object.entries(value).map(([key, part]) => [key, each(part)] as const) };
    }
    // Results with named parts, such as values and indices, are tuples in Python.
    if (typeof value === 'object' && Symbol.iterator in value) {
      return { is: 'list', items: Array.from(value as Iterable<unknown>, each) };
    }
    throw new ArgumentError(
      `toPython: ${className(this.module)} passes a ${typeof value} to a module or an operation, which has no text in Python; pass tensors, numbers and texts`,
    );
  }
}

const unknownModule = (caller: Module, module: Module): ArgumentError =>
  new ArgumentError(
    `toPython: ${className(caller)} calls a ${className(module)} that is none of its modules; make it a property of ${className(caller)}`,
  );

class Tracer implements CallWatcher {
  /** The recorded calls of each module. */
  readonly frames = new Map<Module, Frame[]>();
  #open: OpenFrame | null = null;
  readonly #known: ReadonlySet<object>;

  constructor(root: Module) {
    this.#known = new Set(root.modules());
  }

  /** The interceptors that record the calls of each module of the network. */
  interceptors(): Map<object, Interceptor> {
    return new Map(
      [...this.#known].map((module) => [module, (args, run) => this.#called(module as Module, args, run)]),
    );
  }

  #called(module: Module, args: readonly unknown[], run: (args: readonly unknown[]) => unknown): unknown {
    const outer = this.#open;
    if (isLayer(module)) {
      this.#open = null;
      try {
        const result = watchedBy(null, () => run(args));
        outer?.call(module, args, result);
        return result;
      } finally {
        this.#open = outer;
      }
    }
    if (!outer && this.frames.size > 0) return run(args);
    const frame = new OpenFrame(module, args);
    this.#open = frame;
    try {
      const result = run(args);
      frame.result = frame.term(result);
      const known = this.frames.get(module);
      if (known) known.push(frame);
      else this.frames.set(module, [frame]);
      outer?.call(module, args, result);
      return result;
    } finally {
      this.#open = outer;
    }
  }

  operation(name: string, args: readonly unknown[], run: () => unknown, isGetter: boolean, isMethod: boolean): unknown {
    const result = watchedBy(null, run);
    // The function `where` takes the condition first; the method takes it second.
    const [x, condition, ...rest] = args;
    const given = name === 'where' && isMethod ? [condition, x, ...rest] : args;
    const kind = isGetter ? 'getter' : isMethod && name !== 'where' ? 'method' : 'function';
    if (this.#open && holdsTensor(result)) this.#open.operation({ operation: name, kind }, given, result);
    return result;
  }

  module(module: object, run: () => unknown): unknown {
    if (this.#open && !this.#known.has(module)) throw unknownModule(this.#open.module, module as Module);
    return run();
  }

  note(): void {}

  read(): void {}
}

const holdsTensor = (value: unknown): boolean =>
  value instanceof Tensor ||
  (Array.isArray(value) && value.some(holdsTensor)) ||
  (isPlainObject(value) && Object.values(value).some(holdsTensor)) ||
  (typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    holdsTensor([...(value as Iterable<unknown>)]));

/** A call of a network to trace. */
export interface Call {
  readonly model: Module;
  readonly args: readonly unknown[];
  readonly training: boolean;
  /**
   * Draw random numbers from a different position of the generator, so that random constants differ from those of
   * another trace.
   */
  readonly redraws?: boolean;
}

/** Calls the network once, and returns the calls of each module. Nothing is computed, and all changes are undone. */
export function traced({ model, args, training, redraws = false }: Call): ReadonlyMap<Module, readonly Frame[]> {
  const tracer = new Tracer(model);
  inMode(model, training, () =>
    scope(() =>
      undone(() => {
        if (redraws) rand(1);
        intercepted(tracer.interceptors(), () => watchedBy(tracer, () => model(...(args as never[]))));
      }),
    ),
  );
  return tracer.frames;
}
