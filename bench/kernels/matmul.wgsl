// matmul.wgsl: product of two square matrices whose size 16 divides; each invocation computes 8 rows × 16 columns.
//   y[m,n] = Σ_k a[m,k] · b[k,n]
override N: u32 = 512u;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;       // [N, N/4] · 4
@group(0) @binding(1) var<storage, read> b: array<vec4f>;       // [N, N/4] · 4
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N, N/4] · 4

struct Line {
  c0: vec4f,
  c1: vec4f,
  c2: vec4f,
  c3: vec4f,
}

fn load(at: u32) -> Line { return Line(b[at], b[at + 1u], b[at + 2u], b[at + 3u]); }

fn add(sum: ptr<function, Line>, scale: f32, line: Line) {
  let s = vec4f(scale);
  (*sum).c0 = fma(s, line.c0, (*sum).c0);
  (*sum).c1 = fma(s, line.c1, (*sum).c1);
  (*sum).c2 = fma(s, line.c2, (*sum).c2);
  (*sum).c3 = fma(s, line.c3, (*sum).c3);
}

fn store(at: u32, sum: Line) {
  y[at] = sum.c0;
  y[at + 1u] = sum.c1;
  y[at + 2u] = sum.c2;
  y[at + 3u] = sum.c3;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tiles = N / 16u;
  if (id.x >= tiles * (N / 8u)) { return; }
  let width = N / 4u;
  let column = id.x % tiles * 4u;
  let row = id.x / tiles * 8u * width;
  var s0: Line;
  var s1: Line;
  var s2: Line;
  var s3: Line;
  var s4: Line;
  var s5: Line;
  var s6: Line;
  var s7: Line;
  for (var k = 0u; k < width; k++) {
    let a0 = a[row + k];
    let a1 = a[row + width + k];
    let a2 = a[row + 2u * width + k];
    let a3 = a[row + 3u * width + k];
    let a4 = a[row + 4u * width + k];
    let a5 = a[row + 5u * width + k];
    let a6 = a[row + 6u * width + k];
    let a7 = a[row + 7u * width + k];
    let at = 4u * k * width + column;
    let b0 = load(at);
    add(&s0, a0.x, b0);
    add(&s1, a1.x, b0);
    add(&s2, a2.x, b0);
    add(&s3, a3.x, b0);
    add(&s4, a4.x, b0);
    add(&s5, a5.x, b0);
    add(&s6, a6.x, b0);
    add(&s7, a7.x, b0);
    let b1 = load(at + width);
    add(&s0, a0.y, b1);
    add(&s1, a1.y, b1);
    add(&s2, a2.y, b1);
    add(&s3, a3.y, b1);
    add(&s4, a4.y, b1);
    add(&s5, a5.y, b1);
    add(&s6, a6.y, b1);
    add(&s7, a7.y, b1);
    let b2 = load(at + 2u * width);
    add(&s0, a0.z, b2);
    add(&s1, a1.z, b2);
    add(&s2, a2.z, b2);
    add(&s3, a3.z, b2);
    add(&s4, a4.z, b2);
    add(&s5, a5.z, b2);
    add(&s6, a6.z, b2);
    add(&s7, a7.z, b2);
    let b3 = load(at + 3u * width);
    add(&s0, a0.w, b3);
    add(&s1, a1.w, b3);
    add(&s2, a2.w, b3);
    add(&s3, a3.w, b3);
    add(&s4, a4.w, b3);
    add(&s5, a5.w, b3);
    add(&s6, a6.w, b3);
    add(&s7, a7.w, b3);
  }
  let first = row + column;
  store(first, s0);
  store(first + width, s1);
  store(first + 2u * width, s2);
  store(first + 3u * width, s3);
  store(first + 4u * width, s4);
  store(first + 5u * width, s5);
  store(first + 6u * width, s6);
  store(first + 7u * width, s7);
}
