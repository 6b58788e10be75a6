// Writes the Python expressions for operations: operators, indices, tensor methods, and functions of torch,
// torch.nn.functional and torchvision.
import { nn } from '../../torch';
import { snakeName } from '../../torch/inside';
import { type Line, listed, numberText, quoted } from './python';
import { isInPlace, type Operation, type Term } from './trace';

const OPERATORS: Readonly<Record<string, string>> = {
  ...{ add: '+', sub: '-', mul: '*', div: '/', matmul: '@', pow: '**' },
  ...{ eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' },
};

/** Functions that have another name or module in Python. */
const otherNames: Readonly<Record<string, string>> = {
  ...{
    where: 'torch.where',
    atleast1d: 'torch.atleast_1d',
    atleast2d: 'torch.atleast_2d',
    atleast3d: 'torch.atleast_3d',
    pad: 'F.pad',
  },
};

/** Functions of `torchvision.ops`. */
const visionNames: ReadonlySet<string> = new Set([
  ...[
    'stochasticDepth',
    'dropBlock2d',
    'dropBlock3d',
    'deformConv2d',
    'roiAlign',
    'roiPool',
    'psRoiAlign',
    'psRoiPool',
    'nms',
    'batchedNms',
  ],
  ...['sigmoidFocalLoss', 'boxIou', 'boxArea', 'boxConvert', 'clipBoxesToImage', 'removeSmallBoxes'],
]);

const DTYPES: ReadonlySet<string> = new Set([
  'float32',
  'float16',
  'int32',
  'int64',
  'uint8',
  'bool',
  'float64',
  'bfloat16',
]);

/** Returns the Python text of a term. `hint` names the parameter if the term becomes one. */
export type TextOf = (term: Term, hint: string) => Line;

/** A literal as a slot. Not only numbers but also strings and booleans may differ between instances. */
export function literalLine(value: number | string | boolean | null, hint: string): Line {
  if (value === null) return ['None'];
  if (typeof value === 'boolean') return [{ literal: value ? 'True' : 'False', hint }];
  if (typeof value === 'number') return [{ literal: numberText(value), hint }];
  return DTYPES.has(value) ? [`torch.${value}`] : [{ literal: quoted(value), hint }];
}

/** The arguments of a call. A trailing options object is written as keyword arguments. */
export function argumentLines(args: readonly Term[], textOf: TextOf, name: string): Line[] {
  const last = args.at(-1);
  const named = last?.is === 'record' ? last.entries : [];
  const placed = last?.is === 'record' ? args.slice(0, -1) : args;
  const given = named.filter(([, value]) => !(value.is === 'literal' && value.value === null));
  return [
    ...placed.map((term) => textOf(term, `${name}_size`)),
    ...given.map(([key, value]): Line => [`${snakeName(key)}=`, ...textOf(value, snakeName(key))]),
  ];
}

/** The Python expression for an operation. */
export function operationLine({ operation, kind }: Operation, args: readonly Term[], textOf: TextOf): Line {
  const name = snakeName(operation);
  const [first, ...rest] = args;
  if (kind === 'getter') return [...textOf(first!, name), `.${operation}`];
  if (operation === 'at')
    return [...textOf(first!, name), '[', ...listed(rest.map((term) => indexLine(term, textOf))), ']'];
  const operator = OPERATORS[operation];
  if (operator && args.length === 2 && rest[0]!.is !== 'record') {
    return [...operand(first!, textOf), ` ${operator} `, ...operand(rest[0]!, textOf)];
  }
  if (operation === 'neg' && args.length === 1) return ['-', ...operand(first!, textOf)];
  const other = otherNames[operation];
  // In Python, in-place functions exist only as methods.
  if (!other && (kind === 'method' || isInPlace(operation))) {
    return [...operand(first!, textOf), `.${name}(`, ...listed(argumentLines(rest, textOf, name)), ')'];
  }
  const from = visionNames.has(operation) ? 'ops' : operation in nn.functional ? 'F' : 'torch';
  return [`${other ?? `${from}.${name}`}(`, ...listed(argumentLines(args, textOf, name)), ')'];
}

const operand: (term: Term, textOf: TextOf) => Line = (term, textOf) => {
  const line = textOf(term, 'number');
  const isNegative = term.is === 'literal' && typeof term.value === 'number' && term.value < 0;
  return term.is === 'size' || isNegative ? ['(', ...line, ')'] : line;
};

/** An index of `at`, where slices and ellipses are strings such as `'1:3'` and `'...'`. */
function indexLine(term: Term, textOf: TextOf): Line {
  if (term.is === 'literal' && typeof term.value === 'string') return [term.value];
  return textOf(term, 'index');
}
