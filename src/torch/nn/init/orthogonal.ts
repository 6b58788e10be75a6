// The orthonormal matrices of nn.init.orthogonal_, made on the host in double precision.

/**
 * The Q of the QR decomposition whose R has a positive diagonal, of a [rows, columns] matrix (of its transpose if it is wide),
 * times `gain`, in the layout of the input. Modified Gram-Schmidt, each column twice: orthogonal to rounding.
 */
export function orthonormalColumns(data: Float32Array, rows: number, columns: number, gain: number): Float32Array {
  const wide = rows < columns;
  const [length, count] = wide ? [columns, rows] : [rows, columns];
  const at = (i: number, j: number) => (wide ? j * columns + i : i * columns + j);
  const basis: Float64Array[] = [];
  for (let j = 0; j < count; j++) {
    const vector = Float64Array.from({ length }, (_, i) => data[at(i, j)]!);
    for (const other of [...basis, ...basis]) {
      const overlap = dot(vector, other);
      for (let i = 0; i < length; i++) vector[i]! -= overlap * other[i]!;
    }
    const size = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((x) => x / size));
  }
  const result = new Float32Array(data.length);
  basis.forEach((vector, j) => {
    for (let i = 0; i < length; i++) result[at(i, j)] = gain * vector[i]!;
  });
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
