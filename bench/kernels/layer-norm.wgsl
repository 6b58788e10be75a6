// layer-norm.wgsl: normalisation of rows; each invocation walks over one row three times.
//   y_i = (x_i - mean) / √(variance + 1e-5) · w_i + b_i
override ROWS: u32 = 4096u;
override LENGTH: u32 = 128u; // groups of four in a row; 4 divides it

@group(0) @binding(0) var<storage, read> x: array<vec4f>;       // [ROWS, LENGTH]
@group(0) @binding(1) var<storage, read> w: array<vec4f>;       // [LENGTH]
@group(0) @binding(2) var<storage, read> b: array<vec4f>;       // [LENGTH]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [ROWS, LENGTH]

fn square(sum: vec4f, value: vec4f) -> vec4f { return fma(value, value, sum); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ROWS) { return; }
  let first = id.x * LENGTH;
  let end = first + LENGTH;
  let share = vec4f(0.25 / f32(LENGTH));
  var sum = vec4f();
  for (var i = first; i < end; i += 4u) { sum += x[i] + x[i + 1u] + x[i + 2u] + x[i + 3u]; }
  let mean = dot(sum, share);
  var squares = vec4f();
  for (var i = first; i < end; i += 4u) {
    squares = square(squares, x[i] - mean);
    squares = square(squares, x[i + 1u] - mean);
    squares = square(squares, x[i + 2u] - mean);
    squares = square(squares, x[i + 3u] - mean);
  }
  let scale = inverseSqrt(dot(squares, share) + 1e-5);
  for (var i = 0u; i < LENGTH; i += 4u) {
    let at = first + i;
    y[at] = fma((x[at] - mean) * scale, w[i], b[i]);
    y[at + 1u] = fma((x[at + 1u] - mean) * scale, w[i + 1u], b[i + 1u]);
    y[at + 2u] = fma((x[at + 2u] - mean) * scale, w[i + 2u], b[i + 2u]);
    y[at + 3u] = fma((x[at + 3u] - mean) * scale, w[i + 3u], b[i + 3u]);
  }
}
