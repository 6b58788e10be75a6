// matmul.wgsl: product of two square matrices whose size 16 divides; each invocation computes 16 rows × 16 columns.
//   y[m,n] = Σ_k a[m,k] · b[k,n]
// A sum takes four products in a row, so that it is fetched and put back once for four multiplications.
override N: u32 = 512u;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;       // [N, N]
@group(0) @binding(1) var<storage, read> b: array<vec4f>;       // [N, N]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N, N]

// Sixteen neighbouring columns of a row.
struct Line {
  c0: vec4f,
  c1: vec4f,
  c2: vec4f,
  c3: vec4f,
}

fn load(at: u32) -> Line { return Line(b[at], b[at + 1u], b[at + 2u], b[at + 3u]); }

fn chain(sum: vec4f, s: vec4f, p: vec4f, q: vec4f, r: vec4f, t: vec4f) -> vec4f {
  return fma(vec4f(s.w), t, fma(vec4f(s.z), r, fma(vec4f(s.y), q, fma(vec4f(s.x), p, sum))));
}

fn add(sum: ptr<function, Line>, s: vec4f, p: Line, q: Line, r: Line, t: Line) {
  (*sum).c0 = chain((*sum).c0, s, p.c0, q.c0, r.c0, t.c0);
  (*sum).c1 = chain((*sum).c1, s, p.c1, q.c1, r.c1, t.c1);
  (*sum).c2 = chain((*sum).c2, s, p.c2, q.c2, r.c2, t.c2);
  (*sum).c3 = chain((*sum).c3, s, p.c3, q.c3, r.c3, t.c3);
}

fn store(at: u32, sum: Line) {
  y[at] = sum.c0;
  y[at + 1u] = sum.c1;
  y[at + 2u] = sum.c2;
  y[at + 3u] = sum.c3;
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tiles = N / 16u;
  if (id.x >= tiles * tiles) { return; }
  let width = N / 4u;
  let column = id.x % tiles * 4u;
  let row = id.x / tiles * 16u * width;
  var s0: Line;
  var s1: Line;
  var s2: Line;
  var s3: Line;
  var s4: Line;
  var s5: Line;
  var s6: Line;
  var s7: Line;
  var s8: Line;
  var s9: Line;
  var s10: Line;
  var s11: Line;
  var s12: Line;
  var s13: Line;
  var s14: Line;
  var s15: Line;
  for (var k = 0u; k < width; k++) {
    let at = 4u * k * width + column;
    let p = load(at);
    let q = load(at + width);
    let r = load(at + 2u * width);
    let t = load(at + 3u * width);
    let at_a = row + k;
    add(&s0, a[at_a], p, q, r, t);
    add(&s1, a[at_a + width], p, q, r, t);
    add(&s2, a[at_a + 2u * width], p, q, r, t);
    add(&s3, a[at_a + 3u * width], p, q, r, t);
    add(&s4, a[at_a + 4u * width], p, q, r, t);
    add(&s5, a[at_a + 5u * width], p, q, r, t);
    add(&s6, a[at_a + 6u * width], p, q, r, t);
    add(&s7, a[at_a + 7u * width], p, q, r, t);
    add(&s8, a[at_a + 8u * width], p, q, r, t);
    add(&s9, a[at_a + 9u * width], p, q, r, t);
    add(&s10, a[at_a + 10u * width], p, q, r, t);
    add(&s11, a[at_a + 11u * width], p, q, r, t);
    add(&s12, a[at_a + 12u * width], p, q, r, t);
    add(&s13, a[at_a + 13u * width], p, q, r, t);
    add(&s14, a[at_a + 14u * width], p, q, r, t);
    add(&s15, a[at_a + 15u * width], p, q, r, t);
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
  store(first + 8u * width, s8);
  store(first + 9u * width, s9);
  store(first + 10u * width, s10);
  store(first + 11u * width, s11);
  store(first + 12u * width, s12);
  store(first + 13u * width, s13);
  store(first + 14u * width, s14);
  store(first + 15u * width, s15);
}
