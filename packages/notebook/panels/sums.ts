// A convolution number by number: the numbers with their border of zeros, the window of an output, its products and their sum.

/** Numbers by rows. */
export interface Sheet {
  readonly height: number;
  readonly width: number;
  readonly values: readonly number[];
}

/** How a kernel steps over its sheet. */
export interface Steps {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

/** The size of the output as a formula. */
export function outputSize({
  stride,
  padding,
  dilation,
  kernel,
  transposed = false,
}: Steps & { readonly kernel: number; readonly transposed?: boolean }): string {
  const reach = `${dilation}·(${kernel} − 1)`;
  if (transposed) return `(n − 1)·${stride} − 2·${padding} + ${reach} + 1`;
  return `⌊(n + 2·${padding} − ${reach} − 1) / ${stride}⌋ + 1`;
}

/** The sheet within so many rings of zeros. */
export function padded({ height, width, values }: Sheet, padding: number): Sheet {
  const [tall, wide] = [height + 2 * padding, width + 2 * padding];
  const at = (i: number): number => {
    const [row, column] = [Math.floor(i / wide) - padding, (i % wide) - padding];
    return row >= 0 && column >= 0 && row < height && column < width ? (values[row * width + column] ?? 0) : 0;
  };
  return { height: tall, width: wide, values: Array.from({ length: tall * wide }, (_, i) => at(i)) };
}

/** How many places of a line of `size` numbers, its padding included, a kernel of `side` numbers can stand at. */
export const placesOf = (size: number, side: number, { stride, dilation }: Steps): number =>
  Math.floor((size - dilation * (side - 1) - 1) / stride) + 1;

/** The places of the padded sheet that lie under the kernel where it makes the output's number `at`, kernel row by kernel row. */
export function windowOf(sheet: Sheet, kernel: Sheet, steps: Steps, at: number): number[] {
  const { stride, dilation } = steps;
  const wide = placesOf(sheet.width, kernel.width, steps);
  const [row, column] = [Math.floor(at / wide) * stride, (at % wide) * stride];
  return kernel.values.map((_, i) => {
    const [down, right] = [Math.floor(i / kernel.width) * dilation, (i % kernel.width) * dilation];
    return (row + down) * sheet.width + column + right;
  });
}

/** Each number under the kernel times the number of the kernel that lies on it. */
export const productsOf = (sheet: Sheet, kernel: Sheet, window: readonly number[]): number[] =>
  window.map((place, i) => (sheet.values[place] ?? 0) * (kernel.values[i] ?? 0));

/**
 * The convolution as deep learning means it: out[r, q] = Σ_i Σ_j kernel[i, j] · sheet[r·stride + i·dilation, q·stride + j·dilation]. The kernel is
 * not turned round, as the convolution of mathematics would have it.
 *
 * @param sheet with its padding
 */
export function convolved(sheet: Sheet, kernel: Sheet, steps: Steps): Sheet {
  const height = placesOf(sheet.height, kernel.height, steps);
  const width = placesOf(sheet.width, kernel.width, steps);
  const values = Array.from({ length: height * width }, (_, at) =>
    productsOf(sheet, kernel, windowOf(sheet, kernel, steps, at)).reduce((sum, one) => sum + one, 0),
  );
  return { height, width, values };
}

/** Numbers that meet in a convolution: the one at `place` of the padded sheet lies under the kernel's number `weight` where the output's number `output` is made. */
export interface Meeting {
  readonly place: number;
  readonly weight: number;
  readonly output: number;
}

/** All that meet, output by output: the sums of the output, and of both gradients, run over them. */
export function meetingsOf(sheet: Sheet, kernel: Sheet, steps: Steps): Meeting[] {
  const count = placesOf(sheet.height, kernel.height, steps) * placesOf(sheet.width, kernel.width, steps);
  return Array.from({ length: count }, (_, output) =>
    windowOf(sheet, kernel, steps, output).map((place, weight) => ({ place, weight, output })),
  ).flat();
}

/**
 * The gradients of a convolution, where `dy` is that of its output: dw[k] = Σ x[place] · dy[output] over the meetings of the weight k, and
 * dx[p] = Σ w[weight] · dy[output] over those of the place p.
 *
 * @param sheet with its padding, and so is its gradient
 */
export function gradientsOf(sheet: Sheet, kernel: Sheet, steps: Steps, dy: readonly number[]): { x: Sheet; w: Sheet } {
  const x = sheet.values.map(() => 0);
  const w = kernel.values.map(() => 0);
  for (const { place, weight, output } of meetingsOf(sheet, kernel, steps)) {
    const arrives = dy[output] ?? 0;
    x[place] = (x[place] ?? 0) + (kernel.values[weight] ?? 0) * arrives;
    w[weight] = (w[weight] ?? 0) + (sheet.values[place] ?? 0) * arrives;
  }
  return { x: { ...sheet, values: x }, w: { ...kernel, values: w } };
}

/** A number as panels write it: at most `digits` behind the point, and none that are nought. */
export const written = (value: number, digits = 2): string => String(Number(value.toFixed(digits))).replace('-', '−');

/** The same, in brackets where it is below zero: as a factor or a term. */
export const asTerm = (value: number): string => (value < 0 ? `(${written(value)})` : written(value));
