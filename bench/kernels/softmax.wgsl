// softmax.wgsl: softmax of rows; each invocation walks over one row three times.
//   y_i = e^(x_i - m) / Σ_j e^(x_j - m),   m = max_j x_j
override ROWS: u32 = 4096u;
override LENGTH: u32 = 128u; // groups of four in a row; 4 divides it

@group(0) @binding(0) var<storage, read> x: array<vec4f>;       // [ROWS, LENGTH]
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // [ROWS, LENGTH]

fn power(i: u32, m: f32) -> vec4f {
  let value = exp(x[i] - m);
  y[i] = value;
  return value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ROWS) { return; }
  let first = id.x * LENGTH;
  let end = first + LENGTH;
  var peaks = x[first];
  for (var i = first; i < end; i += 4u) {
    peaks = max(peaks, max(max(x[i], x[i + 1u]), max(x[i + 2u], x[i + 3u])));
  }
  let m = max(max(peaks.x, peaks.y), max(peaks.z, peaks.w));
  var sum = vec4f();
  for (var i = first; i < end; i += 4u) {
    sum += power(i, m);
    sum += power(i + 1u, m);
    sum += power(i + 2u, m);
    sum += power(i + 3u, m);
  }
  let scale = 1.0 / dot(sum, vec4f(1.0));
  for (var i = first; i < end; i += 4u) {
    y[i] *= scale;
    y[i + 1u] *= scale;
    y[i + 2u] *= scale;
    y[i + 3u] *= scale;
  }
}
