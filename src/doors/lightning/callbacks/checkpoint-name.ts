// Makes the names of checkpoints from patterns: '{epoch:02d}-{val_loss:.2f}' becomes 'epoch=03-val_loss=0.25'.

/** A field of a pattern: its name and its number format. */
const field = /\{([^{}:]*)(?::([^{}]*))?\}/g;

/** A number as Python writes it: as an int if `whole`, otherwise as a float, so that 3 becomes `3.0`. */
const plain = (value: number, whole: boolean): string => {
  if (whole || !Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : String(value).replace('Infinity', 'inf');
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
};

/** Formats a number by a Python format: zero flag, width, precision and kind. */
function formatted(value: number, format: string, whole: boolean): string {
  const [, zero = '', width = '', precision, kind = ''] = /^(0?)(\d*)(?:\.(\d+))?([dfeg]?)$/.exec(format) ?? [];
  const digits = precision === undefined ? 6 : Number(precision);
  let text = plain(value, whole);
  if (kind === 'd') text = String(Math.trunc(value));
  else if (kind === 'f' || (kind === '' && precision !== undefined)) text = value.toFixed(digits);
  else if (kind === 'e') text = value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
  else if (kind === 'g') text = String(Number(value.toPrecision(digits || 1)));
  return text.padStart(Number(width || 0), zero ? '0' : ' ');
}

/** Fills in the fields of a pattern. A missing metric counts as 0. */
export function checkpointName(
  pattern: string | null,
  metrics: Readonly<Record<string, number>>,
  { insertNames = true }: { insertNames?: boolean } = {},
): string {
  return (pattern ?? '{epoch}-{step}').replace(field, (_, name: string, format: string | undefined) => {
    const whole = name === 'epoch' || name === 'step' || !(name in metrics);
    const value = formatted(metrics[name] ?? 0, format ?? '', whole);
    return insertNames ? `${name}=${value}` : value;
  });
}
