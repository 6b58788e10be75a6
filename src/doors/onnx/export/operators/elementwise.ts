// Arithmetic, elementary functions and comparisons, element by element.
import { isFloat } from '../../../../torch/inside';
import type { Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';

/** Translates to the ONNX node of this type, which means the same. */
const same =
  (opType: string): Translator =>
  (site) =>
    site.op(opType, inputsOf(site), {}, site.dtype);

/** An operator that ONNX has for floats only. Integers, which it would not change, pass as they are. */
const ofFloats =
  (opType: string): Translator =>
  (site) =>
    isFloat(site.in(0).dtype) ? site.op(opType, [site.in(0)]) : site.in(0);

const inputsOf = (site: Site): Wire[] => site.node.inputs.map((_, i) => site.in(i));

/** The second operand: a tensor, or the node's scalar argument. */
const operand = (site: Site): Wire => (site.has(1) ? site.in(1) : number(site, 0));

/** A scalar argument of the node, cast to the dtype of its first input. */
const number = (site: Site, i: number): Wire => site.number(i, site.in(0).dtype);

/** The expression that the node computes. It tells apart operations that share a name. */
export function expressionOf({ node: { op, inputs, outputs, attrs } }: Site): string {
  const lowered = op.lower({ inputs, outputs, attrs } as unknown as Parameters<typeof op.lower>[0]);
  return lowered.kind === 'pointwise' ? lowered.body.expr : '';
}

/** `or` and `and` for bools; an arithmetic ONNX node for numbers. */
const sumOrLogic =
  (opType: string, logic: string): Translator =>
  (site) => {
    const a = site.in(0);
    if (a.dtype === 'bool') return site.op(logic, [a, site.in(1)]);
    if (site.has(1) && site.scalars.length > 0) {
      const scaled = site.op('Mul', [site.in(1), number(site, 0)]);
      return site.op(opType, [a, scaled]);
    }
    return site.op(opType, [a, operand(site)]);
  };

const binary =
  (opType: string): Translator =>
  (site) =>
    site.op(opType, [site.in(0), operand(site)]);

/** Casts dtypes that ONNX's comparisons do not accept to int64, which they do. */
const ordered = (site: Site, x: Wire): Wire =>
  x.dtype === 'bool' || x.dtype === 'uint8' || x.dtype === 'uint32' ? site.builder.cast(x, 'int64') : x;

const comparison =
  (opType: string): Translator =>
  (site) =>
    site.op(opType, [ordered(site, site.in(0)), ordered(site, operand(site))], {}, 'bool');

const logic =
  (opType: string): Translator =>
  (site) =>
    site.op(
      opType,
      inputsOf(site).map((x) => site.builder.cast(x, 'bool')),
    );

const bits =
  (logical: string, opType: string): Translator =>
  (site) => {
    if (site.dtype === 'bool') return site.op(logical, inputsOf(site));
    if (site.opset < 18) site.fail('needs opsetVersion 18 or later, which has operations on bits');
    return site.op(opType, inputsOf(site));
  };

export const trunc = (site: Site, x: Wire): Wire =>
  site.op('Mul', [site.op('Sign', [x]), site.op('Floor', [site.op('Abs', [x])])]);

/** Python's integer quotient, rounded down; ONNX's is truncated. */
const floorQuotient: Translator = (site) => {
  const [a, b] = [site.in(0), operand(site)];
  if (isFloat(a.dtype)) return site.op('Floor', [site.op('Div', [a, b])]);
  return site.op('Div', [site.op('Sub', [a, site.op('Mod', [a, b])]), b]);
};

const remainder: Translator = (site) => {
  const [a, b] = [site.in(0), operand(site)];
  if (!isFloat(a.dtype)) return site.op('Mod', [a, b]);
  return site.op('Sub', [a, site.op('Mul', [b, site.op('Floor', [site.op('Div', [a, b])])])]);
};

const where: Translator = (site) => {
  const condition = site.in(0);
  if (site.has(2)) return site.op('Where', [condition, site.in(1), site.in(2)], {}, site.dtype);
  const constant = site.number(0, site.dtype);
  const isFirst = expressionOf(site).startsWith('select(a1');
  const [a, b] = isFirst ? [constant, site.in(1)] : [site.in(1), constant];
  return site.op('Where', [condition, a, b], {}, site.dtype);
};

/** The maximum or minimum of two operands; for bools, "or" and "and". */
const extreme =
  (opType: string, logical: string): Translator =>
  (site) =>
    site.op(site.dtype === 'bool' ? logical : opType, inputsOf(site));

const clamp: Translator = (site) => {
  if (site.scalars.length === 2) return site.op('Clip', [site.in(0), number(site, 0), number(site, 1)]);
  const isMin = expressionOf(site).includes('max(');
  return site.op('Clip', isMin ? [site.in(0), number(site, 0)] : [site.in(0), null, number(site, 0)]);
};

/** A formula over wires. */
type Formula = (site: Site, ...operands: Wire[]) => Wire;

const formula =
  (of: Formula): Translator =>
  (site) =>
    of(site, ...inputsOf(site));

const log1p = (site: Site, x: Wire): Wire => site.op('Log', [site.op('Add', [x, site.scalar(1, x.dtype)])]);

const clamped = (site: Site, x: Wire, least: number, most: number): Wire =>
  site.op('Clip', [x, site.scalar(least), site.scalar(most)]);

/** ln(a / (1 - a)) */
const logit: Translator = (site) => {
  const [eps] = site.scalars;
  const a = eps === undefined ? site.in(0) : clamped(site, site.in(0), eps, 1 - eps);
  return site.op('Log', [site.op('Div', [a, site.op('Sub', [site.scalar(1), a])])]);
};

/** The angle of (b, a): that of a / b, corrected if b is negative. */
const atan2: Formula = (site, a, b) => {
  const zero = site.scalar(0);
  const turn = site.op(
    'Where',
    [site.op('Less', [a, zero], {}, 'bool'), site.scalar(-Math.PI), site.scalar(Math.PI)],
    {},
    'float32',
  );
  const half = site.op('Mul', [site.op('Sign', [a]), site.scalar(Math.PI / 2)]);
  const angle = site.op('Atan', [site.op('Div', [a, b])]);
  const left = site.op(
    'Where',
    [site.op('Less', [b, zero], {}, 'bool'), site.op('Add', [angle, turn]), angle],
    {},
    'float32',
  );
  return site.op('Where', [site.op('Equal', [b, zero], {}, 'bool'), half, left], {}, 'float32');
};

const logaddexp: Formula = (site, a, b) => {
  const apart = site.op('Neg', [site.op('Abs', [site.op('Sub', [a, b])])]);
  return site.op('Add', [site.op('Max', [a, b]), log1p(site, site.op('Exp', [apart]))]);
};

const unlessZero = (site: Site, a: Wire, otherwise: Wire, atZero: number): Wire =>
  site.op('Where', [site.op('Equal', [a, site.scalar(0)], {}, 'bool'), site.scalar(atZero), otherwise], {}, 'float32');

const finite: Translator = (site) => {
  const [x] = inputsOf(site);
  const bad = site.op('Or', [site.op('IsNaN', [x!], {}, 'bool'), site.op('IsInf', [x!], {}, 'bool')]);
  return site.op('Not', [bad]);
};

/** Only floats can be NaN or infinite; for other dtypes the answer is a constant. */
const classified =
  (translate: Translator, otherwise: 0 | 1): Translator =>
  (site) => {
    if (isFloat(site.in(0).dtype)) return translate(site);
    return site.expand(site.scalar(otherwise, 'bool'), site.sizesOf(site.value(0)));
  };

const nanToNum: Translator = (site) => {
  const x = site.in(0);
  const [nan, positive, negative] = site.scalars.map((s) => site.scalar(s, x.dtype));
  const finite = site.op('Where', [site.op('IsNaN', [x], {}, 'bool'), nan!, x], {}, x.dtype);
  const below = site.op('IsInf', [x], { detect_positive: 0 }, 'bool');
  const above = site.op('IsInf', [x], { detect_negative: 0 }, 'bool');
  return site.op('Where', [above, positive!, site.op('Where', [below, negative!, finite], {}, x.dtype)], {}, x.dtype);
};

/** Whether |a − b| ≤ atol + rtol |b|. Equal infinities are close; NaNs are too if `equalNan`. */
const isclose: Formula = (site, a, b) => {
  const [rtol, atol, equalNan] = site.scalars as [number, number, number];
  const bound = site.op('Add', [site.op('Mul', [site.op('Abs', [b]), site.scalar(rtol)]), site.scalar(atol)]);
  const near = site.op('LessOrEqual', [site.op('Abs', [site.op('Sub', [a, b])]), bound], {}, 'bool');
  const isInfinite = site.op('Or', [site.op('IsInf', [a], {}, 'bool'), site.op('IsInf', [b], {}, 'bool')]);
  const fine = site.op('And', [near, site.op('Not', [isInfinite])]);
  const close = site.op('Or', [site.op('Equal', [a, b], {}, 'bool'), fine]);
  if (equalNan === 0) return close;
  return site.op('Or', [close, site.op('And', [site.op('IsNaN', [a], {}, 'bool'), site.op('IsNaN', [b], {}, 'bool')])]);
};

/** 0 for a < 0, 1 for a > 0, and b for a = 0. */
const heaviside: Formula = (site, a, b) => {
  const zero = site.scalar(0, a.dtype);
  const above = site.builder.cast(site.op('Greater', [a, zero], {}, 'bool'), a.dtype);
  return site.op('Where', [site.op('Equal', [a, zero], {}, 'bool'), b, above], {}, a.dtype);
};

/** |a| with the sign of b. */
const copysign: Formula = (site, a, b) => {
  const isNegative = site.op('Less', [site.op('Reciprocal', [b]), site.scalar(0)], {}, 'bool');
  const size = site.op('Abs', [a]);
  return site.op('Where', [isNegative, site.op('Neg', [size]), size], {}, 'float32');
};

const cast: Translator = (site) => site.builder.cast(site.in(0), site.attrs<{ dtype: typeof site.dtype }>().dtype);

const full: Translator = (site) => {
  const value = site.number(0, site.dtype);
  const shape = site.sizes(({ outputs: [y] }) => y!.shape);
  return shape.length === 0 ? value : site.expand(value, shape);
};

/** ONNX operators with our names, but for the capital letter. */
const alike = 'Abs Acos Acosh Asin Asinh Atan Atanh Cos Cosh Erf Exp Log Neg Reciprocal Sign Sin Sinh Sqrt Tan';

export const elementwise: Translators = {
  ...Object.fromEntries(alike.split(' ').map((opType) => [opType.toLowerCase(), same(opType)])),
  deviation: same('Identity'),
  ceil: ofFloats('Ceil'),
  floor: ofFloats('Floor'),
  round: ofFloats('Round'),
  trunc: formula((site, x) => (isFloat(x.dtype) ? trunc(site, x) : x)),
  frac: formula((site, x) => site.op('Sub', [x, trunc(site, x)])),
  square: formula((site, x) => site.op('Mul', [x, x])),
  rsqrt: formula((site, x) => site.op('Reciprocal', [site.op('Sqrt', [x])])),
  rstd: (site) => site.op('Reciprocal', [site.op('Sqrt', [site.op('Add', [site.in(0), number(site, 0)])])]),
  normalize: formula((site, x, mean, rstd) => site.op('Mul', [site.op('Sub', [x, mean!]), rstd!])),
  exp2: formula((site, x) => site.op('Pow', [site.scalar(2, x.dtype), x])),
  expm1: formula((site, x) => site.op('Sub', [site.op('Exp', [x]), site.scalar(1, x.dtype)])),
  log1p: formula(log1p),
  log2: formula((site, x) => site.op('Div', [site.op('Log', [x]), site.scalar(Math.LN2, x.dtype)])),
  log10: formula((site, x) => site.op('Div', [site.op('Log', [x]), site.scalar(Math.LN10, x.dtype)])),
  erfc: formula((site, x) => site.op('Sub', [site.scalar(1, x.dtype), site.op('Erf', [x])])),
  add: sumOrLogic('Add', 'Or'),
  sub: sumOrLogic('Sub', 'Xor'),
  mul: sumOrLogic('Mul', 'And'),
  rsub: (site) => site.op('Sub', [number(site, 0), site.in(0)]),
  div: binary('Div'),
  floorDivide: floorQuotient,
  truncDivide: (site) => trunc(site, site.op('Div', [site.in(0), operand(site)])),
  remainder,
  fmod: (site) => site.op('Mod', [site.in(0), operand(site)], { fmod: 1 }),
  pow: binary('Pow'),
  lerp: (site) => {
    const [a, b] = [site.in(0), site.in(1)];
    const weight = site.has(2) ? site.in(2) : number(site, 0);
    return site.op('Add', [a, site.op('Mul', [weight, site.op('Sub', [b, a])])]);
  },
  addcmul: (site) => {
    const product = site.op('Mul', [site.op('Mul', [site.in(1), site.in(2)]), number(site, 0)]);
    return site.op('Add', [site.in(0), product]);
  },
  addcdiv: (site) => {
    const quotient = site.op('Div', [site.op('Mul', [site.in(1), number(site, 0)]), site.in(2)]);
    return site.op('Add', [site.in(0), quotient]);
  },
  atan2: formula((site, a, b) => atan2(site, a, b!)),
  hypot: formula((site, a, b) => site.op('Sqrt', [site.op('Add', [site.op('Mul', [a, a]), site.op('Mul', [b!, b!])])])),
  logaddexp: formula((site, a, b) => logaddexp(site, a, b!)),
  xlogy: formula((site, a, b) => unlessZero(site, a, site.op('Mul', [a, site.op('Log', [b!])]), 0)),
  xlog1py: formula((site, a, b) => unlessZero(site, a, site.op('Mul', [a, log1p(site, b!)]), 0)),
  sinc: formula((site, x) => {
    const angle = site.op('Mul', [x, site.scalar(Math.PI)]);
    return unlessZero(site, x, site.op('Div', [site.op('Sin', [angle]), angle]), 1);
  }),
  logit,
  eq: comparison('Equal'),
  ne: (site) => site.op('Not', [comparison('Equal')(site) as Wire]),
  lt: comparison('Less'),
  le: comparison('LessOrEqual'),
  gt: comparison('Greater'),
  ge: comparison('GreaterOrEqual'),
  logicalAnd: logic('And'),
  logicalOr: logic('Or'),
  logicalXor: logic('Xor'),
  logicalNot: logic('Not'),
  bitwiseAnd: bits('And', 'BitwiseAnd'),
  bitwiseOr: bits('Or', 'BitwiseOr'),
  bitwiseXor: bits('Xor', 'BitwiseXor'),
  bitwiseNot: bits('Not', 'BitwiseNot'),
  isnan: classified(same('IsNaN'), 0),
  isinf: classified(same('IsInf'), 0),
  isfinite: classified(finite, 1),
  nanToNum,
  where,
  maximum: extreme('Max', 'Or'),
  minimum: extreme('Min', 'And'),
  clamp,
  isclose: formula((site, a, b) => isclose(site, a, b!)),
  heaviside: formula((site, a, b) => heaviside(site, a, b!)),
  copysign: formula((site, a, b) => copysign(site, a, b!)),
  ldexp: formula((site, a, b) => site.op('Mul', [a, site.op('Pow', [site.scalar(2), b!])])),
  nonzero: formula((site, x) =>
    site.builder.cast(site.op('Not', [site.op('Equal', [x, site.scalar(0)], {}, 'bool')]), 'float32'),
  ),
  normRoot: (site) =>
    site.scalars.length === 0 ? site.op('Sqrt', [site.in(0)]) : site.op('Pow', [site.in(0), number(site, 0)]),
  cast,
  full,
};
