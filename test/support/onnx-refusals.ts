// Which of ONNX's node tests are refused, by a typed error, and why.

/** Names of tests, and the reason. */
export const refusals: readonly (readonly [cases: RegExp, reason: string])[] = [
  [
    /^(cast|castlike|quantizelinear|dequantizelinear)_.*(INT2|int2|float6|FLOAT8E8M0)/,
    'no integers of 2 bits, nor floats of 6 or without a fraction',
  ],
  [/STRING|string/, 'no strings'],
  [/^roialign_mode_max$/, 'regions are averaged'],
];

/** Why a test is refused; null where it must pass. */
export const refusalOf = (name: string): string | null => refusals.find(([cases]) => cases.test(name))?.[1] ?? null;
