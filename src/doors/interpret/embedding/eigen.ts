// Eigenvectors of symmetric matrices, on the host in double precision: Householder's tridiagonal form, then implicit QL
// steps.
// Source: Bowdler, Martin, Reinsch & Wilkinson 1968, tred2 and tql2, as in EISPACK.

/** The maximum number of QL steps per eigenvalue; three are usual. */
const MAX_STEPS = 60;

/** Eigenvalues of a symmetric matrix [n, n], the greatest first, and their eigenvectors, each of length 1. */
export function symmetricEigen(matrix: readonly number[], n: number): { values: number[]; vectors: number[][] } {
  const z = Array.from({ length: n }, (_, i) => Float64Array.from(matrix.slice(i * n, (i + 1) * n)));
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  tridiagonal(z, d, e);
  diagonal(z, d, e);
  const order = Array.from(d.keys()).sort((a, b) => d[b]! - d[a]!);
  return { values: order.map((i) => d[i]!), vectors: order.map((i) => z.map((row) => row[i]!)) };
}

/** Reduces z to tridiagonal form: z becomes the orthogonal transformation, d the diagonal, and e the off-diagonal. */
function tridiagonal(z: Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = d.length;
  for (let i = n - 1; i > 0; i--) {
    const row = z[i]!;
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(row[k]!);
    let h = 0;
    if (i === 1 || scale === 0) {
      e[i] = row[i - 1]!;
    } else {
      for (let k = 0; k < i; k++) {
        row[k] = row[k]! / scale;
        h += row[k]! ** 2;
      }
      const f = row[i - 1]!;
      const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      row[i - 1] = f - g;
      reflect(z, e, i, h);
    }
    d[i] = h;
  }
  d[0] = 0;
  e[0] = 0;
  gather(z, d);
}

/** Applies the reflection of row i to the rows before it. */
function reflect(z: Float64Array[], e: Float64Array, i: number, h: number): void {
  const row = z[i]!;
  let f = 0;
  for (let j = 0; j < i; j++) {
    z[j]![i] = row[j]! / h;
    let g = 0;
    for (let k = 0; k <= j; k++) g += z[j]![k]! * row[k]!;
    for (let k = j + 1; k < i; k++) g += z[k]![j]! * row[k]!;
    e[j] = g / h;
    f += e[j]! * row[j]!;
  }
  const half = f / (2 * h);
  for (let j = 0; j < i; j++) {
    const g = row[j]!;
    e[j] = e[j]! - half * g;
    for (let k = 0; k <= j; k++) z[j]![k] = z[j]![k]! - (g * e[k]! + e[j]! * row[k]!);
  }
}

/** Multiplies the reflections together. */
function gather(z: Float64Array[], d: Float64Array): void {
  const n = d.length;
  for (let i = 0; i < n; i++) {
    const row = z[i]!;
    if (d[i] !== 0) {
      for (let j = 0; j < i; j++) {
        let g = 0;
        for (let k = 0; k < i; k++) g += row[k]! * z[k]![j]!;
        for (let k = 0; k < i; k++) z[k]![j] = z[k]![j]! - g * z[k]![i]!;
      }
    }
    d[i] = row[i]!;
    row[i] = 1;
    for (let j = 0; j < i; j++) {
      row[j] = 0;
      z[j]![i] = 0;
    }
  }
}

/** d becomes the eigenvalues, the columns of z the eigenvectors. */
function diagonal(z: Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = d.length;
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < MAX_STEPS; step++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      sweep(z, d, e, l, m);
    }
  }
}

/** One implicit QL step on the block from l to m. */
function sweep(z: Float64Array[], d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.hypot(g, 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1]! - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    for (const row of z) {
      const next = row[i + 1]!;
      row[i + 1] = s * row[i]! + c * next;
      row[i] = c * row[i]! - s * next;
    }
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[m] = 0;
}
