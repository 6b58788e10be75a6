// conv2d-weight-grad.wgsl: gradient of a 3×3 cross-correlation by its weight; each invocation computes the nine taps of
// 8 × 4 channels over one image.
//   dw[n,o,c,p,q] = Σ_{i,j} dy[n,o,i,j] · x[n,c,i+p-1,j+q-1]
// It walks down strips seven columns wide, and keeps the two rows of x that the next row of dy needs as well.
override BATCH: u32 = 32u;
override FROM: u32 = 16u;
override TO: u32 = 32u;
override SIZE: u32 = 28u; // 7 divides it

@group(0) @binding(0) var<storage, read> x: array<f32>;        // [BATCH, FROM, SIZE + 2, SIZE + 8], the image from [1, 4]
@group(0) @binding(1) var<storage, read> dy: array<f32>;       // [BATCH, TO, SIZE + 2, SIZE + 8], likewise
@group(0) @binding(2) var<storage, read_write> dw: array<f32>; // [BATCH, TO, FROM, 3, 3]

// Seven neighbouring elements.
struct Seven {
  a: vec4f,
  b: vec3f,
}

// Those under each of three taps.
struct Windows {
  q0: Seven,
  q1: Seven,
  q2: Seven,
}

// Three rows.
struct Rows {
  p0: Windows,
  p1: Windows,
  p2: Windows,
}

struct Taps {
  p0: vec3f,
  p1: vec3f,
  p2: vec3f,
}

// Of four channels of x.
struct Sums {
  c0: Taps,
  c1: Taps,
  c2: Taps,
  c3: Taps,
}

fn windows(at: u32) -> Windows {
  let a = vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
  let b = vec4f(x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u]);
  let c = x[at + 8u];
  return Windows(Seven(a, b.xyz), Seven(vec4f(a.yzw, b.x), b.yzw), Seven(vec4f(a.zw, b.xy), vec3f(b.zw, c)));
}

fn seven(at: u32) -> Seven {
  return Seven(vec4f(dy[at], dy[at + 1u], dy[at + 2u], dy[at + 3u]), vec3f(dy[at + 4u], dy[at + 5u], dy[at + 6u]));
}

fn chain(sum: f32, d: Seven, x: Seven) -> f32 {
  let first = fma(d.a.w, x.a.w, fma(d.a.z, x.a.z, fma(d.a.y, x.a.y, fma(d.a.x, x.a.x, sum))));
  return fma(d.b.z, x.b.z, fma(d.b.y, x.b.y, fma(d.b.x, x.b.x, first)));
}

fn row(sum: vec3f, d: Seven, x: Windows) -> vec3f {
  return vec3f(chain(sum.x, d, x.q0), chain(sum.y, d, x.q1), chain(sum.z, d, x.q2));
}

fn taps(sum: Taps, d: Seven, x: Rows) -> Taps {
  return Taps(row(sum.p0, d, x.p0), row(sum.p1, d, x.p1), row(sum.p2, d, x.p2));
}

fn add(sum: ptr<function, Sums>, d: Seven, x0: Rows, x1: Rows, x2: Rows, x3: Rows) {
  (*sum).c0 = taps((*sum).c0, d, x0);
  (*sum).c1 = taps((*sum).c1, d, x1);
  (*sum).c2 = taps((*sum).c2, d, x2);
  (*sum).c3 = taps((*sum).c3, d, x3);
}

fn store(at: u32, t: Taps) {
  dw[at] = t.p0.x;
  dw[at + 1u] = t.p0.y;
  dw[at + 2u] = t.p0.z;
  dw[at + 3u] = t.p1.x;
  dw[at + 4u] = t.p1.y;
  dw[at + 5u] = t.p1.z;
  dw[at + 6u] = t.p2.x;
  dw[at + 7u] = t.p2.y;
  dw[at + 8u] = t.p2.z;
}

fn put(at: u32, sum: Sums) {
  store(at, sum.c0);
  store(at + 9u, sum.c1);
  store(at + 18u, sum.c2);
  store(at + 27u, sum.c3);
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pairs = FROM / 4u * (TO / 8u);
  if (id.x >= BATCH * pairs) { return; }
  let c = id.x % (FROM / 4u) * 4u;
  let o = id.x % pairs / (FROM / 4u) * 8u;
  let n = id.x / pairs;
  let pitch = SIZE + 8u;
  let plane = (SIZE + 2u) * pitch;
  let x_at = (n * FROM + c) * plane + 3u;
  let dy_at = (n * TO + o) * plane + pitch + 4u;
  var s0: Sums;
  var s1: Sums;
  var s2: Sums;
  var s3: Sums;
  var s4: Sums;
  var s5: Sums;
  var s6: Sums;
  var s7: Sums;
  for (var j = 0u; j < SIZE; j += 7u) {
    var x0: Rows;
    var x1: Rows;
    var x2: Rows;
    var x3: Rows;
    x0.p1 = windows(x_at + j);
    x0.p2 = windows(x_at + pitch + j);
    x1.p1 = windows(x_at + plane + j);
    x1.p2 = windows(x_at + plane + pitch + j);
    x2.p1 = windows(x_at + 2u * plane + j);
    x2.p2 = windows(x_at + 2u * plane + pitch + j);
    x3.p1 = windows(x_at + 3u * plane + j);
    x3.p2 = windows(x_at + 3u * plane + pitch + j);
    for (var i = 0u; i < SIZE; i++) {
      let below = x_at + (i + 2u) * pitch + j;
      x0 = Rows(x0.p1, x0.p2, windows(below));
      x1 = Rows(x1.p1, x1.p2, windows(below + plane));
      x2 = Rows(x2.p1, x2.p2, windows(below + 2u * plane));
      x3 = Rows(x3.p1, x3.p2, windows(below + 3u * plane));
      let at = dy_at + i * pitch + j;
      add(&s0, seven(at), x0, x1, x2, x3);
      add(&s1, seven(at + plane), x0, x1, x2, x3);
      add(&s2, seven(at + 2u * plane), x0, x1, x2, x3);
      add(&s3, seven(at + 3u * plane), x0, x1, x2, x3);
      add(&s4, seven(at + 4u * plane), x0, x1, x2, x3);
      add(&s5, seven(at + 5u * plane), x0, x1, x2, x3);
      add(&s6, seven(at + 6u * plane), x0, x1, x2, x3);
      add(&s7, seven(at + 7u * plane), x0, x1, x2, x3);
    }
  }
  let line = FROM * 9u;
  let at = (n * TO + o) * line + c * 9u;
  put(at, s0);
  put(at + line, s1);
  put(at + 2u * line, s2);
  put(at + 3u * line, s3);
  put(at + 4u * line, s4);
  put(at + 5u * line, s5);
  put(at + 6u * line, s6);
  put(at + 7u * line, s7);
}
