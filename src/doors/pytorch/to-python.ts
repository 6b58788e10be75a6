// toPython: writes a network as a single Python file.

import { ArgumentError, cat, optim, scope, Tensor } from '../../torch';
import {
  type Arguments,
  className,
  kinds,
  Module,
  mapTensors,
  parseArgs,
  snakeName,
  tensorsIn,
} from '../../torch/inside';
import { Classes } from './classes';
import { forwardOf } from './forward';
import { withSizes } from './merge';
import { isName } from './python';
import { lossText, optimizerLines, type Scheduler, schedulerText, stepsByBatch } from './schedulers';
import { type Frame, traced } from './trace';
import { type Training, trainingImports, trainingLines, trainingPackages } from './training';

/** Options of `toPython`. */
export interface ToPythonOptions {
  /** The name of the Python class. Default: the name of the model's class. */
  name?: string | null;
  /** Also write a script that continues training, for `torchrun` or for Ray Train. Default: only the network. */
  trainer?: 'torchrun' | 'ray' | null;
  /**
   * The optimizer whose state dict is stored in the checkpoint as `optimizer`. Without this option, the script takes
   * the name of the optimizer's class as an argument.
   */
  optimizer?: optim.Optimizer | null;
  /** The scheduler whose state dict is stored in the checkpoint as `scheduler`. Default: none. */
  scheduler?: Scheduler | null;
  /**
   * The loss function, called with outputs and targets: a module of `nn`, or a function of `nn.functional`. Default:
   * `new nn.CrossEntropyLoss()`.
   */
  loss?: Module | ((...args: never[]) => unknown) | null;
}

interface ToPythonArguments extends ToPythonOptions {
  /** The network. If it has lazy layers, it must have been called at least once. */
  model: Module;
  /** The network's input: a tensor, or a list of arguments. */
  example: Tensor | readonly unknown[];
}

/** Maps each module to its frames (recorded calls) in one trace. */
type Frames = ReadonlyMap<Module, readonly Frame[]>;

const exampleKind: kinds.Kind = {
  words: 'an example of what the network is called with, such as torch.rand(1, 3, 224, 224), or a list of that',
  fits: (value) => value instanceof Tensor || Array.isArray(value),
};

const nameKind: kinds.Kind = {
  words: 'a string that is a name in Python',
  fits: (value) => typeof value === 'string' && isName(value),
};

const schedulerKind: kinds.Kind = {
  words: 'a scheduler of optim.lrScheduler',
  fits: (value) => typeof value === 'object' && value !== null && 'optimizer' in value && 'stateDict' in value,
};

/**
 * Writes a network as one readable Python file: a class for the network and for each class of its modules, with the
 * same names. PyTorch can then load the model's state dict, or a checkpoint that stores it as `model`, and computes the
 * same results.
 *
 *     const file = toPython(model, torch.rand(1, 1, 28, 28), { name: 'LeNet' });
 *     await torch.save(model.stateDict(), 'lenet.pt');   // in Python: from lenet import load; model = load('lenet.pt')
 *
 * With `trainer: 'torchrun'` the file is a script that continues from a checkpoint
 * `{ model, optimizer, scheduler, epoch }` in one or several processes
 * (`torchrun --nproc-per-node 2 lenet.py --data train.pt`). With `'ray'` it is a script for Ray Train.
 *
 * `forward` is traced by calling the model with `example` (a tensor or a list of arguments) in both modes; nothing is
 * computed. Sizes of the inputs stay variable. Plain JavaScript between operations, such as loops and conditions, is
 * not translated: the file has the operations that ran. Instances that differ only in numbers share a class.
 *
 * @throws ArgumentError if a call has no equivalent in Python; the error names the module
 */
export function toPython(
  ...args: Arguments<ToPythonArguments, ['model', 'example', 'name', 'trainer', 'optimizer', 'scheduler', 'loss']>
): string {
  const defaults = { name: null, trainer: null, optimizer: null, scheduler: null, loss: null };
  const o = parseArgs<ToPythonArguments>('toPython', ['model', 'example'], defaults, args, {
    model: kinds.instance(Module, 'a module'),
    example: exampleKind,
    name: kinds.orNull(nameKind),
    trainer: kinds.orNull(kinds.oneOf('torchrun', 'ray')),
    optimizer: kinds.orNull(kinds.instance(optim.Optimizer, 'an optimizer')),
    scheduler: kinds.orNull(schedulerKind),
    loss: kinds.orNull(kinds.either(kinds.instance(Module, 'a module'), kinds.callback)),
  });
  const { model, trainer } = o;
  const name = o.name ?? className(model);
  if (!isName(name))
    throw new ArgumentError(`toPython: expected name to be a name of a Python class, but got '${name}'`);
  if (!trainer && (o.optimizer || o.scheduler || o.loss)) {
    throw new ArgumentError(
      "toPython: expected trainer: 'torchrun' or 'ray' beside optimizer, scheduler or loss, which the network alone has no place for",
    );
  }
  const example = o.example instanceof Tensor ? [o.example] : (o.example as readonly unknown[]);
  // Traces with other sizes create their tensors inside the scope, so those tensors are never computed.
  const { written } = scope(() => new Classes(model, name, framesOf(model, example)));
  const training: Training | null = trainer && {
    trainer,
    file: `${snakeName(name)}.pt`,
    optimizer: o.optimizer && optimizerLines(o.optimizer, model),
    scheduler: o.scheduler && schedulerText(o.scheduler),
    byBatch: o.scheduler !== null && stepsByBatch(o.scheduler),
    loss: o.loss ? lossText(o.loss) : 'nn.CrossEntropyLoss()',
  };
  return assembled(
    name,
    example,
    written.map(({ lines }) => lines),
    training,
  );
}

/** Traces the model in both modes, and with inputs of other sizes. */
function framesOf(model: Module, example: readonly unknown[]) {
  const others = variations(example);
  const inMode = (training: boolean): Frames => {
    const base = traced({ model, args: example, training });
    expectSteady(base, () => traced({ model, args: example, training, redraws: true }));
    const varied = others.map((args) => attempt(() => traced({ model, args, training })));
    return new Map(
      [...base].map(([module, frames]) => [
        module,
        frames.map((frame, i) =>
          withSizes(
            frame,
            varied.flatMap((all) => all?.get(module)?.[i] ?? []),
          ),
        ),
      ]),
    );
  };
  const evaluation = inMode(false);
  const train = attempt(() => inMode(true));
  return (module: Module) => ({
    train: single(module, (train ?? evaluation).get(module)),
    evaluation: single(module, evaluation.get(module)),
  });
}

/** @throws ArgumentError if a constant that a `forward` creates differs between calls */
function expectSteady(base: Frames, again: () => Frames): void {
  const textOf = (frame: Frame) => JSON.stringify(frame.statements);
  const found = [...base].filter(([, frames]) => frames.some((frame) => textOf(frame).includes('"is":"constant"')));
  if (found.length === 0) return;
  const other = again();
  for (const [module, frames] of found) {
    if (frames.every((frame, i) => textOf(frame) === textOf(other.get(module)![i]!))) continue;
    throw new ArgumentError(
      `toPython: ${className(module)} makes other numbers in each call, as torch.randn(size) does; write torch.randnLike(x) or torch.randLike(x), which are traced`,
    );
  }
}

/** The result of `run`; null if it throws, for example because the network does not accept other sizes. */
function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

/** The frame of a module that is called once, or in the same way each time; null if it is never called. */
function single(module: Module, frames: readonly Frame[] | undefined): Frame | null {
  const [first, ...more] = frames ?? [];
  if (!first) return null;
  const text = (frame: Frame) => JSON.stringify(forwardOf(frame, (path) => path));
  if (more.some((frame) => text(frame) !== text(first))) {
    throw new ArgumentError(
      `toPython: ${className(module)} is called more than once in one pass, and calls other operations each time; give each call a module of its own`,
    );
  }
  return first;
}

/**
 * Variants of the example with other sizes: first with the leading dimension of every tensor doubled, then each with
 * another of the sizes doubled.
 */
function variations(example: readonly unknown[]): (readonly unknown[])[] {
  const tensors = tensorsIn(example);
  const dims = new Map<string, (tensor: Tensor) => number | null>();
  dims.set('0', ({ shape }) => (shape.length > 0 ? 0 : null));
  for (const { shape } of tensors) {
    shape.forEach((size, dim) => {
      if (dim > 0) dims.set(`${dim} ${size}`, (tensor) => (tensor.shape[dim] === size ? dim : null));
    });
  }
  return [...dims.values()].map((dimOf) =>
    mapTensors(example, (tensor) => {
      const dim = dimOf(tensor);
      return dim === null ? tensor : cat([tensor, tensor], dim);
    }),
  );
}

/** Sorts `import` lines before `from` lines, each alphabetically. */
const byKind = (a: string, b: string): number =>
  Number(a.startsWith('from')) - Number(b.startsWith('from')) || (a < b ? -1 : 1);

function assembled(
  name: string,
  example: readonly unknown[],
  classes: readonly (readonly string[])[],
  training: Training | null,
): string {
  const body = classes.flatMap((lines) => [...lines, '', '']);
  const text = body.join('\n');
  const shapes = tensorsIn(example).map(({ shape }) => `(${shape.join(', ')})`);
  const usage = {
    torchrun: `    torchrun --nproc-per-node 2 ${snakeName(name)}.py --data train.pt --checkpoint ${snakeName(name)}.pt`,
    ray: `    python ${snakeName(name)}.py --data train.pt --checkpoint ${snakeName(name)}.pt --workers 2`,
  };
  const needs = (part: string): boolean => text.includes(part) || (training?.loss.includes(part) ?? false);
  return [
    `"""${name}, written by Lamplight from a call with inputs of shape ${shapes.join(', ')}.`,
    '',
    'Operations are those that the call ran; loops and conditions of JavaScript between them are written as they ran then.',
    ...(training ? ['', usage[training.trainer]] : []),
    '"""',
    '',
    ...(training ? trainingImports(training.trainer) : []),
    ...(needs('OrderedDict') ? ['from collections import OrderedDict'] : []),
    ...(training || needs('OrderedDict') ? [''] : []),
    ...[
      'import torch',
      ...(needs('F.') ? ['import torch.nn.functional as F'] : []),
      ...(training ? trainingPackages(training.trainer) : []),
      'from torch import nn',
      ...(needs('ops.') ? ['from torchvision import ops'] : []),
    ].sort(byKind),
    '',
    '',
    ...body,
    'def load(path):',
    '    """The network with the weights of a file: a state dict, or a checkpoint that has one as `model`."""',
    "    state = torch.load(path, map_location='cpu', weights_only=True)",
    `    model = ${name}()`,
    "    model.load_state_dict(state['model'] if 'model' in state else state)",
    '    return model',
    ...(training ? ['', '', ...trainingLines(training)] : []),
    '',
  ].join('\n');
}
