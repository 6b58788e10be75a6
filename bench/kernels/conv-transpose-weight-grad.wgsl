// conv-transpose-weight-grad.wgsl: gradient of a transposed convolution (4×4, stride 2, padding 1) by its weight; each
// invocation computes the sixteen taps of 8 × 2 channels over one image.
//   dw[n,c,o,p,q] = Σ_{i,j} x[n,c,i,j] · dy[n,o,2i+p-1,2j+q-1]
// It walks down strips of x seven columns wide, and keeps the two rows of dy that the next row of x needs as well.
override BATCH: u32 = 8u;
override FROM: u32 = 32u;
override TO: u32 = 16u;
override SIZE: u32 = 14u; // of x; 7 divides it

@group(0) @binding(0) var<storage, read> x: array<f32>;          // [BATCH, FROM, SIZE, SIZE]
@group(0) @binding(1) var<storage, read> dy: array<f32>;         // [BATCH, TO, 2·SIZE + 2, 2·SIZE + 8], the image from [1, 4]
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>; // [BATCH, FROM, TO, 4, 4]

// Seven neighbouring elements, or every other one.
struct Seven {
  a: vec4f,
  b: vec3f,
}

// Those under each of four taps, two columns apart.
struct Windows {
  q0: Seven,
  q1: Seven,
  q2: Seven,
  q3: Seven,
}

// Four rows of dy.
struct Rows {
  p0: Windows,
  p1: Windows,
  p2: Windows,
  p3: Windows,
}

// Of two channels of dy.
struct Sums {
  o0: mat4x4f,
  o1: mat4x4f,
}

fn windows(at: u32) -> Windows {
  let a = vec4f(dy[at], dy[at + 1u], dy[at + 2u], dy[at + 3u]);
  let b = vec4f(dy[at + 4u], dy[at + 5u], dy[at + 6u], dy[at + 7u]);
  let c = vec4f(dy[at + 8u], dy[at + 9u], dy[at + 10u], dy[at + 11u]);
  let d = vec4f(dy[at + 12u], dy[at + 13u], dy[at + 14u], dy[at + 15u]);
  return Windows(
    Seven(vec4f(a.xz, b.xz), vec3f(c.xz, d.x)),
    Seven(vec4f(a.yw, b.yw), vec3f(c.yw, d.y)),
    Seven(vec4f(a.z, b.xz, c.x), vec3f(c.z, d.xz)),
    Seven(vec4f(a.w, b.yw, c.y), vec3f(c.w, d.yw)),
  );
}

fn seven(at: u32) -> Seven {
  return Seven(vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), vec3f(x[at + 4u], x[at + 5u], x[at + 6u]));
}

fn chain(sum: f32, x: Seven, d: Seven) -> f32 {
  let first = fma(x.a.w, d.a.w, fma(x.a.z, d.a.z, fma(x.a.y, d.a.y, fma(x.a.x, d.a.x, sum))));
  return fma(x.b.z, d.b.z, fma(x.b.y, d.b.y, fma(x.b.x, d.b.x, first)));
}

fn row(sum: vec4f, x: Seven, d: Windows) -> vec4f {
  return vec4f(chain(sum.x, x, d.q0), chain(sum.y, x, d.q1), chain(sum.z, x, d.q2), chain(sum.w, x, d.q3));
}

fn taps(sum: mat4x4f, x: Seven, d: Rows) -> mat4x4f {
  return mat4x4f(row(sum[0], x, d.p0), row(sum[1], x, d.p1), row(sum[2], x, d.p2), row(sum[3], x, d.p3));
}

fn add(sum: ptr<function, Sums>, x: Seven, d0: Rows, d1: Rows) {
  (*sum).o0 = taps((*sum).o0, x, d0);
  (*sum).o1 = taps((*sum).o1, x, d1);
}

fn store(at: u32, sum: mat4x4f) {
  dw[at] = sum[0];
  dw[at + 1u] = sum[1];
  dw[at + 2u] = sum[2];
  dw[at + 3u] = sum[3];
}

fn put(at: u32, sum: Sums) {
  store(at, sum.o0);
  store(at + 4u, sum.o1);
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pairs = FROM / 8u * (TO / 2u);
  if (id.x >= BATCH * pairs) { return; }
  let o = id.x % (TO / 2u) * 2u;
  let c = id.x % pairs / (TO / 2u) * 8u;
  let n = id.x / pairs;
  let pitch = 2u * SIZE + 8u;
  let plane = (2u * SIZE + 2u) * pitch;
  let image = SIZE * SIZE;
  let x_at = (n * FROM + c) * image;
  let dy_at = (n * TO + o) * plane + 3u;
  var s0: Sums;
  var s1: Sums;
  var s2: Sums;
  var s3: Sums;
  var s4: Sums;
  var s5: Sums;
  var s6: Sums;
  var s7: Sums;
  for (var j = 0u; j < SIZE; j += 7u) {
    var d0: Rows;
    var d1: Rows;
    d0.p2 = windows(dy_at + 2u * j);
    d0.p3 = windows(dy_at + pitch + 2u * j);
    d1.p2 = windows(dy_at + plane + 2u * j);
    d1.p3 = windows(dy_at + plane + pitch + 2u * j);
    for (var i = 0u; i < SIZE; i++) {
      let below = dy_at + (2u * i + 2u) * pitch + 2u * j;
      d0 = Rows(d0.p2, d0.p3, windows(below), windows(below + pitch));
      d1 = Rows(d1.p2, d1.p3, windows(below + plane), windows(below + plane + pitch));
      let at = x_at + i * SIZE + j;
      add(&s0, seven(at), d0, d1);
      add(&s1, seven(at + image), d0, d1);
      add(&s2, seven(at + 2u * image), d0, d1);
      add(&s3, seven(at + 3u * image), d0, d1);
      add(&s4, seven(at + 4u * image), d0, d1);
      add(&s5, seven(at + 5u * image), d0, d1);
      add(&s6, seven(at + 6u * image), d0, d1);
      add(&s7, seven(at + 7u * image), d0, d1);
    }
  }
  let line = TO * 4u;
  let at = ((n * FROM + c) * TO + o) * 4u;
  put(at, s0);
  put(at + line, s1);
  put(at + 2u * line, s2);
  put(at + 3u * line, s3);
  put(at + 4u * line, s4);
  put(at + 5u * line, s5);
  put(at + 6u * line, s6);
  put(at + 7u * line, s7);
}
